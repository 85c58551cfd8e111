"""Arithmetic with whole numbers of up to three digits: + - × ÷ with short visible working, percent, squares, chains,
comparisons, even and odd; and follow-ups on the last result ("times 2").
"""
from __future__ import annotations

from random import Random

from common.split import allowed

from .phrase import Turn, ask

TOO_BIG = "That is too big for me: I calculate with whole numbers of up to three digits."
NOT_WHOLE = "I only calculate with whole numbers of up to three digits."

_ADD = ["[what is|what's|whats|calculate|compute|how much is|work out|find|solve|evaluate|] {a} + {b}[?|]", "{a}+{b}", "{a} + {b}", "{a} + {b} =[ ?|]", "{a}+{b}=[?|]",
        "[what is|what's|whats|how much is|calculate|] {a} [plus|and|added to] {b}?", "add {a} [and|to|plus] {b}", "[what is|what's|find|] the sum of {a} and {b}?",
        "[what do you get|what do i get] [if|when] [you|i] add {a} [and|to] {b}?", "what does {a} [plus|+] {b} [make|equal|give]?", "sum {a} and {b}",
        "{a} plus {b} [is|equals|equals what|is what]?"]
_SUB = ["[what is|what's|whats|calculate|compute|how much is|work out|find|solve|evaluate|] {a} [-|−|–] {b}[?|]", "{a}-{b}", "{a} - {b}", "{a} - {b} =[ ?|]", "{a}-{b}=[?|]",
        "[what is|what's|whats|how much is|calculate|] {a} [minus|take away|less] {b}?", "subtract {b} from {a}", "take {b} [away|] from {a}",
        "what is left [if|when] [you|i] take {b} from {a}?", "what does {a} [minus|-] {b} [make|equal|give]?", "what is {b} less than {a}?",
        "what do [you|i] get [if|when] [you|i] subtract {b} from {a}?"]
_DIFF = ["[what is|what's|find|] the difference between {a} and {b}?", "how far apart are {a} and {b}?"]
_MUL = ["[what is|what's|whats|calculate|compute|how much is|work out|find|solve|evaluate|] {a} [×|*|x|*|x] {b}[?|]", "{a}[*|x|×]{b}", "{a} [*|x|×] {b}", "{a} [*|x|×] {b} =[ ?|]", "{a}[*|x]{b}=[?|]",
        "[what is|what's|whats|how much is|calculate|] {a} [times|multiplied by] {b}?", "multiply {a} [by|and|with|times] {b}", "[what is|what's|find|] the product of {a} and {b}?",
        "what does {a} times {b} [make|equal|give]?", "what do [you|i] get [if|when] [you|i] multiply {a} [by|and] {b}?", "{a} times {b} [is|equals|equals what]?"]
_DIV = ["[what is|what's|whats|calculate|compute|how much is|work out|find|solve|evaluate|] {a} [÷|/|/|:] {b}[?|]", "{a}/{b}", "{a} [/|÷] {b}", "{a} [/|÷] {b} =[ ?|]", "{a}/{b}=[?|]",
        "[what is|what's|whats|how much is|calculate|] {a} [divided by|over] {b}?", "divide {a} by {b}", "how many times does {b} [go|fit] into {a}?",
        "[what is|what's|find|] the quotient of {a} and {b}?", "what does {a} divided by {b} [make|equal|give]?", "what do [you|i] get [if|when] [you|i] divide {a} by {b}?"]

_WORDS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen").split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(n: int) -> str:
    if n < 20:
        return _WORDS[n]
    tens, ones = divmod(n, 10)
    return _TENS[tens] + ("-" + _WORDS[ones] if ones else "")


def number(rng: Random, digits: int | None = None) -> int:
    digits = digits or rng.choice([1, 2, 2, 3, 3, 3])
    return rng.randrange(0 if digits == 1 else 10 ** (digits - 1), 10 ** digits)


def pair_key(op: str, a: int, b: int) -> str:
    return f"{op}:{min(a, b)}:{max(a, b)}" if op in "+*" else f"{op}:{a}:{b}"


