"""Passages with questions: facts about one or two subjects, told in one of many ways, and what can be asked about them.

An unanswerable question asks for something about the subject that the passage does not say, or asks what the passage says
of somebody else.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from common.grammar import Slot

from . import names
from .frames import ACT, FRAMES, KINDS, OF_SUBJECT, SCENES, Frame, Piece, Values, expand, new, patterns, say
from .names import Entity
from .subjects import SUBJECTS_OF
from .words import ADJECTIVES_OF_STATE

WEIGHTS = {"person": 26, "company": 9, "place": 7, "building": 7, "product": 9, "event": 9, "work": 6, "species": 4, "team": 5, "dish": 5, "body": 3, "project": 7, "course": 4, "incident": 6, "order": 5, "shop": 6, "trip": 5, "scene": 9}
UNANSWERABLE = 0.2
# Slots of which one may answer a question meant for another.
FAMILIES = [{"year", "date", "day", "month", "when", "future", "often", "weekday", "clock", "days", "years", "age", "minutes", "hours"}, {"city", "country", "where", "place", "street", "venue", "university", "school", "museum", "room", "river"},
            {"person", "agent", "company", "S", "companion", "family", "role", "job"}, {"small", "count", "ordinal"}, {"price", "money"}, {"food", "foods", "things", "thing", "item", "product", "title", "animal", "animals", "pet"}, {"why", "cause", "why_clause"},
            {"km", "metres", "mm", "area"}, {"kg", "grams", "litres"}]

# A question with one of these words is only asked where the sentence has it too (or what stands behind "="); any other word
# may be a synonym of the sentence's.
TELLING = """father mother brother sister sibling daughter son grandchildren breakfast lunch dinner allergic lend=lent medal nominat native hair eyes miss hospital angry sad happy upset worried goals shots died=die|kill drew=drew|picture lost spoons slices cups admission=admission|entry|entrance|ticket|cost entry=admission|entry|entrance|ticket|cost saving sold=sold|bought|sell deliver late=late|delay|behind bus flight plane ferry shops stores branch
customers factory office profit loss hire=hire|hiring lay=laid slogan=slogan|motto logo=logo|symbol mascot hotels schools museums churches bridges islands parks warmest coldest wettest airport station tournament rebuilt destroy mention independent tourists=tourists|visit
floors=floors|storeys rooms towers windows bells gates storeys=floors|storeys steps wide=wide|width thick deep=deep|depth|dive renovat reopen design=design|architect architect=design|architect roof door dome screen=screen|display tank button cover handle lid blink filter online
speakers sponsor=sponsor|paid host perform sang students children cancel postpone direct compos paint pages chapters parts languages awards prizes=prizes|awards Oscars stolen=stol translat script music eggs young babies pups cubs teeth legs toes stripes wings ears tail feathers fur
jump dive zoo enem coach captain goalkeeper red.card penalty sent.off injured=injured|hurt replace points members seats bake fry boil simmer rest cool fridge calories killed=kill missing houses cars barns boats reward witness sentence arrest=arrest|caught
caught=arrest|caught total refund shipping tracking customer.number invoice booking reference due neighbour check.?in check.?out kitchen coffee beer parking a.room tables stars chef board platform gate terminal seat spent release launch next.meeting bugs errors
problems report slides website version supplier contract exam homework textbook credits moons rings bands artists teams second.half buried employer=work|employ lose=lost|lose|beaten beat=beat|won|defeat win=w[io]n|beat|defeat|award|prize first.goal winning.goal last.goal height=high|tall|height|rises
high=high|tall|height|rises|above|altitude tall=high|tall|height|rises width=wide|width length=long|length|minutes|lasts budget deadline=deadline|by|until|closes|must|should theme=theme|topic|motto started=start|began largest=largest|biggest|most nearest born=born|birth cars trains end=end|over|close|until|to
own=own|belong named.after=named.after|founder founded=found|establish|start|set.up|creat|began mayor president=president|CEO|chairman|chief|director sell=sell|sold|sales make=make|made|build|produc|manufactur plays speak=speak|talk|speaker stop calls? degree=degree|graduat|studied|doctorate|PhD"""
_PAIRS = [pair.partition("=") for pair in TELLING.split()]
_ASKED = re.compile(r"\b(?:" + "|".join(f"({asked})" for asked, _, _ in _PAIRS) + ")", re.IGNORECASE)
_SAID = [re.compile(said or asked, re.IGNORECASE) for asked, _, said in _PAIRS]

CONNECTIVES = ["Later, ", "In addition, ", "Today, ", "Then ", "Also, ", "However, ", "As a result, ", "At first, ", "According to the report, ", "As far as we know, ", "Interestingly, ", "At that time, ", "For now, ", "In fact, ", "After that, ", "Still, ", "Meanwhile, ", "Because of this, ", "Unfortunately, ", "Of course, "]
FILLERS = ["It was a [cold|warm|quiet|rainy|beautiful|long] [day|morning|evening|winter].", "Everyone was [happy|pleased|surprised|satisfied] with the result.", "More [details|information] will follow [soon|next week|in the next e-mail].", "Please let me know if you have any questions.", "The weather was [fine|bad|good|terrible].",
           "Nobody knew what would happen next.", "Many people [like|love|remember|talk about] it.", "It is not clear [whether this will change|what comes next|how this happened].", "There is still a lot [to do|of work to do|to learn].", "I hope you are [well|doing fine|having a good week].", "Thanks [for your help|for your message|a lot|again].",
           "It was not always [easy|like this|so popular].", "The [reactions|reviews|comments] were mixed.", "This is [only the beginning|nothing new|an old tradition|quite unusual].", "[Some|Many|Most] [experts|people|visitors|neighbours] [disagree|were not convinced|were impressed].", "See you [soon|there|tomorrow]!",
           "The {thing_noun} was {state} and the {thing_noun2} {state2}.", "The {state} {thing_noun} stood next to the {thing_noun2}.", "Hope to see you all there.", "We are looking forward to it.", "For years, it was almost forgotten.", "That is why it is so [popular|important|special] today.", "It looks like a {state} {thing_noun}."]
OPENINGS = ["Hi {name},\n\n", "Hello {name},\n", "Dear {name},\n\n", "Dear all,\n\n", "Hi team,\n\n", "Dear customer,\n\n", "Hi everyone,\n", "Subject: {title}\n\n", "{title}\n\n", "{title}\n", "Meeting notes\n\n", "News: ", "{city} – ", "{city} (AP) – ", "Note: ", "About us\n", "FAQ\n\n", "Reminder: ", "Minutes, {day}\n"]
CLOSINGS = ["\n\nBest regards,\n{name}", "\n\nThanks,\n{name}", "\nBest,\n{name}", "\n\nKind regards\n{name}", "\n\nSee you,\n{name}", "\n\n- {name}", "\n{name}", "\n\nYours sincerely,\n{name}"]
POLITE = ["Can you tell me ", "Please tell me: ", "Do you know ", "I want to know: ", "Tell me, ", "So ", "And ", "According to the text, ", "Hey, ", "Quick question: ", "In the text, "]


@dataclass
class Fact:
    frame: Frame
    subject: Entity | None
    values: Values
    nodes: list[str]
    pattern: str
    spans: dict[str, tuple[int, int]]
    told: str = ""


@dataclass
class Example:
    context: str
    question: str
    answer: str
    start: int
    topic: str
    new_sentence: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.answer)


class Teller:
    """Tells facts one after the other, keeping track of who was spoken of last."""

    def __init__(self, rng: Random, split: str, new_sentences: bool):
        self.rng, self.split, self.new_sentences = rng, split, new_sentences
        self.facts: list[Fact] = []
        self.sentences: list[list[tuple[Piece, Fact | None]]] = []
        self.known: set[str] = set()
        self.last: Entity | None = None
        self.subjects: list[Entity] = []

    def fact(self, frame: Frame, subject: Entity | None) -> Fact | None:
        told = {fact.pattern for fact in self.facts if subject and fact.subject is subject}
        sentences = self.new_sentences and patterns(frame.sentences, "test") or patterns(frame.sentences, "train")
        fresh = [pattern for pattern in sentences if pattern not in told]
        if not fresh:
            return None
        pattern = self.rng.choice(fresh)
        return Fact(frame, subject, Values(self.rng, self.split), expand(self.rng, pattern), pattern, {})

    def mention(self, subject: Entity) -> str:
        rng = self.rng
        if subject.full not in self.known:
            self.known.add(subject.full)
            return subject.full
        roll = rng.random()
        if self.last is subject and roll < 0.55:
            return subject.they
        if roll < 0.75:
            return subject.short if all(other is subject or other.short != subject.short for other in self.subjects) else subject.full
        if roll < 0.85 and subject.kind != "person" and sum(other.noun == subject.noun for other in self.subjects) == 1:
            return f"the {subject.noun}"
        return subject.full

    def tell(self, fact: Fact) -> None:
        rng, subject = self.rng, fact.subject
        mention = self.mention(subject) if subject else ""
        fact.told = "".join(piece.text for piece in say(fact.nodes, subject, mention, fact.values))
        nodes = fact.nodes
        starts = bool(nodes) and isinstance(nodes[0], Slot)
        follows = subject is not None and self.last is subject and len(nodes) > 1 and nodes[0] == "S" and nodes[1].startswith(" ") and not isinstance(nodes[1], Slot)
        previous = self.sentences[-1] if self.sentences else None
        length = sum(len(piece.text) for piece, _ in previous) if previous else 0
        self.facts.append(fact)
        if follows and length < 110 and previous[-1][0].text.endswith(".") and previous[-1][0].key is None and rng.random() < 0.3:
            self._shorten(previous)
            rest = say(nodes[1:], subject, subject.they, fact.values)
            joint = rng.choice([" and", " and", f", and {subject.they}", f" and {subject.they}", " but", ", but also", f"; {subject.they}"])
            previous += [(piece, fact) for piece in [Piece(joint + " "), *rest]]
        else:
            pieces = say(nodes, subject, mention, fact.values)
            if starts and rng.random() < 0.07:
                pieces.insert(0, Piece(rng.choice(CONNECTIVES)))
            self.sentences.append([(piece, fact) for piece in pieces])
        self.last = subject
        if subject and subject not in self.subjects:
            self.subjects.append(subject)

    @staticmethod
    def _shorten(sentence: list[tuple[Piece, Fact | None]]) -> None:
        piece, fact = sentence[-1]
        sentence[-1] = (Piece(piece.text[:-1], piece.key), fact)

    def filler(self) -> None:
        values = Values(self.rng, self.split)
        values["state"], values["state2"] = self.rng.sample(ADJECTIVES_OF_STATE, 2)
        self.sentences.append([(piece, None) for piece in say(expand(self.rng, self.rng.choice(FILLERS)), None, "", values)])
        self.last = None

    def text(self) -> str:
        """Joins the sentences and notes where each answer stands."""
        rng = self.rng
        values = Values(rng, self.split)
        out, at = [], 0

        def add(text: str) -> None:
            nonlocal at
            out.append(text)
            at += len(text)

        def frill(choices: list[str]) -> None:
            values["name"] = names.person(rng, self.split).full.split(" ")[0]
            add("".join(piece.text for piece in say(expand(rng, rng.choice(choices)), None, "", values)))

        style = rng.random()
        between = "\n" if style < 0.06 else " "
        bullet = rng.choice(["- ", "* ", "• "]) if style < 0.03 else ""
        opened = rng.random() < 0.14
        if opened:
            frill(OPENINGS)
        for i, sentence in enumerate(self.sentences):
            add((between if i and rng.random() < 0.94 else "\n\n" if i else "") + bullet)
            start = True
            for piece, fact in sentence:
                text = piece.text
                if start and text:
                    text, start = text[0].upper() + text[1:], False
                if piece.key and fact:
                    fact.spans.setdefault(piece.key, (at, at + len(text)))
                add(text)
        if opened and rng.random() < 0.6:
            frill(CLOSINGS)
        return "".join(out)


def compose(rng: Random, split: str, new_sentences: bool) -> Teller:
    teller = Teller(rng, split, new_sentences)
    kind = rng.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    count = rng.choices(range(1, 12), weights=[8, 12, 14, 14, 13, 11, 9, 7, 5, 4, 3])[0]
    if kind == "scene":
        for frame in rng.choices(SCENES, k=count):
            teller.tell(teller.fact(frame, None))
        return teller
    subjects = [SUBJECTS_OF[kind](rng, split)]
    roll = rng.random()
    if count > 1 and roll < 0.5:
        subjects.append(SUBJECTS_OF[kind if roll < 0.32 else rng.choice(KINDS)](rng, split))
    plans = []
    for subject in subjects:
        frames = FRAMES[subject.kind]
        share = max(1, round(count / len(subjects)))
        chosen = rng.sample(frames, min(share, len(frames)))
        if len(frames) < share + 3 and len(chosen) < share:
            chosen += rng.choices(frames, k=share - len(chosen))  # a frame told twice says something else
        if subject.kind in ("person", "company"):
            chosen = [rng.choice(ACT) if rng.random() < 0.35 else frame for frame in chosen]
        if len(plans) and subject.kind == subjects[0].kind and rng.random() < 0.6:
            chosen[0] = plans[0][0][0]  # the same is said of both
        plans.append([(frame, subject) for frame in chosen])
    if len(plans) > 1 and rng.random() < 0.3:
        steps = [step for pair in zip(*plans) for step in pair]
    else:
        steps = [step for plan in plans for step in plan]
    for frame, subject in steps:
        if rng.random() < 0.08:
            teller.filler()
        if rng.random() < 0.10:
            teller.tell(teller.fact(rng.choice(SCENES), None))
        fact = teller.fact(frame, subject)
        if not fact:
            continue
        teller.tell(fact)
        person = fact.values.get("person")
        if isinstance(person, Entity) and person.full != subject.full and "person" in {n for n in fact.nodes if isinstance(n, Slot)} and rng.random() < 0.15:
            teller.known.add(person.full)
            teller.tell(teller.fact(rng.choice(FRAMES["person"] + ACT), person))
    if rng.random() < 0.10:
        teller.filler()
    return teller


def expand_question(rng: Random, pattern: str, key: str, values: Values, free: bool) -> list[str] | None:
    """One wording that only speaks of what is known (or, if `free`, of anything) and does not give the answer away."""
    for _ in range(4):
        nodes = expand(rng, pattern)
        slots = [n for n in nodes if isinstance(n, Slot) and n not in OF_SUBJECT | {"S", "Ss"}]
        if all((free or n.partition("_")[0] in values) and values.key(n) != key for n in slots):
            return nodes
    return None


def refers(nodes: list[str]) -> tuple[bool, bool]:
    """Whether a question names the subject, and whether it names anything else."""
    slots = {n for n in nodes if isinstance(n, Slot)}
    return bool(slots & {"S", "Ss"}), bool(slots - OF_SUBJECT - {"S", "Ss"})


@cache
def telling(wording: str) -> list[re.Pattern]:
    """What the sentence must have for this wording of a question."""
    return [_SAID[word.lastindex - 1] for word in _ASKED.finditer(wording)]


def word_question(teller: Teller, nodes: list[str], subject: Entity | None, values: Values, full: bool) -> str:
    rng = teller.rng
    mention = ""
    if subject:
        alone = all(other is subject or (other.short != subject.short and other.kind != subject.kind) for other in teller.subjects)
        roll = rng.random()
        mention = subject.full if full or roll < 0.5 or not alone else subject.short if roll < 0.8 else subject.they if roll < 0.9 and len(teller.subjects) == 1 else f"the {subject.noun}" if subject.kind != "person" else subject.full
    text = "".join(piece.text for piece in say(nodes, subject, mention, values)).replace("  ", " ").strip()
    return text[0].upper() + text[1:]


def style(rng: Random, text: str) -> str:
    roll = rng.random()
    if roll < 0.04:
        text = rng.choice(POLITE) + text[0].lower() + text[1:]
    mark = "" if rng.random() < 0.12 else "?"
    if rng.random() < 0.10:
        text = text.lower()
    if rng.random() < 0.02 and len(text) > 12:
        i = rng.randrange(3, len(text) - 2)
        text = text[:i] + text[i + 1:]
    return re.sub(r" +", " ", text) + mark


def answerable(teller: Teller, context: str, wording: str) -> Iterator[Example]:
    """One question for each answer in the passage that has one; `wording` is the split of its words."""
    rng = teller.rng
    topics = [fact.frame.topic for fact in teller.facts]
    for fact in teller.facts:
        for slots, questions in fact.frame.questions.items():
            known = [slot if slot in ("S", "choice") else fact.values.key(slot) for slot in slots if slot in ("S", "choice") or slot.partition("_")[0] in fact.values]
            keys = [key for key in known if key in fact.spans]
            wordings = patterns(questions, wording)
            if not keys or not wordings:
                continue
            key = rng.choice(keys)
            nodes = expand_question(rng, rng.choice(wordings), key, fact.values, free=False)
            if not nodes:
                continue
            named, other = refers(nodes)
            if key == "S" and named or not named and not other and topics.count(fact.frame.topic) > 1 or not other and sum(f.frame is fact.frame and f.subject is fact.subject for f in teller.facts) > 1:
                continue
            if any(not said.search(fact.told) for said in telling(" ".join(n for n in nodes if not isinstance(n, Slot)))):
                continue
            start, end = fact.spans[key]
            question = word_question(teller, nodes, fact.subject, fact.values, full=False)
            yield Example(context, style(rng, question), context[start:end], start, fact.frame.topic, new(fact.pattern))


def unanswerable(teller: Teller, context: str, wording: str) -> Example | None:
    rng, split = teller.rng, teller.split
    fact = rng.choice(teller.facts)
    subject, values, told = fact.subject, fact.values, {f.frame.group for f in teller.facts}
    roll = rng.random()
    if subject and roll < 0.45:  # what is not said of the subject
        frame = rng.choice(FRAMES[subject.kind])
        if frame.group in told:
            return None
        values, free, needs_name = Values(rng, split), True, True
        slots, questions = rng.choice(list(frame.questions.items()))
    elif roll < 0.70:  # a slot that the sentence leaves out
        frame = fact.frame
        slots, questions = rng.choice(list(frame.questions.items()))
        told_slots = {re.sub(r"[\d_].*", "", key) for key in fact.spans}
        kin = set().union(*(family for family in FAMILIES if family & {re.sub(r"[\d_].*", "", slot) for slot in slots}), {re.sub(r"[\d_].*", "", slot) for slot in slots})
        if told_slots & kin or [f.frame.topic for f in teller.facts].count(frame.topic) > 1:
            return None
        free, needs_name = False, True
    else:  # the same of somebody or something else
        frame = fact.frame
        slots, questions = rng.choice(list(frame.questions.items()))
        values, free, needs_name = Values(rng, split), True, True
        if subject:
            subject = SUBJECTS_OF[subject.kind](rng, split)
            if subject.full in context or subject.full == f"the {subject.noun}":
                return None
    wordings = patterns(questions, wording)
    if not wordings or "S" in slots and subject is not fact.subject:
        return None
    nodes = expand_question(rng, rng.choice(wordings), "", values, free)
    if not nodes:
        return None
    named, other = refers(nodes)
    if needs_name and (subject and not named or not subject and not other):
        return None
    full = subject is not fact.subject
    return Example(context, style(rng, word_question(teller, nodes, subject, values, full)), "", 0, frame.topic)


def examples(rng: Random, split: str, most: int = 4, new_questions: bool = False, new_sentences: bool = False) -> list[Example]:
    """Up to `most` questions on one new passage with names of the split, a fifth of them without an answer.

    `new_questions` and `new_sentences` take wordings held out of training, the sentences where a frame has some.
    """
    teller = compose(rng, split, new_sentences)
    context, wording = teller.text(), "test" if new_questions else "train"
    asked = list(answerable(teller, context, wording))
    out = rng.sample(asked, min(len(asked), most))
    for i in range(len(out) or 1):
        if rng.random() < UNANSWERABLE:
            other = next((e for e in (unanswerable(teller, context, wording) for _ in range(6)) if e), None)
            if other:
                out[i:i + 1] = [other]
    return out
