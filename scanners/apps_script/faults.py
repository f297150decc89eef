"""Faults of one project, with the grade that access, identity and reach give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.pattern import lazy
from auditor.model.target import Repo
from auditor.model.text import visible
from scanners.apps_script.actions import Action
from scanners.apps_script.code_faults import code_faults
from scanners.apps_script.place import Place
from scanners.apps_script.project import Project
from scanners.apps_script.reach import Reach, Reaches
from scanners.apps_script.webhooks import is_webhook
from scanners.routing.credentials import issues_tokens
from scanners.routing.evidence import Auth
from scanners.routing.shapes import called
from scanners.syntax import tree as t

_BROAD = {
    "https://mail.google.com/": "all mail", "https://www.googleapis.com/auth/drive": "all files in Drive",
    "https://www.googleapis.com/auth/gmail.modify": "all mail", "https://www.googleapis.com/auth/contacts": "all contacts",
    "https://www.googleapis.com/auth/cloud-platform": "the whole cloud project",
    "https://www.google.com/m8/feeds": "all contacts", "https://www.google.com/m8/feeds/": "all contacts",
    "https://www.googleapis.com/auth/admin.directory.user": "all accounts of the domain",
    "https://www.googleapis.com/auth/script.projects": "all script projects",
}  # fmt: skip
_DEBUG = lazy(
    r"(?i)^(debug|dump|logs|env|phpinfo|test|test_?mode|eval|exec|run_?tests?|diagnostics?|inspect|show_?(config|props|properties))$"
    r"|^(?-i:(?:debug|test|selfTest|sendTest|runTest|create_?test|insert_?test|add_?test)(?=[A-Z_\d-])|_?debug_|\w+Debug$|\w+_debug$|debug[a-z]+$)"
)
_EXAMS = lazy(
    r"(?i)^test[-_]?(results?|scores?|questions?|answers?|list|papers?|series|names?|ids?|imonials?|drives?|submit|data)"
)
"""Tests that people take, which is what a school's script serves."""
_LOG_IN = lazy(r"(?i)(log|sign)[-_]?in$|^authenticate$")
_EVENT = lazy(r"(?i)(event|view|block|status|payment|delivery|order|web_?hook)_?callback|callback_?(query|event)")
_ACCESS = {"ANYONE_ANONYMOUS": "anonymous", "ANYONE": "anyone", "DOMAIN": "domain", "MYSELF": "myself", "": "unknown"}


