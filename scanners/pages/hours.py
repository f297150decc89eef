"""Whether a text says when somebody is there: the hours of a business, not those of a trip."""

from __future__ import annotations

import re
from itertools import islice

from auditor.model.pattern import lazy

_DAY = (
    r"(?:mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?!s\b)(?:r?s?(?:day)?)|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
)
_OTHER_DAY = (
    r"(?:lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bados?|domingos?|lun|vie|s[áa]b|dom|mo|mon?tags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonntags?|werktags|fr|sa|so"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|ven|sam|dim|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|gio"
    r"|segunda(?:-feira)?|sexta(?:-feira)?|seg|sex|maandag|vrijdag|zaterdag|zondag|poniedzia[łl]ek|pi[ąa]tek|mandag|fredag|m[åa]ndag"
    r"|пн|вт|ср|чт|пт|сб|вс|понедельник|пятница|воскресенье|thứ\s+(?:hai|ba|tư|năm|sáu|bảy)|chủ\s+nhật)"
)
_SAID = lazy(
    rf"\bopen(?:ing)?\s+(?:hours|times|daily|\d|from|every|7|year|24|weekdays|weekends|{_DAY})|\bweek(?:day|end)s?\s*(?::|-|–|\d|from)|\b{_DAY}\.?\s*(?::|-|–|—|,|\|)?\s*(?:closed|by\s+(?:appointment|reservation))"
    r"|\b(?:business|office|working|operating|operation|store|clinic|opening|service|shop|customer\s+service)\s+hours\b.{0,40}\d|\bhours\b\s*(?:of\s+operation|:(?!\s*\S{0,3}\s*min))|24\s*/\s*7|24h?\s*/\s*(?:24|365)|ca[łl]odobowo|ca[łl][ąa]\s+dob[ęe]|24\s*(?:h|hours|horas|ore|stunden|heures)\s*(?:a|per|al|am|pro|por)\s*(?:day|d[ií]a|giorno|tag|jour|dia)|open\s+24\s*h|24\s+hour\s+(?:service|emergency|support)|(?:7|seven)\s+days\s+(?:a|per|each)\s+week|open\s+(?:7|seven)\s+days|7\s*/\s*7|7j\s*/\s*7"
    r"|check-?in\b.{0,20}?\b\d{1,2}(?::\d\d|\s*(?:am|pm|h\b|uhr))|[öo]ffnungszeiten|sprechzeiten|b[üu]rozeiten|gesch[äa]ftszeiten|horarios?\b(?=.{0,40}\d)|horarios?\s+de\s+(?:atenci[oó]n|apertura|oficina|trabajo)|horarios?\s*:|heures\s+d.ouverture|horaires|orari(?:o)?\b(?=.{0,40}\d)|orari\s+di\s+apertura|hor[áa]rio\s+de\s+(?:funcionamento|atendimento)|openingstijden|godziny\s+otwarcia|[öo]ppettider|[åa]pningstider|часы\s+работы|режим\s+работы|круглосуточно|giờ\s+(?:mở\s+cửa|làm\s+việc)"
    r"|\b(?:open|available|operat\w+|depart\w*|run\w*)\s+every\s+day\b|\bopen\s+all\b|\bdaily\s+(?:from|\d)"
    r"|\b(?:lunes|montags?|lundi|luned[iì]|segunda-feira)\b(?=.{0,40}?\d{1,2}\s*(?:[:h.]\s*\d|h\b|uhr|am\b|pm\b))"
    r"|abierto\s+(?:todos|de|cada)|ouvert\s+(?:tous|du|7)|t[äa]glich\s+(?:von|ab|ge)|todos\s+los\s+d[ií]as|tous\s+les\s+jours|tutti\s+i\s+giorni|todos\s+os\s+dias|ежедневно|hàng\s+ngày",
    re.IGNORECASE,
)
"""Enough by itself."""
_DAYS = lazy(
    rf"\b{_DAY}\.?\s*(?:-|–|—|to|through|thru|until|&|and|,|\||/)\s*{_DAY}\b|\b{_OTHER_DAY}\.?(?:\s+(?:a|al|à|au|bis|alle|até|t/m|do|y|e|et|und)\s+|\s?[-–—]\s?){_OTHER_DAY}\b",
    re.IGNORECASE,
)
"""From one day to another: opening hours if a time is near."""
_TIMES = lazy(
    rf"\b{_DAY}\.?\s*(?::|-|–|—|,|\||from|at)?\s*\d{{1,2}}\s*(?:am|a\.m|pm|p\.m|:\d|h\b|[–—-]\s*\d)"
    r"|\b\d{1,2}(?::\d\d)?\s*(?:am|a\.m\.|pm|p\.m\.)\s*(?:-|–|—|to|until|till)\s*\d{1,2}|\b\d{1,2}[:h]\d\d\s*(?:uhr|h)?\s*(?:-|–|—|to|a|à|bis|alle|às|do|tot|al|y)\s*\d{1,2}[:h]\d\d|\b\d{1,2}\.\d\d\s*(?:uhr|h|am|pm)?\s*(?:-|–|—|to|bis|alle)\s*\d{1,2}\.\d\d\s*(?:uhr|h\b|am|pm)|\b\d{1,2}\s?(?:h|uhr)\s*(?:-|–|—|a|à|bis|às)\s*\d{1,2}\s?(?:h|uhr)",
    re.IGNORECASE,
)
"""From one time to another: opening hours unless they are those of a trip."""
_NEAR_A_DAY = lazy(
    r"\d\s*(?:[:h.]\s*\d|am\b|pm\b|a\.m|p\.m|h\b|uhr)|\d\s*[-–]\s*\d|closed|sunrise|dawn|\bhours?\b|\bopen|available|appointment|ge[öo]ffnet|abierto|ouvert|apert|aberto|cerrado|ferm[ée]|chiuso|fechado|geschlossen",
    re.IGNORECASE,
)
_OF_A_TRIP = lazy(
    r"\b(?:half|full|half-|full-)[\s-]?days?\b|\b(?:tours?|trips?|cruises?|charters?|excursions?|departs?|departures?|pick-?ups?|drop-?offs?|itinerar\w+|day\s+\d|tournament|event|morning|midday|afternoon|evening|sunset|recojo|recogida|salidas?|retorno|regreso|traslado|almuerzo|desayuno|partida|sa[íi]da|abfahrt|partenz\w+|d[ée]part|transfer|duration|lasts|approx\w*|aproximad\w+|around|arriv\w+|llega\w*)\b",
    re.IGNORECASE,
)
_MOST = 400
"""So many places are looked at; a text with more is a time table."""


def states_hours(text: str) -> bool:
    """Whether hours of a business stand in a text.

    A trip has hours, too: a range of times beside the words of one counts for nothing.
    """
    if _SAID.search(text):
        return True
    for found in islice(_DAYS.finditer(text), _MOST):
        near = text[max(0, found.start() - 40) : found.end() + 60]
        if _NEAR_A_DAY.search(near):
            return True
    for found in islice(_TIMES.finditer(text), _MOST):
        if not _OF_A_TRIP.search(text, max(0, found.start() - 45), found.end() + 45):
            return True
    return False
