"""What the judge looks at: numbers about a value, its name, its line and its file.

The order of `NAMES` is the order of the vector; training and scoring share this module, so they cannot drift apart.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from scanners.secrets.candidates import Candidate
from scanners.secrets.language import Language

NAMES: tuple[str, ...] = tuple(
    """kind op file_type length lower upper digit symbol spaces foreign changes entropy evenness distinct trigram
    cover longest_word longest_run vowels is_hex is_digits is_base64 padded placeholders hard_placeholder
    codeish identifier pathish hashed quoted wrapped
    name_in_value words_shared name_length name_upper name_capital name_underscore name_dot
    then_close line_length siblings repeats name_repeats
    before_length person_above first_upper triple last_digit
    k_password k_pass k_token k_secret k_compound_key k_key k_auth k_cred k_nonce k_sign k_oauth
    k_client k_name k_place k_shape k_public k_verb k_test k_ends_keyword
    l_comment l_person l_host l_export l_http l_hash l_label
    p_test p_example p_settings""".split()
)

_KINDS = {"assign": 0, "url": 1, "header": 2, "flag": 3}
_OPS = {":": 1, "=": 2, "=>": 3, ":=": 4, ",": 5, "(": 6, "==": 7, "===": 7, "!=": 7, "!==": 7, "typed=": 8, " ": 9,
        "://": 10, "|": 11, ">": 11, "->": 11, "<-": 11}  # fmt: skip
_FILE_TYPES = {
    1: "go java kt cs c cpp h hpp scala swift rs ts tsx groovy gradle dart m",
    2: "py rb js mjs cjs jsx php pl lua vue erb ex exs r gs",
    3: "yml yaml toml tfvars",
    4: "json ipynb jsonl",
    5: "ini conf cfg properties env rsp tf config cnf staging development plist example sample template npmrc netrc pgpass local production",
    6: "md rst txt adoc",
    7: "html htm xml haml jade pug cshtml jsp css svg scss",
    8: "sh bash ps1 psm1 bat dockerfile zsh fish cmd mk",
    9: "sql",
    10: "log csv",
    11: "pem key crt pub cer",
}
_FILE_TYPE = {extension: group for group, names in _FILE_TYPES.items() for extension in names.split()}
_CLASSES = {**dict.fromkeys(map(ord, "abcdefghijklmnopqrstuvwxyz"), "a"), **dict.fromkeys(map(ord, "0123456789"), "0"),
            **dict.fromkeys(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "A"), 32: " ", 9: " "}  # fmt: skip
_PLACE = (
    r"exam|test|your|xxx|change|placeholder|dummy|sample|foo|bar|todo|fake|mock|insert|replace|enter|default|"
    r"secret|passw|token|\bkey|user|admin|some|none|null|undefined|redacted|hidden|abc|123|qwe|asd|my_|the_|lorem|"
    r"temp|demo|invalid|wrong|correct|valid|here|value|string"
)
_HARD_PLACE = (
    r"^[xX*.\-_0#?]+$|^<.*>$|\$\{|\{\{|%\(|\$\(|^\$|^%|^@|^&|%[sdv]|^\{|\*{3}|\.\.\.|#\{|<[a-z]|\[[a-z ]+\]|^__|^!|"
    r"xxxx|XXXX|^YOUR|^your"
)
_VALUE = {
    "placeholders": _PLACE,
    "hard_placeholder": _HARD_PLACE,
    "codeish": r"[\w\])]\(|\)\.|->|::|\[\w+\]|=>|;$|\w\.\w+\.\w|^\w+\.\w+$|\(\)|==|&&|\|\|",
    "identifier": r"^[A-Za-z_][A-Za-z]*(?:[._\-][A-Za-z]+)*\d{0,2}$",
    "pathish": r"(?i)^(?:\.{0,2}/|~/|[A-Z]:\\|\w+/\w+(?:/\w+)*$)|\.(?:js|json|py|rb|go|ts|md|ya?ml|html?|php|pem|key|crt|txt|sh|java|xml|conf|cs|png|jpg|svg|css|pub|csr|cer)$",
    "hashed": r"^\$\w{1,8}\$|^\{\w+\}|^(?:sha\d+|md5|ssh-\w+|ecdsa)|^AAAA",
    "is_hex": r"^(?:0x)?[0-9a-fA-F]+$",
    "is_digits": r"^[\d.,:\-/+ ]+$",
    "is_base64": r"^[A-Za-z0-9+/_\-]+={0,3}$",
    "triple": r"(.)\1\1",
    "public": r"^(?:pk_(?:live|test)_|sb_publishable_|sq0id[bp]-|AC[0-9a-f]{32}$|ssh-(?:rsa|dss|ed25519)|AAAA[BCE][23N]|(?:sha(?:1|224|256|384|512)|md5)[:=\-]|UA-\d|G-[A-Z0-9]{8}|GTM-|ca-pub-|age1[0-9a-z]{50})",
}
_KEY = (
    r"pass(?:w|phrase|code)", r"pass(?!w|phrase|code)", r"token", r"secret",
    r"(?:api|access|secret|private|encryption|account|shared|master|app|consumer|client|auth).?key", r"key", r"auth",
    r"cred", r"nonce|salt|seed|iv$", r"sign|hmac|hash|digest", r"oauth|bearer|jwt",
    r"client|consumer|app", r"id$|_id|name|user|login|email", r"file|path|dir|url|uri|host|endpoint|server",
    r"type|length|size|len|count|format|field|label|title|text|message|msg|error|hint|tooltip|placeholder|desc",
    r"public|pub|cert|fingerprint|csr",
    r"confirm|repeat|new|old|current|reset|forgot|change|invalid|mandatory|show|expire|timeout|ttl|age|policy|strength|min|max|regex|pattern|valid|prefix|suffix|class|provider|service|manager|factory|handler|controller|method|mode|enabled|required|store|algorithm",
    r"test|mock|fake|dummy|example|expected|wrong|bad",
    r"(?:password|key|token|secret)$",
)  # fmt: skip
# For a line in lower case: a caseless search takes four times as long.
_LINE = (
    r"^\s*(?://|#|\*|/\*|--|;|<!--)", r"user|login|email|account", r"host|server|port|://|connect",
    r"^\s*(?:-e\s+|export\s+)?[a-z][a-z0-9_]+=", r"curl|http|header|authorization",
    r"hash|encrypt|digest|md5|sha\d|bcrypt", r"label|title|text|message|translate|i18n",
)  # fmt: skip
_PATH = (
    r"test|spec|mock|fixture|fake", r"example|sample|demo|doc|tutorial|readme",
    r"conf|setting|env|deploy|secret|cred",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the judge may know about the place of a candidate; few distinct values, so that scores can be kept."""

    file_type: float
    path_tags: tuple[float, ...]
    person_above: bool
    """Whether the line above speaks of a user, host, server or the like."""
    siblings: int = 1
    """Candidates in the same line."""
    repeats: int = 1
    """Places in the file where the same value is a candidate, as a bit length, at most 6."""
    name_repeats: int = 1

    @classmethod
    def of(cls, path: str, above: bool, siblings: int = 1, repeats: int = 1, names: int = 1) -> Surroundings:
        """From plain counts."""
        file_type, tags = _of_path(path)
        bits = min(repeats.bit_length(), 6), min(names.bit_length(), 6)
        return cls(file_type, tags, above, siblings, *bits)


