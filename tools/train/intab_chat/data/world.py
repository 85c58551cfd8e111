"""Countries: capital, currency and continent, both ways, yes/no, summaries, and follow-ups ("and of France?", "its currency?")."""
from __future__ import annotations

from random import Random

from common.split import allowed

from .countries import COUNTRIES, Country
from .phrase import Turn, ask

_QUESTIONS = {
    "capital": ["[what is|what's|whats|tell me|give me|name] the capital [city|] of {c}?", "capital of {c}?", "{c} capital[ city|]", "which city is the capital of {c}?", "what city is the capital of {c}?",
                "what capital does {c} have?", "what is {c}'s capital[ city|]?", "the capital of {c} is [what|which city]?", "name {c}'s capital", "do you know the capital of {c}?"],
    "currency": ["[what is|what's|whats|tell me|name] the currency [of|in|used in] {c}?", "[what|which] currency [does {c} use|is used in {c}|do they use in {c}|do people use in {c}]?", "currency of {c}?", "{c} currency",
                 "what [money|kind of money] [do they use in {c}|does {c} use|is used in {c}]?", "what is {c}'s currency?", "how do [people|you|i] pay in {c}?", "[what|which] currency does {c} have?"],
    "continent": ["[what|which] continent is {c} [on|in|part of]?", "on [what|which] continent is {c}?", "where is {c}?", "where is {c} located?", "in which [continent|part of the world] is {c}?", "continent of {c}?", "{c} continent",
                  "[what is|what's] the continent of {c}?", "[what|which] continent does {c} belong to?", "which continent is {c} located [in|on]?", "where in the world is {c}?"],
}
_ABOUT = ["[tell me about|what do you know about|describe|facts about|info about|information on|what can you tell me about|about] {c}[?|]", "what is {c}?", "[tell me|give me] [something|some facts|facts|everything] about {c}", "{c}"]
_CAPITAL_OF = ["[what|which] country has the capital {c}?", "{c} is the capital of [which|what] country?", "{c} is the capital of what?", "[of|] which country is {c} the capital[ of|]?", "which country's capital is {c}?", "whose capital is {c}?",
               "what country is {c} the capital of?", "what is {c} the capital of?", "where is {c}?", "which country is {c} in?", "what country is {c} in?", "in which country is {c}?"]
_IS_IT = ["is {x} the capital [city|] of {c}?", "is the capital of {c} {x}?", "the capital of {c} is {x}, [right|correct|isn't it|true]?", "{x} is the capital of {c}, [right|correct|isn't it|true or false]?"]
_IS_IN = ["is {c} in {x}?", "is {c} [a country in|part of|on the continent of] {x}?"]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def fact(country: Country, what: str) -> str:
    name = country.name
    if what == "capital":
        return f"The capital of {name} is **{country.capital}**."
    if what == "currency":
        return f"The currency of {name} is the **{country.currency}**."
    return f"{_cap(name)} is in **{country.continent}**."


def about(country: Country) -> str:
    return f"{_cap(country.name)}:\n- Capital: **{country.capital}**\n- Currency: **{country.currency}**\n- Continent: **{country.continent}**"


_SKILL = {"capital": "capitals of countries", "currency": "currencies", "continent": "continents"}


def _name(rng: Random, country: Country) -> str:
    return rng.choice(country.aliases) if rng.random() < 0.6 else country.name


def ambiguous(capital: str) -> bool:
    return any(capital in c.aliases for c in COUNTRIES)


def turn(rng: Random, split: str) -> Turn:
    while True:
        country = rng.choice(COUNTRIES)
        roll = rng.random()
        topic = {"kind": "country", "country": country}
        if roll < 0.72:
            what = rng.choice(["capital", "capital", "currency", "continent"])
            name = _name(rng, country)
            text, phrasing = ask(rng, _QUESTIONS[what], lower_slots=True, c=name)
            result = Turn(_SKILL[what], text, fact(country, what), f"{what}:{name}:{phrasing}", topic | {"what": what})
        elif roll < 0.80:
            name = _name(rng, country)
            text, phrasing = ask(rng, _ABOUT, lower_slots=True, c=name)
            result = Turn("country summaries", text, about(country), f"about:{name}:{phrasing}", topic | {"what": "about"})
        elif roll < 0.91:
            if ambiguous(country.capital):
                continue
            text, phrasing = ask(rng, _CAPITAL_OF, lower_slots=True, c=country.capital)
            result = Turn("country of a capital", text, f"{country.capital} is the capital of **{country.name}**.", f"of:{country.name}:{phrasing}", topic | {"what": "capital"})
        elif roll < 0.96:
            other = country if rng.random() < 0.5 else rng.choice(COUNTRIES)
            name = _name(rng, country)
            text, phrasing = ask(rng, _IS_IT, lower_slots=True, c=name, x=other.capital)
            yes = other is country
            answer = fact(country, "capital")[:-1] + f", so **{'yes' if yes else 'no'}**."
            result = Turn("capitals of countries", text, answer, f"is:{name}:{other.name}:{phrasing}", topic | {"what": "capital"})
        else:
            name = _name(rng, country)
            x = rng.choice([country.continent, rng.choice(["Europe", "Asia", "Africa", "North America", "South America", "Oceania"])])
            text, phrasing = ask(rng, _IS_IN, lower_slots=True, c=name, x=x)
            answer = fact(country, "continent")[:-1] + f", so **{'yes' if x == country.continent else 'no'}**."
            result = Turn("continents", text, answer, f"in:{name}:{x}:{phrasing}", topic | {"what": "continent"})
        if allowed(split, result.key):
            return result


_OTHER = ["[and|and what about|what about|how about|and for|and in|and of] {c}[?|]", "and {c}[?|]", "{c}?", "same for {c}[?|]", "now {c}"]
_OF = {"capital": ["and of {c}?", "and the capital of {c}?"], "currency": ["and of {c}?", "and in {c}?"], "continent": ["and {c}?", "and where is {c}?"]}
_ITS = {
    "capital": ["[and|] [its|the] capital[ city|]?", "[and|] what is [its|the] capital?", "what's [its|the] capital?", "and [the|its] capital city?", "which city is its capital?"],
    "currency": ["[and|] [its|the] currency?", "[and|] what is [its|the] currency?", "[what|which] currency [do they|does it] use?", "and [the|its] money?", "what money do they use[ there|]?", "how do people pay there?", "what do they pay with?"],
    "continent": ["[and|] [its|the|which|what] continent?", "[and|] [what|which] continent is [it|that] [on|in]?", "[and|] where is [it|that]?", "on which continent?", "where is it located?", "in which continent is it?"],
}


def follow(rng: Random, split: str, last: Turn) -> Turn | None:
    country, what = last.topic["country"], last.topic["what"]
    for _ in range(50):
        if rng.random() < 0.55:  # another country, same question
            other = rng.choice(COUNTRIES)
            name = _name(rng, other)
            patterns = _OTHER + _OF.get(what, []) * 2
            text, phrasing = ask(rng, patterns, lower_slots=True, c=name)
            answer = about(other) if what == "about" else fact(other, what)
            result = Turn("country follow-ups", text, answer, f"and:{what}:{country.name}:{other.name}:{phrasing}", {"kind": "country", "country": other, "what": what})
        else:  # same country, another question
            asked = rng.choice([w for w in _ITS if w != what])
            text, phrasing = ask(rng, _ITS[asked])
            result = Turn("country follow-ups", text, fact(country, asked), f"its:{what}:{asked}:{country.name}:{phrasing}", {"kind": "country", "country": country, "what": asked})
        if allowed(split, result.key):
            return result
    return None
