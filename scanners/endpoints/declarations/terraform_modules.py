"""Terraform's modules with what they are given, and the resources in them, one an instance of `for_each` and `count`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanners.endpoints.declarations.hcl import read_hcl
from scanners.endpoints.declarations.hcl_tree import HclBlock, HclError
from scanners.endpoints.declarations.hcl_values import UNKNOWN, Address, Unknown, known, pairs_of

_DEEPEST = 6
_MOST_MODULES = 400
_MOST_STEPS = 300_000


@dataclass(frozen=True, slots=True)
class Instance:
    """One resource as it is made."""

    module: Module
    block: HclBlock
    file: str
    own: Mapping[str, object]
    key: object = None

    def value(self, attribute: str) -> object:
        """What an attribute comes to; None where it is not written."""
        node = self.block.attributes.get(attribute)
        return known(node, self.module, self.own) if attribute in self.block.attributes else None


@dataclass(eq=False, slots=True)
class Module:
    """A folder of files with its inputs."""

    folder: str
    root: str
    blocks: tuple[tuple[str, HclBlock], ...]
    """(file, block)."""
    inputs: Mapping[str, object]
    depth: int = 0
    children: dict[str, dict[object, Module]] = field(default_factory=dict)
    """By the name of the call, then by the key of `for_each` (None without)."""
    steps: list[int] = field(default_factory=lambda: [_MOST_STEPS])
    """How many are left; all modules of a root share them."""
    _busy: set[str] = field(default_factory=set)
    _known: dict[str, object] = field(default_factory=dict)

    def spend(self) -> bool:
        """Whether there is still a step to make."""
        self.steps[0] -= 1
        return self.steps[0] > 0

    def once(self, key: str, node: object, depth: int) -> object:
        """The value of an expression, found out once; `UNKNOWN` while it leads back to itself."""
        if key in self._known:
            return self._known[key]
        if key in self._busy:
            return UNKNOWN
        self._busy.add(key)
        value = known(node, self, {}, depth)
        self._busy.discard(key)
        self._known[key] = value
        return value

    def variable(self, name: str, depth: int) -> object:
        """What the module is given, or the default."""
        if name in self.inputs:
            return self.inputs[name]
        for _, block in self.blocks:
            if block.kind == "variable" and block.labels == (name,) and "default" in block.attributes:
                return self.once(f"var.{name}", block.attributes["default"], depth)
        return UNKNOWN

    def local(self, name: str, depth: int) -> object:
        """`local.name`."""
        for _, block in self.blocks:
            if block.kind == "locals" and name in block.attributes:
                return self.once(f"local.{name}", block.attributes[name], depth)
        return UNKNOWN

    def output(self, name: str, steps: tuple[object, ...], depth: int) -> tuple[object, tuple[object, ...]]:
        """An output of a module that is called here."""
        made = self.children.get(name, {})
        if None not in made and made and steps and not isinstance(steps[0], str):  # `module.fn["get"].arn`
            at = known(steps[0], self, {}, depth)
            child, steps = made.get(at if isinstance(at, (str, int)) else ""), steps[1:]
        else:
            child = made.get(None)
        if child is not None and not steps:  # handed on as a whole
            given = [
                b for _, b in child.blocks if b.kind == "output" and len(b.labels) == 1 and "value" in b.attributes
            ]
            return {
                b.labels[0]: child.once(f"output.{b.labels[0]}", b.attributes["value"], depth + 1) for b in given
            }, ()
        if child is None or not isinstance(steps[0], str):
            return UNKNOWN, ()
        for _, block in child.blocks:
            if block.kind == "output" and block.labels == (steps[0],) and "value" in block.attributes:
                return child.once(f"output.{steps[0]}", block.attributes["value"], depth + 1), steps[1:]
        return UNKNOWN, ()

    def find(self, kind: str, name: str) -> HclBlock | None:
        """The resource of that name."""
        kind = kind.removeprefix("data.")
        return next((b for _, b in self.blocks if b.kind in {"resource", "data"} and b.labels == (kind, name)), None)

    def resources(self, kinds: frozenset[str]) -> Iterator[Instance]:
        """Resources of some kinds, here and in what is called from here."""
        for file, block in self.blocks:
            if block.kind in {"resource", "data"} and len(block.labels) == 2 and block.labels[0] in kinds:
                for key, own in instances(block, self):
                    yield Instance(self, block, file, own, key)
        for made in self.children.values():
            for child in made.values():
                yield from child.resources(kinds)


def instances(block: HclBlock, module: Module) -> Iterator[tuple[object, Mapping[str, object]]]:
    """(key, names of its own) of every one that `for_each` or `count` makes; one where the number is not known."""
    if "for_each" in block.attributes:
        source = known(block.attributes["for_each"], module, {})
        pairs = _resources(source) if isinstance(source, Address) else pairs_of(source)
        if pairs is None:
            yield None, {"each": {"key": UNKNOWN, "value": UNKNOWN}}
            return
        for key, value in pairs:
            at = value if isinstance(source, list) else key
            yield at, {"each": {"key": at, "value": value}}
    elif "count" in block.attributes:
        number = known(block.attributes["count"], module, {})
        if isinstance(number, int) and not isinstance(number, bool):
            for index in range(min(number, 200)):
                yield index, {"count": {"index": index}}
        else:
            yield 0, {"count": {"index": UNKNOWN if isinstance(number, Unknown) else 0}}
    else:
        yield None, {}


def _resources(address: Address) -> list[tuple[object, object]] | None:
    """Keys and addresses of the resources that another `for_each` makes."""
    home = address.module
    if address.rest or address.key is not None or not isinstance(home, Module):
        return None
    block = home.find(address.kind, address.name)
    if block is None or "for_each" not in block.attributes:
        return None
    return [(key, Address(home, address.kind, address.name, key)) for key, _ in instances(block, home)]


def roots(files: Mapping[str, str], settings: Mapping[str, str], unreadable: dict[str, str]) -> list[Module]:
    """Modules that no other calls, with those they call; files that cannot be read go into `unreadable`, with the reason."""
    folders: dict[str, list[tuple[str, HclBlock]]] = {}
    for path, source in files.items():
        try:
            whole = read_hcl(source)
        except HclError as error:
            unreadable[path] = str(error)
            continue
        folders.setdefault(posixpath.dirname(path), []).extend((path, block) for block in whole.blocks)
    called = {
        home for folder, blocks in folders.items() for _, block in blocks
        if block.kind == "module" and (home := _source(folder, block)) is not None and home != folder
    }  # fmt: skip
    budget = [_MOST_MODULES]
    found: list[Module] = []
    for folder, blocks in folders.items():
        if folder in called:
            continue
        module = Module(folder, folder, tuple(blocks), _given(folder, settings))
        _call(module, folders, budget)
        found.append(module)
    return found


def _given(folder: str, settings: Mapping[str, str]) -> Mapping[str, object]:
    """Values of `terraform.tfvars` and its like; of several environments the first that says something."""
    inputs: dict[str, object] = {}
    named = sorted(
        (p for p in settings if posixpath.dirname(p) == folder or posixpath.dirname(p).startswith(f"{folder}/" if folder else "")),
        key=lambda p: (posixpath.dirname(p) != folder, not p.endswith(("terraform.tfvars", ".auto.tfvars")), p),
    )  # fmt: skip
    for path in named:
        try:
            whole = read_hcl(settings[path])
        except HclError:
            continue
        empty = Module(folder, folder, (), {})
        for name, node in whole.attributes.items():
            inputs.setdefault(name, known(node, empty, {}))
    return inputs


def _source(folder: str, block: HclBlock) -> str | None:
    """The folder of a local module."""
    empty = Module(folder, folder, (), {})
    source = known(block.attributes.get("source"), empty, {})
    if not isinstance(source, str) or not source.startswith("."):
        return None
    return posixpath.normpath(posixpath.join(folder, source)).removeprefix("./").removeprefix(".") if source else None


def _call(module: Module, folders: Mapping[str, list[tuple[str, HclBlock]]], budget: list[int]) -> None:
    """Make the modules that one calls; their inputs are found out when all of them are there."""
    wanted: list[tuple[HclBlock, Mapping[str, object], Module]] = []
    for _, block in module.blocks:
        home = _source(module.folder, block) if block.kind == "module" and len(block.labels) == 1 else None
        if home is None or home not in folders or module.depth >= _DEEPEST:
            continue
        for key, own in instances(block, module):
            budget[0] -= 1
            if budget[0] < 0:
                return
            child = Module(home, module.root, tuple(folders[home]), {}, module.depth + 1, steps=module.steps)
            module.children.setdefault(block.labels[0], {})[key] = child
            wanted.append((block, own, child))
    for block, own, child in wanted:
        child.inputs = Inputs(module, block, own)
        _call(child, folders, budget)


class Inputs(Mapping[str, object]):
    """Arguments of a call, each looked at when it is asked for."""

    def __init__(self, module: Module, block: HclBlock, own: Mapping[str, object]) -> None:
        self._module = module
        self._block = block
        self._own = own
        self._known: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._block.attributes:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = UNKNOWN  # while it is looked at: it may lead back here
            self._known[name] = known(self._block.attributes[name], self._module, self._own)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._block.attributes)

    def __len__(self) -> int:
        return len(self._block.attributes)
