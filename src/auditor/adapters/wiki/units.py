"""Words for currencies, multipliers, units and periods, as people write them next to numbers."""

from __future__ import annotations

import re
from decimal import Decimal

SYMBOLS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD",
    "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY",
    "₱": "PHP", "₫": "VND", "₪": "ILS", "₦": "NGN", "฿": "THB", "₴": "UAH", "zł": "PLN", "Kč": "CZK", "Rs.": "INR",
    "Rs": "INR", "Rp": "IDR", "RM": "MYR", "Fr.": "CHF", "SFr.": "CHF", "KSh": "KES", "Ksh": "KES", "KSH": "KES", "KES.": "KES",
    "TSh": "TZS", "USh": "UGX", "UGX.": "UGX", "GH₵": "GHS", "₵": "GHS", "MX$": "MXN", "৳": "BDT", "₲": "PYG", "RMB": "CNY", "S/.": "PEN", "S/": "PEN",
}  # fmt: skip
"""Symbol to ISO 4217. A bare dollar or yen is the page's declared one where it declares such a currency."""

ISO_CODES = frozenset(
    "USD EUR GBP CHF JPY CNY INR AUD CAD NZD SGD HKD SEK NOK DKK PLN CZK HUF RON BGN RUB UAH TRY ILS ZAR NGN KES GHS "
    "EGP MAD BRL MXN ARS CLP COP PEN PHP IDR MYR THB VND KRW TWD AED SAR QAR KWD BHD PKR BDT LKR ISK "
    "AFN AMD AZN BAM BWP BYN BOB CRC DOP DZD ETB GEL GTQ HNL HRK IQD JOD JMD KHR KZT LBP LYD MDL MKD MMK MNT MUR MWK MZN NAD "
    "NIO NPR OMR PYG RSD RWF SDG TND TTD TZS UGX UYU UZS VES XAF XCD XOF YER ZMW".split()
)
"""Currencies of ISO 4217, written in capital letters."""

CODES = ISO_CODES | frozenset(
    "BTC ETH USDC USDT DAI SOL WETH WBTC stETH wstETH rETH USDS BUSD TUSD LUSD GUSD FRAX EURC xDAI ARB OP UNI MATIC POL AVAX "
    "DOT KSM ENS AAVE MKR GNO COMP CRV LDO XMR ADA DOGE LTC XRP BNB FIL HNT GTC STRK ZEC DCR SATS "
    "GRIN BCH XLM XTZ ALGO ATOM TRX EOS KSM TON LINK NEAR CELO cUSD GLM GRT SNX YFI RPL PYUSD FDUSD USDe sUSD GHO CVX FXS OSMO JUNO ETC XNO "
    "ANT GIV HNY BAL SUSHI ZRX KNC DNT NMR RLC LPT PNK BNT LRC IMX LQTY ICP FTM EGLD HBAR RUNE INJ TIA SUI APT KAVA ZEN RVN ERG".split()
)
"""Codes written out beside an amount: currencies, and what treasuries hold."""

DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"})

MULTIPLIERS = {
    "k": Decimal(1000), "thousand": Decimal(1000), "m": Decimal(10) ** 6, "mm": Decimal(10) ** 6,
    "mn": Decimal(10) ** 6, "mio": Decimal(10) ** 6, "mil": Decimal(10) ** 6, "million": Decimal(10) ** 6,
    "millions": Decimal(10) ** 6, "b": Decimal(10) ** 9, "bn": Decimal(10) ** 9, "billion": Decimal(10) ** 9,
    "billions": Decimal(10) ** 9, "mln": Decimal(10) ** 6, "millionen": Decimal(10) ** 6, "mrd": Decimal(10) ** 9, "md": Decimal(10) ** 9,
    "milliarde": Decimal(10) ** 9, "milliarden": Decimal(10) ** 9, "miliarden": Decimal(10) ** 9, "milliard": Decimal(10) ** 9,
    "milliards": Decimal(10) ** 9, "tsd": Decimal(1000), "trillions": Decimal(10) ** 12, "lac": Decimal(10) ** 5, "lacs": Decimal(10) ** 5, "t": Decimal(10) ** 12, "tn": Decimal(10) ** 12, "trillion": Decimal(10) ** 12,
    "lakh": Decimal(10) ** 5, "lakhs": Decimal(10) ** 5, "crore": Decimal(10) ** 7, "crores": Decimal(10) ** 7,
    "cr": Decimal(10) ** 7, "l": Decimal(10) ** 5,
}  # fmt: skip

PERIODS = {
    "month": "month", "months": "month", "mo": "month", "mos": "month", "mth": "month", "monthly": "month",
    "year": "year", "years": "year", "yr": "year", "yrs": "year", "annum": "year", "yearly": "year",
    "annual": "year", "annually": "year", "y": "year", "p.a.": "year", "pa": "year",
    "day": "day", "days": "day", "daily": "day", "d": "day", "diem": "day",
    "week": "week", "weeks": "week", "wk": "week", "weekly": "week", "w": "week",
    "hour": "hour", "hours": "hour", "hr": "hour", "hrs": "hour", "h": "hour", "hourly": "hour",
    "quarter": "quarter", "quarterly": "quarter", "qtr": "quarter",
    "minute": "minute", "min": "minute", "second": "second", "sec": "second", "s": "second", "night": "night",
    "nights": "night", "nightly": "night",
    "monat": "month", "monate": "month", "mois": "month", "mes": "month", "mês": "month", "maand": "month", "måned": "month",
    "månad": "month", "mese": "month", "jahr": "year", "jahre": "year", "an": "year", "ans": "year", "année": "year", "año": "year", "ano": "year", "jaar": "year",
    "år": "year", "anno": "year", "tag": "day", "tage": "day", "jour": "day", "jours": "day", "día": "day", "dia": "day", "dag": "day",
    "giorno": "day", "woche": "week", "semaine": "week", "semana": "week", "uke": "week", "vecka": "week", "settimana": "week", "stunde": "hour",
    "kalenderjahr": "year", "geschäftsjahr": "year", "kalendermonat": "month", "j": "day", "journée": "day", "saison": "season", "heure": "hour", "hora": "hour", "uur": "hour", "ora": "hour", "nacht": "night", "nuit": "night", "noche": "night", "noite": "night",
}  # fmt: skip
"""Word to what one of a figure is for."""

