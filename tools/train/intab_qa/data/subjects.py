"""The subjects of passages: an entity of each kind that frames speak of."""
from __future__ import annotations

from random import Random

from . import names, values
from .names import Entity
from .words import ANIMALS, FOODS, HOBBIES, SUBJECTS, TOPICS

BUILDINGS = "tower castle bridge palace church theatre library station museum stadium lighthouse temple cathedral mill dam tunnel hotel monument hall fort".split()
PRODUCTS = ["phone", "laptop", "camera", "bicycle", "kettle", "lamp", "tent", "vacuum cleaner", "watch", "printer", "speaker", "backpack", "drill", "coffee machine", "car", "scooter", "drone", "washing machine", "tablet", "headset", "toaster", "radio", "chair", "robot", "blender", "jacket", "stove", "heater"]
EVENTS = ["festival", "conference", "workshop", "concert", "race", "meeting", "exhibition", "fair", "tournament", "lecture", "picnic", "party", "marathon", "seminar", "competition", "summit", "parade", "auction", "quiz night", "book club"]
WORKS = ["novel", "film", "song", "album", "painting", "play", "opera", "poem", "game", "series", "documentary", "book", "comic", "musical", "story"]
DISHES = ["soup", "cake", "pie", "stew", "bread", "salad", "curry", "pudding", "sauce", "casserole", "pancakes", "dumplings"]
INCIDENTS = ["fire", "accident", "flood", "robbery", "explosion", "storm", "earthquake", "power cut", "crash", "burglary", "avalanche", "landslide"]
SHOPS = ["hotel", "restaurant", "café", "bakery", "bookshop", "hostel", "pizzeria", "bar", "guesthouse", "supermarket", "inn", "bistro"]
TRIPS = ["train", "flight", "ferry", "bus", "night train", "express", "coach", "ship"]
PLACES = ["city", "town", "village", "island", "region", "capital", "port", "valley"]


def the(kind: str, full: str, noun: str) -> Entity:
    return Entity(kind, full, f"the {noun}", noun)


def company(rng: Random, split: str) -> Entity:
    full = names.company(rng, split)
    return Entity("company", full, full.split(" ")[0], rng.choice(["company", "company", "firm", "business", "start-up"]))


def place(rng: Random, split: str) -> Entity:
    return the("place", names.city(rng, split), rng.choice(PLACES))


def building(rng: Random, split: str) -> Entity:
    noun = rng.choice(BUILDINGS)
    name = f"{names.proper(rng, split)} {noun.capitalize()}"
    return the("building", rng.choice([f"the {name}", f"the {name}", name, f"the {noun} of {names.city(rng, split)}"]), noun)


def product(rng: Random, split: str) -> Entity:
    noun, name = rng.choice(PRODUCTS), values.product(rng, split)
    return the("product", rng.choice([f"the {name}", f"the {name} {noun}", name, f"the new {noun}", f"the {name}"]), noun)


def event(rng: Random, split: str) -> Entity:
    noun = rng.choice(EVENTS)
    return the("event", rng.choice([f"the {names.proper(rng, split)} {noun.title()}", f"the {rng.choice(['summer', 'annual', 'winter', 'spring', 'school', 'company', 'village', 'charity', 'team'])} {noun}", f"the {noun}", f"the {names.city(rng, split)} {noun}", f"the {noun} on {rng.choice(TOPICS)}"]), noun)


def work(rng: Random, split: str) -> Entity:
    noun, name = rng.choice(WORKS), names.title(rng, split)
    return the("work", rng.choice([name, name, f'"{name}"', f"the {noun} {name}", f'the {noun} "{name}"']), noun)


def species(rng: Random, split: str) -> Entity:
    animal = rng.choice(ANIMALS)
    plural = animal + "es" if animal.endswith(("x", "s", "ch")) else animal if animal in ("salmon", "sheep", "deer", "moose") else animal[:-2] + "ves" if animal == "wolf" else animal + "s"
    full = rng.choice([f"{rng.choice(names.ADJECTIVES)} {plural}", f"{names.proper(rng, split)} {plural}", plural, plural])
    return Entity("species", full, plural, "animals", "they", "them", "their")


def team(rng: Random, split: str) -> Entity:
    home = names.city(rng, split)
    return Entity("team", f"{home} {rng.choice(['United', 'Rovers', 'City', 'FC', 'Bears', 'Lions', 'Stars', 'Eagles', 'Wanderers', 'Athletic'])}", home, "team", "they", "them", "their")


def dish(rng: Random, split: str) -> Entity:
    noun = rng.choice(DISHES)
    return the("dish", rng.choice([f"{rng.choice(FOODS)} {noun}", f"the {names.proper(rng, split)} {noun}", f"{names.syllables(rng).lower()} {noun}", f"the {noun}"]), rng.choice([noun, "dish"]))


def body(rng: Random, split: str) -> Entity:
    return the("body", names.proper(rng, split) + rng.choice(["", "", " b", f"-{rng.randint(2, 99)}"]), rng.choice(["planet", "moon", "comet", "asteroid", "star", "dwarf planet"]))


def project(rng: Random, split: str) -> Entity:
    name = names.proper(rng, split)
    return the("project", rng.choice([f"the {name} project", f"Project {name}", "the project", f"the {rng.choice(['website', 'app', 'marketing', 'research', 'bridge', 'migration', 'garden', 'school'])} project", f"the new {rng.choice(['website', 'app', 'system', 'shop', 'warehouse'])}"]), "project")


def course(rng: Random, split: str) -> Entity:
    noun = rng.choice(["course", "class", "seminar", "lesson", "workshop"])
    return the("course", rng.choice([f"the {noun} on {rng.choice(TOPICS)}", f"the {rng.choice(HOBBIES)} {noun}", f"the {rng.choice(SUBJECTS)} {noun}", f"the {noun}"]), noun)


def incident(rng: Random, split: str) -> Entity:
    noun = rng.choice(INCIDENTS)
    return the("incident", rng.choice([f"the {noun}", f"the {noun} in {names.city(rng, split)}", f"the {noun} in the {rng.choice(['school', 'factory', 'hotel', 'harbour', 'old town'])}"]), noun)


def order(rng: Random, split: str) -> Entity:
    noun = rng.choice(["order", "package", "parcel", "delivery"])
    return the("order", rng.choice([f"{noun} {values.code(rng, split)}", f"the {noun}", f"your {noun}", f"the {noun} from {names.company(rng, split)}"]), noun)


def shop(rng: Random, split: str) -> Entity:
    noun, name = rng.choice(SHOPS), names.proper(rng, split)
    return the("shop", rng.choice([f"{noun.capitalize()} {name}", f"the {name} {noun.capitalize()}", f"the {noun} {name}", f"the {noun}", f"{name}'s {noun.capitalize()}"]), noun)


def trip(rng: Random, split: str) -> Entity:
    noun = rng.choice(TRIPS)
    return the("trip", rng.choice([f"{noun} {values.code(rng, split)}", f"the {noun}", f"the {noun} to {names.city(rng, split)}", f"the {values.clock(rng)} {noun}"]), noun)


SUBJECTS_OF = {"person": names.person, "company": company, "place": place, "building": building, "product": product, "event": event, "work": work, "species": species, "team": team, "dish": dish, "body": body, "project": project,
               "course": course, "incident": incident, "order": order, "shop": shop, "trip": trip}
