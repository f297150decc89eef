"""The words of a line that name its figure, and the period nearest to it."""

from __future__ import annotations

import re

from auditor.adapters.wiki.abroad import adverb, recurring
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.numbers import Hit
from auditor.adapters.wiki.periods import periods_in
from auditor.adapters.wiki.sift import Words
from auditor.adapters.wiki.units import PERIODS

_DIGIT = re.compile(r"\d")
_AS_OF = Words.of("as of", "as at", "last updated", "updated(?: on)?", "status as of", "per", after=r"\b[:\s]*")


_CLAUSE = re.compile(
    r";|(?<!de[srmn] \d)(?<!de[srmn] \d\d)\.(?=\s|$)|[:!?](?=\s|$)|[()\[\]—–|]| - |, (?:and|but|which|with)\b|,(?=\s)"
)


TRAIL = frozenset(
    "is are was were be been being costs cost of at to for about around reached reach reaches had has have with from by a an the and or in on as "
    "will would can could should may might pay pays paid charge charges charged get gets got than then plus minus over under up it its "
    "roughly approximately only just totaling totalling totals averaging averages between equals equal per into that this we they i you our "
    "your expect expects expecting expected project projects approx another next last first via + ~ only yields yielded generating generates "
    "generated raised raise raising earns earn earned brings bringing makes making make grew grow growing increased increase decreased spend spent "
    "spending we've they've currently now there about also still receiving received receive compared made estimated planning plan plans allocating "
    "allocated finishing finished falling fell rose dropped crossed passed hit reaching totalled totaled comes came coming we're they're more "
    "come use uses used leave leaves left take takes exceed exceeds exceeding exceeded less roughly which whom through during within avg funds gives provides covers supports extends include includes including "
    "region ideally sitting stood stands sits paltry mere whopping neighborhood neighbourhood vicinity tune resulting resulted resulten constant held holds "
    "standing remains remain remained amounting amounts amounted totals equivalent approximate estimated additional extra further therefore thus hence so out "
    "ab von bis für zu zum zur um auf mit ca rund etwa insgesamt beträgt betragen kostet liegt lag bei der die das den dem ein eine einen und wurden wurde sind ist war haben hat "
    "range ranges ranging vary varies us me them that's basically sur sous dans chez autour vers vite d'environ "
    "van het een voor op naar met zijn wordt werd wij we uit gaan "
    "от до около примерно может могут варьироваться составляет составит от в пределах начинаться будет и или około ponad wynosi kosztuje oraz "
    "de du des le la les à est sont coûte environ pour et un une del el los las es son cuesta unos por y".split()
)


