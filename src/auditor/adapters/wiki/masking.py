"""A line of Markdown with its markup blanked out, column for column, so that figures keep their place."""

from __future__ import annotations

import re
from html import unescape

from auditor.adapters.wiki.east_asian import narrowed

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]")
_LINK = re.compile(r"\[([^\[\]]*)\](\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])")
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]:?")
_URL = re.compile(r"<?(?:https?|ftp|file|mailto|ipfs)://?[^\s>)\]|]+>?|\bwww\.[^\s>)\]|]+|<?[\w.+-]+@[\w-]+\.[\w.-]+>?")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_SHORTCODE = re.compile(r"\{\{[<%][^{}]{0,300}[%>]\}\}|\{%[^{}]{0,300}%\}|^\s*\{:\s?[.#].*?\}\s*$")
"""A call of the program that makes the page (Hugo, Jekyll), and classes for the line before."""
_SIGN_APART = re.compile(r"([€$£¥])( {2,})(?=\d)")
"""A currency sign that a tag or the rest of an entity parts from its number."""
_CODE = re.compile(r"(`+)(.+?)\1(?!`)")
_STRUCK = re.compile(r"~~.+?~~")
_STRONG = re.compile(r"\*+|__(?=\S)|(?<=\S)__")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_MARKS = re.compile(
    r"<sup>\s*\[?[\d,* ]{1,6}\]?\s*</sup>|(?<=[^\s\[!])\[\d{1,3}\](?![(\[])|[¹²³⁰⁴-⁹†‡]+(?!\w)(?<![A-Za-z][²³])",
    re.IGNORECASE,
)
"""Footnote marks."""
_TEX_SPACE = re.compile(r"(?<=\d)\\[,;](?=\d{3}(?!\d))")
_TEX_COMMA = re.compile(r"(\d+)\{,\}(\d+)")
_TEX_TEXT = re.compile(r"\\(?:text|textbf|mathrm|mathbf)\{([^{}]*)\}")
_TEX_COMMAND = re.compile(r"\\[A-Za-z]{2,}(?=[{\s\d]|$)")
_MARKUP = re.compile(r"[{<`\[/@\\&~*$¹²³⁰⁴-⁹†‡_.](?:(?<![_.])|(?<=_)_|(?<=\w\.)\w)")
"""What a line must hold for anything in it to be blanked. It begins with a set of characters: such patterns are searched fast."""
_MARKED = re.compile(r"<sup|\[\d|[¹²³⁰⁴-⁹†‡]", re.IGNORECASE)
_MATH = re.compile(r"\$\$.*?\$\$|\$(?=[A-Za-z\\{])[^$]{0,200}\$(?!\d)")
_HANDLE = re.compile(
    r"(?:(?<=\s)|^)(?:(?:~/|\.{1,2}/|/(?=[\w.-]+/))(?:[\w.-]+/)*[\w.-]*|(?:[\w.-]+/){2,}[\w-]+\.[A-Za-z]\w*)"
)
_FILE_END = re.compile(r"\.(?:md|py|js|ts|json|ya?ml|toml|csv|html?|tf|sh|txt|pdf|png|jpe?g)\b")
_PATH = re.compile(rf"(?<![\w$€£])[\w-]+{_FILE_END.pattern}")
_ALL_FIGURES = re.compile(r"[\s\d.,$€£%+~<>/()KkMmBb-]+")
_SOME_MONEY = re.compile(r"[$€£]\s?\d")
_DIGIT = re.compile(r"\d")
_MARKER = re.compile(r"^\s*(?:>\s?)*\s*(?:[-*+•–]\s+|\d{1,3}[.)]\s+|[A-Za-z][.)]\s+(?=\S))?(?:\[[ xX]\]\s+)?")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s*(?:(?:\d+[.)])+\d*\.?\s+|\d+(?:\.\d+)+\s+)?")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ODD = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3001\u3002\ufeff\uff01-\uffe6]")
"""Signs that are invisible or wider than those of ASCII."""


def blank(match: re.Match[str]) -> str:
    """Spaces in the place of a match."""
    return " " * len(match[0])


def mask(line: str) -> str:
    """The readable text of a line, as long as the line itself; struck-out text, links' targets and code are blank."""
    marked = "<" in line or "&" in line
    text = line if line.isascii() or not _ODD.search(line) else narrowed(_INVISIBLE.sub(" ", line))
    if not _MARKUP.search(text):
        return text
    if "{" in text:
        text = _SHORTCODE.sub(blank, text)
    text = _without_references(text)
    if "<" in text:
        text = _TAG.sub(blank, text)
    if "." in text and _FILE_END.search(text):
        text = _PATH.sub(blank, text)
    if "\\" in text:
        text = _tex(text)
        text = _ESCAPE.sub(lambda m: " " + m[1], text)
    elif text.count("$") > 1:
        text = _MATH.sub(blank, text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if marked and _SIGN_APART.search(text):
        text = _SIGN_APART.sub(r"\2\1", text)
    if "~~" in text:
        text = _STRUCK.sub(blank, text)
    return _STRONG.sub(blank, text) if "*" in text or "__" in text else text


def _without_references(text: str) -> str:
    """Comments, footnote marks, code, images, links' targets, addresses and paths blank."""
    if "<" in text:
        text = _COMMENT.sub(blank, text)
    if _MARKED.search(text):
        text = _MARKS.sub(blank, text)
    if "`" in text:
        text = _CODE.sub(_code, text)
    if "[" in text:
        text = _IMAGE.sub(blank, text)
        text = _FOOTNOTE.sub(blank, text)
        text = _LINK.sub(lambda m: " " + m[1] + " " * (len(m[0]) - len(m[1]) - 1), text)
    if ":/" in text or "@" in text or "www." in text:
        text = _URL.sub(blank, text)
    if "/" in text:
        text = _HANDLE.sub(blank, text)
    return text


def _tex(text: str) -> str:
    """Numbers as TeX writes them, with thin spaces and braces around the comma; commands and their braces are blank."""
    text = _TEX_SPACE.sub("\u2009\u2009", text)
    if not _TEX_COMMAND.search(text):
        return text
    text = _TEX_TEXT.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)
    text = _TEX_COMMA.sub(lambda m: f"  {m[1]},{m[2]}", text)
    return _TEX_COMMAND.sub(blank, text).replace("{", " ").replace("}", " ")


def strip_marker(masked: str) -> str:
    """List bullets, numbers, check boxes and quote marks blanked out: `- $1,600` is an item, not a negative number."""
    found = _MARKER.match(masked)
    return " " * found.end() + masked[found.end() :] if found is not None else masked


def strip_heading(line: str) -> str:
    """Hashes and section numbers blanked out."""
    found = _HEADING.match(line)
    return " " * found.end() + line[found.end() :] if found is not None else line


def _code(match: re.Match[str]) -> str:
    inner = match[2]
    ticks = " " * len(match[1])
    keep = _ALL_FIGURES.fullmatch(inner) or _SOME_MONEY.search(inner)
    return ticks + (inner if keep else _DIGIT.sub(" ", inner)) + ticks


def _entity(match: re.Match[str]) -> str:
    char = unescape(match[0])
    if len(char) != 1 or not char.isprintable():
        char = " "
    return char + " " * (len(match[0]) - 1)
