"""Terraform's language: what is read, and what must not break the reading."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.endpoints import Endpoints
from scanners.endpoints.declarations.hcl import read_hcl
from scanners.endpoints.declarations.hcl_tree import HclError
from scanners.endpoints.declarations.terraform import terraform_routes
from tests.support.context import scan

ROUTE = 'resource "aws_apigatewayv2_route" "r" {{\n  {}\n  route_key = {}\n}}\n'


def routes(source: str, **settings: str) -> set[str]:
    return {f"{d.method} {d.path} {d.auth}" for d in terraform_routes({"main.tf": source}, settings)}


@pytest.mark.parametrize(
    ("each", "key", "wanted"),
    [
        ('for_each = toset(["GET /a", "POST /b"])', "each.value", {"GET /a no", "POST /b no"}),
        ('for_each = { list = "GET /a" }', "each.value", {"GET /a no"}),
        ('for_each = { "GET /a" = {}, "DELETE /a" = {} }', "each.key", {"GET /a no", "DELETE /a no"}),
        ('for_each = { a = { m = "GET" } }', '"${each.value.m} /${each.key}"', {"GET /a no"}),
        ("count = 2", 'format("GET /v%s", count.index)', {"GET /v0 no", "GET /v1 no"}),
        ("count = 0", '"GET /a"', set()),
        ("for_each = var.unknown", "each.key", set()),
        ("authorization_type = var.unknown", '"GET /a"', {"GET /a unknown"}),
        ('authorization_type = upper("jwt")', '"GET /a"', {"GET /a yes"}),
        ('authorization_type = true ? "NONE" : "JWT"', '"GET /a"', {"GET /a no"}),
    ],
)
def test_routes_of_collections_are_listed_one_by_one(each: str, key: str, wanted: set[str]) -> None:
    assert routes(ROUTE.format(each, key)) == wanted


def test_names_that_mean_each_other_come_to_nothing() -> None:
    loop = 'locals {\n  a = local.b\n  b = "${local.a}x"\n}\n'
    assert routes(loop + ROUTE.format("", "local.a")) == set()


def test_what_grows_without_end_is_cut() -> None:
    doubled = "".join(f'  t{n} = "${{local.t{n + 1}}}${{local.t{n + 1}}}"\n' for n in range(40))
    nested = "".join(f"  l{n} = [local.l{n + 1}, local.l{n + 1}]\n" for n in range(40))
    names = ", ".join(f'"{n}"' for n in range(300))
    loops = f"  all = [{names}]\n  cube = [for a in local.all : [for b in local.all : [for c in local.all : c]]]\n"
    source = f'locals {{\n{doubled}  t40 = "GET /a"\n{nested}  l40 = "GET /a"\n{loops}}}\n'
    assert routes(source + ROUTE.format("", "local.t0")) == set()
    assert routes(source + ROUTE.format("for_each = toset(flatten(local.l0))", "each.value")) in (set(), {"GET /a no"})
    assert routes(source + ROUTE.format("for_each = toset(flatten(local.cube))", '"GET /${each.value}"'))


def test_modules_that_call_themselves_end() -> None:
    files = {"m/main.tf": 'module "x" {\n  source = "../m"\n}\n' + ROUTE.format("", '"GET /a"')}
    assert len(list(terraform_routes(files))) <= 1


@given(st.text(alphabet=string.ascii_letters + '"${}[]()=.,:?\n<-# /*&|!', max_size=80))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        read_hcl(source)
    except HclError:
        return


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(HclError):
        read_hcl("a = " + "[" * 5000)
    with pytest.raises(HclError):
        read_hcl('a = "' + '${"' * 3000)


def test_a_file_that_cannot_be_read_is_said_and_the_others_count() -> None:
    whole = ROUTE.format("", '"GET /a"')
    broken = ROUTE.format("", '"POST /b"') + 'locals {\n  cut = "off\n'
    result = scan(Endpoints(), {"main.tf": whole, "routes.tf": broken})
    assert [(n.path, n.reason) for n in result.not_scanned] == [("routes.tf", "syntax error")]
    found = {f"{r.text['method']} {r.text['path']}" for r in result.records if r.kind == "endpoint"}
    assert found == {"GET /a"}


def test_a_gateway_that_cannot_be_read_makes_the_scan_incomplete_even_alone() -> None:
    result = scan(Endpoints(), {"main.tf": ROUTE.format("", '"GET /a"') + 'locals {\n  cut = "off\n'})
    assert [(n.path, n.expected) for n in result.not_scanned] == [("main.tf", False)]
    assert not result.skipped