def _significant(n: int) -> int:
    return len(str(n).rstrip("0")) or 1


def _power_of_ten(n: int) -> bool:
    return str(n).rstrip("0") == "1"


def partials(n: int) -> list[int]:
    """The places of `n` (its digits with their zeros), highest first: 36 → [30, 6]."""
    text = str(n)
    return [int(d) * 10 ** (len(text) - 1 - i) for i, d in enumerate(text) if d != "0"] or [0]


def multiply(a: int, b: int) -> tuple[str, bool]:
    """Working for a × b up to, not including, the product; and whether it is laid out over several lines."""
    if _significant(a) < _significant(b):
        a, b = b, a  # split the shorter number
    if min(a, b) < 2 or _power_of_ten(b) or _significant(a) <= 2 and _significant(b) == 1:
        return "", False
    if _significant(a) <= 2:  # 47 × 36 = 47 × 30 + 47 × 6 = 1410 + 282
        places = partials(b)
        return " + ".join(f"{a} × {p}" for p in places) + " = " + " + ".join(str(a * p) for p in places), False
    if _significant(b) == 1:  # 347 × 6 = 1800 + 240 + 42
        return " + ".join(str(p * b) for p in partials(a)), False
    lines = [" + ".join(f"{a} × {p}" for p in partials(b))]
    products = []
    for p in partials(b):
        terms = "" if _power_of_ten(p) else " + ".join(str(q * p) for q in partials(a)) + " = "
        lines.append(f"- {a} × {p} = {terms}{a * p}")
        products.append(a * p)
    total = products[0]
    for n, p in enumerate(products[1:]):
        lines.append(f"- {total} + {p} = " + ("" if n == len(products) - 2 else str(total + p)))
        total += p
    return "\n".join(lines), True


def mul_answer(a: int, b: int) -> str:
    work, multiline = multiply(a, b)
    if multiline:
        return f"{a} × {b} = {work}**{a * b}**"
    return f"{a} × {b} = {work} = **{a * b}**" if work else f"{a} × {b} = **{a * b}**"


def mul_parts(a: int, b: int) -> list[str]:
    """Keys of the products that the working of a × b gives away."""
    if _significant(a) < _significant(b):
        a, b = b, a
    if _significant(a) < 2 or _significant(b) < 2:
        return []
    keys = []
    for p in partials(b):
        digit = int(str(p)[0])
        keys += [pair_key("*", a, digit), pair_key("*", a, p)]
    return keys


def div_answer(a: int, b: int) -> str:
    if b == 0:
        return "Dividing by zero has no answer."
    quotient, rest = divmod(a, b)
    result = f"**{quotient}**" if rest == 0 else f"**{quotient} remainder {rest}**"
    if b == 1 or quotient == 0:
        return f"{a} ÷ {b} = {result}"
    steps, left = [], a
    for place in partials(quotient):
        step = f"{b} × {place} = {b * place}"
        left -= b * place
        steps.append(step + (f", {left + b * place} - {b * place} = {left}" if left else ""))
    return ", ".join(steps) + f", so {a} ÷ {b} = {result}"