PERSON = r"user|login|host|email|account|client|server|port"
"""What the line above a secret often holds; for text in lower case."""


@lru_cache(maxsize=1)
def _compiled() -> tuple[dict[str, re.Pattern[str]], tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    return (
        {name: re.compile(expression) for name, expression in _VALUE.items()},
        tuple(re.compile(expression, re.IGNORECASE) for expression in _KEY),
        tuple(re.compile(expression) for expression in _LINE),
    )


@lru_cache(maxsize=64)
def _of_path(path: str) -> tuple[float, tuple[float, ...]]:
    name = path.rsplit("/", 1)[-1].lower()
    extension = name.rsplit(".", 1)[-1] if "." in name else ("dockerfile" if "dockerfile" in name else "")
    return float(_FILE_TYPE.get(extension, 0)), tuple(float(bool(re.search(e, path, re.IGNORECASE))) for e in _PATH)


@lru_cache(maxsize=4096)
def _of_name(key: str) -> tuple[float, ...]:
    return tuple(float(bool(expression.search(key))) for expression in _compiled()[1])


@lru_cache(maxsize=256)
def _of_line(line: str) -> tuple[float, ...]:
    lowered = line.lower()
    return tuple(float(bool(expression.search(lowered))) for expression in _compiled()[2])


def is_obvious(candidate: Candidate, language: Language) -> bool:
    """Whether a candidate is so plainly a word, a reference or a template that it need not be judged.

    Chosen on labelled data so that no labelled secret falls; it spares the judge two candidates of three.
    """
    value = candidate.value
    if len(value) < 4:
        return True
    expressions = _compiled()[0]
    if expressions["public"].match(value):
        return True
    if candidate.kind == "assign":
        if expressions["identifier"].match(value) and language.cover(value)[0] > 0.8:
            return True
        if " " in value and (value.count(" ") > 2 or language.cover(value)[0] > 0.5):
            return True
    return False


def features(line: str, candidate: Candidate, around: Surroundings, language: Language) -> list[float]:
    """The vector of a candidate, in the order of `NAMES`."""
    expressions = _compiled()[0]
    full, key, quote = candidate.value, candidate.key, candidate.quote
    value = full[:120]
    length = len(value)
    classes = value.translate(_CLASSES)
    lower, upper, digit, spaces = (classes.count(c) for c in "aA0 ")
    symbol = length - lower - upper - digit - spaces
    changes = sum(map(str.__ne__, classes, classes[1:]))
    counts = Counter(value)
    entropy = math.log2(length) - sum(n * math.log2(n) for n in counts.values()) / length
    cover, longest_word = language.cover(value)
    runs = language.letters(value)
    lowered = value.lower()
    vowels = sum(map(lowered.count, "aeiou")) / (lower + upper or 1)
    name, bare = _plain(key), _plain(value)
    end = candidate.end + len(quote)
    after = line[end : end + 3]
    head = line[: candidate.start]
    vector = [
        _KINDS[candidate.kind], _OPS.get(candidate.op, 0), around.file_type, length, lower / length, upper / length,
        digit / length, symbol / length, spaces, not value.isascii(), changes / length, entropy,
        entropy / math.log2(length) if length > 1 else 0, len(counts) / length, language.strangeness(value),
        cover, longest_word, max(map(len, runs), default=0), vowels,
        expressions["is_hex"].match(value) is not None, expressions["is_digits"].match(value) is not None,
        expressions["is_base64"].match(value) is not None, full.endswith("="),
        len(expressions["placeholders"].findall(lowered)), expressions["hard_placeholder"].search(value) is not None,
        expressions["codeish"].search(value) is not None, expressions["identifier"].match(value) is not None,
        expressions["pathish"].search(value) is not None,
        expressions["hashed"].match(value) is not None, bool(quote), bool(candidate.wrap),
        bool(name) and name in bare, language.shared(key, lowered), len(key),
        key.isupper(), key[:1].isupper(), "_" in key, "." in key, after[:1] in {",", ";", ")", "}"},
        min(len(line), 2000), around.siblings,
        around.repeats, around.name_repeats, min(len(head.strip()), 500),
        around.person_above, value[:1].isupper(), expressions["triple"].search(value) is not None, value[-1:].isdigit(),
    ]  # fmt: skip
    return [
        *map(float, vector),
        *_of_name(key),
        *_of_line(line[:400] if len(line) < 400 else _near(line, candidate)),
        *around.path_tags,
    ]


def _near(line: str, candidate: Candidate) -> str:
    return line[max(0, candidate.start - 300) : candidate.start + 100]


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
