"""Numbers that identify: payment cards (Luhn), IBANs (mod 97), account and identity numbers, phones, IP addresses, and dates.

Each function gives one value as it may stand in a text.
"""
from __future__ import annotations

from .draw import Draw


def luhn_digit(digits: str) -> str:
    """The check digit that completes a payment card number."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        n = int(c) * (2 if i % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


def luhn_valid(number: str) -> bool:
    digits = [c for c in number if c.isdigit()]
    return luhn_digit("".join(digits[:-1])) == digits[-1]


def iban_check(country: str, bban: str) -> str:
    return f"{98 - _mod97(bban + country + '00'):02d}"


def iban_valid(iban: str) -> bool:
    plain = "".join(c for c in iban if c.isalnum())
    return _mod97(plain[4:] + plain[:4]) == 1


def _mod97(text: str) -> int:
    return int("".join(str(int(c, 36)) for c in text)) % 97


# (first digits, length, groups)
_CARDS = [("4", 16, (4, 4, 4, 4)), ("4", 16, (4, 4, 4, 4)), ("51", 16, (4, 4, 4, 4)), ("52", 16, (4, 4, 4, 4)), ("53", 16, (4, 4, 4, 4)), ("54", 16, (4, 4, 4, 4)), ("55", 16, (4, 4, 4, 4)), ("2223", 16, (4, 4, 4, 4)), ("2720", 16, (4, 4, 4, 4)),
          ("34", 15, (4, 6, 5)), ("37", 15, (4, 6, 5)), ("6011", 16, (4, 4, 4, 4)), ("65", 16, (4, 4, 4, 4)), ("36", 14, (4, 6, 4)), ("38", 14, (4, 6, 4)), ("3528", 16, (4, 4, 4, 4)), ("6759", 16, (4, 4, 4, 4)), ("5018", 16, (4, 4, 4, 4)), ("6220", 16, (4, 4, 4, 4)), ("6304", 19, (4, 4, 4, 4, 3)), ("4", 13, (4, 3, 3, 3))]


def card(d: Draw) -> str:
    prefix, length, groups = d.pick(_CARDS)
    digits = prefix + d.digits(length - len(prefix) - 1)
    digits += luhn_digit(digits) if d.chance(0.7) else d.digits(1)
    return grouped(digits, groups, d.pick([" ", " ", " ", " ", "-", "-", "", "", ".", "  ", " - "]))


def grouped(digits: str, groups: tuple, separator: str) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(digits[at:at + size])
        at += size
    return separator.join(part for part in parts if part)


# country: the basic account number; n a digit, a a letter, x either
_IBANS = {"DE": "n18", "FR": "n20x1n2", "GB": "a4n14", "ES": "n20", "IT": "a1n22", "NL": "a4n10", "BE": "n12", "AT": "n16", "CH": "n17", "PT": "n21", "IE": "a4n14", "PL": "n24", "SE": "n20", "NO": "n11", "DK": "n14", "FI": "n14", "CZ": "n20", "HU": "n24", "RO": "a4n16", "GR": "n23",
          "TR": "n22", "AE": "n19", "SA": "n20", "LU": "n16", "MT": "a4n5x18", "BG": "a4n14", "HR": "n17", "EE": "n16", "LV": "a4n13", "LT": "n16", "IL": "n19", "BR": "n23a1x1", "PK": "a4n16", "CY": "n24", "SI": "n15", "SK": "n20", "IS": "n22", "UA": "n25", "QA": "a4x21", "EG": "n25"}
_COUNTRIES = list(_IBANS) + ["DE", "GB", "FR", "NL", "ES", "IT"] * 3
_BANKS = "NWBK BARC LOYD MIDL ABNA INGB RABO BOFI AIBK BTRL UNCR TRIO BUNQ REVO SBZA HSBC COUT MONZ SRLG SCBL NBPA QNBA PARX VALL BNBG STSA TRWI".split()


def iban(d: Draw) -> str:
    country = d.pick(_COUNTRIES)
    bban, spec, at = "", _IBANS[country], 0
    while at < len(spec):
        kind, at = spec[at], at + 1
        start = at
        while at < len(spec) and spec[at].isdigit():
            at += 1
        count = int(spec[start:at])
        if kind == "n":
            bban += d.digits(count)
        elif kind == "a":
            bban += d.pick(_BANKS) if count == 4 else "".join(d.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(count))
        else:
            bban += "".join(d.pick("0123456789012345678901234567ABCDEFGHJKLMNPRSTUVXYZ") for _ in range(count))
    check = iban_check(country, bban) if d.chance(0.8) else d.digits(2)
    text = country + check + bban
    return grouped(text, (4,) * 9, d.pick([" ", " ", " ", "", "", "-"]))


def bank_account(d: Draw) -> str:
    roll = d.random()
    if roll < 0.55:
        return d.digits(d.between(6, 12))
    if roll < 0.7:
        return f"{d.digits(4)} {d.digits(4)}"
    if roll < 0.8:
        return f"{d.digits(2)}-{d.digits(4)}-{d.digits(7)}-{d.digits(2)}"
    if roll < 0.9:
        return f"{d.digits(3)}-{d.digits(6)}-{d.digits(d.between(1, 3))}"
    return f"{d.digits(4)}.{d.digits(2)}.{d.digits(5)}"


def sort_code(d: Draw) -> str:
    return d.pick(["-", "-", "-", " ", ""]).join(d.digits(2) for _ in range(3))


def routing(d: Draw) -> str:
    return d.pick("0123") + d.digits(8)


def bsb(d: Draw) -> str:
    return f"{d.digits(3)}{d.pick(['-', ' ', ''])}{d.digits(3)}"


_PREFIXES = "C K CU CUS CUST ACC ACCT AC A ID M MB MEM P PL POL POLICY H HC INS KD CN MRN PAT PT U UID BG NL X Z AB QR LX GK TRV".split()


def member_number(d: Draw) -> str:
    """A customer, policy, member or patient number."""
    roll = d.random()
    if roll < 0.4:
        return d.digits(d.between(5, 10))
    if roll < 0.75:
        return f"{d.pick(_PREFIXES)}{d.pick(['-', '-', '', ' ', '/', '#'])}{d.digits(d.between(4, 9))}"
    if roll < 0.85:
        return f"{d.pick(_PREFIXES)}-{d.digits(4)}-{d.digits(d.between(2, 5))}"
    if roll < 0.93:
        return f"{d.digits(d.between(2, 4))}{d.pick('-/ ')}{d.digits(d.between(3, 5))}{d.pick('-/ ')}{d.digits(d.between(2, 4))}"
    return d.digits(3) + "".join(d.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2)) + d.digits(d.between(3, 5))


def identity_number(d: Draw) -> str:
    """Social security, national insurance, passport, licence, tax and health numbers."""
    letter = lambda n: "".join(d.pick("ABCDEFGHJKLMNPRSTVWXYZ") for _ in range(n))
    return d.pick([
        lambda: f"{d.digits(3)}-{d.digits(2)}-{d.digits(4)}", lambda: f"{d.digits(3)}-{d.digits(2)}-{d.digits(4)}", lambda: f"{letter(2)} {d.digits(2)} {d.digits(2)} {d.digits(2)} {letter(1)}", lambda: f"{letter(2)}{d.digits(6)}{letter(1)}",
        lambda: letter(1) + d.digits(8), lambda: letter(2) + d.digits(7), lambda: d.digits(9), lambda: f"{d.digits(3)} {d.digits(3)} {d.digits(4)}", lambda: f"{d.digits(3)}.{d.digits(3)}.{d.digits(3)}-{d.digits(2)}", lambda: d.digits(8) + letter(1),
        lambda: f"{letter(5)}{d.digits(4)}{letter(1)}", lambda: f"{d.digits(4)} {d.digits(4)} {d.digits(4)}", lambda: f"{d.digits(6)}-{d.digits(4)}", lambda: d.digits(11)])()


def _spread(d: Draw, pattern: str) -> str:
    """Fills each # of a pattern with a digit, each 9 with one from 2 to 9."""
    return "".join(d.digits(1) if c == "#" else d.pick("23456789") if c == "9" else c for c in pattern)


