"""Unit conversions with the formula shown: metric, imperial, time, temperature; and follow-ups ("and 15?", "and in grams?").

Factors between systems have two or three digits (1 mile ≈ 1.61 km), so that each answer is exactly what its line says.
"""
from __future__ import annotations

from random import Random

from common.split import allowed

from .arithmetic import div_answer, multiply, partials, _significant
from .phrase import Turn, ask

# unit: (symbol used in answers, spellings in questions: singular, plural, short forms)
UNITS = {
    "km": ("km", ["kilometers", "kilometres", "kilometer", "km", "km", "kms"]), "m": ("m", ["meters", "metres", "meter", "m", "m"]), "cm": ("cm", ["centimeters", "centimetres", "cm", "cm"]), "mm": ("mm", ["millimeters", "millimetres", "mm"]),
    "mi": ("miles", ["miles", "miles", "mile", "mi"]), "yd": ("yards", ["yards", "yd"]), "ft": ("feet", ["feet", "foot", "ft"]), "in": ("inches", ["inches", "inch", "in"]),
    "kg": ("kg", ["kilograms", "kilos", "kg", "kg", "kilogrammes"]), "g": ("g", ["grams", "g", "grammes", "gram"]), "mg": ("mg", ["milligrams", "mg"]), "t": ("t", ["tons", "tonnes", "metric tons", "t"]), "lb": ("pounds", ["pounds", "lbs", "lb", "pound"]), "oz": ("ounces", ["ounces", "oz", "ounce"]),
    "l": ("l", ["liters", "litres", "l", "liter"]), "ml": ("ml", ["milliliters", "millilitres", "ml"]), "gal": ("gallons", ["gallons", "gal", "gallon"]), "qt": ("quarts", ["quarts"]), "pt": ("pints", ["pints"]), "cup": ("cups", ["cups"]),
    "h": ("hours", ["hours", "hrs", "hour", "h"]), "min": ("minutes", ["minutes", "mins", "min"]), "s": ("seconds", ["seconds", "secs", "sec"]), "d": ("days", ["days", "days"]), "wk": ("weeks", ["weeks"]), "mo": ("months", ["months"]), "y": ("years", ["years"]), "dec": ("decades", ["decades"]), "cen": ("centuries", ["centuries"]),
    "mph": ("mph", ["mph", "miles per hour"]), "kmh": ("km/h", ["km/h", "kmh", "kilometers per hour", "kph"]), "ms": ("m/s", ["m/s", "meters per second"]),
    "doz": ("dozen", ["dozen"]), "pc": ("pieces", ["pieces", "items"]), "byte": ("bytes", ["bytes"]), "bit": ("bits", ["bits"]), "kb": ("kB", ["kilobytes", "kB"]), "mb": ("MB", ["megabytes", "MB"]), "gb": ("GB", ["gigabytes", "GB"]),
    "ha": ("hectares", ["hectares", "ha"]), "ac": ("acres", ["acres"]),
}
# from → to, factor as (digits, decimals): 1.61 is (161, 2). Exact ones first.
EXACT = [("km", "m", 1000), ("m", "cm", 100), ("cm", "mm", 10), ("m", "mm", 1000), ("kg", "g", 1000), ("g", "mg", 1000), ("t", "kg", 1000), ("l", "ml", 1000), ("h", "min", 60), ("min", "s", 60), ("h", "s", 3600), ("d", "h", 24), ("wk", "d", 7), ("y", "mo", 12),
         ("ft", "in", 12), ("yd", "ft", 3), ("lb", "oz", 16), ("gal", "qt", 4), ("gal", "pt", 8), ("dec", "y", 10), ("cen", "y", 100), ("doz", "pc", 12), ("byte", "bit", 8), ("mb", "kb", 1000), ("gb", "mb", 1000), ("y", "wk", 52), ("mi", "ft", 5280), ("y", "d", 365), ("wk", "h", 168), ("d", "min", 1440)]
