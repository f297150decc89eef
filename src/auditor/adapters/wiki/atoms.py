"""One number with its sign, currency, unit and what it is per: the pieces of figures.

Numbers inside identifiers, versions, dates, times, ordinals (`Phase 2`, `1st`) and fractions are no figures.
"""

from __future__ import annotations

import re
from decimal import Decimal

from auditor.adapters.wiki import abroad, east_asian, units
from auditor.adapters.wiki.coins import SUFFIX_CODE, suffix_currency, to_decimal
from auditor.adapters.wiki.rates import Atom, read_per

_DIGITS = r"""(?:
    \d{1,3}(?:,\d{3})+(?:\.\d+)?
  | \d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?
  | \d{1,3}(?:\.\d{3})+,\d+
  | \d{1,3}(?:\.\d{3}){2,}
  | \d{1,3}(?:['’\u00a0\u202f\u2009]{1,2}\d{3})+(?:[.,]\d+)?
  | \d{1,3}(?:\ \d{3})+(?![\d-])(?:[.,]\d+)?(?!\ \d)
  | \d+(?:[.,]\d+)?
  | \.\d+
)"""
_CODES = units.alternatives(units.CODES)
_ISO = units.alternatives(units.ISO_CODES)
_FIRST = re.escape("".join(sorted({word[0] for word in (*units.CODES, *units.SYMBOLS, "R")})))
"""What a currency begins with: looked for first, at every place of a line."""
CORE = re.compile(
    rf"""(?=[\d.−{_FIRST}-])(?P<cur>(?<![A-Za-z]){units.alternatives(units.SYMBOLS)}|(?<![A-Za-z])(?:(?:{_ISO})(?=[\s\d$€£])|(?:{_CODES})(?=[ ]))[ ]?[$€£]?|(?<![A-Za-z\d])R(?=[ ]?\d[\d, ]{{2}}))?
        (?P<gap>[ \u00a0]?)(?P<inner>[-−](?=[\d.]))?(?P<num>{_DIGITS})(?![.,]?\d)""",
    re.VERBOSE,
)
_MULT_ATTACHED = re.compile(
    rf"(?:k|K|M|MM|mm|B|b|bn|Bn|BN|mn|Mn|T|m|cr|Cr|Mio\.?|mio\.?|Mrd\.?|Md)(?:(?![A-Za-z0-9_²³])|(?=(?:{_CODES})(?![A-Za-z])))"
)
_MINUTES = re.compile(r"[ ]?([0-5]?\d)[ ]?m(?:in(?:ute)?s?)?(?![A-Za-z])")
"""What follows in `5h 30m`."""
_MULT_WORD = re.compile(
    r"[ \u00a0-]?(?:thousand|millions?|billions?|trillions?|lakhs?|lacs?|crores?|mio\.?|mrd\.?|mill?iarden?|milliards?|millionen|mil|mln|mm|mn|bn|tsd\.?|(?:[km](?=\s?[€£$])|[KMB](?![A-Za-z0-9_²³/])|cr\.?|L))(?![A-Za-z0-9_²³])",
    re.IGNORECASE,
)
_COMMA_MULTIPLES = frozenset("mio mrd millionen milliarden milliarde miliarden milliard milliards mln tsd md".split())
"""Words of languages whose decimal mark is a comma."""
_LAKHS = frozenset({"INR", "PKR", "BDT", "NPR", "LKR"})
"""Currencies that are counted in lakh (`L`) and crore (`Cr`)."""
_PERCENT = re.compile(
    r"\s?%(?!-?\s?points?\b)|\s(?:percent|per cent|pct|procent|prozent|pour cent)\b(?!age)", re.IGNORECASE
)
_POINTS = re.compile(r"\s?(?:%|percent(?:age)?)[ -]?points?\b|\s?(?:pp|ppts?|p\.p\.)(?![A-Za-z])", re.IGNORECASE)
_BASIS = re.compile(r"[ \u00a0-]?(?:basis points?|bps?|bips)(?![A-Za-z])", re.IGNORECASE)
_RATIO = re.compile(r"(?<!\b1)[ ]?:[ ]?1(?![\d:])|(?<!\d{4}(?=X))[x×](?![\w]|\s?(?:R\$|[$€£]))")
_NO_CENTS = re.compile(r"[,.](?:--?|–|—|=)(?!\s?\d)(?=\W|$)")
"""In the place of cents: `€ 200,-`."""
_STARS = re.compile(r"\s?[★⭐]")
_OUT_OF = re.compile(r"\s?/\s?(?:5|10|100)(?:\.0)?(?![\d/]|[A-Za-z%])")
"""What a rating is out of: `4.8/5`."""
_RATE = re.compile(
    r"[ \u00a0](?=[A-Za-z])((?!(?:of|in|to|for|and|or|the|on|at|by|with|from|is|are|as|than|x|vs)\b)[A-Za-z-]+(?: (?!(?:of|in|to|for|and|or|the|on|at|by|with|from|is|are|as|than|per|a|an|each)\b)[A-Za-z-]+){0,3})(?=\s?(?:/\s?(?:day|month|mo|year|yr|hour|hr|week|wk|min|night|jahr|monat|tag|woche|mois|jour|an|trip|visit|vehicle|user|customer|client|session)\b|\s(?:per|each|every)\s(?!cent)[a-z]))",
    re.IGNORECASE,
)
"""Any noun whose number is said per something: `20k writes/day`, `4 devices per vehicle`."""
_SQUARE = re.compile(
    r"[ \u00a0-]?(?:sq\.? ?(?:ft|feet)\b\.?|square f(?:ee|oo)t\b|m[2²](?![\w])|sq\.? ?m(?:et(?:er|re)s?)?\b|square met(?:er|re)s?\b)",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"(?:[ \u00a0]{1,3}|-)?([A-Za-z²³µ×\u00c0-\u024f\u0400-\u04ff\u1ea0-\u1eff][A-Za-z²³\u00c0-\u024f\u0400-\u04ff\u1ea0-\u1eff]*)"
)
_NOUNS = re.compile(r"[ \u00a0]{1,3}((?:[A-Za-z][A-Za-z'’-]*)(?: [A-Za-z][A-Za-z'’-]*){0,3})")
_AFTER_LEAST = re.compile(
    r"\+(?![\w$€£])(?!\s*[$€£]?\d)|\s(?:or more\b|and up\b|or higher\b|minimum\b|and above\b)", re.IGNORECASE
)
_AFTER_MOST = re.compile(r"\s(?:or less|or fewer|or below|maximum|max)\b", re.IGNORECASE)
_ORDINAL_WORD = re.compile(
    r"(?:steps?|phases?|tiers?|options?|chapters?|tables?|figures?|fig\.?|versions?|levels?|parts?|pages?|no\.?|nr\.?|items?|stages?|"
    r"series|sections?|sec\.?|lines?|rules?|issues?|pr|weeks?|months?|days?|years?|yrs?|quarters?|sprints?|milestones?|appendix|annex|"
    r"exhibit|priority|type|class|grade|room|apt|suite|route|articles?|form|schedule|iso|rfc|note|questions?|scenario|top|"
    r"lot|port|python|node|java|windows|ubuntu|web|layer|gen|generation|module|lesson|unit|adr|vol\.?|volume|goal|"
    r"assumption|task|q|http|art\.?|artikel|article|clause|para(?:graph)?|exhibit|footnote|ref\.?|equation|eq\.?|problem|exercise|batch|block|epoch|ep\.?|episode|proposal|prop\.?|cohort|day|error|status|code|id|zip|pier|slip|dock|gate|bldg|building|floor|number|round)",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"(\w+\.?)[ \u00a0]#?$|§[ \u00a0]?$")
