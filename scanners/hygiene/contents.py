"""Named readers that say whether a file really is what its name makes it look like."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

from auditor.model.pattern import lazy
from scanners.hygiene.environment import Weight, judge
from scanners.hygiene.people import people
from scanners.hygiene.seen import LIMIT, Reader, Seen


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1


_TEST_ENVIRONMENT = lazy(r"\.env\.(?:test|testing|ci|e2e)\b|(?:test|testing|ci|e2e)\.env$|env\.(?:test|testing|ci)$")


def environment(path: str, content: bytes) -> Seen | None:
    """Grade a file of settings by its values; binary files and folders' worth of text are none."""
    if b"\0" in content[:4096]:
        return None
    judged = judge(content[:LIMIT].decode(errors="replace"))
    if judged.total == 0:
        # Nothing in it yet; whoever fills it in commits what they write.
        blank = all(line[:1] in {b"", b"#"} for line in map(bytes.strip, content.splitlines()))
        dotted = path.rsplit("/", 1)[-1].lower().startswith(".env")
        return Seen(None, "empty", judged.sentence) if blank and dotted else None
    grade = judged.weight.name.lower()
    if judged.weight is Weight.SECRET and _TEST_ENVIRONMENT.search(path):
        grade = "test"
    return Seen(judged.line, grade, judged.sentence)


_KEY = lazy(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*(?:[A-Za-z][A-Za-z-]*:[^\n]*\n)*\s*([A-Za-z0-9+/=\r\n]{40,})"
)
_PUTTY = lazy(rb"PuTTY-User-Key-File-\d[\s\S]{0,2000}?Private-Lines: *\d+")
_ENCRYPTED = lazy(rb"BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4,ENCRYPTED|^Encryption: *aes", re.MULTILINE)


def private_key(path: str, content: bytes) -> Seen | None:
    """A private key with its body: a certificate, a public key or a placeholder is none."""
    del path
    found = _KEY.search(content, 0, LIMIT) or _PUTTY.search(content, 0, LIMIT)
    if not found:
        return None
    return Seen(_line(content, found.start()), "passphrase" if _ENCRYPTED.search(content, 0, LIMIT) else "")


_FILLED = lazy(
    rb'"(?:private_key)"\s*:\s*"-----BEGIN (?:RSA )?PRIVATE KEY-----(?:\\n|\n)[A-Za-z0-9+/=]{20,}'
    rb'|"client_secret"\s*:\s*"(?!(?i:your|my|<|\$|\{|x{3}|change|insert|replace|client|secret|enter|todo|\.\.\.|\*))[^"\s]{10,}"'
    rb'|"(?:refresh_token|access_token)"\s*:\s*"(?!(?i:your|<|\$|\{|x{3}|change|insert|replace|enter|todo|\.\.\.|\*))[^"\s]{16,}"'
)


def cloud_key(path: str, content: bytes) -> Seen | None:
    """A Google service account, OAuth client or token file whose secret is filled in."""
    del path
    found = _FILLED.search(content, 0, LIMIT)
    return Seen(_line(content, found.start())) if found else None


