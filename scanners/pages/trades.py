"""Trades that serve customers at a place: a headline that names one says that a business is here."""

from __future__ import annotations

import re

from auditor.model.pattern import lazy

_TRADE = lazy(
    r"\b(?:restaurants?|ristorante|restaurante|trattoria|osteria|pizzer[ií]as?|bistros?|bistrot|brasserie|caf[eé]s?|cafeter[ií]a|coffee\s?(?:shop|house|bar)|diner|steak\s?house|gastro\s?(?:pub|bar)|taverna?|taberna|tapas|cevicher[ií]a|parrilla|marisquer[ií]a|tea\s?house|food\s+truck"
    r"|baker(?:y|ies)|panader[ií]a|pasteler[ií]a|boulangerie|p[âa]tisserie|b[äa]ckerei|konditorei|gastst[äa]tte|gasthaus|gasthof|wirtshaus|biergarten|restauracja|kawiarnia|ravintola|kahvila|lokanta(?:s[ıi])?|churrascaria|lanchonete|padaria|confeitaria"
    r"|barber\s?shop|barbers|barbearia|barber[ií]a|hair\s?(?:salon|dressers?)|(?:beauty|nail|tanning)\s+salon|salon|(?:day\s?)?spa|friseur(?:salon)?|kosmetik(?:studio|salon)?|coiffeu(?:r|se)|peluquer[ií]a|parrucchier[ei]|kuaf[öo]r|sal[oó]n?\s+de\s+(?:belleza|beleza|beaut[ée])"
    r"|dentists?|dental\s+(?:clinic|care|practice|studio)|dentista|odontol[oó]g\w+|zahn[äa]rzt\w*|zahnarztpraxis|physiotherap\w+|fisioterapia|chiropract\w+|veterinary\s+\w+|tierarzt\w*"
    r"|hotels?|hostels?|motels?|pousada|albergue|auberge|albergo|pensjonat"
    r"|plumb(?:ers?|ing)|electricians?|roof(?:ing|ers)|landscap(?:ing|ers?)|lawn\s+care|cleaning\s+(?:services?|company)|handyman|carpentry|remodel(?:l?ing|l?ers?)|pest\s+control|locksmiths?|moving\s+company|auto\s+(?:repair|detailing)|car\s+(?:wash|detailing)|dry\s+clean\w*"
    r"|fitness\s+(?:studio|center|centre|club)|yoga\s+studio|dance\s+(?:school|studio)|driving\s+school|fahrschule|autoescola|autoescuela|florists?|flower\s+shop|catering|pet\s+grooming|law\s+firm"
    r"|ресторан|кафе|салон\s+красоты|парикмахерская|барбершоп|стоматология|гостиница|отель|nhà\s+hàng|khách\s+sạn)\b",
    re.IGNORECASE,
)
_BEHIND_THE_COUNTER = lazy(
    r"\b(?:manage(?:ment|r)?|systems?|admin\w*|dashboard|gesti[oó]n|gest[ãa]o|gestionale|verwaltung|api|pos|inventory|finder|search|recommend\w*|recipes?|rating|clone|template|theme|project|assignment|portfolio|outil|tool|platform|app|software|database|directory|list)\b",
    re.IGNORECASE,
)
"""A tool of the trade or a list of places: no place that serves customers."""


def serves_customers(headline: str) -> bool:
    """Whether a headline names a trade, and nothing that only the trade itself would use."""
    return bool(_TRADE.search(headline)) and not _BEHIND_THE_COUNTER.search(headline)


_BY_THE_HOUR = lazy(
    r"\b(?:(?:hair|nail|nails|beauty|tanning|brow|lash|waxing)\s+(?:and\s+(?:\w+\s+)?)?(?:salons?|studios?|bars?|spa)|(?:hair|beauty)salons?|hairdress(?:er|ing)\w*|barber\s?shops?|day\s+spa|nail\s+(?:artist|technician)|massage\s+(?:therap\w+|studio)|tattoo\s+(?:studio|shop|parlou?r)|physiotherap\w+|chiropract\w+|dental\s+(?:clinic|practice|care|office)|dentists?|veterinar\w+|pet\s+groom\w+"
    r"|friseur\w*|fris[öo]r\w*|kosmetik(?:studio|salon|institut)|nagelstudio|zahnarzt\w*|coiffeu\w+|salon\s+de\s+coiffure|institut\s+de\s+beaut[ée]|onglerie|barbier|peluquer[ií]as?|barber[ií]as?|sal[oó]n\s+de\s+belleza|est[ée]tica\s+(?:canina|facial)|barbearias?|cabeleireir\w+|sal[ãa]o\s+de\s+beleza|parrucchier\w+|barbiere|centro\s+estetico|kapsalon|kapper|schoonheidssalon|fryzjer\w*|salon\s+fryzjerski|gabinet\s+kosmetyczny|frisørsalon|парикмахерская|салон\s+красоты)\b",
    re.IGNORECASE,
)
"""Trades that serve one customer at a time."""


def takes_appointments(headline: str) -> bool:
    """Whether a headline names a trade whose customers come by appointment, be it said or not."""
    return bool(_BY_THE_HOUR.search(headline)) and not _BEHIND_THE_COUNTER.search(headline)
