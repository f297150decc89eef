"""Lists of people: tables whose rows hold somebody's address, telephone number or name."""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Iterator
from io import BytesIO, StringIO

from auditor.model.pattern import lazy
from scanners.hygiene.seen import LIMIT, Seen

_MAIL = lazy(
    rb"[\w.+-]{1,64}@(?!(?:example|test|localhost|email|domain|mail|company|foo|sample)\.)(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,12}"
)
_MADE_UP = lazy(rb"@(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?\b", re.IGNORECASE)
_ADDRESS = lazy(rb"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,12}")
_TRIAL = lazy(rb"^(?:test|demo|dummy|fake|sample|example)(?:[._+-][\w.+-]*|(?:user|account|mail)?\d*)@")
"""A mailbox that the developer tried things with."""
_PERSONAL_COLUMN = lazy(
    rb"(?i)\b(?:e[-_ ]?mail|phone|mobile|tel|first[-_ ]?name|last[-_ ]?name|surname|birth|dob|ssn|passport|address)\b"
)
_PHONE = lazy(rb"(?<![\d.])\+?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}(?![\d.])")
_PHONE_COLUMN = lazy(
    r"(?i)phone|mobile|\btel\b|telefon|t[ée]l[ée]phone|tel[ée]fono|telefone|telp|telepon|handphone|\bno[ ._]?hp\b|whats?app|celular|"
    r"m[óo]vil|\bhandy\b|contact[ _]?(?:no|number)|携帯|電話|전화|連絡先"
)
_NAME_COLUMN = lazy(
    r"(?i)^(?:full|first|last|family|given|customer|client|guest|member|patient|student|employee|contact|tenant|user)[-_ ]?(?:full[-_ ]?)?name$|"
    r"^surname$|^(?:nama|nombre|nome)(?:[-_ ].*|$)|^apellidos?$|^prenom$|^prénom$|^vorname$|^nachname$|^name[-_ ](?:customer|client|kunde)$|"
    r"^氏名$|^お名前$|^이름$|^성명$|^(?:ФИО|Имя|Фамилия)$"
)
_PARTY_COLUMN = lazy(
    r"(?i)klient|kunde|\bgast|go[śs][ćc]|\bgości|cliente|hu[ée]sped|h[óo]spede|\bclient\b|customer|\bguest\b|pelanggan|\btamu\b|zákazník|ügyfél|vendég|"
    r"müşteri|お客|顧客|고객|клиент|гость"
)
"""Whose reservation or order it is: the cells hold names, or a number."""
_NAMED = lazy(
    r"(?i)customer|user|booking|contact|guest|client|member|subscriber|lead|people|attendee|employee|email|mailing|newsletter|patient|"
    r"student|registration|signup|waitlist|donor|participant|applicant|order|response|reserva|kunde|pelanggan|usuario|empleado|alumno|"
    r"paciente|tenant"
)
"""A file by such a name says what it holds; one by another name has to hold many addresses."""
_MANY = 20
_OF_PERSONS = lazy(
    r"(?i)customer|guest|client|member|subscriber|people|attendee|employee|patient|student|donor|participant|applicant|"
    r"kunde|pelanggan|empleado|alumno|paciente|tenant|staff|volunteer"
)
"""In a file by such a name a column `name` holds people, where its cells look like it."""
_FIRM_COLUMN = lazy(
    r"(?i)^(?:industry|sector|employee[-_ ]?count|employees|number[-_ ]of[-_ ]employees|(?:annual[-_ ])?revenue|company[-_ ]size|vat[-_ ]?(?:id|number)?)$"
)
"""Whoever has one is a firm."""
_LEGAL_FORM = lazy(
    r"(?i)[\s,](?:inc|corp|corporation|co|company|llc|llp|ltd|limited|plc|gmbh|ag|kg|ug|b\.?v|n\.?v|s\.?a\.?s?|s\.?l|s\.?r\.?l|"
    r"s\.?p\.?a|pty|oy|ab|a/s|aps|sp\. z o\.o|kft|s\.?r\.?o|pvt|group|holdings?)\.?$"
)
_FEWEST_NAMES = 10
"""A few names are an example; so many rows with a name each are a list."""
_ROWS = 2_000