_HOLDER = rb"(?!\s|\"?(?:\$|<|\{|%|\*|x{3}|X{3}|(?i:your|my[-_]|change|insert|replace|enter|todo|none|null|example|placeholder)))"
_CREDENTIAL_FILES: tuple[tuple[re.Pattern[str], re.Pattern[bytes]], ...] = (
    (lazy(r"(?:^|/)\.npmrc$|(?:^|/)\.yarnrc(?:\.yml)?$"),
     lazy(rb"(?m)^[^#;\n]*(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)\"?\s*[=:]\s*\"?" + _HOLDER + rb"[^\s\"]{8,}")),
    (lazy(r"(?:^|/)\.aws/credentials$|(?:^|/)\.boto$|(?:^|/)\.s3cfg$|(?:^|/)\.passwd-s3fs$"),
     lazy(rb"(?mi)^\s*(?:aws_secret_access_key|secret_key|gs_secret_access_key|gs_oauth2_refresh_token)\s*=\s*" + _HOLDER + rb"[^\s]{16,}")),
    (lazy(r"(?:^|/)[._]netrc$"), lazy(rb"\bpassword\s+" + _HOLDER + rb"\S{6,}")),
    (lazy(r"(?:^|/)\.pypirc$"), lazy(rb"(?m)^\s*password\s*[:=]\s*" + _HOLDER + rb"\S{6,}")),
    (lazy(r"(?:^|/)\.dockercfg$|(?:^|/)\.docker/config\.json$|(?:^|/)\.dockerconfigjson$"),
     lazy(rb"\"(?:auth|identitytoken)\"\s*:\s*\"[A-Za-z0-9+/=]{12,}\"")),
    (lazy(r"(?:^|/)\.git-credentials$"), lazy(rb"://[^\s:/@]+:" + _HOLDER + rb"[^\s@]{6,}@")),
    (lazy(r"(?:^|/)\.htpasswd$"), lazy(rb"(?m)^[^\s:#]+:(?:\$(?:apr1|2[aby]|5|6)\$|\{SHA\}|[./0-9A-Za-z]{13}$)")),
    (lazy(r"(?:^|/)\.my\.cnf$|(?:^|/)\.smbcredentials$"), lazy(rb"(?m)^\s*password\s*=\s*[\"']?" + _HOLDER + rb"[^\s\"']{3,}")),
    (lazy(r"(?:^|/)\.kube/config$|kubeconfig"),
     lazy(rb"(?m)^\s*(?:client-key-data|token):\s*\"?" + _HOLDER + rb"[A-Za-z0-9+/=._-]{20,}")),
    (lazy(r"(?:^|/)auth\.json$"),
     lazy(rb"\"(?:http-basic|github-oauth|gitlab-token|bearer)\"\s*:\s*\{[^{}]*(?:\{[^{}]*\"password\")?[^{}]*:\s*\"" + _HOLDER + rb"[^\"\s]{8,}\"")),
    (lazy(r"(?:^|/)nuget\.config$", re.IGNORECASE),
     lazy(rb"(?i)key=\"ClearTextPassword\"\s+value=\"" + _HOLDER + rb"[^\"%\s]{6,}\"")),
    (lazy(r"(?:^|/)rclone\.conf$"),
     lazy(rb"(?m)^\s*(?:pass|password|secret_access_key|client_secret|token)\s*=\s*" + _HOLDER + rb"\S{8,}")),
    (lazy(r"(?:^|/)\.pgpass$|(?:^|/)pgpass\.conf$"), lazy(rb"(?m)^[^#\n:]+:[^:\n]*:[^:\n]*:[^:\n]*:" + _HOLDER + rb"\S{3,}")),
    (lazy(r"(?:^|/)(?:sftp-config(?:-alt\d*)?|\.vscode/s?ftp|\.ftpconfig|\.ftppass|\.sftpconfig)(?:\.json)?$"),
     lazy(rb"(?m)^(?!\s*//).*\"(?:password|pass|passphrase)\"\s*:\s*\"" + _HOLDER + rb"[^\"\s]{3,}\"")),
    (lazy(r"(?:^|/)(?:sitemanager|recentservers|filezilla)\.xml$", re.IGNORECASE),
     lazy(rb"<Pass(?: encoding=\"\w+\")?>" + _HOLDER + rb"[^<\s]{3,}</Pass>")),
    (lazy(r"(?:^|/)\.cargo/credentials(?:\.toml)?$|(?:^|/)\.sentryclirc$|(?:^|/)\.terraformrc$"),
     lazy(rb"(?m)^\s*token\s*=\s*\"?" + _HOLDER + rb"[^\s\"]{16,}")),
    (lazy(r"(?:^|/)credentials\.tfrc\.json$"), lazy(rb"\"token\"\s*:\s*\"" + _HOLDER + rb"[^\"\s]{16,}\"")),
    (lazy(r"(?:^|/)\.gem/credentials$"), lazy(rb"(?m)^\s*:\w*api_key:\s*[\"']?" + _HOLDER + rb"\w{16,}")),
    (lazy(r"(?:^|/)gh/hosts\.yml$|(?:^|/)doctl/config\.yaml$|(?:^|/)\.?ngrok2?(?:/ngrok)?\.yml$"),
     lazy(rb"(?m)^\s*(?:oauth_token|access-token|authtoken):\s*\"?" + _HOLDER + rb"[\w-]{16,}")),
    (lazy(r"(?:^|/)\.vault-token$"), lazy(rb"\A\s*(?:s|hvs)\.[\w-]{16,}")),
    (lazy(r"(?:^|/)\.(?:msmtprc|fetchmailrc)$"), lazy(rb"(?m)^\s*[^#\n]*\bpass(?:word)?\s+[\"']?" + _HOLDER + rb"[^\s\"']{3,}")),
)  # fmt: skip