ABOUT = [("mi", "km", 161, 2), ("km", "mi", 62, 2), ("kg", "lb", 22, 1), ("lb", "kg", 454, 3), ("oz", "g", 284, 1), ("ft", "m", 305, 3), ("m", "ft", 328, 2), ("in", "cm", 254, 2), ("cm", "in", 394, 3), ("gal", "l", 379, 2), ("l", "gal", 264, 3), ("yd", "m", 914, 3), ("mph", "kmh", 161, 2), ("kmh", "mph", 62, 2), ("ms", "kmh", 36, 1),
         ("m", "yd", 109, 2), ("ac", "ha", 405, 3), ("ha", "ac", 247, 2), ("cup", "ml", 240, 0),
         ("lb", "g", 454, 0), ("ft", "cm", 305, 1), ("m", "in", 394, 1), ("in", "mm", 254, 1), ("cm", "ft", 328, 4), ("g", "oz", 353, 4), ("g", "lb", 22, 4), ("l", "qt", 106, 2), ("l", "pt", 211, 2), ("pt", "ml", 473, 0), ("l", "cup", 423, 2)]
_TRULY_EXACT = {("in", "cm"), ("in", "mm"), ("ms", "kmh")}
_BACK = [("m", "km", 1000), ("cm", "m", 100), ("mm", "cm", 10), ("g", "kg", 1000), ("kg", "t", 1000), ("ml", "l", 1000), ("mm", "m", 1000), ("mg", "g", 1000), ("y", "dec", 10), ("y", "cen", 100), ("mb", "gb", 1000)]
_SPLIT = [("min", "h", 60), ("s", "min", 60), ("h", "d", 24), ("d", "wk", 7), ("mo", "y", 12), ("in", "ft", 12), ("oz", "lb", 16), ("ft", "yd", 3)]
_SINGULAR = {"hours": "hour", "minutes": "minute", "seconds": "second", "days": "day", "weeks": "week", "months": "month", "years": "year", "feet": "foot", "inches": "inch", "pounds": "pound", "ounces": "ounce", "yards": "yard",
             "miles": "mile", "gallons": "gallon", "decades": "decade", "centuries": "century", "cups": "cup", "acres": "acre", "hectares": "hectare", "bytes": "byte"}

_ASK = ["[convert|change|turn] {v}{sp}{a} [to|into|in] {b}", "{v}{sp}{a} [in|to|into] {b}[?|]", "[what is|what's|whats|how much is] {v}{sp}{a} in {b}?", "how many {b} [are|are there] in {v}{sp}{a}?", "how many {b} is {v}{sp}{a}?", "how many {b} are {v}{sp}{a}?", "{v}{sp}{a} is how many {b}?",
        "how many {b} [do|does] {v}{sp}{a} [make|have]?", "{v}{sp}{a} = ? {b}", "express {v}{sp}{a} in {b}", "{v}{sp}{a} as {b}"]


def _unit(value: str, name: str) -> str:
    return f"{value} {_SINGULAR.get(name, name) if value == '1' else name}"


def decimal(n: int, places: int) -> str:
    """n / 10^places without trailing zeros: (805, 2) → 8.05."""
    if not places:
        return str(n)
    text = str(n).rjust(places + 1, "0")
    whole, rest = text[:-places], text[-places:].rstrip("0")
    return whole + ("." + rest if rest else "")


def _product(value: int, digits: int) -> tuple[str, bool]:
    """"value × digits" with its working up to and including the product, and whether it takes several lines."""
    if _significant(value) <= 2 and _significant(digits) >= 2:
        terms = [value * p for p in partials(digits)]
        middle = " + ".join(map(str, terms)) + " = " if _significant(value) == 2 or len(terms) > 2 else ""
        return f"{value} × {digits} = {middle}{value * digits}", False
    work, lines = multiply(value, digits)
    if lines:
        return f"{value} × {digits} = {work}{value * digits}", True
    return f"{value} × {digits} = {work + ' = ' if work else ''}{value * digits}", False


