"""Pages that a server or a generator puts together: which files they are, and their markup without the code."""

from __future__ import annotations

import re

from auditor.model.pattern import lazy

PLAIN = lazy(r"\.(?:[xs]?html?|xht)$", re.IGNORECASE)
TEMPLATE = lazy(
    r"\.(?:php\d?|phtml|njk|nunjucks|liquid|hbs|handlebars|mustache|ejs|eta|erb|rhtml|twig|jinja2?|j2|astro|jsp|jspf|cshtml|vbhtml"
    r"|razor|aspx?|ascx|master|cfm|ftlh?|latte|tpl|tmpl|gohtml|heex|eex|edge|marko)$|(?:^|/)_(?:layouts|includes)/[^/]+\.(?:md|markdown)$",
    re.IGNORECASE,
)
_TAG = lazy(
    r"<(?:html|head|body|div|section|main|header|footer|nav|form|article|aside|p|h[1-6]|ul|ol|table|img|a|meta|title|link|script)[\s>]",
    re.IGNORECASE,
)
_OTHER_COMPONENT = lazy(r"<[A-Z]\w*(?:[\s>]|/>)")
"""All the markup that a component may have."""
_CODE = lazy(r"<\?(?!xml\b)(?P<php>.*?)(?:\?>|\Z)|<%(?P<erb>.*?)%>", re.DOTALL | re.IGNORECASE)
_COMPONENT = lazy(r"\.(?:astro|svelte|vue|marko|[jt]sx|mdx)$", re.IGNORECASE)
_CLOSED_AT_ONCE = lazy(
    r"<(?P<tag>(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[a-zA-Z][\w.:-]*)"
    r"(?P<attributes>(?:[^<>\"'`{}/]|/(?!>)|\"[^\"]*\"|'[^'\n]*'|`[^`]*`|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*+)/>"
)
_PICTURE_COMPONENT = lazy(r"<Image(?=[\s/>])")
_EXPRESSION = lazy(r"\{\{[^{}\n]{1,300}\}\}|\{%[^{}\n]{1,300}%\}")
"""In an attribute its quotes would end the value for a parser that knows nothing of templates."""
_LOOKED_UP = lazy(
    r"\{%-?\s*(?:trans|translate|t|lang)\s+(?P<quote>[\"'])(?P<text>[^\"'<>{}\n]{1,200})(?P=quote)\s*(?:\|[^%{}\n]{0,60})?-?%\}"
)
"""A text, looked up in a dictionary of translations."""
_COMMENT = lazy(
    r"\{%-?\s*comment\b[^%]*%\}.*?\{%-?\s*endcomment\s*-?%\}|\{\{!--.*?--\}\}|\{\{--.*?--\}\}|\{\{-?\s*/\*.*?\*/\s*-?\}\}",
    re.DOTALL,
)
"""What a template leaves out."""
_ELSE = lazy(
    r"<\?(?!xml\b)[^?]{0,80}\belse(?:\s?if)?\b|<%[^%]{0,80}\b(?:else|elsif)\b|\{%-?\s*(?:else|elif|elsif|elseif|case|when)\b"
    r"|\{\{-?\s*(?:else\b|\^)|@else(?:if)?\b"
)
_CHOICE = lazy(r"\)\s*:\s*\(|>\s*:\s*\(?\s*<")
"""Between the two sides of a choice in a component."""
_NOT_BREAK = lazy(r"[^\r\n]")
_LANGUAGE = "lang='{{ }}'"
"""What WordPress prints for `language_attributes()`."""
_ECHO = lazy(r"\A(?:=|-|#|php\s+(?:echo|print)\b)", re.IGNORECASE)
_LITERAL = lazy(
    r"\A(?:=|php\b)?\s*(?:echo\s*)?(?:(?:esc_(?:html|attr)_?_|esc_(?:html|attr)_e|_[ex_]|translate|trans|gettext|t|lang)\(\s*)?(?P<quote>['\"])(?P<text>[^'\"$<>{}\\]+)(?P=quote)[^'\"]*(?:(?:['\"])[\w -]*['\"])?\s*\)?\s*;?\s*\Z"
)
"""Code that prints a text of its own, be it through a dictionary of translations."""
_PARTS = lazy(
    r"\{%-?\s*(?:extends|include|block|component|render|layout|section|partial|import|content_for)\b|\{\{\s*-?\s*[>#]"
    r"|<!--\s*#\s*include|@(?:extends|include|section|yield|component|RenderBody|RenderSection|Html\.Partial)\b|<partial\s"
    r"|\bth:(?:replace|insert|include)=|\bdata-include=|\{\{-?\s*(?:template|partial|block|content|body|children|yield|outlet)\b"
    r"|w3-include-html|<jsp:include|<tiles:insert|<cfinclude|<slot\b|<Layout\b|<ViewData\b"
)
_LOADED = lazy(r"\.load\(\s*['\"][^'\"]+\.html")
_FETCHED = lazy(r"fetch\(\s*['\"`][^'\"`]*(?:header|footer|nav|partial|component|include)[^'\"`]*\.html")
_PARTS_IN_CODE = lazy(
    r"\b(?:include|require)(?:_once)?\b\s*[\s('\"]|\bget_(?:header|footer|sidebar|template_part)\b|\bwp_head\b|\b(?:render|partial|yield|content_for|insert|layout|section|extend)\b"
)
_FILLS_A_LAYOUT = lazy(
    r"(?:\A|\n)(?:=|-|\s*php\s+(?:echo|print)\b)\s*\(?\s*(?:\$(?:this\s*->\s*)?|@)?(?:content|contenu|contenido|conteudo|contents|body|yield|slot|page_?content|main_?content|content_for_layout|view_?content|inhalt)\s*(?:\(\s*\))?\s*(?:\?\?\s*''\s*)?\)?\s*;?\s*(?:\n|\Z)",
    re.IGNORECASE,
)
"""What a layout prints of the page that it opens and closes."""
_HINTS = lazy(
    r"\{[%{]|#include|# include|@(?:extends|include|section|yield|component|Render|Html\.)"
    r"|<(?:jsp:|tiles:|cfinclude|slot|Layout|partial)"
)
_HINTED = ("th:replace", "th:insert", "th:include", "data-include", "w3-include")
"""One of these is in every page that is put together of parts: most need no closer look."""
_INCLUDED = lazy(
    r"\b(?:include|require)(?:_once)?\b\s*\(?\s*(?:(?:__DIR__|dirname\(__FILE__\)|[A-Z_]{2,40}|\$_SERVER\[[^\]]{1,40}\])\s*\.\s*)?[\"']([^\"'$]{1,200})[\"']"
)
_IS_PARTIAL = lazy(
    r"(?:^|/)(?:_?includes?|_?partials?|_?components?|_?snippets?|_?blocks|_?fragments?|shared|common)/|(?:^|/)_?(?:head|header|footer|nav|navbar|navigation|sidebar|menu|scripts?|meta|top|bottom)\.[a-z.]+$",
    re.IGNORECASE,
)
_OPENED = lazy(r"<html[\s>]|<!doctype\s+html", re.IGNORECASE)