def credential_file(path: str, content: bytes) -> Seen | None:
    """A tool's file of credentials with a value in it; one that reads them from the environment is right."""
    for name, expression in _CREDENTIAL_FILES:
        if name.search(path):
            found = expression.search(content, 0, LIMIT)
            return Seen(_line(content, found.start())) if found else None
    return None


_ROWS = lazy(
    rb"^\s*INSERT\s+(?:IGNORE\s+)?INTO\s+(?![`\"\[]?(?:public[`\".]+)?[`\"\[]?(?:schema_migrations|ar_internal_metadata"
    rb"|knex_migrations|alembic_version|migrations|flyway))[^\n]*|^COPY [^\n]+ FROM stdin;\r?\n(?!\\\.)"
    rb"|^\s*INSERT (?:INTO )?\[\w+\]\.\[[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_DUMP_HEADER = lazy(
    rb"-- (?:(?:MySQL|MariaDB)(?: \w+)? dump|phpMyAdmin|PostgreSQL database|Dump of|Adminer|HeidiSQL|Navicat)|/\*!40\d\d\d SET @OLD_|mysqldump|Navicat|SQL Dump|pg_dump"
    rb"|HeidiSQL|Sequel (?:Pro|Ace)|SQLyog|EMS SQL|TablePlus|DBeaver|dbForge|Dumped (?:from|by)|BEGIN TRANSACTION;\r?\nCREATE TABLE|/\*+ Object: [^\n]*Script Date:",
    re.IGNORECASE,
)
_OTHER_TEXT = lazy(
    r"(?i)\.(?:py|[cm]?jsx?|tsx?|vue|svelte|php|rb|java|kts?|cs|go|rs|swift|dart|pl|sh|bash|ps1|bat|html?|md|mdx|rst|adoc|ya?ml|ipynb)"
    r"(?:[._~-][^/]*)?(?<!\.sql)(?<!\.dump)(?<!\.gz)$"
)
"""Programs and documents that may quote a statement, and copies of them."""
_TABLE = lazy(
    rb"(?i)^\s*(?:INSERT\s+(?:IGNORE\s+)?(?:INTO\s+)?|COPY\s+)((?:[`\"\[]?\w+[`\"\]]?\.)*[`\"\[]?(\w+))", re.MULTILINE
)
_REFERENCE = lazy(
    rb"(?i)(?:\w+_)?(?:states?|countr(?:y|ies)|cit(?:y|ies)|regions?|provinces?|districts?|counties|currenc(?:y|ies)|languages?|locales?"
    rb"|time_?zones?|zip_?codes?|post(?:al)?_?codes?|continents?)"
)
"""Tables of what anybody may know."""
_DUMP_NAME = lazy(r"(?i)(?:dump|backup|bkp|export)[^/]*$|(?:^|/)(?:[\w-]*[-_])?(?:dumps?|backups?)/")


def database_dump(path: str, content: bytes) -> Seen | None:
    """Rows of a database: written by a dump program, or under the name of a dump. A schema alone is none."""
    if content.startswith(b"PGDMP") or (path.endswith(".bson") and _is_bson(content)):
        return Seen(None)
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(31).decompress(content, LIMIT)
        except zlib.error:
            return None
    head = content[:LIMIT]
    if b"\0" in head[:8192] or _OTHER_TEXT.search(path.rsplit("/", 1)[-1]):
        return None  # an archive, or a copy of a program
    rows = _ROWS.search(head)
    if rows and all(_REFERENCE.fullmatch(found[2]) for found in _TABLE.finditer(head)):
        return None
    if rows and (_DUMP_NAME.search(path) or _DUMP_HEADER.search(head[:8192])):
        return Seen(_line(head, rows.start()))
    return None


def _is_bson(content: bytes) -> bool:
    """Whether it begins with a document: its length, and a zero where that ends."""
    size = int.from_bytes(content[:4], "little")
    return 12 < size <= len(content) and content[size - 1] == 0


def database_file(path: str, content: bytes) -> Seen | None:
    """A database by its first bytes: SQLite, Microsoft Access."""
    del path
    if content.startswith((b"SQLite format 3\0", b"\0\x01\0\0Standard Jet DB", b"\0\x01\0\0Standard ACE DB")):
        return Seen(None)
    return None


READERS: Mapping[str, Reader] = {
    "environment": environment,
    "private-key": private_key,
    "cloud-key": cloud_key,
    "credential-file": credential_file,
    "database-dump": database_dump,
    "database-file": database_file,
    "people": people,
}
"""By the name that a card uses under `content_is`."""
