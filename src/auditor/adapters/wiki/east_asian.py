"""How Chinese, Japanese and Korean pages write amounts: signs as wide as a character, `万`, `円`, `元`, `每月`."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

WIDE = str.maketrans({
    **{chr(0xFF10 + n): str(n) for n in range(10)},
    "￥": "¥", "＄": "$", "￡": "£", "￦": "₩", "％": "%", "：": ":", "（": "(", "）": ")", "～": "~", "〜": "~", "＋": "+", "－": "-", "／": "/", "．": ".",
    "＝": "=", "｜": "¦", "，": ";", "、": ";", "。": ";", "；": ";", "！": "!", "？": "?",
})  # fmt: skip
"""Signs and digits of the same meaning, one for one. A comma or full stop of this width parts clauses and no digits."""
_WIDE = re.compile(r"[\u3001\u3002\uff01-\uffe6]")
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MULTIPLES = {
    "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "十亿": 9, "十億": 9, "万": 4, "萬": 4, "亿": 8, "億": 8, "만": 4, "억": 8, "千": 3, "천": 3,
}  # fmt: skip
_MULTIPLE = re.compile("[ \u00a0]?(" + "|".join(sorted(MULTIPLES, key=len, reverse=True)) + ")")
_COINS = {"円": "JPY", "圆": "CNY", "圓": "TWD", "元": "CNY", "块": "CNY", "원": "KRW"}
_SUFFIX = re.compile(
    "[ \u00a0]?(?P<nation>美|港|欧|歐|日|新台幣|新臺幣|台幣|臺幣|人民币|人民幣)?(?P<coin>円|圓|圆|元(?![本素旦宵年])|块(?!链)|원)|[ \u00a0]?(?P<name>新?[台臺]幣|人民[币幣]|日[圓元币幣]|港[币幣])"
)
_NATIONS = {
    "美": "USD",
    "港": "HKD",
    "欧": "EUR",
    "歐": "EUR",
    "日": "JPY",
    "新": "TWD",
    "台": "TWD",
    "臺": "TWD",
    "人": "CNY",
}
_YUANS = frozenset({"CNY", "TWD", "HKD"})
_HINT = re.compile(
    "[(\\[]\\s*(?:[単單单]位\\s*[:;]?\\s*)?(?P<m>"
    + "|".join(sorted(MULTIPLES, key=len, reverse=True))
    + ")?(?P<nation>美|港|日|新?[台臺]|人民)?(?P<coin>円|圓|圆|元|원|幣|币)\\s*(?:/[^)\\]]*)?[)\\]]"
    "|[単單单]位\\s*[:;]\\s*(?P<m2>"
    + "|".join(sorted(MULTIPLES, key=len, reverse=True))
    + ")?(?P<nation2>美|港|日|新?[台臺]|人民)?(?P<coin2>円|圓|圆|元|원|幣|币)"
)
_TRADITIONAL = re.compile("[費萬總預購買廳樓設計項質裝員]")
_SIMPLIFIED = re.compile("[费万总预购买厅楼设计项质装员]")
_KANA = re.compile("[\u3040-\u30ff]")
_TAIWAN = re.compile(r"[台臺][灣湾幣币]|NT\$|\bNTD\b|\bTWD\b")
_HONGKONG = re.compile(r"香港|港[元幣币]|HK\$|\bHKD\b")
_PERS = (
    ("month", ("每月", "月額", "月额", "月費", "月费", "月租", "毎月", "/月", "per月", "月間", "매월", "월 ", "/월")),
    ("year", ("每年", "年額", "年费", "年費", "年租", "毎年", "/年", "年間", "年薪", "年収", "매년", "/년")),
    ("day", ("每天", "每日", "毎日", "/天", "/日", "日薪", "日給")),
    ("week", ("每周", "每週", "毎週", "/周", "/週")),
    ("hour", ("每小时", "每小時", "/小时", "/小時", "/時間", "時給", "时薪", "時薪")),
    ("night", ("每晚", "/晚", "/泊", "一泊")),
    ("person", ("每人", "/人", "一人当たり")),
)
_AFTER = re.compile(
    r"[ \u00a0]?(?:/[ ]?(?:每)?|每|毎)?(?:(?P<p>月|年|天|日|周|週|小时|小時|時間|晚|泊|人)(?![^\W\da-zA-Z_]))"
)
_AFTER_NAMES = {"月": "month", "年": "year", "天": "day", "日": "day", "周": "week", "週": "week", "小": "hour", "時": "hour", "晚": "night", "泊": "night", "人": "person"}  # fmt: skip
MONEY = re.compile(
    "金額|金额|価格|價格|价格|費用|费用|料金|小計|小计|合計|合计|總計|总计|総額|總額|总额|單價|单价|単価|收入|支出|成本|預算|预算|予算|薪|租金|家賃|売上|利益|房租|報酬|押金|訂金|금액|가격|비용|합계|예산|매출|지출|수입|잔액|입금|출금|借方|貸方|残高|入金|出金|ราคา|จำนวนเงิน|ค่าใช้จ่าย|รายรับ|รายจ่าย|מחיר|סכום|עלות|הוצאות|הכנסות|राशि|मूल्य|लागत"
)
"""Words for amounts in a header or a label."""


def is_east(char: str) -> bool:
    """Whether a character is of these scripts, which write no space beside a figure."""
    return _EAST.match(char) is not None


def narrowed(text: str) -> str:
    """A line with wide signs and digits as ASCII has them, character for character."""
    return text.translate(WIDE) if _WIDE.search(text) else text


def read_multiple(text: str, end: int) -> tuple[Decimal, int] | None:
    """The multiple that is written behind a number, and where it ends."""
    m = _MULTIPLE.match(text, end)
    return (Decimal(10) ** MULTIPLES[m[1]], m.end()) if m is not None else None


def read_coin(text: str, end: int, declared: str) -> tuple[str, int] | None:
    """The currency that is written behind a number, and where it ends."""
    m = _SUFFIX.match(text, end)
    if m is None:
        return None
    nation = m["nation"] or m["name"]
    return (_NATIONS[nation[0]] if nation else coin_code(m["coin"], declared)), m.end()


def coin_code(coin: str, declared: str) -> str:
    """Whose `元` it is: the page's."""
    code = _COINS.get(coin, "")
    return declared if code in _YUANS and declared in _YUANS else code