_FAR_TRAIL = frozenset("i do na w przez za we ze od v za do a".split())
"""Short words of Slavic languages that are words of English too."""
_NOUN = (
    r"budgets?|grants?|donations?|deposits?|fees?|dues|balances?|loans?|investments?|payments?|bonus(?:es)?|salar(?:y|ies)|rents?|contracts?|sponsorships?|"
    r"funds?|funding|reserves?|prizes?|scholarships?|stipends?|awards?|bills?|invoices?|profits?|loss(?:es)?|deficit|surplus|shortfall|gifts?|pledges?|"
    r"contributions?|subsid(?:y|ies)|credits?|discounts?|refunds?|expenses?|expenditures?|costs?|prices?|revenues?|income|sales|float|buffer|allowances?|"
    r"tickets?|memberships?|subscriptions?|licen[cs]es?|charges?|tax(?:es)?|premiums?|mortgages?|debts?|advances?|retainers?|commissions?|savings?|"
    r"increases?|decreases?|reductions?|raise|interest|margins?|growth|overheads?|spend(?:ing)?|wages?|stock|inventory|equity|capital|cash"
)
_THING_OF = re.compile(
    rf"[ \u00a0]+(?:(?:in|of|as)[ \u00a0]+(?:an? )?)?((?:[A-Za-z][\w'’&-]*[ \u00a0]+){{0,3}}?(?:{_NOUN})(?: (?:{_NOUN}|total)){{0,2}})(?![\w-])",
    re.IGNORECASE,
)
"""The thing that an amount is, named behind it: `$2,250/month operating budget`, `$500 in donations`."""
_PURPOSE = re.compile(
    r"[ \u00a0]*(?:for|on|to|toward|towards|für|auf|pour|para|per la|til|voor)[ \u00a0]+(?:the |a |an |our |some |their |das |die |den |der |le |la |les |el |los |las )?([^\W\d_][^,.;:()!?]{1,60})",
    re.IGNORECASE,
)
"""What an amount is spent on."""
_ANOTHER = re.compile(
    r"(?:,| and| und| et| y| e|&|;)[\s*_]*(?:(?:up to|about|around|another|a further|only) )?$|^\s*,?\s*$",
    re.IGNORECASE,
)
_SPENT = re.compile(
    r"\b(?:approved?|spen[dt]|pa(?:id|y)|allocated?|budget(?:ed)?|authori[sz]ed?|moved|set aside|reserved?|committed|voted|haben|hat|hatten|wurden|ausgegeben|"
    r"d[ée]pens[ée]|avons|avions|gastamos|gast[óo]|hemos gastado|pagamos)[\s*_]*(?:(?:up to|about|around|approximately|only)\s*)?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(?:an?|the|this|our|their|his|her|its|another|one-time|initial|annual|monthly)[\s*_]*(?:~|about|around)?\s*$",
    re.IGNORECASE,
)
_NAMED_BEHIND = re.compile(r"[ \u00a0]+((?:[a-z][\w'’-]*[ \u00a0]+){0,2}[a-z][\w'’-]{2,})")
_ENDS_NAME = frozenset(
    "for in of on to from with at by and or but that which who is are was were has have had will would can could each every per last next this more less so because if when while than as".split()
)

_BRACKETED = re.compile(r"([A-Za-z][^().;:!?|]{1,60})\(\s*[+~<>≈-]?\s*$")
"""`Stablecoins (61 %)`: what a figure in brackets is of."""


_ASIDE = re.compile(r"([A-Za-z][^().;:!?]{2,60})\([^()]*\)[^().;:!?]{0,30}$")
"""What a remark in brackets parts from its figure: `costs (rent, fees) will come to $3,500`."""
GOES_ON = re.compile(
    r"[\s’”]*(?:\(|,|/)?[\s‘“]*(?:(?:up|down|and|or|to|from|vs\.?|versus|compared (?:to|with)|against|previously|was|then|now|reaching|increase|decrease|over|plus|about|around|of|at|@|~|=|→|×|\*|\+|[-−–](?= ))[\s‘“]*){0,4}",
    re.IGNORECASE,
)
"""Between two figures of the same thing: `grew 12% to $1.2M (+5%)`."""


_NEXT_FIGURE = re.compile(
    r"(?<=\bfrom )\d|(?<=\bvs )\d|(?<=\bvs\. )\d|(?<=\bwas )\d|(?<=\bthan )\d|[$€£]\s?\d|\d[\d,.]*\s?%|(?<![\w.,/-])(?!(?:19|20)\d\d\b)\d(?:[\d,]|\.(?=\d)){2,}"
)


def as_of_of(text: str) -> tuple[int, str] | None:
    """Where an "as of" remark ends and its ISO date, if the line has one."""
    m = _AS_OF.search(text)
    if m is None or not _DIGIT.search(text, m.end(), m.end() + 40):
        return None
    found = parse_date(text[m.end() : m.end() + 40])
    return (m.end(), found.isoformat()) if found else None


_WEAK = frozenset(
    {"remaining", "other", "rest", "whole", "full", "half", "numbers", "figures", "amounts", "results", "values"}
)
"""Words that say nothing of what a figure is of."""
_LINKS = frozenset("from to of at a an the in on for with by into per plus".split())