_PHONES = [
    "(9##) 9##-####", "9##-9##-####", "9##.9##.####", "+1 9## 9## ####", "+1 (9##) 9##-####", "1-800-9##-####", "+1-9##-9##-####", "9## 9## ####", "9##9######", "+19##9######", "(9##)9##-####", "9##-####", "1 (9##) 9##-####", "001 9## 9## ####",
    "020 7### ####", "07### ######", "+44 7### ######", "+44 20 7### ####", "0161 ### ####", "+44 (0)20 7### ####", "07### ### ###", "+447#########", "01### ######", "0800 ### ####", "(01###) ######", "0117 9## ####", "0044 7### ######", "07#########",
    "+49 30 ########", "030 / ########", "030 ########", "0171 #######", "+49 (0)89 ######", "+49 151 ########", "0221-######", "089/#######", "+49 40 #### ####", "0049 30 #######", "0151 ## ## ## ##", "+43 1 #######", "+41 44 ### ## ##", "044 ### ## ##", "+41 79 ### ## ##",
    "01 ## ## ## ##", "06 ## ## ## ##", "+33 6 ## ## ## ##", "+33 1 ## ## ## ##", "06.##.##.##.##", "+33 (0)1 ## ## ## ##", "06########",
    "+34 6## ### ###", "91 ### ## ##", "6## ## ## ##", "+34 91 ### ## ##", "+39 06 #### ####", "02 #######", "+39 3## ### ####", "3## #######", "06/#######",
    "+31 6 ########", "06-########", "020-#######", "+31 (0)20 ### ####", "+32 2 ### ## ##", "0475 ## ## ##", "+47 ## ## ## ##", "9## ## ###", "+47 9## ## ###", "+46 70 ### ## ##", "070-### ## ##", "08-### ## ##", "+45 ## ## ## ##", "## ## ## ##", "+358 40 #######", "+354 ### ####",
    "+48 ### ### ###", "### ### ###", "22 ### ## ##", "+420 ### ### ###", "+36 30 ### ####", "+40 7## ### ###", "+30 210 ### ####", "+7 9## ### ## ##", "8 (9##) ###-##-##", "+380 67 ### ## ##",
    "+91 9#### #####", "9#########", "+91-22-########", "080-#### ####", "+91 9#########", "022 2### ####", "+92 300 #######", "+880 1### ######", "+81 3-####-####", "03-####-####", "090-####-####", "+81 90 #### ####", "+86 1## #### ####", "1##########", "010-########", "+86 10 #### ####",
    "+82 10-####-####", "010-####-####", "+84 9# ### ## ##", "+66 # #### ####", "+62 8##-####-####", "+63 9## ### ####", "+65 #### ####", "+852 #### ####", "+60 1#-### ####", "+55 11 9####-####", "(11) 9####-####", "(21) ####-####", "+55 (31) 9#### ####", "+52 55 #### ####", "+54 9 11 ####-####", "+57 3## ### ####",
    "+234 80# ### ####", "080# ### ####", "+254 7## ######", "07## ### ###", "+233 24 ### ####", "+27 82 ### ####", "011 ### ####", "+20 10 #### ####", "+971 50 ### ####", "+966 5# ### ####", "+972 5#-###-####", "+90 532 ### ## ##", "0532 ### ## ##", "(0212) ### ## ##", "+98 912 ### ####",
    "+61 4## ### ###", "04## ### ###", "(02) #### ####", "+61 2 #### ####", "1300 ### ###", "+64 21 ### ####", "021 ### ####", "+353 1 ### ####", "085 ### ####", "+353 87 ### ####", "+351 9## ### ###"]