def read_per(text: str, end: int) -> tuple[str, int] | None:
    """What an amount is for, directly behind it: `5,000円/月`."""
    m = _AFTER.match(text, end)
    if m is None or not any(sign in m[0] for sign in ("/", "每", "毎")):
        return None
    return _AFTER_NAMES[m["p"][0]], m.end()


def yuan_of(text: str) -> str:
    """Whose yuan or dollars a page in Chinese writes; empty where it is not in Chinese or does not speak of money."""
    if "元" not in text and "$" not in text and "幣" not in text and "币" not in text:
        return ""
    if any(needle in text for needle in ("NT$", "NTD", "TWD", "灣", "湾", "幣", "币")) and _TAIWAN.search(text):
        return "TWD"
    if any(needle in text for needle in ("HK$", "HKD", "港")) and _HONGKONG.search(text):
        return "HKD"
    if "元" not in text:
        return ""
    if _KANA.search(text):
        return ""
    return "TWD" if _TRADITIONAL.search(text) and not _SIMPLIFIED.search(text) else "CNY"


@lru_cache(maxsize=4096)
def east_hint(text: str) -> tuple[str, Decimal] | None:
    """Currency and factor that a header or remark names: `金額(万円)`, `单位:元`."""
    m = _HINT.search(narrowed(text))
    if m is None:
        return None
    multiple, nation, coin = m["m"] or m["m2"], m["nation"] or m["nation2"], m["coin"] or m["coin2"]
    if coin in {"幣", "币"} and not nation:
        return None
    return (_NATIONS[nation[0]] if nation else coin), Decimal(10) ** MULTIPLES.get(multiple, 0)


def per_in(text: str) -> str | None:
    """What the amounts below a header are for: `月額`, `每年`."""
    return next((per for per, words in _PERS if any(word in text for word in words)), None)