def exact(value: str, a: str, b: str, factor: int) -> str:
    x, y = UNITS[a][0], UNITS[b][0]
    if "." in value:  # 1.5 km: one decimal
        tenths = int(value.replace(".", ""))
        result = decimal(tenths * factor, 1)
        return f"{_unit(value, x)} = {value} × {factor} {y} = **{_unit(result, y)}**"
    n = int(value)
    work, lines = multiply(n, factor)
    if lines:
        return f"{_unit(value, x)} = {n} × {factor} {y}\n{n} × {factor} = {work}{n * factor}, so {_unit(value, x)} = **{_unit(str(n * factor), y)}**"
    middle = f"{work} = " if work else ""
    return f"{_unit(value, x)} = {n} × {factor} {y} = {middle}**{_unit(str(n * factor), y)}**"


def approximate(n: int, a: str, b: str, digits: int, places: int) -> str:
    x, y = UNITS[a][0], UNITS[b][0]
    sign = "=" if (a, b) in _TRULY_EXACT else "≈"
    result = _unit(decimal(n * digits, places), y)
    head = f"{n} × {decimal(digits, places)}"
    work, lines = _product(n, digits)
    if not places:
        return f"{work}, so {_unit(str(n), x)} {sign} **{result}**"
    return f"{head}: {work}, so {_unit(str(n), x)} {sign} **{result}**"


def back(n: int, a: str, b: str, factor: int) -> str:
    x, y = UNITS[a][0], UNITS[b][0]
    return f"{_unit(str(n), x)} = {n} ÷ {factor} {y} = **{_unit(decimal(n, len(str(factor)) - 1), y)}**"


def mixed(n: int, a: str, b: str, factor: int) -> str:
    x, y = UNITS[a][0], UNITS[b][0]
    big, rest = divmod(n, factor)
    parts = [_unit(str(big), y)] if big else []
    if rest or not big:
        parts.append(_unit(str(rest), x))
    return div_answer(n, factor).replace("**", "") + f": {_unit(str(n), x)} = **{' '.join(parts)}**"


def c_to_f(n: int) -> str:
    """In tenths of a degree: × 18, + 320."""
    work, _ = _product(abs(n), 18)
    tenths = n * 18 + 320
    total = f"{n * 18} + 320 = {tenths}" if n >= 0 else f"320 - {-n * 18} = {tenths}"
    result = ("-" if tenths < 0 else "") + decimal(abs(tenths), 1)
    return f"({n} × 18 + 320) ÷ 10: {work}, {total}, so {n} °C = **{result} °F**"


def f_to_c(n: int) -> str:
    d = n - 32
    p = abs(d) * 5
    q, r = divmod(p, 9)
    near = q + (1 if r >= 5 else 0)
    minus = "-" if d < 0 and near else ""
    head = f"({n} - 32) × 5 ÷ 9: {n} - 32 = {d}, {d} × 5 = {'-' if d < 0 else ''}{p}, {p} ÷ 9 = {q}"
    if r == 0:
        return f"{head}, so {n} °F = **{minus}{near} °C**"
    return f"{head} remainder {r}, so {n} °F ≈ **{minus}{near} °C**"


_DEGREES = {"C": ["°C", "C", "degrees Celsius", "celsius", "degrees C", " °C"], "F": ["°F", "F", "degrees Fahrenheit", "fahrenheit", "degrees F", " °F"], "K": ["K", "kelvin"]}


def _temperature(rng: Random, split: str) -> Turn:
    while True:
        a, b = rng.choice([("C", "F"), ("C", "F"), ("F", "C"), ("F", "C"), ("C", "K"), ("K", "C")])
        n = rng.randrange(-40, 131) if a == "C" else rng.randrange(-40, 451) if a == "F" else rng.randrange(200, 500)
        if a == "C" and rng.random() < 0.2:
            n = rng.randrange(100, 300, 10)
        if allowed(split, f"temp:{a}:{b}:{n}"):
            break
    return _temperature_turn(rng, n, a, b)


