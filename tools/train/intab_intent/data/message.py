"""Messages: an intent's phrasing in a frame, among greetings, reasons, side remarks and denials of other intents, typed as people type.

What is held out is the phrasing: the words that carry the intent, before slots with values are filled.
"""
from __future__ import annotations

import re
from random import Random

from common.english import COMMON
from common.grammar import Slot, choose, parse
from common.split import held_out
from intab_chat.data.wordlist import WORDS

from .intents import INTENTS, LABELS, SYNONYMS
from .lexicon import LEXICON

_PRODUCTS = "shoes jacket dress laptop phone headphones keyboard mouse monitor charger cable lamp chair table sofa bed pillow blanket kettle toaster blender coffee machine vacuum cleaner fridge camera printer watch ring necklace bag backpack suitcase tent bike helmet scooter toy puzzle board game book notebook pen mug plate pan knife drill hammer saw plant shirt t-shirt jeans socks hat gloves scarf coat boots sneakers sweater hoodie skirt tablet speaker router TV remote microphone webcam desk shelf mirror rug curtain towel shampoo perfume lipstick sunglasses umbrella guitar piano drone console controller hard drive USB stick power bank smartwatch fan heater air fryer microwave mattress grill hose ladder paint dog bed cat tree stroller car seat".split()
_PRODUCTS = [" ".join(pair) for pair in zip(_PRODUCTS, _PRODUCTS[1:]) if pair in (("coffee", "machine"), ("vacuum", "cleaner"), ("board", "game"), ("hard", "drive"), ("USB", "stick"), ("power", "bank"), ("air", "fryer"), ("dog", "bed"), ("cat", "tree"), ("car", "seat"))] + [p for p in _PRODUCTS if p not in ("coffee", "machine", "vacuum", "cleaner", "board", "game", "hard", "drive", "USB", "stick", "power", "bank", "air", "fryer", "dog", "cat", "tree", "seat")]
_LISTS = {key: value.split("|") for key, value in {
    "feature": "the export|the calendar|the search|the cart|the checkout|two-factor login|the dashboard|the report page|the chart|the filter|notifications|the upload|the settings page|the wishlist|the chat|the sync|the editor|the import|push notifications|the map|the login page|the product page|the invoice page|the barcode scanner|a calendar view|offline mode|bulk editing|a wishlist", "browser": "chrome|firefox|safari|edge|my browser|opera", "device": "my iphone|android|my ipad|windows 11|my mac|linux|my phone|my laptop|iOS 17|my tablet|a samsung phone",
    "software": "slack|excel|google sheets|zapier|outlook|teams|notion|jira|github|apple health|google calendar|whatsapp|shopify|dropbox|figma|siri", "format": "pdf|csv|excel|json|word|xml", "country": "germany|france|spain|italy|canada|australia|the UK|the US|norway|switzerland|japan|brazil|india|mexico|ireland|poland|sweden|new zealand|south africa|turkey|portugal|austria|greece", "city": "berlin|london|paris|madrid|rome|vienna|oslo|boston|chicago|toronto|sydney|tokyo|dublin|lisbon|manchester|munich|leeds|austin|lagos|mumbai",
    "weekday": "monday|tuesday|wednesday|thursday|friday|saturday|sunday", "month": "january|february|march|april|may|june|july|august|september|october|november|december|last month|this year", "name": "Anna|Tom|Sarah|Mike|Julia|Ahmed|Priya|Chris|Laura|Ben|Maria|Kevin|Yuki|Olga|Sam|Nina|Mr Brown|Mrs Lee", "address": "12 Oak Street|48 Mill Lane, Leeds|Hauptstraße 5, 10115 Berlin|77 Sunset Blvd, Apt 4|3 rue des Lilas, Lyon|1420 Pine Avenue, Denver", "coupon": "SAVE10|WELCOME|SUMMER20|BF25|NEW5|HELLO15|VIP", "email": "anna@example.com|t.miller@mail.com|me@work.org|sara88@example.net",
}.items()}


