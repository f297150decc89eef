"""What a path says of a file: whether it is a page of the team's at all, and for whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from posixpath import dirname

from auditor.model.pattern import lazy
from scanners.pages.templates import is_template

_BACK_OFFICE = lazy(
    r"(?:^|/)(?:admin|administrator|dashboard|back-?office|console|control-?panel|staff|crew|wp-admin|adm\w{0,8})(?:[-_. ][^/]*)?(?:/|\.[a-z.]+$)",
    re.IGNORECASE,
)
_LAYOUT = lazy(
    r"(?:^|/)_?(?:base|layout|default|baseof|master|header|head|application)(?:layout)?(?:\.[a-z]+)+$", re.IGNORECASE
)
"""The file that opens every page of a site without an index of its own."""
_ELSEWHERE = lazy(
    r"(?:^|/)(?:\.[^/]+|node_modules|bower_components|vendor|third[_-]party|site-packages|\.?venv|coverage|htmlcov|lcov-report|javadoc|apidocs?"
    r"|storybook-static|playwright-report|test-results|typedoc|__tests__|tests?|fixtures?|testdata|spec|cypress|e2e|_build|doxygen"
    r"|wp-admin|wp-includes|wp-content/(?:plugins|uploads|cache|themes/twenty[a-z]+)|[^/]*_mailer|storage/framework|demo-files|(?:fpdf|tcpdf|dompdf|mpdf|php-?mailer|phpexcel)[^/]*|pdfjs|lightbox2?|(?:libs?|librar(?:y|ies)|plugins?|assets)/(?:[^/]+/)*(?:demos?|examples?|samples?|docs?|tutorials?)"
    r"|\.git|\.github|\.yarn|Pods|_?old|old[-_]?(?:site|website|version|pages?)|(?:web)?site[-_]old|lightbox2?-\d[\w.-]*|bootstrap(?:-\d[^/]*)?/(?:site|docs?|examples?)|bootstrap-\d[^/]*|e?mails?|email[-_]?templates?|mailers?|newsletters?|_?archive|backups?|_scheduled|_drafts?|_posts|ionicons[^/]*|fontello[^/]*|icomoon[^/]*|font-?awesome[^/]*|tinymce|ckeditor|css|fonts?|js|scss|images?|img)/|(?:^|/)(?:wp-[a-z-]+\.php|readme\.html?)$|(?:^|/)(?:cheatsheet|icons-reference|lighthouse[^/]*|bundle-(?:report|stats|analysis))\.html$",
    re.IGNORECASE,
)
_MAIL_WORDS = ("urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office", "mso-")
_MAIL_NAME = lazy(r"(?:^|/)[^/]*(?:e-?mail|invoice|receipt|pdf)[^/]*\.[a-z.]+$", re.IGNORECASE)
_BROWSER_ONLY = lazy(r"<(?:script|nav|header|main)\b|<link[^>]+stylesheet", re.IGNORECASE)
"""What a mail program would drop."""
_BUILT = lazy(r"(?:^|.*/)(?:dist|build|out|_site|\.next|\.output|release|target|www/build)(?=/)")
_APPLICATION_PATH = lazy(
    r"(?:^|/)(?:(?:user|my|client|customer|crew|staff|partner|member|owner|site|web|super|ele|team)[-_]?)?(?:admin|administrator|dashboard|login|log-?in|signin|sign-in"
    r"|signup|sign-up|register|registration|account|profile|portal|backoffice|back-office|console|control-panel|settings|reset-password|forgot-password|change-password"
    r"|password|auth|checkout|cart|users?)(?:[-_]?(?:page|panel|login|dashboard|home|settings|users|orders|bookings|intake))?(?:(?:\.blade)?\.(?:html?|php|aspx?|ejs|astro|njk|twig|hbs)$|/)",
    re.IGNORECASE,
)
_APART = lazy(
    r"(?:^|/)(?:4\d\d|5\d\d|404[^/]*|error|offline|not-?found|thank[^/]*|thanks|success|[ée]xito|gracias|merci|danke\w*|obrigad[oa]|grazie|bedankt|confirm[^/]*|unsubscribe|cancel(?:led|ed)?|maintenance|preview[^/]*|draft[^/]*"
    r"|test\d*|google[0-9a-f]{10,}|yandex_[^/]*|redirect[^/]*)(?:\.blade)?\.(?:html?|php|aspx?|ejs|astro|njk|twig|hbs)$",
    re.IGNORECASE,
)


_MADE_BY = lazy(
    r"<meta\s+name=[\"']generator[\"']\s+content=[\"'](?:doxygen|phpdocumentor|jsdoc|javadoc|pdoc|yard|rdoc|typedoc|dartdoc|naturaldocs)|<!--\s*generated\s+by\s+(?:doxygen|javadoc)",
    re.IGNORECASE,
)
_OWN_CODE = lazy(r"\{\{|\{%|<\?php|<\?=|<%|@(?:yield|include|section|extends)\b")
"""What no browser has saved: a template was begun from what one saved."""
_LIBRARIES = lazy(r"(?:^|/)(?:plugins?|libs?|lib|libraries|vendors?|third-?party)/", re.IGNORECASE)


def is_back_office(path: str) -> bool:
    """Whether only the staff sees it."""
    return bool(_BACK_OFFICE.search(path))


def is_for_members(path: str) -> bool:
    """Whether it is named like a page for people who have signed in, or sign in there."""
    return bool(_APPLICATION_PATH.search(path))


def is_apart(path: str) -> bool:
    """Whether it is named like a page that nobody is meant to find by searching."""
    return bool(_APART.search(path))


def is_elsewhere(path: str) -> bool:
    """Whether a path is no page of the team's: a package's, a test's, a report's, a mail's."""
    return bool(_ELSEWHERE.search(path))


