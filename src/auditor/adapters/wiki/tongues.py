"""Which language a page is written in, as far as its letters tell, where that language is of one country with one currency."""

from __future__ import annotations

import re

_LETTERS = (
    ("JPY", re.compile("[\u3041-\u30ff]"), 12, None),
    ("KRW", re.compile("[\uac00-\ud7a3]"), 12, None),
    ("THB", re.compile("[\u0e01-\u0e5b]"), 20, None),
    ("ILS", re.compile("[\u05d0-\u05ea]"), 20, None),
    ("INR", re.compile("[\u0904-\u0939]"), 20, re.compile("नेपाल|रू")),
    ("UAH", re.compile("[іїєґІЇЄҐ]"), 6, re.compile("[ыэъёўәқңөұүҳ]")),
    ("PLN", re.compile("[łęąśż]"), 8, re.compile("[ăâîșțãõ]|dolar|rubl")),
    ("CZK", re.compile("[ěřů]"), 6, re.compile("[ľĺŕ]")),
    ("HUF", re.compile("[őű]"), 4, None),
    ("TRY", re.compile("[ğışİ]"), 6, re.compile("[əñțţ]")),
    ("VND", re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]"), 10, None),
)
"""Currency, letters that only this language has, how many of them a page must hold, and what its neighbours have."""
_INDONESIAN = re.compile(
    r"\b(?:tanggal|keterangan|dengan|untuk|biaya|yang|uang|adalah|pengeluaran|pemasukan|anggaran|sudah|karena)\b",
    re.IGNORECASE,
)
_MALAY = re.compile(r"\b(?:wang|tarikh|kerana|malaysia|ringgit|syarikat)\b", re.IGNORECASE)
_OTHER_MONEY = re.compile(
    r"[$€£¥₹₽₩₺₱₫₪₦฿₴]|dollar|euro(?!p)|dolar|доллар|долар|евро|євро|ドル|달러|유로|元|\b(?:USD|EUR|GBP|CHF|RUB|BTC|ETH|USDT|USDC)\b",
    re.IGNORECASE,
)


def national_currency(text: str) -> str:
    """The currency of the country whose language a page is in; empty where several share it, or another money is named."""
    code = _of_letters(text) if not text.isascii() else ""
    if not code and ("anggal" in text or "yang " in text or "iaya" in text):
        words = {m[0].lower() for m in _INDONESIAN.finditer(text)}
        code = "IDR" if len(words) >= 2 and _MALAY.search(text) is None else ""
    return code if code and _OTHER_MONEY.search(text) is None else ""


def _of_letters(text: str) -> str:
    used = "".join({ch for ch in set(text) if ch > "\u00ff"})
    for code, letters, least, others in _LETTERS if used else ():
        if letters.search(used) and len(letters.findall(text)) >= least:
            return "" if others is not None and others.search(text) else code
    return ""