MEASURES = {
    "hour": "hours", "hours": "hours", "hr": "hours", "hrs": "hours", "h": "hours",
    "minute": "minutes", "minutes": "minutes", "min": "minutes", "mins": "minutes",
    "secondes": "seconds", "sekunden": "seconds", "segundos": "seconds", "milliseconds": "ms",
    "s": "seconds", "second": "seconds", "seconds": "seconds", "sec": "seconds", "secs": "seconds", "ms": "ms",
    "day": "days", "days": "days", "week": "weeks", "weeks": "weeks", "wk": "weeks", "wks": "weeks",
    "month": "months", "months": "months", "mo": "months", "mos": "months", "quarters": "quarters",
    "year": "years", "years": "years", "yr": "years", "yrs": "years", "night": "nights", "nights": "nights",
    "nm": "nm", "nmi": "nm", "mi": "miles", "mile": "miles", "miles": "miles", "km": "km", "kn": "knots",
    "kt": "knots", "kts": "knots", "knot": "knots", "knots": "knots", "mph": "mph",
    "ft": "ft", "feet": "ft", "foot": "ft", "sqft": "sqft", "sf": "sqft", "m²": "sqm", "sqm": "sqm",
    "acre": "acres", "oz": "oz", "ounces": "oz", "ml": "ml", "l": "litres", "acres": "acres", "gal": "gallons", "gallon": "gallons", "gallons": "gallons", "gph": "gal/h",
    "litre": "litres", "litres": "litres", "liter": "litres", "liters": "litres", "ton": "tons", "tons": "tons",
    "tonnes": "tons", "lb": "lb", "lbs": "lb", "pounds": "lb", "kg": "kg", "yd³": "cuyd", "yards": "yards",
    "gb": "GB", "tb": "TB", "mb": "MB", "kb": "KB", "gib": "GiB", "tib": "TiB", "mib": "MiB",
    "kw": "kW", "kwh": "kWh", "mw": "MW", "mwh": "MWh", "w": "W", "hp": "hp", "bps": "bps", "bp": "bps",
    "x": "ratio", "×": "ratio", "vcpu": "vCPU", "vcpus": "vCPU",
    "jour": "days", "journée": "days", "journées": "days", "heure": "hours", "semaine": "weeks", "stunde": "hours", "woche": "weeks", "monat": "months",
    "hora": "hours", "día": "days", "semana": "weeks", "stunden": "hours", "heures": "hours", "horas": "hours", "minuten": "minutes", "tage": "days", "tagen": "days", "jours": "days",
    "días": "days", "dias": "days", "wochen": "weeks", "semaines": "weeks", "semanas": "weeks", "monate": "months", "monaten": "months", "mois": "months",
    "meses": "months", "jahre": "years", "jahren": "years", "ans": "years", "années": "years", "años": "years", "anos": "years",
    "nacht": "nights", "nächte": "nights", "nachte": "nights", "nächten": "nights", "noches": "nights",
    "fte": "count", "ftes": "count", "pts": "points", "pt": "points", "points": "points", "pp": "points",
}  # fmt: skip
"""Word after a number to the unit it gives."""

ATTACHABLE = frozenset(
    "ft gb tb mb kb gib tib mib kw kwh mw mwh hp hr hrs h min mins x × nm km mi kn kts mph sqft gal kg lb lbs ms mo yr "
    "yrs bps pp m² days months hours".split()
)
"""Units that may be written without a space: `40ft`, `3.3x`."""

COUNTED = frozenset(
    "user customer client boat vessel yacht charter booking job trip event ticket guest passenger seat night unit order "
    "lead subscriber follower member employee person people contractor staff headcount engineer developer agent deal "
    "contract opportunity prospect account site website domain page visitor view session click impression download "
    "install signup registration review listing property tenant room bedroom bathroom truck load pickup delivery "
    "crew deckhand captain invoice payment transaction request call message email query meeting partner vendor "
    "supplier location store branch project sprint ticket issue bug share holder investor donor student course class "
    "product item sku package shipment vehicle car driver ride hire team role position token validator node grant "
    "commit contributor repository service instance server container license licence patient appointment meal cover "
    "table bed participant attendee sponsor reservation sale purchase subscription renewal referral household company "
    "business firm organization organisation partner merchant creator cup tour festival show sub batch bottle case farm plant box bag pallet booth session workshop episode donation volunteer resident pint keg barrel crate bin shift route stop visit device learner coursemate renter provider reader gpu fan artist listener home family sheet roll treatment lesson homeowner".split()
)  # fmt: skip
"""Nouns, in the singular, whose number in running text is a figure and not decoration."""

_PLURALS = {
    "people": "people",
    "staff": "staff",
    "crew": "crew",
    "companies": "company",
    "series": "series",
    "sms": "sms",
    "aws": "aws",
    "bus": "bus",
    "gas": "gas",
}


def singular(word: str) -> str:
    """`charters` to `charter`, `deliveries` to `delivery`; good enough to compare words."""
    word = word.lower()
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def alternatives(words: object) -> str:
    """A regular expression that prefers longer words."""
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]
