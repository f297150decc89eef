"""Environment files: what their values give away.

A tracked file of settings is no leak by itself: of eleven in real repositories seven held only values that a build
tool copies into the public page anyway. So the variables decide, one by one, and the worst one gives the grade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from auditor.model.pattern import lazy


class Weight(IntEnum):
    """What a value gives away, least first; the name in lower case is the grade of the match."""

    EMPTY = 0
    """Nothing, or a placeholder."""
    ENCRYPTED = 1
    PUBLIC = 2
    """Meant for the browser."""
    SETTINGS = 3
    """Ports, hosts, names, switches."""
    DEFAULT = 4
    """A password that only opens a database on the developer's own machine."""
    SECRET = 5


@dataclass(frozen=True, slots=True)
class Variable:
    """One assignment."""

    name: str
    value: str
    line: int
    """From 1."""


_ASSIGNMENT = lazy(r"\s*(?:export\s+|set\s+)?([A-Za-z_][A-Za-z0-9_.\-]*)\s*[=:]\s*(.*)")
_PUBLIC_NAME = lazy(
    r"(?:VITE|REACT_APP|NEXT_PUBLIC|NUXT_PUBLIC|NUXT_ENV|PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|SNOWPACK_PUBLIC|STORYBOOK"
    r"|NG_APP|PARCEL|RAZZLE|PREACT_APP|GRIDSOME|DOCUSAURUS)_",
)
_SECRET_NAME = lazy(
    r"SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PASSCODE|(?:^|_)PW?D?$|(?:^|_)PWD|(?:^|_)PASS(?:$|_)|API_?KEY|APIKEY"
    r"|ACCESS_?KEY|PRIVATE_?KEY|ENCRYPT\w*KEY|SIGN\w*KEY|MASTER_?KEY|AUTH_?KEY|ACCOUNT_?KEY|(?:^|_)KEY$|CREDENTIAL"
    r"|JWT|(?:^|_)SALT$|COOKIE_?KEY|CONNECTION_?STRING|WEBHOOK_URL|SERVICE_ACCOUNT|DATABASE_URL|DB_URL|MONGO\w*UR[IL]",
)
_HARMLESS_NAME = lazy(
    r"PUBLIC|PUBLISHABLE|EXPIR|_TTL|LIFETIME|_LENGTH|_SIZE|_MIN|_MAX|_COUNT|_LIMIT|ALGORITHM|_ALG$|_ENABLED?$|_HEADER"
    r"|_PATH$|_FILE(?:NAME)?$|_DIR$|_NAME$|_ARN$|_PREFIX$|_TYPE$|ISSUER|AUDIENCE|_HOST$|_PORT$|_REGION$|_ROUNDS?$"
    r"|_ENDPOINT$|_ID$|_URL$|_URI$|KEYCLOAK|_TABLE$|_BUCKET$|_ALIAS$|_LABEL$|_REQUIRED$|_MODE$|_POLICY$|SITE_?KEY"
    r"|_ADDRESS$|_SYMBOL$|_DECIMALS$",
)
_URL_THAT_IS_SECRET = lazy(r"WEBHOOK_URL|DATABASE_URL|DB_URL|MONGO\w*UR[IL]|CONNECTION")
_SECRET_VALUE = lazy(
    r"\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,}|\bwhsec_[0-9A-Za-z+/=]{16,}|\bgh[pousr]_[0-9A-Za-z]{20,}"
    r"|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bsk-(?:proj-|ant-)?[\w-]{20,}|\bnpm_[0-9A-Za-z]{30,}|\bAC[0-9a-f]{32}:[0-9a-f]{32}"
    r"|\bkey-[0-9a-f]{32}\b|\bhf_[0-9A-Za-z]{30,}|hooks\.slack\.com/services/T\w+/B\w+/\w+"
    r"|discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}|\bdop_v1_[0-9a-f]{40,}|\bshp(?:at|ss)_[0-9a-f]{32}"
    r"|AccountKey=[0-9A-Za-z+/=]{40,}",
)
_CREDENTIAL_URL = lazy(r"[a-z][a-z0-9+.\-]*://([^\s:/@]*):([^\s@]+)@([^\s/?#,]+)", re.IGNORECASE)
_LOCAL_HOST = lazy(r"(?:localhost|127\.|0\.0\.0\.0|host\.docker\.internal|\[?::1)|[^.]+(?::\d+)?$", re.IGNORECASE)
_PLACEHOLDER = lazy(
    r"(?:<.*>|\[.*\]|\{\{.*\}\}|\$\{.*\}|\$\(.*\)|%.*%|\$\w+|x{3,}|X{3,}|\*+|\.{2,}|-+|_+|#.*|0+"
    r"|.*(?:x{5,}|X{5,}).*"
    r"|(?:.*[-_ .:/])?(?:your|my|change|replace|insert|enter|put|add|fill)(?:[-_ .]?(?:me|this|own|the|a|it|here|in"
    r"|with|some|strong|secure|random|super|secret|api|app|db|jwt|key|token|password|database|user|value|access"
    r"|client|private|project|domain|account|smtp|email|aws|stripe|openai|google|github|mongo|mongodb|session|auth"
    r"|cloudinary|sendgrid|twilio|production|prod|long|very))*(?:$|[-_ .:/].*)"
    r"|your[-_]?\w*|.*[-_ ]here|.*(?:placeholder|change[-_ ]?(?:me|this|it)|dummy|example|sample|redacted|todo|tbd|fixme"
    r"|generate[-_]).*"
    r"|none|null|nil|undefined|n/?a|unset|true|false|yes|no|on|off|string|value|token|key|api[-_]?key|\d{1,5})",
    re.IGNORECASE | re.DOTALL,
)
_LOCAL_DEFAULT = lazy(
    r"(?:postgres(?:ql)?|root|passw(?:or)?d|pass|secret|secretkey|admin|administrator|test(?:ing|er|user)?|guest|docker|mysql"
    r"|mariadb|mongo(?:db)?|redis|minio(?:admin)?|rabbitmq|dev(?:elopment|eloper)?|local(?:host|stack)?|user|username|demo"
    r"|sail|homestead|laravel|django|app|api|db|database|qwerty|foo|bar|foobar|abc123|p@ssw0rd"
    r"|[a-z0-9_-]{0,24}(?:passw(?:or)?d|secret)|fake|mock|ci)(?:[-_]?(?:\d{1,8}|pass(?:word)?|secret|key|token|user|db|pw|dev|test|local))*[!.]?",
    re.IGNORECASE,
)


