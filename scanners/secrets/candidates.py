"""Places in a line where a value could be a secret, before anything is judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from auditor.model.pattern import lazy

KEYWORDS = (
    r"pass|pwd|pswd|secret|token|key|auth|cred|nonce|salt|seed|signature|cookie|otp|kennwort|senha|contrase|"
    r"connectionstring|securestring|identified\s+(?:by|with\s+\w+\s+by)"
)
"""Names under which secrets are kept; a name that only contains one of these counts too (`EnvAPIPassword`)."""

_KEYWORD = KEYWORDS + r"|(?<![a-z])pw(?![a-z])|(?<![a-z])sign(?![a-z])"
_NAME_BEFORE = r"[\w$.\-@]{0,48}\Z"
_REST = r"""(?P<rest>[\w\-.]{0,48})
    (?P<close>(?:\\*["'`]|\\u0022|&quot;|\]|\)|\*\*|\?|!){0,4})
    (?P<type>\s{0,4}:\s{0,4}&?(?:'static\s)?[A-Za-z_][\w.<>]{0,30}[?]?\s{0,4}(?==)|\s{1,3}(?:string|varchar|text|\[\]byte)\s{0,3}(?==))?
    \s{0,18}(?P<op>:=|=>|->|===|!==|==|!=|<-|=|:|,|\||>|\(|(?<=\s))\s{0,18}
    (?P<wrap>(?:(?:new\s+)?[\w.:$@!?\-]{1,40}[(\[]\s{0,3}){0,2}|(?:ConvertTo-SecureString|password|Bearer|Basic|String|-AsPlainText|to\s+eq|is)\s+)?
    (?:[bfrLuU@$]{1,2}(?=["'`]))?
    (?:(?P<q>\\*["'`]|\\u0022|&quot;|u0022)(?P<qv>.{1,1500}?)(?P=q)|(?P<uv>[^\s"'`,;<>(){}\[\]|\\]{3,300}|[^\s"'`,;]{3,300}))"""
_URL = r"([A-Za-z][\w+.\-]{1,24})://([^\s/:@\"'`<>\[\]{}()]{0,80}):([^\s/@\"'`<>]{1,120})@([\w\-.$%{}\[\]:]{1,80})"
_HEADER = r"(?i)\b(bearer|basic|ntlm|digest|apikey)\s{1,3}(\\*[\"']?)([A-Za-z0-9+/_.~\-]{8,1200}={0,3})"
_FLAG = r"(?i)(?:\s-u\s{0,2}|--user[ =])([\"']?)([\w.$\-]{1,40}:)([^\s\"':]{3,80})\1"
_SPACED = lazy(r"(?i)^(?:.*securestring|.*pass(?:word|wd|phrase)?|.*pwd)$")
_OPTION = lazy(r"(?:^|\s)--?[\w\-]{0,30}\Z")
_ASSIGNING = frozenset({"=", ":", ":=", "=>", "typed=", "==", "===", "!=", "!==", "->", "<-"})
_SPARSE = lazy(r"(?i)auth|cred|key|cookie|otp|seed|sign")
_STRONG = lazy(r"(?i)pass|pwd|secret|token|api_?key")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value with what stands around it."""

    kind: str
    """`assign`, `url`, `header` or `flag`."""
    key: str
    """Name the value is given to; empty where there is none."""
    op: str
    quote: str
    wrap: str
    """Call or word between operator and value."""
    value: str
    start: int
    """Column of the value, from 0."""
    end: int
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class _Expressions:
    """The compiled expressions; made at the first use, because most files need none of them."""

    keyword: re.Pattern[str]
    """For text in lower case: several times as fast as the caseless one."""
    caseless: re.Pattern[str]
    before: re.Pattern[str]
    rest: re.Pattern[str]
    url: re.Pattern[str]
    header: re.Pattern[str]
    flag: re.Pattern[str]


@lru_cache(maxsize=1)
def _expressions() -> _Expressions:
    return _Expressions(
        keyword=re.compile(_KEYWORD),
        caseless=re.compile(_KEYWORD, re.IGNORECASE),
        before=re.compile(_NAME_BEFORE),
        rest=re.compile(_REST, re.VERBOSE),
        url=re.compile(_URL),
        header=re.compile(_HEADER),
        flag=re.compile(_FLAG),
    )


ALL_KINDS = frozenset({"assign", "url", "header", "flag"})


def candidates(line: str, kinds: frozenset[str] = ALL_KINDS) -> list[Candidate]:
    """All candidates of a line, those with a telling name first; a place is reported once.

    `kinds` spares work where the engine has seen that the others cannot occur.
    """
    expressions = _expressions()
    found = _assigned(line, expressions) if "assign" in kinds else []
    if "url" in kinds:
        found += [
            Candidate("url", m[1], "://", "", m[2], m[3], m.start(3), m.end(3)) for m in expressions.url.finditer(line)
        ]
    if "header" in kinds:
        found += [
            Candidate("header", m[1], " ", m[2], "", m[3], m.start(3), m.end(3))
            for m in expressions.header.finditer(line)
        ]
    taken = [(c.start, c.end) for c in found]
    if "flag" in kinds:
        for m in expressions.flag.finditer(line):
            if not _overlaps(taken, *m.span(3)):
                found.append(Candidate("flag", "user", " ", m[1], "", m[3], m.start(3), m.end(3)))
    return found


def _assigned(line: str, expressions: _Expressions) -> list[Candidate]:
    found: list[Candidate] = []
    after = -1
    lowered = line.lower()
    same = len(lowered) == len(line)  # a few letters of other scripts become two
    for m in expressions.keyword.finditer(lowered) if same else expressions.caseless.finditer(line):
        if m.start() < after:
            continue
        rest = expressions.rest.match(line, m.end())
        if rest is None:
            continue
        after = rest.end("rest")
        before = expressions.before.search(line, max(0, m.start() - 48), m.start())
        keyword = line[m.start() : m.end()]
        key = (before.group() if before else "") + keyword + rest["rest"]
        op = ("typed=" if rest["type"] else rest["op"]) or " "
        group = "uv" if rest["qv"] is None else "qv"
        if _plausible(line, m.start(), key, keyword, op, quoted=group == "qv", value=rest[group]):
            start, end = rest.span(group)
            wrap = (rest["wrap"] or "").strip()
            found.append(Candidate("assign", key, op, rest["q"] or "", wrap, rest[group], start, end))
    return found


def _plausible(line: str, start: int, key: str, keyword: str, op: str, *, quoted: bool, value: str) -> bool:
    """Cheap refusals; none of them cost a labelled secret when they were chosen."""
    if op in _ASSIGNING:
        return True
    if op == " ":
        if _OPTION.search(line, max(0, start - 40), start):
            return True
        if keyword[:4].lower() == "iden":
            return True
        return bool(_SPACED.match(key)) and (
            quoted or any(c.isdigit() for c in value) or not line[: max(0, start - len(key))].strip()
        )
    if _SPARSE.search(keyword) and not _STRONG.search(key):
        return quoted and any(c.isdigit() for c in value)
    return quoted or any(c.isdigit() for c in value)


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(s < end and start < e for s, e in taken)