def people(path: str, content: bytes) -> Seen | None:
    """Several people: addresses that are not made up, or telephone numbers or names in a column for them."""
    named = bool(_NAMED.search(path.rsplit("/", 1)[-1]))
    table = named and path.lower().endswith((".csv", ".tsv"))
    if path.lower().endswith((".xlsx", ".xlsm", ".ods")):
        content = _sheet_text(content)
    head = content[:LIMIT]
    first_line = head.split(b"\n", 1)[0]
    held = {found.lower() for found in _ADDRESS.findall(head)}
    mails = {
        found for found in held if _MAIL.fullmatch(found) and not _MADE_UP.search(found) and not _TRIAL.match(found)
    }
    if len(mails) < min(_FEWEST_NAMES, len(held) - len(mails)):
        mails = set()  # trial entries, the developer's own among them
    phones = set(_PHONE.findall(head)) if _PERSONAL_COLUMN.search(first_line) else set()
    many = max(len(mails), len(phones))
    if many < 2 and table:
        many = _in_columns(head, of_persons=bool(_OF_PERSONS.search(path.rsplit("/", 1)[-1])))
    if many >= 2 if named else len(mails) >= _MANY:
        return Seen(1, "", f"A list of people is in the repository: {many} of them in reach")
    return None


def _in_columns(head: bytes, *, of_persons: bool) -> int:
    """How many telephone numbers, or else names, stand in the columns for them; fewer than a list has is none."""
    rows = _rows(head.decode("utf-8-sig", "replace"))
    header = [cell.strip() for cell in next(rows, [])]
    phones = [at for at, cell in enumerate(header) if _PHONE_COLUMN.search(cell)]
    names = [at for at, cell in enumerate(header) if _NAME_COLUMN.search(cell)]
    if any(_FIRM_COLUMN.search(cell) for cell in header):
        names = [at for at in names if not _PARTY_COLUMN.search(header[at])]
    parties = [at for at, cell in enumerate(header) if _PARTY_COLUMN.search(cell) and not _NAME_COLUMN.search(cell)]
    plain = [at for at, cell in enumerate(header) if cell.lower() == "name"] if of_persons else []
    numbers: set[str] = set()
    called: set[str] = set()
    lines = 0
    simply: set[str] = set()
    for row in rows if phones or names or parties or plain else ():
        lines += 1
        simply.update(row[at].strip() for at in plain if at < len(row) and _is_name(row[at]))
        numbers.update(digits for at in phones if at < len(row) and 9 <= len(digits := _digits(row[at])) <= 15)
        called.update(
            row[at].strip()
            for at in names
            if at < len(row) and any(c.isalpha() for c in row[at]) and not _LEGAL_FORM.search(row[at].strip())
        )
        called.update(row[at].strip() for at in parties if at < len(row) and _is_name(row[at]))
    if len(numbers) >= 2 and not all(n == n[0] * len(n) for n in numbers):
        return len(numbers)
    if 2 * len(simply) >= lines:
        called |= simply
    return len(called) if len(called) >= _FEWEST_NAMES else 0


def _is_name(cell: str) -> bool:
    """At least two words of letters, and no firm."""
    words = cell.split()
    return (
        not _LEGAL_FORM.search(cell.strip())
        and 2 <= len(words) <= 5
        and all(word.replace("-", "").replace("'", "").replace(".", "").isalpha() for word in words)
    )


def _digits(cell: str) -> str:
    return "".join(c for c in cell if c.isdigit()) if not any(c.isalpha() for c in cell) else ""


def _rows(text: str) -> Iterator[list[str]]:
    """The first rows of a table, whatever separates its cells; a row that is quoted as a whole is taken apart."""
    lines = text.splitlines()[: _ROWS + 1]
    if not lines:
        return
    separator = max(",;\t|", key=lines[0].count)
    try:
        for row in csv.reader(StringIO("\n".join(lines)), delimiter=separator):
            yield next(csv.reader([row[0]], delimiter=separator), []) if len(row) == 1 and separator in row[0] else row
    except csv.Error:
        return


def _sheet_text(content: bytes) -> bytes:
    """Text of a spreadsheet; a file that is no archive has none. Never more than `LIMIT` bytes are unpacked."""
    import zipfile

    held: list[bytes] = []
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                left = LIMIT - sum(map(len, held))
                if left > 0 and (
                    name in {"xl/sharedStrings.xml", "content.xml"} or name.startswith("xl/worksheets/sheet")
                ):
                    with archive.open(name) as member:
                        held.append(member.read(left))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError):
        return b""
    return b"\n".join(held).replace(b"<", b"\n<")
