"""The 118 chemical elements: symbol, atomic number and name, each from the others, with follow-ups."""
from __future__ import annotations

from random import Random

from common.split import allowed

from .phrase import Turn, ask

_TABLE = """H hydrogen,He helium,Li lithium,Be beryllium,B boron,C carbon,N nitrogen,O oxygen,F fluorine,Ne neon,Na sodium,Mg magnesium,Al aluminium,Si silicon,P phosphorus,S sulfur,Cl chlorine,Ar argon,K potassium,Ca calcium,
Sc scandium,Ti titanium,V vanadium,Cr chromium,Mn manganese,Fe iron,Co cobalt,Ni nickel,Cu copper,Zn zinc,Ga gallium,Ge germanium,As arsenic,Se selenium,Br bromine,Kr krypton,Rb rubidium,Sr strontium,Y yttrium,Zr zirconium,
Nb niobium,Mo molybdenum,Tc technetium,Ru ruthenium,Rh rhodium,Pd palladium,Ag silver,Cd cadmium,In indium,Sn tin,Sb antimony,Te tellurium,I iodine,Xe xenon,Cs caesium,Ba barium,La lanthanum,Ce cerium,Pr praseodymium,Nd neodymium,
Pm promethium,Sm samarium,Eu europium,Gd gadolinium,Tb terbium,Dy dysprosium,Ho holmium,Er erbium,Tm thulium,Yb ytterbium,Lu lutetium,Hf hafnium,Ta tantalum,W tungsten,Re rhenium,Os osmium,Ir iridium,Pt platinum,Au gold,Hg mercury,
Tl thallium,Pb lead,Bi bismuth,Po polonium,At astatine,Rn radon,Fr francium,Ra radium,Ac actinium,Th thorium,Pa protactinium,U uranium,Np neptunium,Pu plutonium,Am americium,Cm curium,Bk berkelium,Cf californium,Es einsteinium,Fm fermium,
Md mendelevium,No nobelium,Lr lawrencium,Rf rutherfordium,Db dubnium,Sg seaborgium,Bh bohrium,Hs hassium,Mt meitnerium,Ds darmstadtium,Rg roentgenium,Cn copernicium,Nh nihonium,Fl flerovium,Mc moscovium,Lv livermorium,Ts tennessine,Og oganesson"""
ELEMENTS = [tuple(entry.split()) for entry in _TABLE.replace("\n", "").split(",")]  # (symbol, name), by atomic number
_OTHER_NAMES = {"aluminium": "aluminum", "caesium": "cesium", "sulfur": "sulphur"}

_SYMBOL = ["[what is|what's|whats|tell me|give me] the [chemical|] symbol [of|for] {e}?", "[chemical|] symbol [of|for] {e}?", "{e} symbol", "what symbol does {e} have?", "[what is|what's] {e}'s symbol?", "how is {e} [abbreviated|written in the periodic table]?",
           "which symbol [stands for|is used for] {e}?"]
_NUMBER = ["[what is|what's|whats|tell me|give me] the atomic number [of|for] {e}?", "atomic number [of|for] {e}?", "{e} atomic number", "what atomic number does {e} have?", "[what is|what's] {e}'s atomic number?", "how many protons does {e} have?",
           "[what|which] number is {e} in the periodic table?", "which element number is {e}?"]
_BY_SYMBOL = ["[what|which] element [has the symbol|is written as|has symbol] {s}?", "[what|which] element is {s}?", "what does {s} stand for in [chemistry|the periodic table]?", "{s} is the symbol [of|for] [what|which element]?", "what is the element {s}?", "which chemical element is {s}?",
              "what element does {s} stand for?", "element with [the|] symbol {s}?"]
_BY_NUMBER = ["[what|which] element [has|has the] atomic number {n}?", "[what is|what's|which is|name|] element [number|no.|] {n}?", "[what|which] element is number {n}[ in the periodic table|]?", "element with [the|] atomic number {n}?", "which element has {n} protons?", "atomic number {n}?"]
_ABOUT = ["[tell me about|what do you know about|describe|what can you tell me about|facts about] [the element|the chemical element|] {e}[?|]", "what is {e}?", "which element is {e}?", "{e}", "what kind of element is {e}?"]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _answer(number: int, what: str) -> str:
    symbol, name = ELEMENTS[number - 1]
    if what == "symbol":
        return f"The symbol of {name} is **{symbol}**."
    if what == "number":
        return f"The atomic number of {name} is **{number}**."
    if what == "by symbol":
        return f"{symbol} is **{name}**."
    if what == "by number":
        return f"Element {number} is **{name}** ({symbol})."
    return f"{_cap(name)} is a chemical element with the symbol **{symbol}** and atomic number **{number}**."


def _name(rng: Random, name: str) -> str:
    name = _OTHER_NAMES.get(name, name) if rng.random() < 0.5 else name
    return _cap(name) if rng.random() < 0.12 else name


_PATTERNS = {"symbol": _SYMBOL, "number": _NUMBER, "by symbol": _BY_SYMBOL, "by number": _BY_NUMBER, "about": _ABOUT}


def turn(rng: Random, split: str) -> Turn:
    while True:
        number = rng.randrange(1, 119)
        symbol, name = ELEMENTS[number - 1]
        what = rng.choice(["symbol", "symbol", "number", "number", "by symbol", "by symbol", "by number", "by number", "about"])
        e = _name(rng, name)
        text, phrasing = ask(rng, _PATTERNS[what], lower_slots=False, e=e, s=symbol, n=number)
        key = f"element:{what}:{number}:{phrasing}"
        if allowed(split, key):
            return Turn("chemical elements", text, _answer(number, what), key, {"kind": "element", "number": number, "what": what})


def follow(rng: Random, split: str, last: Turn) -> Turn | None:
    number, what = last.topic["number"], last.topic["what"]
    for _ in range(50):
        if rng.random() < 0.55:
            number2 = rng.randrange(1, 119)
            symbol, name = ELEMENTS[number2 - 1]
            slot = {"symbol": _name(rng, name), "number": _name(rng, name), "about": _name(rng, name), "by symbol": symbol, "by number": str(number2)}[what]
            text, phrasing = ask(rng, ["[and|what about|and what about|how about] {x}?", "[and of|and for] {x}?" if what in ("symbol", "number") else "and {x}?", "{x}?", "now {x}"], x=slot)
            answer, asked = _answer(number2, what), what
        else:
            number2 = number
            asked = rng.choice([w for w in ("symbol", "number") if w != what])
            patterns = ["[and|] its [chemical|] symbol?", "[and|] what is [its|the] [chemical|] symbol?", "and the symbol?", "what's the symbol?"] if asked == "symbol" else ["[and|] its atomic number?", "[and|] what is [its|the] atomic number?", "and the atomic number?", "how many protons does it have?"]
            text, phrasing = ask(rng, patterns)
            answer = _answer(number2, asked)
        key = f"element-and:{what}:{asked}:{number}:{number2}:{phrasing}"
        if allowed(split, key):
            return Turn("element follow-ups", text, answer, key, {"kind": "element", "number": number2, "what": asked})
    return None
