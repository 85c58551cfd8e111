"""Who and what passages speak of: people, companies, places, works, from lists and made up from syllables.

A name belongs to the held-out split by a hash: the last word of a person's name, the first word of any other.
"""
from __future__ import annotations

from dataclasses import dataclass
from random import Random

from common.split import held_out

MALE = """James John Robert Michael David William Thomas Daniel Paul Mark George Kevin Brian Peter Henry Carl Arthur Ryan Jack Louis Oscar Martin Leo Adam Samuel Simon Felix Victor Hugo Max Lucas Noah Liam Ethan
Oliver Theo Hans Jonas Lars Erik Sven Olav Mikael Pierre Antoine Luc Marco Luca Giovanni Paolo Carlos Diego Javier Miguel Pablo Pedro Rafael Tiago Ahmed Omar Hassan Yusuf Karim Ali Ravi Arjun Vikram Sanjay Amit
Kenji Hiroshi Takeshi Wei Jian Min-jun Joon Kwame Kofi Chidi Emeka Tunde Sipho Ivan Dmitri Alexei Pavel Jakub Tomasz Andrei Nikos Ben Tom Sam Nick Jake Frank Walter Ralph Stanley Howard Dennis Gary Ian Neil Colin""".split()
FEMALE = """Mary Anna Emma Sarah Laura Julia Maria Linda Susan Karen Nancy Lisa Helen Diana Ruth Sharon Alice Grace Rose Clara Eva Nora Ella Mia Sophie Olivia Ava Chloe Lucy Hannah Zoe Lily Amelia Charlotte Isabella Emily
Ingrid Astrid Freya Greta Heidi Claire Camille Amelie Juliette Giulia Chiara Francesca Elena Carmen Lucia Sofia Ana Beatriz Ines Fatima Aisha Leila Amina Zainab Priya Anjali Meera Kavita Sunita Yuki Sakura Hana
Naomi Mei Ling Xiu Ji-woo Soo Ama Abena Ngozi Adaeze Thandi Olga Natasha Irina Svetlana Katarina Zofia Agnieszka Ioana Eleni Kate Jane Amy Beth Molly Paula Rita Vera Wanda Martha Joan Doris Edith Florence Gloria Ivy""".split()
LAST = """Smith Johnson Brown Taylor Wilson Davies Evans Thomas Walker White Green Hall Wood Clark Baker Carter Cooper Turner Parker Collins Morris Murphy Cook Bell Ward Gray Hughes Price Foster Russell Hayes Marsh
Fletcher Holt Barnes Webb Reed Stone Fox Lane Müller Schmidt Weber Fischer Wagner Becker Keller Hoffmann Braun Berger Larsen Hansen Nilsen Berg Lindqvist Johansson Nyström Virtanen Dubois Laurent Moreau Bernard Lefèvre
Rossi Bianchi Romano Ferrari Conti García Martínez López Sánchez Torres Ramírez Castillo Silva Santos Oliveira Costa Pereira Khan Hussain Rahman Patel Sharma Gupta Singh Mehta Nair Tanaka Suzuki Sato Yamamoto Chen
Wang Zhang Liu Kim Park Nguyen Tran Okafor Adeyemi Mensah Boateng Nkosi Ivanov Petrov Kowalski Nowak Novak Popescu Papadopoulos Kaya Demir Cohen Levi O'Brien O'Connor MacDonald Campbell Stewart de Vries van Dijk Jansen""".replace("de Vries", "de_Vries").replace("van Dijk", "van_Dijk").split()
CITIES = """London Paris Berlin Madrid Rome Vienna Oslo Stockholm Helsinki Copenhagen Dublin Lisbon Prague Warsaw Budapest Athens Zurich Geneva Brussels Amsterdam Hamburg Munich Milan Naples Lyon Marseille Barcelona Seville
Porto Edinburgh Glasgow Manchester Liverpool Bristol Leeds Cardiff Boston Chicago Seattle Denver Houston Dallas Miami Atlanta Portland Toronto Montreal Vancouver Sydney Melbourne Auckland Tokyo Osaka Kyoto Seoul Busan Beijing
Shanghai Delhi Mumbai Chennai Dhaka Bangkok Hanoi Jakarta Manila Singapore Dubai Cairo Casablanca Tunis Lagos Accra Nairobi Kampala Lusaka Johannesburg Lima Bogotá Quito Santiago Havana Kingston Istanbul Ankara Kyiv Riga
Vilnius Tallinn Sofia Belgrade Zagreb Ljubljana Salzburg Basel Ghent Utrecht Bergen Malmö Turku Reykjavik Galway Oxford Cambridge York Bath""".split()
COUNTRIES = """France Germany Spain Italy Portugal Norway Sweden Finland Denmark Ireland Scotland Poland Austria Switzerland Belgium Greece Turkey Hungary Romania Croatia Iceland Canada Mexico Brazil Argentina Chile Peru Colombia
Ecuador Cuba Japan China India Nepal Vietnam Thailand Indonesia Malaysia Australia Egypt Morocco Tunisia Kenya Ghana Nigeria Ethiopia Tanzania Uganda Zambia Namibia Estonia Latvia Lithuania Ukraine Georgia Jordan Israel""".split() + ["South Africa", "New Zealand", "South Korea", "Costa Rica", "Sri Lanka", "the Netherlands", "the United States", "the Czech Republic", "England", "Wales"]
NATIONALITIES = "French German Spanish Italian Portuguese Norwegian Swedish Finnish Danish Irish Scottish Polish Austrian Swiss Belgian Greek Turkish Hungarian Canadian Mexican Brazilian Chilean Cuban Japanese Chinese Indian Korean Australian Egyptian Moroccan Kenyan Nigerian Ghanaian American British Dutch Czech Russian".split()
LANGUAGES = "English French German Spanish Italian Portuguese Norwegian Swedish Finnish Polish Greek Turkish Arabic Hebrew Hindi Bengali Japanese Chinese Korean Russian Dutch Swahili Latin Welsh Irish".split()
ADJECTIVES = """red blue green golden silver black white little big old new young silent hidden lost last first long short broken quiet loud bright dark cold warm happy lonely secret northern southern eastern western
wild sweet bitter brave gentle royal grand wooden frozen burning flying sleeping""".split()
NOUNS = """river mountain garden house road bridge forest island star moon sun sea ocean lake valley tower castle window door mirror letter song dance dream shadow light fire stone feather wolf fox lion bear bird
horse rose lily oak pine winter summer autumn spring night morning harbour village kingdom train ship lantern clock crown key map wind storm rain snow""".split()

