"""Passwords made of words, which no judge can tell from other words by their looks: told where settings are kept.

`DB_PASSES=hunter2-correct-horse` in an environment file is a password whatever it looks like. So that quiet files stay
quiet, the name must end with what it is, and the value must be more than one word, not a stand-in, and not a reference.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scanners.secrets.candidates import Candidate
from scanners.secrets.features import Surroundings
from scanners.secrets.language import Language

PLAIN_WORDS = 0.55
"""Score of such a password: just over the default threshold."""
_SETTINGS, _MARKUP, _SHELL = 5.0, 3.0, 8.0
"""File types of `features.py`: environment and configuration; YAML and TOML; shell scripts and Dockerfiles."""
_PASSES = r"(?i)(?:^|[_.\-]|(?<=[a-z])(?=P))(?:pass(?:w(?:or)?d|phrase|wort)?|pwd)$"
_VARIABLE = r"^[A-Z][A-Z0-9_]*?(?:^|_)(?:PASS(?:W(?:OR)?D|PHRASE)?|PWD|SECRET|TOKEN|(?:SECRET|API|JWT|PRIVATE|ENCRYPTION|SIGNING|AUTH|MASTER|APP)_?KEY)$"
_STAND_IN = (
    r"(?i)your|change|example|sample|placeholder|dummy|todo|fixme|replace|insert|redacted|hidden|secure?string|generate|"
    r"enter|default|not.?real|fake|test|mock|here|xxx|yyy|zzz|\*\*|\.\.\.|123456|abcdef|none|null|undefined|env|vault|secret.?name"
)
_REFERENCE = r"[$%{}<>()\[\]@|\\]|://|^[./~&!]|^[A-Z][A-Z0-9_]+$|\.\w+\.|\.(?:ya?ml|json|txt|pem|key|env|conf|crt|py|js|sh)$|^(?:true|false|yes|no)$|^v?\d+(?:\.\d+)*$"


@lru_cache(maxsize=1)
def _compiled() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expression) for expression in (_PASSES, _VARIABLE, _STAND_IN, _REFERENCE))


def may_be_plain_password(candidate: Candidate) -> bool:
    """Whether name and value fit, wherever it stands."""
    value = candidate.value
    if candidate.kind != "assign" or candidate.op not in {"=", ":"} or candidate.wrap or not 6 <= len(value) <= 64:
        return False
    password, variable, stand_in, reference = _compiled()
    if not (password.search(candidate.key) or variable.match(candidate.key)):
        return False
    return not (" " in value or len(set(value)) < 4 or stand_in.search(value) or reference.search(value))


def is_plain_password(candidate: Candidate, around: Surroundings, language: Language) -> bool:
    """Whether a value that looks like words is a password by the name and the file it stands in."""
    if around.file_type not in {_SETTINGS, _MARKUP, _SHELL} or around.path_tags[0] or around.path_tags[1]:
        return False
    if not may_be_plain_password(candidate):
        return False
    is_variable = _compiled()[1].match(candidate.key) is not None
    if not (is_variable or (around.file_type != _SHELL and _compiled()[0].search(candidate.key))):
        return False
    return _says_more_than_its_name(candidate, language)


def _says_more_than_its_name(candidate: Candidate, language: Language) -> bool:
    """Two words, or a word and digits; `password: password` and `TOKEN=auth_token` name something else."""
    value, key = candidate.value.lower(), candidate.key.lower()
    plain = "".join(filter(str.isalnum, value))
    if plain in "".join(filter(str.isalnum, key)) or "".join(filter(str.isalnum, key)) in plain:
        return False
    if any(c.isdigit() for c in value) and any(c.isalpha() for c in value):
        return True
    cover, longest = language.cover(candidate.value)
    return len(plain) >= 10 and (longest < len(plain) or cover < 1)