def _values(rng: Random) -> dict:
    digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
    return {
        "num": lambda: rng.choice(["", "#", "no. ", "number ", "", "#"]) + rng.choice([digits(rng.randint(4, 9)), f"{rng.choice('ABDKLRSX')}{rng.choice('ABDKLRSX')}-{digits(rng.randint(4, 6))}", f"{digits(3)}-{digits(5)}"]), "price": lambda: rng.choice(["${}", "€{}", "£{}", "{} €", "{} euros", "{} dollars", "{} EUR", "{} bucks"]).format(rng.choice([str(rng.randint(2, 400)), f"{rng.randint(2, 200)}.{digits(2)}"])), "qty": lambda: str(rng.randint(2, 30)) if rng.random() < 0.7 else rng.choice(["two", "three", "four", "five", "six", "ten", "twelve"]),
        "percent": lambda: f"{rng.choice([5, 10, 15, 20, 25, 30, 50])}{rng.choice(['%', ' %', ' percent'])}", "code": lambda: rng.choice(["404", "500", "503", "403", "0x80070057", "E-" + digits(3), digits(4)]), "phone": lambda: rng.choice(["0171 ", "+44 7700 ", "555-", "(212) 555-"]) + digits(6), "product": lambda: rng.choice(_PRODUCTS), "product2": lambda: rng.choice(_PRODUCTS), "word": lambda: rng.choice(WORDS),
    }


# Frames around an action.
_DO = """I [want|need|would like|wish|'d like|am trying|'m trying|have|was hoping] to {X}|how [do|can|could|would] I {X}?|can I [please |still |]{X}?|[can|could|would] you [please |kindly |]help me [to |]{X}?|is [it|there a way] [possible |]to {X}?|I'm looking to {X}|I'd like to {X}[ please|, please| asap| today|]|help me {X}|please help me [to |]{X}|what do I have to do to {X}?|where can I {X}?|I can't figure out how to {X}|I [don't know|have no idea] how to {X}|tell me how to {X}|[what is|what's] the [best|easiest|right] way to {X}?|I wonder how to {X}|do you know how I can {X}?|would it be possible to {X}?|let me {X}|am I able to {X}?|any way to {X}?|I would [really |]like to {X}|wanna {X}|want to {X}|need to {X}|how to {X}|i wanna {X}|gotta {X}|I need your help to {X}|my [goal|wish|request] is to {X}|I have to {X} [today|soon|right now|urgently]|I need to {X}, what [should I do|now]?|I tried to {X} but [it did not work|I can't|failed|could not find how]|steps to {X}?|I was wondering if I could {X}|we [want|need|would like] to {X}|I am writing [because I want |]to {X}|I'm here to {X}|I [just |only |simply |really |]want to {X}"""
_IMPERATIVE = "{X}|please {X}|{X} please|{X}, please|pls {X}|can you {X}?|could you [please |]{X}?|would you [please |kindly |]{X}?|{X} now|{X} asap"
_SERVED = {"cancel_order", "change_address", "change_plan", "cancel_subscription", "reset_password", "account_deletion", "update_account"}
"""Intents whose actions the shop can also be told to carry out: "please cancel my order"."""