_ONSETS = "b br c ch d dr f fr g gr h j k kl l m n p pr qu r s sh st t th tr v w z".split() + ["", ""]
_VOWELS = "a e i o u a e i o ai ea ie ou".split()
_CODAS = "n r l s m d t x ck nd rt ll ss lk st".split() + [""] * 12


@dataclass
class Entity:
    """Something that a passage is about: how it is called first and later, its pronouns, what it is."""

    kind: str
    full: str
    short: str
    noun: str
    they: str = "it"
    them: str = "it"
    their: str = "its"

    def __str__(self) -> str:
        return self.full


def syllables(rng: Random, low: int = 2, high: int = 3) -> str:
    word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + (rng.choice(_CODAS) if rng.random() < 0.7 else "") for _ in range(rng.randint(low, high)))
    return word.capitalize() if len(word) > 1 else syllables(rng, low, high)


def of_split(rng: Random, split: str, draw) -> str:
    """Draws until the name belongs to the split."""
    while True:
        name = draw(rng)
        if held_out("name:" + name) == (split == "test"):
            return name


def person(rng: Random, split: str) -> Entity:
    he = rng.random() < 0.5
    first = rng.choice(MALE if he else FEMALE) if rng.random() < 0.8 else syllables(rng, 2, 2)
    last = of_split(rng, split, lambda r: (r.choice(LAST).replace("_", " ") if r.random() < 0.5 else syllables(r, 1, 3)))
    roll = rng.random()
    full = f"{first} {last}"
    if roll < 0.06:
        full = f"{rng.choice(['Dr.', 'Dr', 'Professor', 'Prof.', 'Mr.' if he else 'Ms.', 'Mr' if he else 'Mrs', 'Captain', 'Sir' if he else 'Dame', 'Judge', 'Chef', 'Mayor'])} {full}"
    elif roll < 0.10:
        full = f"{first} {rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
    short = last if rng.random() < 0.5 else first
    if rng.random() < 0.12:
        full = short = of_split(rng, split, lambda r: r.choice(MALE if he else FEMALE) if r.random() < 0.6 else syllables(r, 2, 2))
    noun = rng.choice(["man", "boy"]) if he else rng.choice(["woman", "girl"])
    return Entity("person", full, short, noun, *(("he", "him", "his") if he else ("she", "her", "her")))


def city(rng: Random, split: str) -> str:
    def draw(r: Random) -> str:
        roll = r.random()
        if roll < 0.55:
            return r.choice(CITIES)
        base = syllables(r, 1, 2)
        return r.choice([base + r.choice(["ton", "ville", "burg", "ford", "dale", "ham", "stad", "wick", "mouth", "field", "port", "by", "heim"]), base, base, f"{r.choice(['Port', 'New', 'San', 'Santa', 'Saint', 'Lake', 'East', 'North', 'Fort', 'Upper'])} {base}"])
    return of_split(rng, split, draw)


def company(rng: Random, split: str) -> str:
    def draw(r: Random) -> str:
        base = r.choice([syllables(r, 2, 3), syllables(r, 2, 2), r.choice(LAST).replace("_", " "), (r.choice(ADJECTIVES) + r.choice(["", " "]) + r.choice(NOUNS)).title(), r.choice(NOUNS).capitalize() + r.choice(NOUNS)])
        return base + r.choice(["", "", "", " Labs", " Foods", " Systems", " Technologies", " Motors", " Group", " Ltd", " Inc.", " & Sons", " Energy", " Robotics", " Bank", " Airlines", " Studios", " Logistics", " Pharma", " Software", " Brothers", " Media", " Toys", " Coffee", " Bikes"])
    return of_split(rng, split, draw)


def title(rng: Random, split: str) -> str:
    def draw(r: Random) -> str:
        a, n, m = r.choice(ADJECTIVES).capitalize(), r.choice(NOUNS).capitalize(), r.choice(NOUNS).capitalize()
        return r.choice([f"The {a} {n}", f"The {n} of {syllables(r)}", f"{a} {n}s", f"{n} and {m}", f"{'An' if n[0] in 'AEIO' else 'A'} {n} in the {m}", f"Beyond the {n}", f"The Last {n}", f"My {a} {n}", f"{syllables(r)}", f"The {n}'s {m}", f"Under a {a} {n}", f"Letters from {syllables(r)}"])
    return of_split(rng, split, draw)


def proper(rng: Random, split: str) -> str:
    """A name of a street, a building, a product line, a river."""
    return of_split(rng, split, lambda r: r.choice([syllables(r, 2, 3), syllables(r, 1, 2), r.choice(LAST).replace("_", " "), r.choice(ADJECTIVES).capitalize() + " " + r.choice(NOUNS).capitalize(), r.choice(NOUNS).capitalize()]))