def is_opener(path: str) -> bool:
    """Whether a file is named like one that opens every page of a site without an index of its own."""
    return bool(_LAYOUT.search(path))


def is_layout(path: str) -> bool:
    """Whether a file is named like one that opens every page."""
    return is_opener(path) or "/layouts/" in f"/{path}" or "_layouts/" in path


def is_mail(path: str, source: str) -> bool:
    """Whether it is the body of a mail."""
    if any(word in source for word in _MAIL_WORDS):
        return True
    return bool(_MAIL_NAME.search(path)) and not _BROWSER_ONLY.search(source)


def is_copied(path: str, source: str) -> bool:
    """Whether a browser saved it from somebody else's site, or a tool made it of code or as a first page to replace."""
    head = source[:4000]
    return (
        ("<!-- saved from url=" in head[:2000] and not (is_template(path) and _OWN_CODE.search(source)))
        or bool(_MADE_BY.search(head))
        or ("<title>Laravel</title>" in head and "laravel.com/docs" in source)
    )


def of_packages(paths: Iterable[str], every: Collection[str]) -> frozenset[str]:
    """Pages that a package brings which lies among libraries, with its own manifest."""
    return frozenset(
        path
        for path in paths
        if (found := _LIBRARIES.search(path))
        and any(
            f"{path[: end.start()]}/{name}" in every
            for end in re.finditer("/", path)
            if end.start() >= found.end()
            for name in ("package.json", "bower.json", "composer.json")
        )
    )


def saved_copies(paths: Iterable[str], every: Iterable[str]) -> frozenset[str]:
    """Pages that a browser saved with what they load, in a folder beside them that is named after them."""
    folders = {dirname(path) for path in every}
    return frozenset(path for path in paths if f"{path.rsplit('.', 1)[0]}_files" in folders)


_ELEVENTY = lazy(r"(?:^|/)(?:\.eleventy\.js|eleventy\.config\.[cm]?[jt]s)$")
_INPUT = lazy(r"(?:\binput\s*:|\bsetInputDirectory\()\s*[\"'](?:\./)?([\w-][\w./-]*)[\"']")
_PLAIN_PAGE = lazy(r"\.x?html?$", re.IGNORECASE)


def left_out(paths: Sequence[str], every: Collection[str], read: Callable[[str], str]) -> dict[str, str]:
    """Plain pages of a project of Eleventy outside its input folder, which is given by the page.

    Where its configuration names the folder in which they lie, they may be copied.

    Source: 11ty.dev/docs/config (input directory).
    """
    found: dict[str, str] = {}
    for config in (path for path in every if _ELEVENTY.search(path) and not is_elsewhere(path)):
        folder = config[: config.rfind("/") + 1]
        text = read(config)
        told = _INPUT.search(text)
        if told is None or not any(path.startswith(f"{folder}{told[1].rstrip('/')}/") for path in paths):
            continue
        used = {told[1].partition("/")[0], *(name[1] for name in _NAMED_FOLDER.finditer(text))}
        for path in paths:
            inner = path.removeprefix(folder)
            if not path.startswith(folder) or not _PLAIN_PAGE.search(path) or inner.partition("/")[0] in used:
                continue
            above = [dirname(path)]
            while above[-1] and f"{above[-1]}/" != folder:
                above.append(dirname(above[-1]))
            if not any(each and f"{each}/" != folder and f"{each}/package.json" in every for each in above):
                found[path] = f"{folder}{told[1].rstrip('/')}"
    return found


_NAMED_FOLDER = lazy(r"[\"'](?:\.{1,2}/)*([\w-][\w.-]*)")


def built_copies(paths: Sequence[str]) -> frozenset[str]:
    """Pages in a build folder whose sources are there as well."""
    built = {path for path in paths if _BUILT.match(path)}
    return frozenset(built) if len(built) < len(paths) else frozenset()