def _temperature_turn(rng: Random, n: int, a: str, b: str, patterns: list[str] | None = None) -> Turn:
    ua, ub = rng.choice(_DEGREES[a]), rng.choice(_DEGREES[b]).strip()
    text, _ = ask(rng, patterns or ["[convert|change|turn] {v}{sp}{a} [to|into|in] {b}", "{v}{sp}{a} [in|to|into] {b}[?|]", "[what is|what's|whats|how much is] {v}{sp}{a} in {b}?", "how [hot|warm|cold] is {v}{sp}{a} in {b}?", "{v}{sp}{a} is what in {b}?"],
                  v=n, a=ua, b=ub, sp="" if ua[0] in "°CFK " and len(ua) < 4 and rng.random() < 0.5 else " ")
    if (a, b) == ("C", "F"):
        answer = c_to_f(n)
    elif (a, b) == ("F", "C"):
        answer = f_to_c(n)
    elif (a, b) == ("C", "K"):
        answer = (f"{n} + 273" if n >= 0 else f"273 - {-n}") + f" = {n + 273}, so {n} °C ≈ **{n + 273} K**"
    else:
        answer = f"{n} - 273 = {n - 273}, so {n} K ≈ **{n - 273} °C**"
    return Turn("temperatures", text.replace("  ", " "), answer, f"temp:{a}:{b}:{n}", {"kind": "temp", "a": a, "b": b})


def _value(rng: Random, kind: str, factor: int) -> str:
    if kind == "exact":
        if factor in (10, 100, 1000) and rng.random() < 0.2:
            return f"{rng.randrange(100)}.{rng.randrange(1, 10)}"
        if factor == 60 and rng.random() < 0.15:
            return f"{rng.randrange(10)}.5"
        top = 1000 if factor in (10, 100, 1000) or factor < 10 else 100
        return str(rng.randrange(1, top) if rng.random() < 0.6 else rng.randrange(1, min(100, top)))
    if kind == "about":
        roll = rng.random()
        return str(rng.randrange(1, 100) if roll < 0.6 else rng.randrange(100, 1000, 10) if roll < 0.8 else rng.randrange(100, 1000))
    if kind == "back":
        return str(rng.randrange(1, 10) * factor if rng.random() < 0.2 else rng.randrange(1, 10000) if rng.random() < 0.6 else rng.randrange(100, 10000, 50))
    if rng.random() < 0.08:
        return str(rng.randrange(1, factor))
    return str(rng.randrange(1, 1000) if rng.random() < 0.6 else rng.randrange(1, 20) * factor if factor < 50 else rng.randrange(1, 300))


_ROWS = [("exact", row) for row in EXACT] + [("about", row) for row in ABOUT] + [("back", row) for row in _BACK] + [("mixed", row) for row in _SPLIT]
_BY_UNITS = {(row[0], row[1]): (kind, row) for kind, row in _ROWS}
_SKILL = {"exact": "conversions within a system", "back": "conversions within a system", "mixed": "conversions with a remainder", "about": "conversions between systems"}
_TO_ONE = {"h": "an hour", "min": "a minute", "d": "a day", "wk": "a week", "y": "a year", "km": "a kilometer", "m": "a meter", "kg": "a kilogram", "ft": "a foot", "mi": "a mile", "doz": "a dozen", "cen": "a century", "dec": "a decade", "lb": "a pound", "gal": "a gallon", "yd": "a yard", "l": "a liter", "in": "an inch", "byte": "a byte", "t": "a ton", "oz": "an ounce"}


def _answer(kind: str, row: tuple, value: str) -> str:
    if kind == "exact":
        return exact(value, *row)
    if kind == "about":
        return approximate(int(value), *row)
    return (back if kind == "back" else mixed)(int(value), *row)