def variables(text: str) -> Iterator[Variable]:
    """Assignments in file order; a quoted value may run over several lines."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        found = None if line.lstrip().startswith("#") else _ASSIGNMENT.match(line)
        if not found:
            continue
        name, value, number = found[1], found[2].strip(), at
        quote = value[:1]
        if quote in {'"', "'", "`"} and quote:
            end = value.find(quote, 1)
            while end < 0 and at < len(lines) and at - number < 200:
                value += "\n" + lines[at]
                at += 1
                end = value.find(quote, 1)
            value = value[1:end] if end > 0 else value[1:]
        else:
            value = re.split(r"\s#", value, maxsplit=1)[0].strip()
        yield Variable(name, value.strip(), number)


def weight(variable: Variable) -> Weight:
    """What one variable gives away."""
    name, value = variable.name.upper(), variable.value
    if not value or len(value) > 100_000:
        return Weight.EMPTY if not value else Weight.SETTINGS
    if value.startswith("encrypted:") or name == "DOTENV_PUBLIC_KEY":
        return Weight.ENCRYPTED
    short = value[:4096]
    if _SECRET_VALUE.search(short) and not re.search(r"(?i)x{6,}|example|your|0{10,}|1234567890", short):
        return Weight.SECRET
    with_password = _CREDENTIAL_URL.search(short)
    if with_password:
        return _of_password(with_password[2], with_password[3])
    if _PUBLIC_NAME.match(name):
        return Weight.PUBLIC
    secret_name = _SECRET_NAME.search(name) and not (
        _HARMLESS_NAME.search(name) and not _URL_THAT_IS_SECRET.search(name)
    )
    if not secret_name or "://" in value or value.startswith(("/", "./", "~/", "file:")):
        return Weight.EMPTY if _is_placeholder(short) else Weight.SETTINGS
    return _of_password(value, "")


def _of_password(password: str, host: str) -> Weight:
    if _is_placeholder(password) or (host and _is_placeholder(host)):
        return Weight.EMPTY
    if (host and _LOCAL_HOST.match(host)) or _LOCAL_DEFAULT.fullmatch(password) or len(password) < 6:
        return Weight.DEFAULT
    return Weight.SECRET


def _is_placeholder(value: str) -> bool:
    return bool(_PLACEHOLDER.fullmatch(value[:300]))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a whole file gives away."""

    weight: Weight
    total: int
    """Number of assignments."""
    worst: tuple[Variable, ...]
    """The variables that weigh most; their values must not be shown."""

    @property
    def line(self) -> int | None:
        """Line of the first of the worst."""
        return self.worst[0].line if self.worst else None

    @property
    def sentence(self) -> str:
        """What it is, in one sentence without a value."""
        names = ", ".join(variable.name for variable in self.worst[:4])
        more = f" and {len(self.worst) - 4} more" if len(self.worst) > 4 else ""
        count = len(self.worst)
        return {
            Weight.SECRET: f"Environment file in the repository holds {count} secret value{'s' * (count != 1)}: {names}{more}",
            Weight.DEFAULT: f"Environment file in the repository holds passwords of a local set-up: {names}{more}",
            Weight.SETTINGS: "Environment file in the repository holds settings, no secrets",
            Weight.PUBLIC: "Environment file in the repository holds only values that are public in the page anyway",
            Weight.ENCRYPTED: "Environment file in the repository is encrypted",
            Weight.EMPTY: "Environment file in the repository holds no values yet",
        }[self.weight]


def judge(text: str) -> Judgement:
    """Weigh a file by its heaviest variable."""
    weighed = [(weight(variable), variable) for variable in variables(text)]
    heaviest = max((each for each, _ in weighed), default=Weight.EMPTY)
    return Judgement(heaviest, len(weighed), tuple(v for each, v in weighed if each is heaviest))