def is_template(path: str) -> bool:
    """Whether a program makes pages of it, so that it may be code as well as markup."""
    return bool(TEMPLATE.search(path))


def closed(path: str, source: str) -> str:
    """The source of a component with `<x />` written as `<x></x>`: for a parser of HTML the first is only opened.

    An `Image` is no `img`: it writes sizes and the rest itself.
    """
    if not _COMPONENT.search(path):
        return source
    if "<Image" in source:
        source = _PICTURE_COMPONENT.sub("<x-image", source)
    if "/>" not in source:
        return source
    return _CLOSED_AT_ONCE.sub(r"<\g<tag>\g<attributes>></\g<tag>>", source)


def has_markup(path: str, source: str) -> bool:
    """Whether there is any markup outside the code."""
    return bool(_TAG.search(source)) or (path.lower().endswith(".astro") and bool(_OTHER_COMPONENT.search(source)))


def is_assembled(path: str, source: str, code: str) -> bool:
    """Whether parts of a page stand in other files; `code` is what a server runs in it."""
    if (_HINTS.search(source) or any(hint in source for hint in _HINTED)) and _PARTS.search(source):
        return True
    if (".load(" in source and _LOADED.search(source)) or ("fetch(" in source and _FETCHED.search(source)):
        return True
    if "%sveltekit." in source or (code and (_PARTS_IN_CODE.search(code) or _FILLS_A_LAYOUT.search(code))):
        return True
    if path.lower().endswith(".astro") or source.startswith("---\n"):
        return True
    # Opened here and closed in another file.
    if "</html" in source or "</body" in source or not _OPENED.search(source):
        return False
    lowered = source.lower()
    return "</html" not in lowered and "</body" not in lowered


