"""What the slots of a frame are filled with. `SLOTS` has one function (rng, split) a slot type; it gives a text, an Entity, or a
dict of forms (`{thing}` is the form "", `{thing_the}` the form "the"). What stands before a "<" is no part of an answer.
"""
from __future__ import annotations

from collections.abc import Callable
from random import Random

from . import names
from .words import ACTIVITIES, ADJECTIVES_OF_STATE, ANIMALS, CAUSES, COLOURS, FOODS, HOBBIES, INSTRUMENTS, JOBS, MATERIALS, PLACES, PURPOSES, SPORTS, SOCIAL, SUBJECTS, THINGS, TOPICS, VERBS

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ONES = "one two three four five six seven eight nine ten eleven twelve".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def pick(values) -> Callable:
    return lambda rng, split: rng.choice(values)


def a(noun: str) -> str:
    return ("an " if noun[0] in "aeiouAEIOU" and not noun.startswith(("uni", "one", "eu", "use")) else "a ") + noun


def grouped(n: int) -> str:
    return f"{n:,}"


def year(rng: Random, split: str = "train") -> str:
    return str(rng.choice([rng.randint(1850, 2026), rng.randint(1950, 2026), rng.randint(1990, 2026), rng.randint(1200, 1900)]))


def day_of_month(rng: Random) -> str:
    n, month = rng.randint(1, 28), rng.choice(MONTHS)
    suffix = "th" if 10 < n < 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return rng.choice([f"{n} {month}", f"{month} {n}", f"{month} {n}{suffix}", f"{n} {month}", f"the {n}{suffix} of {month}", f"{n}{suffix} {month}"])


def date(rng: Random, split: str = "train") -> str:
    day, y = day_of_month(rng), year(rng)
    return f"{day}{',' if not day[0].isdigit() and not day.startswith('the') else ''} {y}"


def clock(rng: Random, split: str = "train") -> str:
    h, m = rng.randint(1, 12), rng.choice([0, 0, 0, 15, 30, 30, 45, rng.randrange(60)])
    return rng.choice([f"{h}:{m:02}", f"{h}:{m:02} {rng.choice(['a.m.', 'p.m.', 'am', 'pm', 'AM', 'PM'])}", f"{rng.randint(0, 23):02}:{m:02}", f"{h} {rng.choice(['a.m.', 'p.m.'])}", f"{h}{rng.choice(['am', 'pm'])}",
                       f"{h} o'clock", f"half past {rng.choice(ONES)}", f"quarter {rng.choice(['to', 'past'])} {rng.choice(ONES)}", rng.choice(["noon", "midnight", f"{rng.choice(ONES)} o'clock"])])


def small(rng: Random, split: str = "train") -> str:
    n = rng.choice([rng.randint(2, 12), rng.randint(2, 12), rng.randint(2, 99)])
    return ONES[n - 1] if n <= 12 and rng.random() < 0.55 else str(n)