def phone(d: Draw) -> str:
    text = _spread(d, d.pick(_PHONES))
    return text + d.pick([" ext. ", " ext ", " x", ", ext. ", " extension "]) + d.digits(d.between(2, 4)) if d.chance(0.04) else text


MONTHS = "January February March April May June July August September October November December".split()
_SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_ABROAD = ["Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(), "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
           "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(), "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split()]


def ordinal(n: int) -> str:
    return f"{n}{'th' if 4 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def year(d: Draw) -> int:
    return d.between(2018, 2031) if d.chance(0.6) else d.between(1930, 2012)


def date(d: Draw) -> str:
    day, month, y = d.between(1, 28), d.below(12), year(d)
    if d.chance(0.05):
        day = d.pick([29, 30, 31])
    roll = d.random()
    if roll < 0.42:
        m = month + 1
        dd, mm, yy = (f"{day:02d}", f"{m:02d}", f"{y % 100:02d}") if d.chance(0.7) else (str(day), str(m), f"{y % 100:02d}")
        s = d.pick("//..-")
        return d.pick([f"{dd}{s}{mm}{s}{y}", f"{dd}{s}{mm}{s}{y}", f"{mm}{s}{dd}{s}{y}", f"{y}-{m:02d}-{day:02d}", f"{y}-{m:02d}-{day:02d}", f"{y}/{m:02d}/{day:02d}", f"{dd}{s}{mm}{s}{yy}", f"{mm}/{dd}/{yy}", f"{day}. {m}. {y}", f"{day}.{m}.", f"{y}.{m:02d}.{day:02d}", f"{dd}/{mm}"])
    name = d.pick([MONTHS, MONTHS, _SHORT])[month]
    if roll < 0.46:
        name = d.pick(_ABROAD)[month]
        return d.pick([f"{day}. {name} {y}", f"{day} {name} {y}", f"{day} de {name} de {y}", f"{day} {name}"])
    th, dot = ordinal(day), "." if len(name) == 3 and d.chance(0.2) else ""
    if roll < 0.80:
        return d.pick([f"{day} {name} {y}", f"{day} {name}{dot} {y}", f"{name}{dot} {day}, {y}", f"{name} {day}, {y}", f"{th} {name} {y}", f"{th} of {name} {y}", f"{name} {th}, {y}", f"{th} of {name}, {y}", f"{day}-{name[:3]}-{y}", f"{name} {day} {y}", f"{day}-{name[:3].upper()}-{y}", f"{day} {name}, {y}", f"{name[:3]} {day:02d} {y}", f"{day}/{name[:3]}/{y}", f"{y} {name} {day}"])
    if roll < 0.93:
        return d.pick([f"{day} {name}", f"{name} {day}", f"{th} {name}", f"{th} of {name}", f"{name} {th}", f"the {th} of {name}"[4:], f"{name}{dot} {day}"])
    return d.pick([f"{name} {y}", f"{name} {y}", f"{name[:3]} {y}", f"{month + 1:02d}/{y}", f"{name}, {y}", f"{y}-{month + 1:02d}"])


