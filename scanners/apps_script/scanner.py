"""The scanner: projects in, records and matches out."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from auditor.errors import NotScannedError
from auditor.model.fact import Record
from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.ports import ScanContext
from auditor.model.run import NotScanned, ScanResult
from auditor.model.target import Repo, ScanTarget
from scanners.apps_script.actions import Action, Actions
from scanners.apps_script.faults import Faults
from scanners.apps_script.page_calls import runs_functions
from scanners.apps_script.project import (
    GlobalProgram,
    Manifest,
    Project,
    clasp_home,
    read_manifest,
    roots,
    without_packages,
)
from scanners.syntax import tree as t
from scanners.syntax.javascript import parse_javascript
from scanners.syntax.nesting import room_for_nesting
from scanners.syntax.pages import inline_scripts
from scanners.syntax.reading import LARGEST, is_ours

_FRONTS = (".tsx", ".jsx", ".vue")
_SCRIPTS = (".gs", ".js", ".ts", ".gs.", ".gs.txt")


class AppsScript:
    """Google Apps Script projects of a repository."""

    name = "apps_script"
    kinds = frozenset({"repo"})
    timeless = True  # what it says does not depend on the date, so it is remembered over months

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at every project of a repository.

        Raises:
            NotScannedError: it has no files to look at.
        """
        if context.files is None or not isinstance(target, Repo):
            raise NotScannedError("Apps Script projects are looked for in repositories")
        with room_for_nesting():
            return self._scan(target, context)

    def _scan(self, target: Repo, context: ScanContext) -> ScanResult:
        content, too_large = _read(context)
        scripts = {p: body for p, body in content.items() if p.lower().endswith(_SCRIPTS)}
        manifests = {p: body for p, body in content.items() if posixpath.basename(p) == "appsscript.json"}
        clasps = {p: body for p, body in content.items() if posixpath.basename(p) == ".clasp.json"}
        assert context.files is not None
        packages = [e.path for e in context.files.entries() if posixpath.basename(e.path) == "package.json"]
        scripts = without_packages(scripts, packages, manifests)
        clasp_of = {clasp_home(p, body, scripts, manifests): p for p, body in clasps.items()}
        homes = roots(scripts, manifests, clasp_of)
        if not homes:
            return ScanResult(skipped="no Apps Script project")
        fronts = {p: body for p, body in content.items() if p not in homes and _is_front(p, body)}
        matches: list[Match] = []
        records: list[Record] = []
        for root in sorted(set(homes.values())):
            mine = {p: body for p, body in scripts.items() if homes.get(p) == root}
            alone = len(set(homes.values())) == 1 and not manifests and not clasps
            others = set(homes.values()) - {root}
            own = {p: body for p, body in manifests.items() if posixpath.dirname(p) not in others}
            clasp = clasp_of.get(root, "")
            project = _project(
                root, mine, content, own, (clasp, clasps.get(clasp, b"")), everywhere=alone, fronts=fronts
            )
            actions = Actions(project)
            found = actions.all()
            matches.extend(Faults(target, project, found, actions.dynamic).all())
            records.extend(_records(target, project, found))
        return ScanResult(
            matches=tuple(matches),
            records=tuple(records),
            looked_at={"projects": len(set(homes.values())), "files": len(homes), "actions": len(records)},
            not_scanned=tuple(too_large),
        )


def _is_front(path: str, content: bytes) -> bool:
    """Whether it is a source that is built into a page of the script."""
    return path.lower().endswith((*_FRONTS, ".ts", ".js")) and runs_functions(path, content)


def _read(context: ScanContext) -> tuple[dict[str, bytes], list[NotScanned]]:
    """Scripts, pages and manifests by path. Pages and scripts are read only where a project may be."""
    assert context.files is not None
    wanted = [
        e for e in context.files.entries()
        if e.path.lower().endswith((*_SCRIPTS, *_FRONTS, ".html", "appsscript.json", ".clasp.json")) and is_ours(e.path)
    ]  # fmt: skip
    too_large = [NotScanned(e.path, "too large") for e in wanted if e.size > LARGEST and e.path.endswith(".gs")]
    small = [e for e in wanted if e.size <= LARGEST]
    content = {
        e.path: body
        for e, body in context.files.read_many(e for e in small if not e.path.endswith((".html", *_FRONTS)))
    }
    manifests = [p for p in content if posixpath.basename(p) in {"appsscript.json", ".clasp.json"}]
    scripts = {p: body for p, body in content.items() if p not in manifests}
    if roots(scripts, manifests, [posixpath.dirname(p) for p in manifests]):
        pages = [e for e in small if e.path.endswith((".html", *_FRONTS))]
        content.update((e.path, body) for e, body in context.files.read_many(pages))
    return content, too_large


def _project(
    root: str,
    scripts: dict[str, bytes],
    content: dict[str, bytes],
    manifests: dict[str, bytes],
    clasp: tuple[str, bytes],
    *,
    everywhere: bool,
    fronts: dict[str, bytes],
) -> Project:
    """`everywhere`: the only project of a repository without a manifest has all of its pages."""
    modules = [
        parse_javascript(path, body, dialect="" if not path.endswith(".ts") else "ts") for path, body in scripts.items()
    ]
    inside = f"{root}/" if root else ""
    pages = {p: body for p, body in content.items() if p.endswith(".html") and (everywhere or p.startswith(inside))}
    for path, body in pages.items():
        nodes: list[t.Node] = []
        for script in inline_scripts(body):
            nodes.extend(parse_javascript(path, script.source, first_line=script.first_line).body)
        if nodes:
            modules.append(t.Module(path, "javascript", tuple(nodes)))
    for path, body in fronts.items():
        modules.append(parse_javascript(path, body, dialect="tsx" if path.endswith(("x", ".vue")) else ""))
        pages[path] = body
    manifest_path = f"{inside}appsscript.json"
    if manifest_path not in manifests:
        manifest_path = next((p for p in manifests if p.startswith(inside)), "")
    manifest = read_manifest(manifest_path, manifests[manifest_path]) if manifest_path else Manifest()
    return Project(root, manifest, GlobalProgram(modules), pages, *clasp)


def _records(target: Repo, project: Project, actions: list[Action]) -> Iterator[Record]:
    for a in actions:
        text = {
            "method": a.method, "path": a.path, "match": "exact", "auth": str(a.auth), "evidence": a.evidence,
            "validation": "unknown", "handler": a.handler, "file": a.file, "line": str(a.line),
            "backend": project.root or "Apps Script", "guard": "", "declared": project.manifest.path,
            "open": "yes" if a.auth == "no" else "", "reach": a.reach.word, "access": project.manifest.access or "unknown",
        }  # fmt: skip
        place = CodeLocation(target.name, a.file, a.line, commit=target.commit, scope=a.handler)
        yield Record("endpoint", target.entity, f"{a.method} {a.path}", place, text)