def _length_turn(rng: Random, split: str, kind: str, row: tuple, patterns: list[str] | None = None) -> Turn | None:
    a, b = row[0], row[1]
    for _ in range(100):
        value = _value(rng, kind, row[2])
        key = f"conv:{a}:{b}:{value}"
        if allowed(split, key):
            break
    else:
        return None
    ua, ub = rng.choice(UNITS[a][1]), rng.choice(UNITS[b][1])
    if value != "1" and ua in ("mile", "hour", "foot", "inch", "pound", "ounce", "gallon", "kilometer", "meter", "liter", "gram"):
        ua = UNITS[a][1][0]
    many = UNITS[b][1][0]
    pattern = patterns or _ASK
    if value == "1" and a in _TO_ONE and patterns is None and rng.random() < 0.7:
        text, _ = ask(rng, ["how many {b} [are|are there] in {o}?", "how many {b} [does|has] {o}[ have|]?", "how many {b} is {o}?", "{o} in {b}"], b=many, o=_TO_ONE[a])
    else:
        text, phrasing = ask(rng, pattern, v=value, a=ua, b=ub if "{b}" in "".join(pattern) and rng.random() < 0.6 else many, sp="" if len(ua) <= 3 and rng.random() < 0.4 else " ")
    return Turn(_SKILL[kind], text, _answer(kind, row, value), key, {"kind": "conv", "row": (kind, row), "value": value})


def turn(rng: Random, split: str) -> Turn:
    while True:
        if rng.random() < 0.17:
            return _temperature(rng, split)
        kind = rng.choices(["exact", "about", "back", "mixed"], weights=[35, 38, 12, 15])[0]
        row = rng.choice({"exact": EXACT, "about": ABOUT, "back": _BACK, "mixed": _SPLIT}[kind])
        result = _length_turn(rng, split, kind, row)
        if result:
            return result


def follow(rng: Random, split: str, last: Turn) -> Turn | None:
    """Another amount of the same units, or the same amount in another unit."""
    if last.topic["kind"] == "temp":
        a, b = last.topic["a"], last.topic["b"]
        for _ in range(50):
            n = rng.randrange(-30, 120) if a == "C" else rng.randrange(-40, 450) if a == "F" else rng.randrange(200, 500)
            if allowed(split, f"temp:{a}:{b}:{n}"):
                result = _temperature_turn(rng, n, a, b, ["[and|what about|how about] {v}?", "and {v}{sp}{a}?", "{v}?"])
                result.skill = "conversion follow-ups"
                return result
        return None
    kind, row = last.topic["row"]
    if rng.random() < 0.3:
        value = last.topic["value"]
        choices = [(k, r) for (a, _b), (k, r) in _BY_UNITS.items() if a == row[0] and r[1] != row[1]]
        choices = [(k, r) for k, r in choices if allowed(split, f"conv:{r[0]}:{r[1]}:{value}") and ("." not in value or (k == "exact" and r[2] in (10, 100, 1000)))
                   and (k == "back" or len(value) <= 3 and (k != "exact" or len(value) <= 2 or r[2] in (10, 100, 1000)))]
        if choices:
            k, r = rng.choice(choices)
            text, _ = ask(rng, ["[and|what about|how about|now] in {b}?", "in {b}?", "and how many {b}[ is that|]?"], b=UNITS[r[1]][1][0])
            return Turn("conversion follow-ups", text, _answer(k, r, value), f"conv:{r[0]}:{r[1]}:{value}", {"kind": "conv", "row": (k, r), "value": value})
    result = _length_turn(rng, split, kind, row, ["[and|what about|how about|and what about] {v}?", "and {v}{sp}{a}?", "{v}?", "[what about|now] {v}{sp}{a}[?|]"])
    if result:
        result.skill = "conversion follow-ups"
    return result
