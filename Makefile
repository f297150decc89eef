# Two commands: `make demo` and `make test`. Both set up .venv by themselves.
SHELL := /bin/bash
PY := .venv/bin/python
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
STAMP := .venv/.ready

.PHONY: setup lock demo test hook-from-clone quick lint format docs clean
.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(STAMP) ## environment in .venv, all extras included (uv if present, else venv + pip)

$(STAMP): pyproject.toml requirements.lock
ifdef UV
	uv venv --quiet --allow-existing .venv
	uv pip install --quiet --python $(PY) --require-hashes -r requirements.lock
	uv pip install --quiet --python $(PY) --no-deps -e .
else
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
endif
	@for part in typer yaml rich pydantic pydantic_core annotated_types typing_inspection typing_extensions.py hyperscan; do \
	  ls -d .venv/lib/python3*/site-packages/$$part 2>/dev/null; done | xargs $(PY) -m compileall -q src scanners >/dev/null # half of a command's start-up
	@touch $(STAMP)

COMPILE := uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --all-extras pyproject.toml
lock: ## renew requirements.lock, and the container's part of it, from pyproject.toml
	$(COMPILE) --group dev -o requirements.lock
	$(COMPILE) --constraint requirements.lock -o deploy/container/requirements.lock

demo: setup ## the main job on the example portfolio: eight reports and an outbox
	$(BIN)/auditor demo

test: setup ## lint, types, layers and every test
	$(MAKE) --no-print-directory lint
	$(PY) -m pytest -q -n 2 --dist loadgroup

hook-from-clone: setup ## the hook through pre-commit and prek, installed from a clone (needs the package registry)
	$(PY) benchmarks/hook/from_clone.py

quick: setup ## the tests that need no servers
	$(PY) -m pytest -q -m 'not slow'

lint: setup ## ruff, mypy, import-linter, deptry
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

format: setup ## mend what ruff can mend
	$(BIN)/ruff check -q --fix .
	$(BIN)/ruff format -q .

docs: setup ## the documents that are made from the program
	$(PY) docs/generate.py

clean: ## remove everything that was made
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache demo-portfolio
