"""What the slots of the patterns hold: the entities with their labels, and the fillers; and `fill`, which writes a pattern out."""
from __future__ import annotations

from common.grammar import Slot, choose, parse

from . import numbers
from .draw import Draw, Pieces
from .fillers import FILLERS, company, noun
from .names import Person, ascii_name, first_name, person, syllables
from .places import address

TYPES = ["NAME", "EMAIL", "ADDRESS", "PHONE", "CARD", "ACCOUNT", "DATE", "IP"]
LABELS = ["O"] + [f"{mark}-{kind}" for kind in TYPES for mark in "BI"]

_DOMAINS = "gmail.com gmail.com outlook.com hotmail.com yahoo.com icloud.com proton.me gmx.de web.de aol.com mail.ru qq.com yahoo.co.uk hotmail.fr orange.fr libero.it t-online.de comcast.net btinternet.com live.nl wp.pl example.com example.org".split()
_ENDINGS = ".com .com .com .org .net .de .co.uk .fr .es .it .nl .eu .io .edu .ac.uk .com.au .in .co.jp .com.br .ch .at .pl .se .no .gov .info .dev .ng .co.za .cn .us .ca .ie".split()
_MAILBOXES = "info support sales contact hello office admin billing no-reply noreply jobs press service team accounts orders hr kontakt booking reception webmaster help".split()


def email(d: Draw, who: Person | None = None) -> str:
    roll = d.random()
    if roll < 0.12:
        local = d.pick(_MAILBOXES)
    elif roll < 0.26:
        local = d.pick([noun(d) + d.digits(d.below(4)), noun(d) + d.pick("._-") + noun(d), syllables(d, 2, 4), noun(d) + noun(d) + d.digits(2), d.pick("abcdefghijklmnopqrstuvwxyz") + d.digits(d.between(2, 7))]).lower().replace(" ", "")
    else:
        who = who or (d.people[-1] if d.people and d.chance(0.5) else Person("en", first_name(d, "en"), d.pick(["Smith", "Keller", "Rossi", syllables(d, 2, 3)])))
        first, last, s = ascii_name(who.first) or "a", ascii_name(who.last) or "b", d.pick(["", ".", "_", ".", "-"])
        local = d.pick([first + s + last, first + s + last, first[0] + s + last, first + s + last[0], last + s + first, first + d.digits(d.between(1, 4)), first + last + d.digits(2), last, first, first + s + last + d.digits(2), f"{first}.{d.pick('abcdefghjklmnprst')}.{last}", first[0] + last + d.digits(1), first + s + last + "+" + noun(d)])
    if d.chance(0.5):
        domain = d.pick(_DOMAINS)
    else:
        domain = (d.pick(["", "", "", "mail.", "eu.", "corp."]) + d.pick([noun(d), noun(d) + noun(d), noun(d) + "-" + noun(d), syllables(d, 2, 3)]) + d.pick(_ENDINGS)).lower()
    out = f"{local}@{domain}"
    roll = d.random()
    if roll < 0.02:
        return out.replace("@", d.pick([" at ", " (at) ", "[at]", " [at] "])).replace(".", d.pick([" dot ", ".", " (dot) "]))
    return out.upper() if roll < 0.03 else out.title() if roll < 0.04 else out


def name(d: Draw) -> str:
    out = (d.pick(d.people) if d.people and d.chance(0.25) else person(d)).full(d)
    roll = d.random()
    return out.upper() if roll < 0.035 else out.lower() if roll < 0.07 else out


def _first(d: Draw) -> str:
    out = (d.pick(d.people) if d.people and d.chance(0.4) else person(d)).first
    return out.lower() if d.chance(0.05) else out


def _last(d: Draw) -> str:
    return (d.pick(d.people) if d.people and d.chance(0.4) else person(d)).last


ENTITIES = {
    "NAME": ("NAME", name), "FIRST": ("NAME", _first), "LAST": ("NAME", _last), "EMAIL": ("EMAIL", email), "ADDRESS": ("ADDRESS", address), "PHONE": ("PHONE", numbers.phone), "CARD": ("CARD", numbers.card), "EXPIRY": ("DATE", numbers.expiry), "DATE": ("DATE", numbers.date), "IP": ("IP", numbers.ip),
    "IBAN": ("ACCOUNT", numbers.iban), "ACCOUNT": ("ACCOUNT", numbers.bank_account), "SORT": ("ACCOUNT", numbers.sort_code), "ROUTING": ("ACCOUNT", numbers.routing), "MEMBER": ("ACCOUNT", numbers.member_number), "IDENTITY": ("ACCOUNT", numbers.identity_number),
}


def fill(d: Draw, pattern: str) -> Pieces:
    """One expansion of a pattern with its slots filled."""
    out: Pieces = []
    for part in choose(d.rng, parse(pattern)):
        if not isinstance(part, Slot):
            out.append((part, None))
        elif part in ENTITIES:
            label, value = ENTITIES[part]
            out.append((value(d), label))
        else:
            value = FILLERS[part](d)
            out += fill(d, value) if "{" in value else [(value, None)]
    return out


def entity(d: Draw, slot: str) -> Pieces:
    label, value = ENTITIES[slot]
    return [(value(d), label)]


__all__ = ["TYPES", "LABELS", "ENTITIES", "fill", "entity", "email", "company"]