def expiry(d: Draw) -> str:
    month, y = d.between(1, 12), d.between(2024, 2032)
    return d.pick([f"{month:02d}/{y % 100}", f"{month:02d}/{y}", f"{month:02d}-{y % 100}", f"{month:02d} / {y % 100}"])


def ipv4(d: Draw) -> str:
    roll = d.random()
    if roll < 0.3:
        return f"192.168.{d.below(256)}.{d.below(256)}"
    if roll < 0.45:
        return f"10.{d.below(256)}.{d.below(256)}.{d.below(256)}"
    if roll < 0.5:
        return d.pick(["127.0.0.1", "0.0.0.0", "8.8.8.8", "1.1.1.1", "255.255.255.0", "169.254.169.254"])
    return ".".join(str(d.below(256)) for _ in range(4))


def ipv6(d: Draw) -> str:
    group = lambda: f"{d.below(65536):x}"
    head = d.pick(["2001:db8", "2001:0db8", "2a02:810", "fe80", "2606:4700", "2a00:1450", "fd12:3456", "2003:c1", "2604:a880"])
    roll = d.random()
    if roll < 0.4:
        out = head + "".join(f":{group()}" for _ in range(8 - head.count(":") - 1))
    elif roll < 0.9:
        out = head + "".join(f":{group()}" for _ in range(d.below(3))) + "::" + ":".join(group() for _ in range(d.between(1, 3)))
    else:
        out = d.pick(["::1", "fe80::1", f"::ffff:{ipv4(d)}", f"2001:db8::{group()}"])
    return out.upper() if d.chance(0.1) else out


def ip(d: Draw) -> str:
    return ipv4(d) if d.chance(0.7) else ipv6(d)