def segment_label(text: str, value_at: int, hit: Hit, hits: tuple[Hit, ...], position: int) -> str:
    """The words nearest to one of several figures behind a label: before it, else its noun, else behind it."""
    start = hits[position - 1].end if position else value_at
    if position and hit.value.unit == "money" and (behind := _named_behind(text, hit, hits, position)):
        return behind
    before = re.split(r"[,;(|·•]|\.\s|\band\b|\bvs\.?\b", text[start : hit.start])[-1]
    before = re.sub(r"[:=×x*÷/+→≈~<>\s-]+$", "", before).strip(" )(=×÷+*/→-")
    words = before.split()
    while words and words[-1].lower() in _LINKS:
        words.pop()
    if re.search(r"[A-Za-z]{2}", " ".join(words)):
        return " ".join(words[-6:])
    end = hits[position + 1].start if position + 1 < len(hits) else len(text)
    after = re.split(r"[,;()|·•=×÷+]|\band\b", text[hit.end : end])[0].strip(" -–—:.")
    if hit.noun:
        return hit.noun
    return " ".join(after.split()[:5]) if re.search(r"[A-Za-z]{2}", after) else ""


def prose_label(
    text: str, hit: Hit, hits: tuple[Hit, ...], position: int, following: str = "", preceding: str = ""
) -> str:
    """The words of the clause next to the figure: before it, without the verb; else behind it, on the next line if need be."""
    ended = (h.end for h in reversed(hits[:position]) if not (h.bare and text.startswith(".", h.end)))
    left = re.sub(r"[\s:=~≈*_‘“]+$", "", text[next(ended, 0) : hit.start])
    clause = _CLAUSE.split(left)[-1]
    if position:
        clause = re.split(r"\band\b", clause)[-1]
    clause = _without_periods(clause)
    words = _AS_OF.pattern.sub(" ", clause).split()
    all_words = words.copy()
    trail = TRAIL if text.isascii() else TRAIL | _FAR_TRAIL
    while words and words[-1].lower().strip("*,~") in trail:
        words.pop()
    words = words or _subject(all_words)
    while len(words) > 1 and words[0].lower().strip("*,") in TRAIL:
        words.pop(0)
    weak = bool(words) and _WEAK.issuperset(w.lower() for w in words)
    if hit.noun:
        return hit.noun
    if hit.value.unit in {"money", "percent"} and (behind := _named_behind(text, hit, hits, position)):
        return behind
    if not words and (bracketed := _BRACKETED.search(left)) is not None:
        return " ".join(bracketed[1].split()[-6:]).strip(" *_-:,")
    if not words and (outside := _before_bracket(text, hit) or _before_aside(text[: hit.start])):
        return outside
    if words and re.search(r"[^\W\d_]{2}", " ".join(words)) and not weak:
        return " ".join(words[-6:]).strip(" *_-:,")
    if behind := _words_behind(text, hit, hits, position, following):
        return behind
    return "" if weak else _last_words(left) or ("" if _ENDED.search(preceding) else _last_words(preceding))


_SUBJECTS = frozenset({"cost", "costs", "charge", "charges", "totals", "spending", "funds"})
_PRONOUNS = frozenset(
    {"it", "that", "this", "which", "they", "we", "i", "he", "she", "you", "would", "will", "to", "can", "could"}
)


_ENDED = re.compile(r"[.,;:!?)*→|]\s*$|^\W*\w*\W*$|\d\W{0,3}\w*\W*$")
"""The end of a line that the next one does not go on with, or that says nothing."""


def _subject(words: list[str]) -> list[str]:
    """`our estimated costs totaled`: up to the noun, where what is left of a clause are words that may as well be verbs."""
    for n in range(len(words) - 1, 0, -1):
        if words[n].lower() in _SUBJECTS and words[n - 1].lower() not in _PRONOUNS:
            return words[max(0, n - 1) : n + 1]
    return []