def _operands(rng: Random, op: str) -> tuple[int, int]:
    if op in "+-":
        a, b = number(rng), number(rng)
        if rng.random() < 0.12:
            a = rng.randrange(1000, 10000)
        if rng.random() < 0.06:
            b = rng.randrange(1000, 10000)
        if op == "-" and a < b and rng.random() < 0.65:
            a, b = b, a
        return a, b
    if op == "*":
        da, db = rng.choice([(1, 1), (2, 1), (1, 2), (2, 2), (2, 2), (2, 2), (3, 1), (3, 1), (1, 3), (3, 2), (3, 2), (2, 3), (3, 3), (3, 3), (3, 3)])
        return number(rng, da), number(rng, db)
    roll = rng.random()
    b = number(rng, rng.choice([1, 1, 1, 2, 2, 2, 2, 3])) if rng.random() > 0.004 else 0
    if b and roll < 0.5:  # exact
        q = rng.randrange(1, max(2, 1000 // b))
        return b * q, b
    return number(rng, rng.choice([1, 2, 3, 3, 3])), b


def compute(op: str, a: int, b: int) -> str:
    if op == "+":
        return f"{a} + {b} = **{a + b}**"
    if op == "-":
        return f"{a} - {b} = **{a - b}**"
    return mul_answer(a, b) if op == "*" else div_answer(a, b)


def _result(op: str, a: int, b: int) -> int | None:
    if op == "+":
        return a + b
    if op == "-":
        return a - b
    if op == "*":
        return a * b
    return a // b if b and a % b == 0 else None


_NAMES = {"+": "addition", "-": "subtraction", "*": "multiplication", "/": "division"}
_PATTERNS = {"+": _ADD, "-": _SUB, "*": _MUL, "/": _DIV}


def basic(rng: Random, split: str, op: str | None = None) -> Turn:
    op = op or rng.choice("++---****/////")
    while True:
        a, b = _operands(rng, op)
        key = pair_key(op, a, b)
        if allowed(split, key, *(mul_parts(a, b) if op == "*" else [])):
            break
    if op == "-" and rng.random() < 0.08:
        text, _ = ask(rng, _DIFF, a=a, b=b)
        if a < b:
            a, b = b, a
        return Turn("subtraction", text, compute("-", a, b), pair_key("-", a, b), {"kind": "number", "value": a - b})
    words = a < 100 and b < 100 and rng.random() < 0.06
    text, _ = ask(rng, _PATTERNS[op], a=in_words(a) if words else a, b=in_words(b) if words else b)
    return Turn(_NAMES[op], text, compute(op, a, b), key, {"kind": "number", "value": _result(op, a, b)})


def _once(rng: Random, split: str, make) -> Turn:
    """Draws until the key lies in the split."""
    while True:
        turn = make(rng)
        if turn and allowed(split, turn.key):
            return turn


def _percent(rng: Random) -> Turn:
    p = rng.choice([10, 20, 30, 40, 50, 60, 70, 80, 90, 25, 75, 5, 1, 100])
    n = rng.randrange(10, 1000, 10) if p % 10 == 0 and p != 100 else rng.randrange(1, 10) * 100 if p in (5, 1) else rng.randrange(4, 404, 4) if p != 100 else rng.randrange(1, 1000)
    value = p * n // 100
    if p == 100:
        work = ""
    elif p % 10 == 0:
        work = f"{p // 10} × {n // 10} = "
    elif p in (25, 75):
        work = f"{n} ÷ 2 = {n // 2}, {n // 2} ÷ 2 = {n // 4}, " + (f"3 × {n // 4} = {value}, " if p == 75 else "") + "so "
    else:
        work = f"{p} × {n // 100} = "
    text, _ = ask(rng, ["[what is|what's|calculate|how much is|] {p}[%| %| percent] of {n}?", "[find|give me] {p}[%| percent] of {n}", "{p}% of {n}"], p=p, n=n)
    answer = f"{work}{p}% of {n} = **{value}**" if p in (25, 75) else f"{p}% of {n} = {work}**{value}**"
    return Turn("percent and squares", text, answer, f"%:{p}:{n}", {"kind": "number", "value": value})


def _square(rng: Random) -> Turn:
    kind = rng.random()
    if kind < 0.6:
        a = rng.randrange(0, 100)
        text, _ = ask(rng, ["[what is|what's|calculate|] {a} squared?", "[what is|what's|] the square of {a}?", "{a}[²|^2|**2]", "[what is|] {a}[²|^2]?", "square {a}"], a=a)
        answer, value = mul_answer(a, a), a * a
        return Turn("percent and squares", text, answer, f"sq:{a}", {"kind": "number", "value": value})
    a = rng.randrange(1, 21)
    text, _ = ask(rng, ["[what is|what's|] the square root of {n}?", "square root of {n}", "sqrt({n})", "sqrt {n}", "[what is|] √{n}?"], n=a * a)
    # too few roots to hold any out by number: the phrasing decides
    return Turn("percent and squares", text, f"√{a * a} = **{a}**, since {a} × {a} = {a * a}", f"root:{a}:{text}", {"kind": "number", "value": a})


def _half(rng: Random) -> Turn:
    kind = rng.choice(["half", "double", "third", "triple", "quarter"])
    n = number(rng, rng.choice([1, 2, 2, 3, 3]))
    if kind in ("double", "triple"):
        m = 2 if kind == "double" else 3
        text, _ = ask(rng, ["[what is|what's|] {k} {n}?", "{k} {n}", "what is {n} {k}d?"], k=kind, n=n)
        return Turn("percent and squares", text, mul_answer(n, m), pair_key("*", n, m), {"kind": "number", "value": n * m})
    m = {"half": 2, "third": 3, "quarter": 4}[kind]
    n -= n % m if rng.random() < 0.7 else 0
    text, _ = ask(rng, ["[what is|what's|how much is|] [a|] {k} of {n}?", "{k} of {n}"] + (["halve {n}", "half {n}"] if m == 2 else []), k=kind, n=n)
    return Turn("percent and squares", text, div_answer(n, m), pair_key("/", n, m), {"kind": "number", "value": _result("/", n, m)})


def _chain(rng: Random) -> Turn:
    a, b, c = (number(rng, rng.choice([1, 2, 2, 3])) for _ in range(3))
    kind = rng.randrange(8)
    head = "[what is|what's|calculate|compute|how much is|] "
    if kind > 5:  # a longer sum
        terms = [number(rng, rng.choice([1, 2, 2, 3])) for _ in range(rng.randrange(3, 7))]
        text, _ = ask(rng, [head + "{s}?", "{s}", "add up {l}", "add {l}", "[what is|what's|] the [sum|total] of {l}?", "sum {l}", "add these [numbers|]: {l}", "total of {l}"], s=rng.choice([" + ", "+", " plus "]).join(map(str, terms)), l=", ".join(map(str, terms)))
        value = sum(terms)
        answer = " + ".join(map(str, terms)) + f": {terms[0]} + {terms[1]} = {terms[0] + terms[1]}, " + ", ".join(f"{sum(terms[:i])} + {terms[i]} = " + (f"**{value}**" if i == len(terms) - 1 else str(sum(terms[:i + 1]))) for i in range(2, len(terms)))
        return Turn("chains", text, answer, f"sum:{terms}", {"kind": "number", "value": value})
    if kind == 0:
        text, _ = ask(rng, [head + "{a} + {b} + {c}?", "{a}+{b}+{c}", "{a} plus {b} plus {c}",], a=a, b=b, c=c)
        answer, value = f"{a} + {b} + {c} = {a + b} + {c} = **{a + b + c}**", a + b + c
    elif kind == 1:
        text, _ = ask(rng, [head + "{a} + {b} - {c}?", "{a}+{b}-{c}", "{a} plus {b} minus {c}"], a=a, b=b, c=c)
        answer, value = f"{a} + {b} - {c} = {a + b} - {c} = **{a + b - c}**", a + b - c
    elif kind == 2:
        if a < b:
            a, b = b, a
        text, _ = ask(rng, [head + "{a} - {b} [+|+] {c}?", "{a}-{b}+{c}", "{a} minus {b} plus {c}"], a=a, b=b, c=c)
        answer, value = f"{a} - {b} + {c} = {a - b} + {c} = **{a - b + c}**", a - b + c
    else:
        b, c = number(rng, rng.choice([1, 2])), number(rng, 1)
        sign = rng.choice("×*x")
        if kind == 3:
            text, _ = ask(rng, [head + "{a} + {b} {s} {c}?", "{a}+{b}{s}{c}", "{a} plus {b} times {c}"], a=a, b=b, c=c, s=sign)
            answer, value = f"{a} + {b} × {c} = {a} + {b * c} = **{a + b * c}**", a + b * c
        elif kind == 4:
            text, _ = ask(rng, [head + "{b} {s} {c} + {a}?", "{b}{s}{c}+{a}", "{b} times {c} plus {a}"], a=a, b=b, c=c, s=sign)
            answer, value = f"{b} × {c} + {a} = {b * c} + {a} = **{b * c + a}**", a + b * c
        else:
            a = number(rng, 1)
            text, _ = ask(rng, [head + "({a} + {b}) {s} {c}?", "({a}+{b}){s}{c}"], a=a, b=b, c=c, s=sign)
            work, multiline = multiply(a + b, c)
            if multiline:
                return None
            answer = f"({a} + {b}) × {c} = {a + b} × {c} = " + (f"{work} = " if work else "") + f"**{(a + b) * c}**"
            value = (a + b) * c
    return Turn("chains", text, answer, f"chain{kind}:{a}:{b}:{c}", {"kind": "number", "value": value})


def _compare(rng: Random) -> Turn:
    kind = rng.randrange(3)
    if kind == 0:
        n = number(rng)
        text, _ = ask(rng, ["is {n} [even or odd|odd or even]?", "is {n} [an even|an odd] number?", "is {n} [even|odd]?", "{n}: [even or odd|odd or even]?"], n=n)
        return Turn("comparisons", text, f"{n} is **{'odd' if n % 2 else 'even'}**.", f"even:{n}", {"kind": "none"})
    big = rng.random() < 0.6
    if kind == 1:
        a, b = number(rng), number(rng)
        if rng.random() < 0.4:
            b = int("".join(rng.sample(str(a), len(str(a)))))
        if a == b:
            return None
        word = rng.choice(["bigger", "larger", "greater", "higher"] if big else ["smaller", "lower", "less"])
        text, _ = ask(rng, ["[which|what] [number is|is|one is] {w}[,|:|] {a} or {b}?", "is {a} or {b} {w}?", "{a} or {b}, which is {w}?"], w=word, a=a, b=b)
        return Turn("comparisons", text, f"**{max(a, b) if big else min(a, b)}** is {'larger' if big else 'smaller'}.", f"cmp:{min(a, b)}:{max(a, b)}", {"kind": "none"})
    numbers = rng.sample(range(1000), rng.randrange(3, 7))
    if rng.random() < 0.4:
        numbers = rng.sample(range(100), len(numbers))
    word = rng.choice(["biggest", "largest", "greatest", "highest", "maximum"] if big else ["smallest", "lowest", "minimum"])
    text, _ = ask(rng, ["[what is|which is|what's|] the {w} [of|number in|number of|among] [these|] [:|] {l}?", "{w} of {l}", "which [number|] is the {w}: {l}?", "find the {w} number: {l}"],
                  w=word, l=", ".join(map(str, numbers)))
    text = text.replace(" :", ":")
    return Turn("comparisons", text, f"The {'largest' if big else 'smallest'} is **{max(numbers) if big else min(numbers)}**.", f"max:{numbers}", {"kind": "none"})


def _count(rng: Random) -> Turn:
    a = rng.choice([1, 1, 0, rng.randrange(0, 100), rng.randrange(0, 990)])
    b = a + rng.randrange(2, 21)
    down = rng.random() < 0.45
    if down:
        text, _ = ask(rng, ["count [down|backwards|back] from {b} to {a}", "[list|write] the numbers from {b} [down|] to {a}", "[numbers|] from {b} to {a}[?|]"], a=a, b=b)
    else:
        patterns = ["count from {a} to {b}", "count up from {a} to {b}", "[list|write|give me] the numbers from {a} to {b}", "[numbers|] from {a} to {b}[?|]", "[list|write] the numbers between {a} and {b}"]
        text, _ = ask(rng, patterns + (["count [up|] to {b}"] * 2 if a == 1 else []), a=a, b=b)
    numbers = range(b, a - 1, -1) if down else range(a, b + 1)
    return Turn("counting up and down", text, f"**{', '.join(map(str, numbers))}**", f"count:{a}:{b}", {"kind": "none"})


def _beyond(rng: Random) -> Turn:
    def number_text() -> str:
        return str(rng.randrange(10 ** rng.randrange(4, 8)) + 10000)

    if rng.random() < 0.5:
        a, b = number_text(), rng.choice([number_text(), str(number(rng))])
        op = rng.choice([" + ", " - ", " * ", " x ", " / ", "*", "+", "-", "/", " times ", " plus ", " divided by "])
        answer = TOO_BIG
        if rng.random() < 0.3:
            a, op = str(rng.randrange(1000, 10000)), rng.choice([" * ", " x ", "*", " times ", " / ", " divided by "])
            b = str(number(rng)) if rng.random() < 0.7 else str(rng.randrange(1000, 10000))
        if rng.random() < 0.3:
            a, b = b, a
    else:
        a, b = f"{number(rng)}.{rng.randrange(1, 100)}", rng.choice([f"{number(rng)}.{rng.randrange(1, 10)}", str(number(rng))])
        op = rng.choice([" + ", " - ", " * ", " x ", "*", "+", "-", " times ", " plus ", " divided by "])
        answer = NOT_WHOLE
    text, _ = ask(rng, ["[what is|what's|calculate|] {q}?", "{q}"], q=a + op + b)
    return Turn("beyond its range", text, answer, f"beyond:{a}{op}{b}", {"kind": "none"})


def turn(rng: Random, split: str) -> Turn:
    roll = rng.random()
    if roll < 0.70:
        return basic(rng, split)
    make = _percent if roll < 0.76 else _square if roll < 0.80 else _half if roll < 0.84 else _chain if roll < 0.91 else _compare if roll < 0.95 else _count if roll < 0.982 else _beyond
    return _once(rng, split, make)


_FOLLOW = {
    "+": ["[and|now|then|and now|] plus {b}[?|]", "[now|then|and|] add {b}[?|]", "add {b} [to that|to it|more]", "+ {b}", "+{b}", "and [if|when] [you|i] add {b}?"],
    "-": ["[and|now|then|and now|] minus {b}[?|]", "[now|then|and|] subtract {b}[?|]", "take away {b}", "[subtract|take] {b} from [that|it]", "- {b}", "-{b}"],
    "*": ["[and|now|then|and now|] times {b}[?|]", "[now|then|and|] multiply [that|it] by {b}[?|]", "* {b}", "times {b}", "multiply by {b}", "x {b}"],
    "/": ["[and|now|then|and now|] divided by {b}[?|]", "[now|then|and|] divide [that|it] by {b}[?|]", "/ {b}", "divide by {b}"],
}


def follow(rng: Random, split: str, last: Turn) -> Turn | None:
    """A follow-up that computes on with the last result; None where there is nothing to go on with."""
    value = last.topic.get("value")
    if value is None or value < 0:
        return None
    for _ in range(50):
        op = rng.choice("++--**/")
        b = number(rng, rng.choice([1, 1, 2, 2, 3]) if op in "+-" else rng.choice([1, 1, 1, 2]))
        if value >= 10000 or (value >= 1000 and op in "*/"):
            answer, result = TOO_BIG, None
            key = f"beyond:{value}{op}{b}"
        elif op == "/" and b == 0:
            continue
        else:
            answer, result = compute(op, value, b), _result(op, value, b)
            key = pair_key(op, value, b)
        if not allowed(split, key, *(mul_parts(value, b) if op == "*" else [])):
            continue
        if op in "*" and b == 2 and rng.random() < 0.5:
            text, _ = ask(rng, ["[now|and|then|] double [it|that][?|]", "[and|] doubled?"])
        elif op == "/" and b == 2 and rng.random() < 0.5:
            text, _ = ask(rng, ["[now|and|then|] halve [it|that][?|]", "[and|] half of [that|it]?"])
        else:
            text, _ = ask(rng, _FOLLOW[op], b=b)
        return Turn("arithmetic follow-ups", text, answer, key, {"kind": "number", "value": result})
    return None