def spelled(rng: Random, n: int) -> str:
    if n <= 12:
        return ONES[n - 1]
    return TENS[n // 10 - 2] + ("-" + ONES[n % 10 - 1] if n % 10 else "") if n >= 20 else str(n)


def count(rng: Random, split: str = "train") -> str:
    """A count of tens to millions."""
    roll = rng.random()
    if roll < 0.3:
        return str(rng.randint(13, 999))
    if roll < 0.4:
        return rng.choice(["about <", "around <", "more than <", "over <", "nearly <", "roughly <", "almost <", "at least <"]) + grouped(rng.choice([rng.randint(2, 99) * 100, rng.randint(2, 90) * 1000, rng.randint(2, 99) * 10]))
    if roll < 0.5:
        return f"{rng.choice([str(rng.randint(2, 90)), f'{rng.randint(1, 9)}.{rng.randint(1, 9)}', rng.choice(ONES)])} {rng.choice(['million', 'million', 'thousand', 'billion', 'hundred'])}"
    if roll < 0.56:
        return spelled(rng, rng.choice([20, 30, 40, 50, 60, 70, 80, 90, rng.randint(20, 99)]))
    return grouped(rng.choice([rng.randint(1, 99) * 1000, rng.randint(100, 9999), rng.randint(1000, 999_999), rng.randint(1, 99) * 100]))


def money(rng: Random, split: str = "train") -> str:
    n = rng.choice([rng.randint(2, 99), rng.randint(100, 999), rng.randint(1, 99) * 100, rng.randint(1, 99) * 10_000])
    amount = grouped(n) if rng.random() < 0.75 else f"{rng.randint(1, 99)}.{rng.choice(['50', '99', '95', '20', '75'])}"
    big = f"{rng.choice([str(rng.randint(2, 900)), f'{rng.randint(1, 9)}.{rng.randint(1, 9)}'])} {rng.choice(['million', 'million', 'billion'])}"
    if rng.random() < 0.2:
        amount = big
    return rng.choice([f"${amount}", f"${amount}", f"€{amount}", f"£{amount}", f"{amount} euros", f"{amount} dollars", f"{amount} pounds", f"{amount} {rng.choice(['crowns', 'yen', 'francs', 'rupees', 'pesos'])}"])


def unit(low: int, high: int, *units: str) -> Callable:
    def draw(rng: Random, split: str = "train") -> str:
        n = rng.randint(low, high)
        number = grouped(n) if rng.random() < 0.8 else f"{n}.{rng.randint(1, 9)}"
        if n <= 12 and rng.random() < 0.35:
            number = spelled(rng, n)
        return (rng.choice(["about <", "around <", "almost <", "nearly <", "up to <", "just over <", "roughly <"]) if rng.random() < 0.12 else "") + f"{number} {rng.choice(units)}"
    return draw


def percent(rng: Random, split: str = "train") -> str:
    n = rng.choice([str(rng.randint(1, 99)), f"{rng.randint(1, 30)}.{rng.randint(1, 9)}", str(rng.randint(1, 19) * 5)])
    return n + rng.choice(["%", " percent", " per cent", "%"])


def when(rng: Random, split: str = "train") -> str:
    """An adverbial of time; the answer is what follows the preposition."""
    return rng.choice([
        lambda: f"in <{year(rng)}", lambda: f"in <{rng.choice(MONTHS)}", lambda: f"in <{rng.choice(MONTHS)} {year(rng)}", lambda: f"on <{day_of_month(rng)}", lambda: f"on <{date(rng)}", lambda: f"on <{rng.choice(DAYS)}",
        lambda: f"at <{clock(rng)}", lambda: rng.choice(["yesterday", "last week", "last month", "last year", "this morning", "last night", "two days ago", "yesterday afternoon", "tonight", "a week ago"]),
        lambda: f"on <{rng.choice(DAYS)} {rng.choice(['morning', 'afternoon', 'evening'])}", lambda: f"last {rng.choice(DAYS + ['summer', 'winter', 'spring', 'autumn'])}", lambda: f"{small(rng)} {rng.choice(['days', 'weeks', 'months', 'years'])} ago",
        lambda: f"in <the {rng.choice(['summer', 'winter', 'spring', 'autumn'])} of {year(rng)}", lambda: f"during <the {rng.choice(['holidays', 'storm', 'war', 'lunch break', 'night', 'summer', 'school year', 'festival', 'weekend'])}",
        lambda: f"{rng.choice(['after <', 'before <'])}{rng.choice(['breakfast', 'lunch', 'dinner', 'work', 'school', 'sunset', 'the meeting', 'the match', 'the concert', 'the storm'])}", lambda: f"every {rng.choice(DAYS + ['morning', 'evening', 'summer', 'year', 'week'])}",
    ])()


def future(rng: Random, split: str = "train") -> str:
    return rng.choice([lambda: f"on <{rng.choice(DAYS)}", lambda: f"on <{day_of_month(rng)}", lambda: f"in <{rng.choice(MONTHS)}", lambda: f"next {rng.choice(DAYS + ['week', 'month', 'year', 'summer'])}", lambda: rng.choice(["tomorrow", "tonight", "tomorrow morning", "soon", "this afternoon"]), lambda: f"at <{clock(rng)}",
                       lambda: f"in <{rng.randint(2026, 2040)}", lambda: f"by <{rng.choice([rng.choice(DAYS), day_of_month(rng), 'the end of ' + rng.choice(MONTHS)])}", lambda: f"at <the {rng.choice(['end', 'beginning'])} of {rng.choice(MONTHS)}"])()


def often(rng: Random, split: str = "train") -> str:
    return rng.choice([f"every {rng.choice(DAYS + ['morning', 'evening', 'day', 'week', 'year', 'summer', 'month'])}", f"on <{rng.choice(DAYS)}s", f"{rng.choice(['once', 'twice', 'three times'])} {rng.choice(['a day', 'a week', 'a month', 'a year'])}", f"every {small(rng)} {rng.choice(['days', 'weeks', 'hours', 'years'])}", "at <night", "in <the morning", "in <summer"])


def where(rng: Random, split: str) -> str:
    """An adverbial of place; the answer is the place, with the preposition where it says which side."""
    roll = rng.random()
    if roll < 0.35:
        return f"in <{names.city(rng, split)}"
    if roll < 0.45:
        return f"in <{rng.choice(names.COUNTRIES)}"
    if roll < 0.55:
        return f"{rng.choice(['on <', 'in <'])}{names.proper(rng, split)} {rng.choice(['Street', 'Road', 'Avenue', 'Lane', 'Square'])}"
    if roll < 0.85:
        return f"{rng.choice(['in <', 'at <', 'at <'])}the {rng.choice(['', '', rng.choice(names.ADJECTIVES[10:24]) + ' '])}{rng.choice(PLACES)}"
    return f"{rng.choice(['near', 'behind', 'next to', 'under', 'in front of', 'outside'])} the {rng.choice(PLACES)}"


def thing(rng: Random, split: str) -> dict:
    noun = rng.choice(THINGS) if rng.random() < 0.9 else names.syllables(rng).lower()
    full = f"{rng.choice([rng.choice(COLOURS), rng.choice(MATERIALS), rng.choice(names.ADJECTIVES)])} {noun}" if rng.random() < 0.5 else noun
    return {"": a(full), "the": f"the {full if rng.random() < 0.5 else noun}", "noun": noun, "full": full}


def verb(groups: list[list[dict[str, str]]]) -> Callable:
    """A transitive verb: its forms for the sentence, and with q before their names those of a synonym for the question."""
    def draw(rng: Random, split: str) -> dict:
        group = rng.choice(groups)
        said, asked = rng.choice(group), rng.choice(group)
        return {"": said["past"]} | said | {"q" + form: text for form, text in asked.items()}
    return draw


def code(rng: Random, split: str) -> str:
    letters = "ABCDEFGHKLMNPRSTVX"
    return rng.choice([f"{rng.choice(letters)}{rng.randint(1, 99)}", f"{rng.choice(letters)}{rng.choice(letters)}-{rng.randint(100, 9999)}", f"{rng.randint(1000, 99999)}", f"#{rng.randint(1000, 999999)}", f"{rng.choice(letters)}{rng.choice(letters)}{rng.randint(10, 999)}", f"{rng.randint(100, 999)}-{rng.randint(10, 99)}{rng.choice(letters)}"])


def phone(rng: Random, split: str) -> str:
    d = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
    return rng.choice([f"+{rng.randint(1, 99)} {d(3)} {d(4)}", f"555-{d(4)}", f"0{d(3)} {d(6)}", f"({d(3)}) {d(3)}-{d(4)}"])


def email(rng: Random, split: str) -> str:
    return f"{rng.choice(['info', 'help', 'support', 'sales', 'office', names.syllables(rng).lower()])}@{names.syllables(rng).lower()}.{rng.choice(['com', 'org', 'net', 'example'])}"


def product(rng: Random, split: str) -> str:
    base = names.proper(rng, split)
    return base + rng.choice(["", f" {rng.randint(2, 12)}", f" {rng.choice('XZSGTKM')}{rng.randint(1, 9)}00", " Pro", " Mini", " Plus", " Max", f" {rng.choice('XZSGTKM')}{rng.randint(1, 99)}", " Air"])


def food_list(rng: Random, split: str) -> str:
    x, y, z = rng.sample(FOODS, 3)
    return rng.choice([f"{x} and {y}", f"{x}, {y} and {z}", f"{x} with {y}", f"{x}, {y}, and {z}"])


def two(values) -> Callable:
    return lambda rng, split: " and ".join(rng.sample(values, 2))


def item(rng: Random, split: str) -> str:
    return a(rng.choice([rng.choice(THINGS), f"{rng.choice(COLOURS)} {rng.choice(THINGS)}", f"{rng.choice(MATERIALS)} {rng.choice(THINGS)}"]))


def clause(rng: Random, split: str) -> str:
    """A clause that may be a reason."""
    if rng.random() < 0.4:
        return rng.choice(CAUSES[0])
    thing_ = thing(rng, split)
    who, what, did, state = agent(rng, split).rpartition("<")[2], thing_["the"], SLOTS["verb"](rng, split), rng.choice(ADJECTIVES_OF_STATE)
    return rng.choice([f"{who} had {did['pp']} {what}", f"{what} was {state}", f"{what} had been {did['pp']}", f"{what} is too {state}", f"nobody could find {what}", f"{who} wanted to {did['base']} {thing_['']}", f"{who} had no {thing_['noun']}", f"it is {state} and {rng.choice(ADJECTIVES_OF_STATE)}",
                       f"there were too many {thing_['noun']}s", f"{who} had forgotten to {did['base']} {what}", f"they needed {thing_['']}", f"it {rng.choice(['damages', 'protects', 'holds', 'needs'])} {what}", f"{what} did not fit"])


def cause(rng: Random, split: str) -> str:
    """A thing that may be a reason."""
    if rng.random() < 0.6:
        return rng.choice(CAUSES[1])
    return rng.choice([a(f"{rng.choice(ADJECTIVES_OF_STATE)} {rng.choice(THINGS)}"), f"a lack of {rng.choice(THINGS)}s", f"{rng.choice(ADJECTIVES_OF_STATE)} {rng.choice(THINGS)}s", f"a problem with the {rng.choice(THINGS)}", f"the {rng.choice(ADJECTIVES_OF_STATE)} {rng.choice(THINGS)}", f"{rng.choice(['thick', 'sudden', 'heavy', 'strong', 'light'])} {rng.choice(['fog', 'rain', 'snow', 'wind', 'smoke', 'hail'])}"])


def purpose(rng: Random, split: str) -> str:
    if rng.random() < 0.5:
        return rng.choice(PURPOSES)
    return f"{rng.choice(['to', 'to', 'in order to'])} {SLOTS['verb'](rng, split)['base']} {rng.choice([thing(rng, split)[''], thing(rng, split)['the'], rng.choice(THINGS) + 's'])}"


def reason(rng: Random, split: str) -> dict:
    """Why something happened."""
    because = f"{rng.choice(['because <', 'because <', 'since <', 'as <'])}{clause(rng, split)}"
    because_of = f"{rng.choice(['because of <', 'due to <', 'owing to <', 'as a result of <', 'thanks to <', 'after <'])}{cause(rng, split)}"
    return {"": rng.choices([because, because_of, purpose(rng, split)], [5, 4, 2])[0], "clause": rng.choice([because, because_of])}


KIN = [f"{whose} {who}" for whose in ("his", "her", "my", "their", "our") for who in ("brother", "sister", "mother", "father", "son", "daughter", "uncle", "aunt", "cousin", "friend", "neighbour", "husband", "wife", "boss", "colleague", "grandfather")]
ROLES = """chair, treasurer, secretary, manager, head, spokesperson, captain, coach, founder, director, president, editor, leader, winner, owner, sponsor, host, conductor, lead singer, goalkeeper, chief engineer, head chef, project lead, principal,
vice president, deputy mayor, designer, cleaner, guard, caretaker""".replace("\n", " ").split(", ")
AGES = names.NATIONALITIES + ["young", "old", "retired", "local", "famous"]


def agent(rng: Random, split: str) -> str:
    """Who does something: a person, a company, or some people without a name."""
    return rng.choice([lambda: names.person(rng, split).full, lambda: names.person(rng, split).full, lambda: f"the {rng.choice(JOBS)}", lambda: f"{a(rng.choice(AGES))} {rng.choice(JOBS)}", lambda: names.company(rng, split),
                       lambda: f"{rng.choice(['the ' + rng.choice(JOBS), rng.choice(KIN), a(rng.choice(AGES)) + ' ' + rng.choice(JOBS), rng.choice(ROLES)])} <{names.person(rng, split).full}",
                       lambda: rng.choice(["the neighbours", "the children", "two students", "a group of tourists", "the old man", rng.choice(KIN), "the team", "the police", "the mayor", "a local club", "the owner"])])()


def attribute(rng: Random, split: str) -> dict:
    """A property with its value and a way to ask for it."""
    name, kind, ask = rng.choice(ATTRIBUTES)
    return {"": name, "value": SLOTS[kind](rng, split), "ask": ask}


ATTRIBUTES = [("price", "price", "How much is"), ("height", "metres", "How high is"), ("weight", "kg", "How heavy is"), ("length", "metres", "How long is"), ("width", "mm", "How wide is"), ("depth", "metres", "How deep is"), ("age", "years", "How old is"),
              ("colour", "colour", "What is the colour of"), ("owner", "person", "Who is the owner of"), ("maker", "company", "Who is the maker of"), ("speed", "kmh", "How fast is"), ("temperature", "degrees", "How hot is"), ("value", "money", "What is the value of"),
              ("number", "code", "What is the number of"), ("size", "mm", "How big is"), ("capacity", "litres", "What is the capacity of"), ("name", "name", "What is the name of"), ("material", "material", "What is the material of"), ("password", "code", "What is the password of"),
              ("power", "watts", "What is the power of"), ("origin", "country", "What is the origin of"), ("inventor", "person", "Who is the inventor of"), ("designer", "person", "Who is the designer of"), ("model", "product", "What is the model of"), ("cost", "money", "How much was")]


def proper_kind(*kinds: str) -> Callable:
    return lambda rng, split: f"{names.proper(rng, split)} {rng.choice(kinds)}"


SLOTS: dict[str, Callable] = {
    "person": names.person, "city": names.city, "company": names.company, "title": names.title, "name": names.proper, "country": pick(names.COUNTRIES), "nationality": pick(names.NATIONALITIES), "language": pick(names.LANGUAGES),
    "languages": two(names.LANGUAGES), "product": product, "university": lambda rng, split: rng.choice([f"the University of {names.city(rng, split)}", f"{names.city(rng, split)} University", f"{names.proper(rng, split)} College"]),
    "school": proper_kind("School", "High School", "Primary School", "Academy", "Grammar School"), "street": proper_kind("Street", "Road", "Avenue", "Lane", "Square"), "river": lambda rng, split: f"the {rng.choice(['River ', ''])}{names.proper(rng, split)}",
    "museum": proper_kind("Museum", "Gallery", "Hall", "Library"), "venue": proper_kind("Hall", "Hotel", "Centre", "Park", "Theatre", "Arena", "Square", "Stadium"),
    "prize": proper_kind("Prize", "Award", "Medal", "Cup"), "family": lambda rng, split: names.person(rng, split).full.split(" ")[-1], "project": lambda rng, split: names.proper(rng, split),
    "year": year, "date": date, "day": lambda rng, split: day_of_month(rng), "weekday": pick(DAYS), "month": pick(MONTHS), "clock": clock, "when": when, "future": future, "often": often, "small": small, "count": count, "money": money, "percent": percent, "ordinal": pick(ORDINALS),
    "price": lambda rng, split: rng.choice(["$", "€", "£"]) + rng.choice([str(rng.randint(2, 999)), f"{rng.randint(1, 99)}.{rng.choice(['50', '99', '95'])}", grouped(rng.randint(1000, 9999))]),
    "age": lambda rng, split: str(rng.randint(13, 97)), "km": unit(2, 900, "kilometres", "kilometers", "km", "miles", "km"), "metres": unit(2, 900, "metres", "meters", "m", "feet", "m"), "mm": unit(2, 60, "centimetres", "cm", "inches", "mm", "centimeters"),
    "kg": unit(2, 900, "kilograms", "kg", "pounds", "kilos", "kg", "tonnes", "tons"), "grams": unit(5, 950, "grams", "g", "g", "ml", "millilitres", "ounces"), "area": unit(2, 9000, "square kilometres", "square miles", "hectares", "km²", "acres", "square metres"), "litres": unit(1, 90, "litres", "liters", "gallons"),
    "degrees": lambda rng, split: f"{rng.choice(['', '', '', '-', 'minus '])}{rng.randint(1, 250)}{rng.choice([' degrees', ' °C', '°C', ' degrees Celsius', '°F', ' °C'])}", "kmh": unit(5, 900, "km/h", "kilometres per hour", "miles per hour", "mph"),
    "minutes": unit(2, 90, "minutes", "minutes", "hours", "min", "seconds"), "hours": unit(2, 72, "hours", "hours", "minutes", "days"), "days": unit(2, 30, "days", "weeks", "days", "months"), "years": unit(2, 90, "years", "years", "months", "decades"), "watts": unit(5, 3000, "watts", "W", "volts", "V"),
    "agent": agent, "attr": attribute, "role": lambda rng, split: rng.choice(ROLES), "where": where, "thing": thing, "verb": verb(VERBS), "social": verb(SOCIAL), "item": item, "things": lambda rng, split: rng.choice(THINGS) + "s", "why": reason, "cause": cause, "place": lambda rng, split: f"the {rng.choice(PLACES)}",
    "colour": pick(COLOURS), "colours": two(COLOURS), "material": pick(MATERIALS), "animal": pick(ANIMALS), "animals": lambda rng, split: rng.choice(ANIMALS) + "s", "pet": pick(["dog", "cat", "horse", "parrot", "rabbit", "hamster", "tortoise", "goldfish", "puppy", "kitten"]),
    "food": pick(FOODS), "foods": food_list, "job": pick(JOBS), "hobby": pick(HOBBIES), "activity": pick(ACTIVITIES), "sport": pick(SPORTS), "instrument": pick(INSTRUMENTS), "subject": pick(SUBJECTS), "topic": pick(TOPICS),
    "code": code, "phone": phone, "email": email, "score": lambda rng, split: f"{rng.randint(0, 9)}{rng.choice(['-', '–', ' to ', ':'])}{rng.randint(0, 6)}", "version": lambda rng, split: rng.choice([f"{rng.randint(1, 12)}.{rng.randint(0, 9)}", f"{rng.randint(1, 5)}.{rng.randint(0, 9)}.{rng.randint(0, 9)}"]),
    "companion": lambda rng, split: f"with <{rng.choice([rng.choice(['two friends', 'a friend', 'an old classmate', 'a group of students', 'the neighbours', 'a colleague']), names.person(rng, split).full])}", "room": lambda rng, split: rng.choice([f"{rng.randint(1, 9)}0{rng.randint(1, 9)}", f"{rng.choice('ABCDE')}{rng.randint(1, 40)}", str(rng.randint(2, 499))]),
}