def _words_behind(text: str, hit: Hit, hits: tuple[Hit, ...], position: int, following: str) -> str:
    stop = hits[position + 1].start if position + 1 < len(hits) else len(text)
    rest = text[hit.end : stop] + (f" {following}" if stop == len(text) else "")
    rest = _without_periods(rest)
    if re.match(r"[)’”]{0,2}[.!?]\s", rest):
        return ""
    for part in (rest, re.sub(r"^[\W_]+", "", rest), re.sub(r"^[\s)]*\([^()]*\)", " ", text[hit.end :])):
        after = re.split(r"\band\b", _CLAUSE.split(part[:160])[0])[0].split()
        while after and (after[0].lower().strip("*,") in TRAIL or after[0].isdigit()):
            after.pop(0)
        found = " ".join(after[:5]).strip(" *_-:,.()→’”")
        if re.search(r"[^\W\d_]", found) and not _NEXT_FIGURE.search(found):
            return found
    return ""


def _last_words(left: str) -> str:
    wide = [w for w in re.split(r"[.;!?]\s", left)[-1].split() if re.search(r"[^\W\d_]", w)]
    while wide and wide[-1].lower().strip("*,~(") in TRAIL:
        wide.pop()
    return " ".join(wide[-5:]).strip(" *_-:,.()")


def _named_behind(text: str, hit: Hit, hits: tuple[Hit, ...], position: int) -> str:
    """What the words behind an amount of running text call it: its noun, or what it was spent on; empty where they do not."""
    before = text[hits[position - 1].end if position else 0 : hit.start]
    following = next((h for h in hits[position + 1 :] if not h.bare), None)
    after = text[hit.end : following.start if following is not None else len(text)]
    share = hit.value.unit == "percent" and after.startswith(" of ")
    if (
        not share
        and (thing := _THING_OF.match(after)) is not None
        and not _ENDS_NAME.intersection(thing[1].lower().split())
    ):
        return thing[1]
    if _ARTICLE.search(before) and (named := _NAMED_BEHIND.match(after)) is not None:
        words: list[str] = []
        for word in named[1].split():
            if word.lower() in _ENDS_NAME or word.lower() in TRAIL:
                break
            words.append(word)
        if words:
            return " ".join(words)
    taken = position > 0 and _PURPOSE.match(before) is not None and _ANOTHER.search(before) is not None
    if (taken or _SPENT.search(before)) and (purpose := _PURPOSE.match(after)) is not None:
        return " ".join(re.split(r"\s(?:and|und|et|y)\s*$|\s(?:and|und|et|y)\s", purpose[1])[0].split()[:5])
    return ""


def _without_periods(text: str) -> str:
    for start, end, _ in reversed(periods_in(text)):
        text = _END_OF.sub(" ", text[:start]) + " " + text[end:]
    return text


_END_OF = re.compile(r"\b(?:(?:as of|at|by|until|to) )?the (?:end|beginning|start|close) of\s*$", re.IGNORECASE)


def _before_bracket(text: str, hit: Hit) -> str:
    """The words before the brackets that the figure stands in, its line being one long name: `Travel grant (2020; 350 €)`."""
    start = text.rfind("(", 0, hit.start)
    if start < 0 or ")" in text[start : hit.start] or not re.match(r"\s*(?:[;,)]|$)", text[hit.end :]):
        return ""
    words = re.split(r"[.!?]\s", text[:start])[-1].split()
    return " ".join(words[:8]).strip(" *_-:,") if re.search(r"[^\W\d_]{2}", " ".join(words)) else ""