_STOP = frozenset(
    "of in to for and or the on at by with from per a an is are was were be as than then that this if when so but not "
    "x vs versus plus minus times each every".split()
)
_LASTING = frozenset({"hours", "days", "nights", "miles"})
"""Measures that may have a word before them: `120 billable hours`."""
_CHANGE = re.compile(r"\s?(?:YoY|QoQ|MoM|WoW|y/y|q/q|m/m)\b")
_KINDS_OF = frozenset({"business", "calendar", "working", "square", "nautical", "man", "person"})
_SKIP_LEFT = frozenset("#@\\_&=.'’:§")


_SIGN_OF_RESULT = re.compile(r"[=:(→≈|][ \u00a0]*–$")
_QUOTED_SIGN = re.compile(r"[‘“\"'(][-−–] $")
_YEAR = re.compile(r"(?:19|20)\d\d")
_GOES_ON = re.compile(r"[-–—~]\d[\d.,]*[ ]?(?=[^\W\d])")


def read_atom(
    text: str,
    m: re.Match[str],
    currency: str,
    spans: list[tuple[int, int]],
    *,
    dots_group: bool = False,
    first: str | None = None,
) -> Atom | None:
    """The number at a match of `CORE`, or None where it is part of a name, a date (`spans`) or an ordinal.

    `first` is the currency of an amount that only a dash parts from it: `1.2L` is shortened as the end of `₹1L-1.2L`.
    """
    symbol = (m["cur"] or "").strip()
    money = bool(symbol)
    number_start = m.start("num")
    signed = bool(m["inner"]) and (money or _sign_place(text, m.start("inner")))
    start = m.start() if money else m.start("inner") if signed else number_start
    left = text[start - 1] if start else " "
    if not money and any(a <= number_start < b for a, b in spans):
        return None
    in_east = left > "\u2fff" and east_asian.is_east(left)
    if left.isalnum() and not in_east and (not money or left.isalpha()):
        return None
    if not money and (left in _SKIP_LEFT and not (left in ":=" and not text[: start - 1][-1:].isdigit())):
        return None
    if left == "/" and not money:
        return None
    code = _currency(symbol, currency)
    atom = Atom(start, m.end(), to_decimal(m["num"], euro=dots_group or code in {"EUR", "BRL", "IDR", "PLN", "TRY"}))
    atom.currency, atom.unit, atom.flags = code, "money" if code else "", set()
    atom.negative = signed
    _sign_before(text, atom, start, money=money)
    glued = (
        left in "-−–‑" and not atom.negative and start > 1 and (text[start - 2].isalnum() or text[start - 2] in "%+")
    )
    if not _read_right(text, atom, m["num"], currency, code or first):
        return None
    bare_word = not atom.currency and atom.unit != "percent"
    if in_east and bare_word and (atom.unit in {"", "count", "ratio", "points"} or atom.noun):
        if atom.unit or _GOES_ON.match(text, atom.end) is None:
            return None
        atom.opening = True
    if bare_word and atom.unit != "ratio" and _is_numbered(text[max(0, atom.start - 30) : atom.start]):
        return None
    atom.glued = glued and not money
    atom.year_like = not atom.unit and not atom.factor and not atom.noun and _YEAR.fullmatch(m["num"]) is not None
    return atom