def branches(path: str, source: str) -> tuple[int, ...]:
    """Offsets at which another branch begins: what stands before it is not shown with what stands behind."""
    if not is_template(path) and "{%" not in source and "{{" not in source:
        return ()
    found = [each.start() for each in _ELSE.finditer(source)] if "els" in source else []
    if _COMPONENT.search(path):
        found += [each.start() for each in _CHOICE.finditer(source)]
    return tuple(found)


def included(code: str) -> tuple[tuple[str, ...], str]:
    """Names of the files that code includes by a fixed name, and the code without that."""
    if "include" not in code and "require" not in code:
        return (), code
    return tuple(found[1].rsplit("/", 1)[-1] for found in _INCLUDED.finditer(code)), _INCLUDED.sub(" ", code)


def is_part(path: str, source: str, *, assembled: bool) -> bool:
    """Whether it is a part of a page: its page is opened in another file."""
    return (assembled or bool(_IS_PARTIAL.search(path))) and not _OPENED.search(source)


def parted(source: str) -> tuple[str, str]:
    """The markup with the server's code blanked, as long as before, and the code.

    What the code prints is `{{ }}` in a value and in the body, so that it is neither missing nor known.
    """
    if "{{" in source or "{%" in source:
        if "comment" in source or "{{!" in source or "{{/*" in source or "{{--" in source:
            source = _COMMENT.sub(lambda found: _NOT_BREAK.sub(" ", found[0]), source)
        source = _LOOKED_UP.sub(lambda found: _only(found, found.start("text"), found["text"]), source)
        source = _EXPRESSION.sub(lambda found: re.sub(r"[\"'<>]", " ", found[0]), source)
    if "<?" not in source and "<%" not in source:
        return source, ""
    code: list[str] = []
    body = source.lower().find("<body")
    whole = body >= 0 or bool(_OPENED.search(source)) or "<head" in source.lower()
    out: list[str] = []
    at = 0
    for found in _CODE.finditer(source):
        inner = found["php"] if found["php"] is not None else found["erb"]
        code.append(inner)
        before = source[at : found.start()]
        out.append(before)
        near = source[max(0, found.start() - 400) : found.start()]
        in_tag = near.rfind("<") > near.rfind(">")
        shown = (
            in_tag
            or not whole
            or found.start() > body >= 0
            or bool(re.search(r"<title[^>]*>[^<]*\Z", near, re.IGNORECASE))
        )
        if in_tag and "language_attributes" in inner and len(found[0]) > len(_LANGUAGE):
            out.append(_LANGUAGE + " " * (len(found[0]) - len(_LANGUAGE)))
            at = found.end()
            continue
        literal = _LITERAL.match(inner) if shown else None
        if literal is not None and (_ECHO.match(inner.lstrip(" ")) or "(" in inner[: literal.start("text")]):
            start = found.start("php" if found["php"] is not None else "erb") - found.start() + literal.start("text")
            blank = _NOT_BREAK.sub(" ", found[0])
            out.append(blank[:start] + literal["text"] + blank[start + len(literal["text"]) :])
            at = found.end()
            continue
        out.append(_stand_in(found[0], printed=shown and bool(_ECHO.match(inner.lstrip(" ")))))
        at = found.end()
    out.append(source[at:])
    return "".join(out), "\n".join(code)


def _only(found: re.Match[str], start: int, text: str) -> str:
    """A text that a tag prints, where it stands in the tag, and nothing else of the tag."""
    before = start - found.start()
    return " " * before + text + " " * (len(found[0]) - before - len(text))


def _stand_in(text: str, *, printed: bool) -> str:
    blank = re.sub(r"[^\r\n]", " ", text)
    return f"{{{{{blank[2:-2]}}}}}" if printed and len(text) >= 4 and "\n" not in text[:2] + text[-2:] else blank