_OPENERS = "hi|hello|hey|hi there|hello team|dear support|good morning|good afternoon|dear sir or madam|hi all|hey guys|hello there|dear team|greetings|hi support|yo|hey there|hello, my name is {name}|hi, this is {name}|dear customer service|good evening|sorry to bother you|quick question|excuse me|urgent|help|so|ok|hmm|um|well"
_CLOSERS = "thanks|thank you|thanks in advance|thx|please help|best regards, {name}|regards, {name}|cheers|thank you very much|kind regards|many thanks|please reply soon|looking forward to your answer|please answer quickly|it is urgent|asap please|{name}|best, {name}|have a nice day|waiting for your reply|please advise|any help is appreciated|let me know|tia|please hurry|what should I do?|can you help?|I hope you can help me"
_SIDE = "I have been a customer for {qty} years|my order number is {num}|the order number is {num}|I bought it for {MY} [wife|son|mother|friend|daughter|husband]|I am not very good with computers|I live in {city}|I'm on {device}|I already looked at the FAQ|I could not find anything on your website|I already wrote to you {WHEN}|I am in a hurry|it was a gift|I ordered {product} {WHEN}|I ordered it {WHEN}|I paid with {CARD}|I use {browser}|my customer number is {num}|I hope you are doing well|hope this finds you well|I have a small problem|I have a question|here is the thing|maybe I am just stupid|I read about you in a magazine|my friend told me about your shop|I was on holiday until {weekday}|sorry for my bad english|I am writing from {country}|the weather is {word}|I already restarted everything|I tried calling you|I asked before|it's about order {num}|it concerns my account|this is a bit embarrassing|I've got to leave for work soon|my {word} is waiting|I just had a coffee"
_SMALL = "the a my your I it is was and but to for of in on with at this that have had not so just can you me we please still there they from by if when what how does did will would".split()
_MOOD = "this is {BAD}|I am really annoyed|I'm so angry right now|your service is great otherwise|I love your shop|sorry for the trouble|come on|seriously"
_DENIALS = """I [do not|don't] want to {N}, [I want to|I just want to|I only want to|but] {X}|I [do not|don't] want to {N}, [just|only] {X}|no, I don't want to {N}. I want to {X}|instead of trying to {N}, I [want|would like] to {X}|I'm not trying to {N}, I [need|want] to {X}|not to {N}, [but |]to {X}|I [first |]wanted to {N} but now I [want|need] to {X}|this is not about how to {N}, I want to {X}|I don't need to {N}, I need to {X}|[don't|do not] {N}, [just|please|instead] {X}|I want to {X}, not {N}|I'd like to {X} [but|and] [do not|not] {N}|how can I {X} without having to {N}?|I already managed to {N}, now I want to {X}|my friend wants to {N}, but I want to {X}"""
_NEGATED = ["order_status", "cancel_order", "return_item", "change_address", "change_plan", "cancel_subscription", "reset_password", "account_deletion", "update_account", "talk_to_human"]
_CLEAR = {"complaint": 0.0, "praise": 0.0, "greeting": 0.0, "other": 0.15}
"""Intents that a side remark could blur, and how often one may stand beside them."""


def _expand(rng: Random, pattern: str) -> str:
    """Chooses the words; slots of values stay."""
    out = []
    for part in choose(rng, parse(pattern)):
        out.append(_expand(rng, SYNONYMS[part]) if isinstance(part, Slot) and part in SYNONYMS else "{" + part + "}" if isinstance(part, Slot) else part)
    return "".join(out)


_SLOT = re.compile(r"\{(\w+)\}")


def _fill(rng: Random, text: str) -> str:
    values = _values(rng)
    return _SLOT.sub(lambda m: values[m[1]]() if m[1] in values else rng.choice(_LISTS[m[1]]), text)


def action(rng: Random, intent: str) -> str:
    return _expand(rng, INTENTS[intent]["do"])


def pointers(rng: Random, intent: str) -> str:
    """Words that point to an intent, among words that point nowhere."""
    words = rng.sample(LEXICON[intent], rng.choice([2, 3, 3, 4]))
    for _ in range(rng.choice([0, 1, 2, 4, 6])):
        words.insert(rng.randint(0, len(words)), rng.choice(_SMALL) if rng.random() < 0.7 else rng.choice(COMMON if rng.random() < 0.7 else WORDS))
    return " ".join(words)


def phrasing(rng: Random, intent: str) -> str:
    """The words that carry the intent, slots of values unfilled."""
    roll = rng.random()
    if "do" not in INTENTS[intent]:
        roll = 0.45 + 0.55 * roll
    if roll < 0.45:
        x = action(rng, intent)
        if roll < 0.05 and intent in _NEGATED:
            other = rng.choice([i for i in _NEGATED if i != intent])
            return _expand(rng, _DENIALS).replace("{N}", action(rng, other)).replace("{X}", x)
        frames = _IMPERATIVE if intent in _SERVED and rng.random() < 0.35 else _DO
        return _expand(rng, frames).replace("{X}", x)
    return _expand(rng, INTENTS[intent]["say" if roll < 0.84 else "terse"])