def near_period(text: str, hit: Hit) -> str | None:
    """A period named in the same line, nearest to the figure; an "as of" date is none."""
    cut = as_of_of(text)
    if cut is not None:
        text = text[: max(0, cut[0] - 12)] + " " * 60 + text[cut[0] + 30 :]
    end = hit.end + 60
    if (following := _NEXT_FIGURE.search(text, hit.end, end)) is not None:
        end = following.start()
    after = re.split(r"[.;]\s|,(?! (?:19|20)\d\d\b) |\s[–—-]\s", text[hit.end : end])[0]
    for start, _, period in periods_in(after):
        if not _COMPARED.search(after[:start]):
            return period
    before = re.split(r"[.;]\s", text[max(0, hit.start - 200) : hit.start])[-1]
    named = [period for start, _, period in periods_in(before) if not _COMPARED.search(before[:start])]
    if named:
        return named[-1]
    return _bracketed(text, hit)


def _before_aside(left: str) -> str:
    found = _ASIDE.search(left)
    return " ".join(found[1].split()[-6:]).strip(" *_-:,") if found is not None else ""


def following_period(text: str, hit: Hit) -> str | None:
    """The period that directly follows a figure: `0.43x in 2028`, `$5k (Q3 2026)`."""
    if _DIRECTLY.match(text, hit.end) is None:
        return None
    named = periods_in(text[hit.end : hit.end + 30])
    return named[0][2] if named and named[0][0] <= 16 else None


_DIRECTLY = re.compile(
    r"\W{0,4}(?:(?:[a-z]+ )?(?:in|for|during|at|by) \(?(?:Y\d|M\d|Year \d|Month \d|FY|Q[1-4]|H[12]|(?:19|20)\d\d)|\(?(?:FY|Q[1-4]|H[12]|(?:19|20)\d\d|[A-Z][a-z]{2,8}\.? (?:19|20)\d\d))"
)


def _bracketed(text: str, hit: Hit) -> str | None:
    """The one period within the brackets that the figure stands in: `Travel grant (2020; University; 350 €)`."""
    start, end = text.rfind("(", 0, hit.start), text.find(")", hit.end)
    if start < 0 or end < 0 or ")" in text[start : hit.start]:
        return None
    named = {period for _, _, period in periods_in(text[start:end])}
    return named.pop() if len(named) == 1 else None


_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|versus|vs\.?|than|against|relative to|over|since|after|before)\s+(?:in\s+)?(?:\w+\s+)?$",
    re.IGNORECASE,
)
"""A period that a figure is only compared with."""


_BROKEN = re.compile(r"[ \u00a0](?:per|a|each|every)\s*$|\s*$")
_BROKEN_FROM = re.compile(
    r"\s*(?:(?:per|each|every) )?(month|year|week|day|hour|night|person|member|adult|child|user|head|family|household)\b",
    re.IGNORECASE,
)


def broken_per(text: str, hit: Hit, following: str) -> str | None:
    """What an amount is for where its line ends within `per month`."""
    m = _BROKEN.match(text, hit.end)
    if m is not None and not following.isascii() and (far := adverb(following.lstrip().split(" ", 1)[0].lower())):
        return far
    if m is None or (n := _BROKEN_FROM.match(following)) is None:
        return None
    return (
        PERIODS.get(n[1].lower(), n[1].lower())
        if m[0].strip() or following.lstrip()[:4].lower() in {"per ", "each", "ever"}
        else None
    )


_RECURRING = re.compile(r"\s+(?:(?:net|new|expansion|churned|lost)\s+){0,2}(MRR|ARR)\b")
"""Money that is recurring by its very name: `$45K MRR`."""


def recurring_per(text: str, hit: Hit) -> str | None:
    """What a figure is per by the name that follows it."""
    if (
        not text.isascii()
        and (far := recurring(re.split(r"[.;]\s|\d", text[max(0, hit.start - 60) : hit.start])[-1])) is not None
    ):
        return far
    found = _RECURRING.match(text, hit.end)
    return None if found is None else "month" if found[1].upper() == "MRR" else "year"