def _sign_before(text: str, atom: Atom, start: int, *, money: bool) -> None:
    """Takes the sign that stands before a number, or before its currency, for a part of it."""
    if money and start and text[start - 1] in "-−–" and _sign_place(text, start - 1):
        atom.negative, atom.start = True, start - 1
    elif money and text[start - 1 : start] == " " and _QUOTED_SIGN.search(text, max(0, start - 3), start):
        atom.negative, atom.start = True, start - 2
    elif start and text[start - 1] == "–" and _SIGN_OF_RESULT.search(text, max(0, start - 8), start):
        atom.negative, atom.start = True, start - 1
    elif start and text[start - 1] == "+" and _sign_place(text, start - 1):
        atom.start = start - 1
    elif start and text[start - 1] == "–" and not text[: start - 1].strip("( "):
        atom.negative, atom.start = True, start - 1


def _is_numbered(before: str) -> bool:
    """Whether the word before a number makes it an ordinal: `step 3`, `§ 4`."""
    if before[-1:] not in {" ", "\u00a0", "#", "§"}:
        return False
    found = _WORD_BEFORE.search(before)
    return found is not None and (found[1] is None or _ORDINAL_WORD.fullmatch(found[1]) is not None)


def _sign_place(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    return before in ' \u00a0(|[:=*\t<>~≈≤≥→‘“"'


def _currency(symbol: str, declared: str) -> str | None:
    if not symbol:
        return None
    if symbol == "$":
        return declared if declared in units.DOLLARS else "USD"
    if symbol == "¥":
        return declared if declared in {"JPY", "CNY"} else "JPY"
    if symbol == "R":
        return "ZAR"
    return units.SYMBOLS.get(symbol) or symbol.rstrip("$€£ ")


def _read_right(text: str, atom: Atom, digits: str, declared: str, money: str | None) -> bool:  # noqa: C901  the order of the cases is the grammar
    end = atom.end
    assert atom.flags is not None
    if (m := _NO_CENTS.match(text, end)) is not None:
        atom.end = end = m.end()
    if not atom.currency and "." in digits and (m := _OUT_OF.match(text, end) or _STARS.match(text, end)):
        atom.unit, atom.end, atom.number_end = "ratio", m.end(), m.end()
        return True
    if m := _MULT_ATTACHED.match(text, end):
        small = m[0] in {"m", "b", "cr", "Cr", "T"}
        if not small or money or SUFFIX_CODE.match(text, m.end()):
            if m[0] == "mm" and not money:
                return False
            atom.factor, end = units.MULTIPLIERS[m[0].lower().rstrip(".")], m.end()
    elif (m := _MULT_WORD.match(text, end)) and (
        (len(m[0].strip(" -\u00a0")) > 1 and (m[0].strip(" -.").lower() != "cr" or money in _LAKHS))
        or (money in _LAKHS and m[0].strip(" \u00a0") == "L")
        or (money and m[0].strip(" \u00a0") in "KMBkm")
        or re.match(r"\s?[€£$]", text[m.end() :])
    ):
        word = m[0].strip(" -\u00a0.").lower()
        if not (word in {"mil", "mn", "mm"} and not money):
            atom.factor, end = units.MULTIPLIERS[word], m.end()
            if word in _COMMA_MULTIPLES and re.fullmatch(r"\d{1,3},\d{3}", digits):
                digits += "0"  # behind a comma four digits are decimals, and so are the three of `2,193 Mio.`
                atom.amount = to_decimal(digits)
    elif text[end : end + 2] > "\u2fff" and (east := east_asian.read_multiple(text, end)) is not None:
        atom.factor, end = east
    elif (far := abroad.read_multiple(text, end)) is not None:
        atom.factor, end = Decimal(10) ** far[0], far[1]
    end = suffix_currency(text, atom, end, digits, declared)
    if m := _AFTER_LEAST.match(text, end):
        atom.plus, end = True, m.end()
        if not atom.currency:
            end = suffix_currency(text, atom, end, digits, declared)
    if not atom.currency:
        if m := _POINTS.match(text, end):
            atom.unit, end = "points", m.end()
        elif m := _BASIS.match(text, end):
            atom.unit, end = "bps", m.end()
        elif m := _PERCENT.match(text, end):
            atom.unit, end = "percent", m.end()
            if p := _AFTER_LEAST.match(text, end):
                atom.plus, end = True, p.end()
        elif (m := _RATIO.match(text, end)) and not atom.factor:
            atom.unit, end = "ratio", m.end()
    atom.number_end = end
    if atom.factor and not atom.unit and _ends_name(text, atom):
        return False
    if not atom.unit and not _measure(text, atom, end):
        return False
    end = max(end, atom.end)
    following = text[end : end + 2]
    if following[:1].isalnum() or following[:1] == "_":
        return atom.unit in {"money", "percent"} and _in_east(text, atom, end)
    atom.changed = _CHANGE.match(text, end) is not None
    if not atom.unit:
        if following[:1] in {"-", "‑"} and following[1:2].isalpha():
            return False
        if following[:1] in {":", "/"} and following[1:2].isdigit():
            return False
        if following[:1] == "." and following[1:2].isalnum():
            return False
        if (following[:1] == "/" and following[1:2] == " ") or text.startswith("(k)", end):
            return False
    atom.end = end
    if m := _AFTER_MOST.match(text, end):
        atom.flags.add("at_most")
        atom.end = m.end()
    elif m := _AFTER_LEAST.match(text, end):
        atom.plus = True
        atom.end = m.end()
    read_per(text, atom)
    if atom.plus:
        atom.flags.add("at_least")
    return True


_IN_NAME = re.compile(r"[A-Za-z-]+\d[\w.]*[ -]$")
_OF_MODEL = re.compile(r"[bB][ -](?:param|model|instruct|chat|llm)", re.IGNORECASE)


def _ends_name(text: str, atom: Atom) -> bool:
    """Whether a shortened number is the last part of a name or a size of a model: `Llama2 7B`."""
    if text[atom.end : atom.end + 1] not in {"B", "b"}:
        return False
    return (
        _OF_MODEL.match(text, atom.end) is not None
        or _IN_NAME.search(text[max(0, atom.start - 20) : atom.start]) is not None
    )


def _in_east(text: str, atom: Atom, end: int) -> bool:
    """Whether an amount goes over into a word of a script that leaves no blanks."""
    atom.end = end
    if atom.unit == "money" and (east := east_asian.read_per(text, end)) is not None:
        atom.per, atom.end = east
    return east_asian.is_east(text[end])


def _measure(text: str, atom: Atom, end: int) -> bool:
    """Unit or counted noun after the number; False: the number belongs to a word (`t4`, `12-month`)."""
    if square := _SQUARE.match(text, end):
        atom.unit, atom.end = ("sqm" if re.search(r"m", square[0], re.IGNORECASE) else "sqft"), square.end()
        return True
    m = _WORD.match(text, end)
    if m is not None:
        word, spaced = m[1].lower(), m[0][0] in " \u00a0"
        if spaced and word in abroad.MEASURES and not (word == "года" and _YEAR.search(text, atom.end - 5, atom.end)):
            atom.unit, atom.end = abroad.MEASURES[word], m.end()
            return True
        if m[0][0] == "-":
            return True
        if m[0] == "X" and re.search(r"\d{4}$", text[: atom.end]):
            return False  # `5700X` is a name
        if word in units.MEASURES and (spaced or word in units.ATTACHABLE):
            if not (
                spaced
                and (
                    word in {"x", "×", "h", "w", "s", "m", "mo", "mi", "min", "sf", "pts", "foot"}
                    and m[1] == word
                    and word in {"x", "×", "w", "m"}
                )
            ):
                atom.unit, atom.end = units.MEASURES[word], m.end()
                atom.noun = m[1] if atom.unit == "count" else ""
                if atom.unit == "hours" and (rest := _MINUTES.match(text, atom.end)) is not None:
                    atom.amount, atom.end = atom.amount + Decimal(rest[1]) / 60, rest.end()
                return True
        elif not spaced and m[1] in {"W", "V", "A"}:
            atom.unit, atom.end = m[1], m.end()
            return True
        elif not spaced:
            return False
    return _counted(text, atom, end)


def _counted(text: str, atom: Atom, end: int) -> bool:
    """A counted noun after the number, with up to three words before it."""
    if rate := _RATE.match(text, end):
        atom.unit, atom.noun, atom.end = "count", rate[1], rate.end(1)
        if (last := rate[1].split(" ")[-1].lower()) in units.MEASURES:
            atom.unit, atom.noun = units.MEASURES[last], ""
        return True
    if n := _NOUNS.match(text, end):
        words = n[1].split(" ")
        pair = " ".join(words[:2]).lower()
        if pair.split(" ")[0] in _KINDS_OF and pair.split(" ")[-1] in units.MEASURES:
            atom.unit = "nm" if pair.startswith("nautical") else units.MEASURES[pair.split(" ")[-1]]
            atom.end = n.start(1) + len(pair)
            return True
        for position, word in enumerate(words[:4]):
            low = word.lower()
            if low in _STOP:
                break
            if (
                position
                and position <= 2
                and len(low) > 3
                and low in units.MEASURES
                and units.MEASURES[low] in _LASTING
            ):
                atom.unit, atom.end = units.MEASURES[low], n.start(1) + len(" ".join(words[: position + 1]))
                break
            if units.singular(low) in units.COUNTED and (position or low != "unit"):
                atom.unit = "count"
                atom.noun = " ".join(words[: position + 1])
                atom.end = n.start(1) + len(atom.noun)
                break
    return True