def _typos(rng: Random, text: str) -> str:
    for _ in range(rng.choice([1, 1, 2, 3])):
        spots = [m for m in re.finditer(r"[A-Za-z]{4,}", text)]
        if spots:
            spot = rng.choice(spots)
            i = rng.randrange(spot.start() + 1, spot.end() - 1)
            text = rng.choice([text[:i] + text[i + 1:], text[:i] + text[i] + text[i:], text[:i] + text[i + 1] + text[i] + text[i + 2:], text[:i] + rng.choice("aeioustrn") + text[i + 1:]])
    return text


_CHAT = [(r"\byou\b", "u"), (r"\bplease\b", "pls"), (r"\bare\b", "r"), (r"\bmy\b", "me"), (r"\bbecause\b", "cuz"), (r"\bthanks\b", "thx"), (r"\bdo not\b", "dont"), (r"\bwant to\b", "wanna"), (r"\bI am\b", "im"), (r"n't\b", "nt"), (r"\bfor\b", "4"), (r"\bto\b", "2")]
_SPELLED = [("colour", "color"), ("cancelled", "canceled"), ("don't", "do not"), ("can't", "cannot"), ("doesn't", "does not"), ("I'm", "I am"), ("I'd like", "I would like"), (" did not ", " didn't "), (" has not ", " hasn't "), (" have not ", " haven't "), (" is not ", " isn't "), (" does not ", " doesn't "), (" was not ", " wasn't ")]


def _typed(rng: Random, text: str) -> str:
    """As people type: case, missing marks, chat spelling, typos."""
    for a, b in _SPELLED:
        if rng.random() < 0.3:
            text = text.replace(a, b)
    roll = rng.random()
    if roll < 0.34:
        text = text.lower()
    elif roll < 0.38:
        text = text.upper()
    elif roll < 0.45:
        text = text.replace("I ", "i ")
    if rng.random() < 0.12:
        for pattern, short in _CHAT:
            if rng.random() < 0.4:
                text = re.sub(pattern, short, text)
    if rng.random() < 0.15:
        text = text.replace("'", rng.choice(["", "’"]))
    if rng.random() < 0.18:
        text = re.sub(r"[.,!?]", "", text)
    return _typos(rng, text) if rng.random() < 0.16 else text


def _sentence(rng: Random, text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".!?" else text + rng.choice([".", ".", ".", "!", "", "..."])


def message(rng: Random, split: str, intent: str | None = None) -> tuple[str, str]:
    """(text, intent)"""
    intent = intent or rng.choice(LABELS)
    while True:
        core = pointers(rng, intent) if split == "train" and intent in LEXICON and rng.random() < 0.12 else phrasing(rng, intent)
        if held_out(core) == (split == "test"):
            break
    parts = [core]
    roll = rng.random()
    short = roll < 0.42
    if not short:
        blur = _CLEAR.get(intent, 1.0)
        sides = [_expand(rng, _SIDE) for _ in range(rng.choice([0, 1, 1, 2, 3])) if rng.random() < blur]
        at = rng.randint(0, len(sides))
        parts = sides[:at] + [core] + sides[at:]
        if intent not in _CLEAR and rng.random() < 0.07:
            parts.insert(rng.randint(0, len(parts)), _expand(rng, _MOOD))
    gap = rng.choice([" ", " ", " ", " ", "\n", ", "])
    text = gap.join(_sentence(rng, p) if gap != ", " else p for p in parts if p) if len(parts) > 1 or rng.random() < 0.6 else core
    if intent != "greeting":
        if rng.random() < (0.12 if short else 0.4):
            text = _expand(rng, _OPENERS) + rng.choice([", ", " ", "! ", ",\n\n", ". "]) + text
        if rng.random() < (0.1 if short else 0.4):
            text += rng.choice([" ", ", ", "\n\n", ". ", "\n"]) + _expand(rng, _CLOSERS)
    return _typed(rng, re.sub(r"  +", " ", _fill(rng, text)).strip()), intent