@dataclass(frozen=True, slots=True)
class Faults:
    """Looks at one project."""

    target: Repo
    project: Project
    actions: Sequence[Action]
    dynamic: Sequence[tuple[str, int]]

    @property
    def access(self) -> str:
        """Who may reach the web app, as a word of the grades."""
        return _ACCESS.get(self.project.manifest.access, "unknown")

    def all(self) -> Iterator[Match]:
        """Every fault, in no order."""
        yield from self._manifest()
        serves = [a for a in self.actions if a.method in {"GET", "POST"}]
        if serves and self.access != "myself":
            if not self._as_user:
                yield from self._exposure(list(self.actions))
                yield from self._unguarded(serves)
                yield from self._functions()
                yield from self._special(serves)
            yield from self._changes(serves)
        for place in code_faults(self.project, self.actions):
            if not (place.by_access and (self._as_user or self.access == "myself")):
                yield self._at(place)
        for file, line in self.dynamic:
            yield self._match(
                "dynamic-dispatch", file, line, "", "the function to run is found by a name from the request"
            )

    @property
    def _as_user(self) -> bool:
        """Google asks for an account first, and the script can do what that account may do anyway: nobody is a stranger."""
        return self.project.manifest.execute_as == "USER_ACCESSING" and self.access != "anonymous"

    def _grade(self, reach: Reach) -> str:
        """`anonymous-delete`, `domain-read`, ...; `as-user` where the script runs as whoever opens it."""
        if self._as_user:
            return "as-user"
        word = {"fetch": "read", "share": "delete"}.get(reach.word, reach.word)
        return f"{self.access}-{word}"

    # -- manifest -----------------------------------------------------------------------------------------------

    def _manifest(self) -> Iterator[Match]:
        manifest = self.project.manifest
        answers = any(a.method in {"GET", "POST"} for a in self.actions)
        if not manifest.path:
            if answers:
                first = next(a for a in self.actions if a.method in {"GET", "POST"})
                yield self._match(
                    "manifest-missing",
                    first.file,
                    first.line,
                    "",
                    "who may call this web app stands only in its deployment: check it there",
                )
        else:
            yield from self._scopes()
        if self.project.clasp and re.search(
            rb'"rootDir"\s*:\s*"(?:[A-Za-z]:\\|/(?:Users|home|Volumes)/|~/)', self.project.clasp_content
        ):
            yield self._match("local-path-in-clasp-json", self.project.clasp, 1, "", "")

    def _scopes(self) -> Iterator[Match]:
        manifest = self.project.manifest
        if manifest.broken:
            return
        if manifest.scopes is None:
            if self.project.program.scopes:
                yield self._match("scopes-not-declared", manifest.path, 1, "", "")
            return
        line = manifest.line("oauthScopes")
        for scope in dict.fromkeys(manifest.scopes):
            if scope in _BROAD:
                yield self._match(
                    "broad-scope", manifest.path, line, scope, f"The script may use {_BROAD[scope]}: {scope}"
                )
            if manifest.scopes.count(scope) > 1:
                yield self._match("duplicate-scope", manifest.path, line, scope, f"{scope} is listed twice")

    # -- exposure -----------------------------------------------------------------------------------------------

    def _exposure(self, serves: list[Action]) -> Iterator[Match]:
        """An anonymous web app whose actions are all guarded says nothing."""
        open_ones = [a for a in serves if a.auth is not Auth.YES and a.reach >= Reach.READ and not _lets_in(a)]
        manifest = self.project.manifest
        if not open_ones or not manifest.path or self.access not in {"anonymous", "anyone"}:
            return
        worst = max(a.reach for a in open_ones)
        who = "without an account" if self.access == "anonymous" else "with any Google account"
        if self.access == "anonymous":
            yield self._match(
                "anonymous-access", manifest.path, manifest.line("access"), "",
                f"Anyone {who} reaches {len(open_ones)} unguarded actions of this web app", self._grade(min(worst, Reach.MAIL)),
            )  # fmt: skip
        if manifest.execute_as == "USER_DEPLOYING" and worst >= Reach.READ:
            yield self._match(
                "public-runs-as-owner", manifest.path, manifest.line("executeAs"), "",
                f"Anyone {who} acts with the rights of the person who deployed the web app", self._grade(min(worst, Reach.MAIL)),
            )  # fmt: skip

    def _unguarded(self, serves: list[Action]) -> Iterator[Match]:
        for method, rule in (("POST", "post-without-auth"), ("GET", "get-without-auth")):
            found = [a for a in serves if a.method == method and a.auth is not Auth.YES]
            found = [a for a in found if a.reach >= Reach.READ and not _only_page(a) and not _lets_in(a)]
            found = [a for a in found if a.gives or method == "POST"]
            if found:
                worst = Reach.READ if method == "GET" else max(a.reach for a in found)
                listed = ", ".join(dict.fromkeys(a.name or f"do{method.title()}" for a in found))
                yield self._match(
                    rule, found[0].file, found[0].line, method, f"do{method.title()} answers without a check of the caller: {listed}",
                    self._grade(min(worst, Reach.MAIL)), found,
                )  # fmt: skip
        destructive = [a for a in serves if a.auth is not Auth.YES and a.reach >= Reach.SHARE and not _lets_in(a)]
        for action in destructive:
            what = action.name or f"do{action.method.title()}"
            yield self._match(
                "destructive-action-without-auth", action.file, action.line, f"{action.method} {action.name}",
                f"{what} deletes or shares without a check of the caller", self._grade(Reach.DELETE),
            )  # fmt: skip

    def _changes(self, serves: list[Action]) -> Iterator[Match]:
        changing = [a for a in serves if a.method == "GET" and a.reach >= Reach.WRITE]
        if changing:
            listed = ", ".join(a.name for a in changing if a.name) or "doGet"
            yield self._match(
                "state-change-on-get", changing[0].file, changing[0].line, "", f"A GET changes something: {listed}",
                self._grade(max(a.reach for a in changing)), changing,
            )  # fmt: skip

    def _functions(self) -> Iterator[Match]:
        found = [a for a in self.actions if a.method == "RUN" and a.auth is not Auth.YES]
        found = [a for a in found if a.reach >= Reach.WRITE or (a.reach >= Reach.READ and a.gives)]
        if found:
            worst = max(a.reach for a in found)
            listed = ", ".join(a.name for a in found[:12])
            yield self._match(
                "public-function-unguarded", found[0].file, found[0].line, "",
                f"Whoever opens the page can run {listed} with any arguments", self._grade(min(worst, Reach.MAIL)), found,
            )  # fmt: skip

    def _special(self, serves: list[Action]) -> Iterator[Match]:
        for action in serves:
            if action.auth is not Auth.YES and action.reach >= Reach.READ and _is_debug(action.name):
                yield self._match(
                    "debug-action", action.file, action.line, action.name, f"The action {action.name} is for developers and open to all",
                    self._grade(max(action.reach, Reach.READ)),
                )  # fmt: skip
        posts = [a for a in serves if a.method == "POST" and a.auth is not Auth.YES]
        if any(a.reach >= Reach.READ for a in posts) or (posts and not any(a.auth is Auth.YES for a in serves)):
            scope = posts[0].scope
            if is_webhook(self.project, posts, Reaches(self.project.program)):
                yield self._match(
                    "webhook-without-signature", scope.path, posts[0].line, "",
                    "doPost believes whoever claims to be the sending service", self._grade(max(a.reach for a in posts)),
                )  # fmt: skip

    # -- matches ------------------------------------------------------------------------------------------------

    def _at(self, place: Place) -> Match:
        grade = self.access if place.by_access else ""
        return self._match(place.rule, place.file, place.line, place.mark, place.message, grade, place=place)

    def _match(
        self,
        rule: str,
        file: str,
        line: int,
        mark: str,
        message: str,
        grade: str = "",
        actions: Sequence[Action] = (),
        place: Place | None = None,
    ) -> Match:
        manifest = self.project.manifest
        details = {
            "project": self.project.root or ".", "access": manifest.access or "unknown",
            "execute_as": manifest.execute_as or "unknown",
        }  # fmt: skip
        also = tuple(
            CodeLocation(self.target.name, a.file, a.line, commit=self.target.commit, scope=a.handler) for a in actions[1:]
        ) + tuple(
            CodeLocation(self.target.name, f, n, commit=self.target.commit) for f, n in (place.also if place else ())
        )  # fmt: skip
        return Match(
            f"apps_script.{rule}",
            CodeLocation(self.target.name, file, line, commit=self.target.commit),
            excerpt=visible(place.excerpt) if place else "",
            mark=mark,
            grade=grade,
            message=visible(message),
            details=details,
            also_at=also[:50],
        )


def _is_debug(name: str) -> bool:
    return bool(_DEBUG.search(name)) and not _EXAMS.search(name)


def _lets_in(action: Action) -> bool:
    """A log-in is open to everybody by its nature; what registers or resets is not let off when it deletes."""
    if _EVENT.search(action.name):
        return False  # what a chat service calls back with
    if _LOG_IN.search(action.name):
        return True  # it may remove what is left of earlier sessions
    return bool(action.name) and action.reach < Reach.SHARE and issues_tokens(action.name, "")


def _only_page(action: Action) -> bool:
    """A GET that hands out a page does not give data away by itself."""
    names = [called(n) for n in t.walk(*action.nodes) if isinstance(n, t.Call)]
    page = any(n.startswith("HtmlService.") or n.endswith((".evaluate", ".createHtmlOutputFromFile")) for n in names)
    return action.method == "GET" and page and not any(n.startswith("ContentService.") for n in names)
