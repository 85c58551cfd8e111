"""Everything the model does not know: a wide range of made-up questions, all answered with the same honest "I don't know"."""
from __future__ import annotations

from random import Random

from common.split import allowed

from .countries import COUNTRIES
from .elements import ELEMENTS
from .phrase import Turn, ask
from .wordlist import WORDS
from .words import _pseudo

ANSWER = "I don't know. I'm a very small model: I can calculate, convert units, sort, reverse and count words, and I know countries, chemical elements and intab's API."

_FIRST = "Anna Ben Clara David Emma Felix Grace Hugo Ines Jonas Kate Leo Maria Nina Oscar Paul Rita Sam Tom Uma Vera Will Zoe Alice Albert Isaac Marie Charles William George Abraham Napoleon Julius Ludwig Wolfgang Frida Nikola Ada Alan Mozart Einstein Newton Shakespeare Elvis Madonna Beethoven Darwin Plato Cleopatra Gandhi Picasso".split()
_LAST = "Smith Miller Brown Jones Garcia Kim Lee Chen Novak Rossi Silva Meyer Weber Martin Berg Cohen Singh Khan Tanaka Lopez King Young Hill Stone Carter Turner Cook Baker Newman Fox Wolf Lincoln Caesar Tesla Curie Lovelace Turing".split()
_JOBS = "president king queen prime minister chancellor mayor leader founder ceo coach captain inventor author singer director composer painter owner emperor pope champion goalkeeper manager".split()
_CONCEPTS = ["democracy", "gravity", "photosynthesis", "electricity", "philosophy", "evolution", "inflation", "the internet", "a black hole", "a quark", "quantum mechanics", "relativity", "a volcano", "the stock market", "machine learning", "artificial intelligence", "a neural network", "a transformer", "blockchain",
             "bitcoin", "capitalism", "the big bang", "love", "art", "music", "happiness", "time", "life", "the moon", "the sun", "DNA", "a virus", "a vaccine", "a noun", "an adjective", "a haiku", "jazz", "yoga", "karma", "a symphony", "entropy", "a polygon", "calculus", "algebra", "pi", "an atom", "a molecule",
             "climate change", "recursion", "a compiler", "an algorithm", "Docker", "Linux", "React", "Rust", "a database", "HTTP", "the meaning of life", "a rainbow", "a tornado", "water", "fire", "money", "a mortgage", "a verb", "grammar", "ethics", "logic", "a fractal", "the speed of light", "the speed of sound", "the universe",
             "the Milky Way", "a solar eclipse", "an earthquake", "blood pressure", "insulin", "a calorie", "protein", "vitamin C", "aspirin", "cancer", "a headache", "PyTorch", "Python", "JavaScript", "WebGPU", "a GPU", "a CPU", "RAM", "an operating system", "a web server", "a monad", "an ant colony"]
_SUBJECTS = ["history", "biology", "physics", "football", "basketball", "tennis", "cooking", "movies", "music", "poetry", "art", "law", "medicine", "economics", "politics", "religion", "astronomy", "psychology", "fashion", "gardening", "chess", "video games", "fishing", "cars", "space", "dinosaurs", "the weather", "the news", "sports", "stocks", "literature", "travel", "animals", "health"]
_LANGS = ["French", "German", "Spanish", "Italian", "Latin", "Japanese", "Chinese", "Russian", "Portuguese", "Arabic", "Korean", "Dutch", "Swedish", "Greek", "Turkish", "Hindi"]
_EVENTS = ["the second world war", "the first world war", "the French revolution", "the moon landing", "the fall of Rome", "the civil war", "the cold war", "the Olympic games", "the world cup", "the super bowl", "the renaissance", "the plague", "the gold rush", "the industrial revolution", "the titanic disaster", "the last election", "Easter", "Christmas", "Ramadan", "the next eclipse"]
_STYLE = ["poem", "story", "song", "essay", "haiku", "joke", "letter", "email", "speech", "limerick", "rap", "tweet", "blog post", "summary", "review", "recipe", "novel", "script", "riddle", "slogan"]

_PATTERNS = [
    "who [is|was] {person}?", "who [is|was] the [{job}] of {place}?", "who [is|was] the first {job} of {place}?", "when [was|is] {person} born?", "when did {person} die?", "how old is {person}?", "where [was|does] {person} [born|live]?", "what did {person} [invent|write|say|do|discover|paint]?", "is {person} [still alive|married|rich|famous]?", "tell me about {person}",
    "who [wrote|painted|directed|composed|invented|discovered|sang|founded|built] {work}?", "when was {work} [written|published|released|invented|built|founded]?", "what is {work} about?", "who [won|lost|hosted] {event}?", "when [was|is|did] {event}[ end| start| happen|]?", "why did {event} happen?", "what happened [in|on|during] {year}?", "tell me about {event}",
    "[what is|what's|explain|define|describe] {concept}[?|]", "how does {concept} work?", "why is {concept} important?", "what does {word} mean?", "[define|definition of] {word}[?|]", "what is {pseudo}?", "what is a {word}?", "what are {word}s?", "what color is [a|the] {word}?", "how much does a {word} [cost|weigh]?", "how [big|tall|old|fast|long] is a {word}?", "where can i [buy|find|see] a {word}?",
    "why [is|are|do|does] [the|a|] {word}[s|] [{adj}|so {adj}]?", "how do i [make|cook|fix|draw|build|grow|clean|repair|play|train|catch|paint] [a|the|my] {word}?", "can i eat [a|the] {word}?", "do {word}s [sleep|swim|fly|eat {word}s|have {word}s]?", "which is better, {word} or {word2}?", "do you like {word}[s|]?", "what is your favorite [{word}|color|food|movie|song|book|animal|number]?", "do you [love|hate|dream of|want|have|own|eat|drink] [a|] {word}[s|]?",
    "what's the weather [like|] [today|tomorrow|in {place}|now|]?", "will it [rain|snow|be sunny|be cold] [today|tomorrow|this week|in {place}]?", "what [time|day] is it[ in {place}| now| today|]?", "what is today's date?", "what year is it?", "what's in the news?", "[what is|what's] the latest news[ from {place}|]?", "what happened today?",
    "[write|tell|give|make|compose] me a[ short| funny| long|] {style}[ about {word}s| about a {word}| about {person}| for my {word}|]", "[write|compose] a[ short| funny|] {style} [about|on] [{concept}|{word}s|{subject}]", "tell me a [joke|story|secret|riddle|fun fact|bedtime story]", "[sing|sing me] a song", "[say|tell me] something [funny|interesting|nice|smart|new]", "make me laugh", "entertain me",
    "translate {word} [to|into] {lang}", "how do you say {word} in {lang}?", "what is {word} in {lang}?", "what does {pseudo} mean in {lang}?", "[speak|answer in|reply in] {lang}", "what is the {lang} word for {word}?", "translate this [to|into] {lang}: {sentence}",
    "what is the population of {place}?", "how many people live in {place}?", "how [big|large] is {place}?", "what language do they speak in {place}?", "what is the [flag|anthem|national dish|religion|area|gdp|national animal|president|king|highest mountain|longest river|official language|phone code|largest city|history] of {place}?", "who is the [president|king|leader|prime minister|richest man] of {place}?", "how far is {place} from {place2}?", "[is it safe|how much does it cost|how do i get|what can i do] [to travel to|to fly to|to|in] {place}?", "what is the best [city|food|hotel|beach] in {place}?", "when was {place} founded?", "which rivers are in {place}?", "what are the neighbors of {place}?", "what is the largest city [of|in] {place}?",
    "what is the [density|melting point|boiling point|color|price|atomic mass|weight|use|half-life] of {element}?", "who discovered {element}?", "is {element} [toxic|a metal|a gas|radioactive|expensive|magnetic|rare]?", "what is {element} used for?", "where is {element} found?", "how much does {element} cost?",
    "[what is|what's] the [tallest|longest|largest|smallest|deepest|oldest|fastest|richest|best|most expensive|most famous] [mountain|river|animal|city|building|lake|car|person|company|planet|country|bird|tree|book|movie] [in the world|ever|on earth|in {place}]?", "how many {word}s are there [in the world|on earth|in {place}|in a {word2}]?", "how far [is|away is] the [moon|sun|nearest star]?", "what is the distance to {place}?", "how deep is the ocean?", "why is the sky blue?", "how many [planets|stars|continents|oceans|bones|languages] are there?",
    "[what|which] [phone|laptop|car|book|movie|game|school|job] should i [buy|read|watch|play|choose|take]?", "should i [buy|sell|eat|call|marry|visit|learn|quit] [my {word}|a {word}|{subject}|{person}|my job]?", "[recommend|suggest] [me|] a [book|movie|song|game|restaurant|recipe|name for my {word}|gift]", "give me [advice|a recipe for {word}|a recipe with {word}|tips on {subject}|an idea for a {word}]", "how do i [lose weight|sleep better|make friends|get rich|learn {lang}|find a job|stop smoking|study better|cook rice|tie a tie|get a visa|file taxes]?",
    "i have [a headache|a fever|a cold|back pain|a rash][, what should i do|. what can i take|]?", "what are the symptoms of [the flu|a cold|diabetes|measles|covid]?", "what is the [cure|treatment] for [a cold|cancer|the flu]?", "how many calories are in [a|an] {word}?", "is {word} healthy?",
    "what do you [think|know] about [{subject}|{concept}|{person}|{event}|{word}s|politics|god|religion|me]?", "do you know [anything|something|a lot] about [{subject}|{concept}]?", "do you know {person}?", "[teach me|tell me about|explain] {subject}", "let's talk about [{subject}|{concept}|{word}s]", "what is the best [{word}|way to learn {subject}|way to {verb}]?", "i like {word}s", "i [love|hate] {subject}", "my {word} is {adj}", "i [want|need|have] [a|] [new|{adj}] {word}", "the {word} is {adj}", "{sentence}",
    "write [code|a program|a function|a script|a class] [in python|in java|in rust|in c|in go|] [that|to] [sorts a list|prints hello|adds numbers|reads a file|finds primes|downloads a page|plays a game]", "how do i [sort a list|reverse a string|read a file|make a loop|write a class|open a file|install a package|center a div|use git] in [python|java|rust|c++|go|css|javascript|sql]?", "fix [this code|my code|this bug]", "what does this [code|error|function] [do|mean]?", "how do i [install|use|uninstall|update|learn] [python|linux|docker|git|react|numpy|excel|word|windows|photoshop]?", "what is the difference between [python and java|a cat and a dog|{word} and {word2}|tcp and udp|love and hate|{concept} and {word}]?",
    "solve [x + 2 = 5|2x = 10|x^2 = 9|for x|this equation|the integral of x|3x + 1 = 7]", "what is the [derivative|integral] of [x|x squared|sin x|2x|e^x]?", "what is [sin|cos|tan|log|ln]\\([0|1|30|45|90|x]\\)?", "what is pi?", "what are the digits of pi?", "prove [fermat's last theorem|that 1 is 2|the pythagorean theorem]", "what is the [largest prime|golden ratio|square root of 2|meaning of 42]?", "is [7|91|13|57|101] prime?",
    "{pseudo}", "{pseudo} {pseudo2}", "{pseudo} {word} {pseudo2}", "asdf", "qwerty", "[blah|bla bla|foo|foo bar|lorem ipsum|xyz|abc|???|...|hm|idk|nothing|whatever|i am bored|i'm bored|i am sad|i'm hungry|i'm tired|i feel sick|i love you|marry me|i am lost|guess what|you know what|surprise me|tell me everything|think of a number|play a game|let's play|knock knock]",
    "what is the capital of {fake}?", "capital of {fake}?", "what currency [does {fake} use|is used in {fake}]?", "[which|what] continent is {fake} on?", "where is {fake}?", "what is the [symbol|atomic number] of {pseudo}?", "[which|what] element [has the symbol|is] {symbol}?", "what is the capital of the [moon|sun|internet|world|ocean|universe|mars]?", "what is the [symbol|atomic number] of [{word}|water|wood|glass|steel|love|air|salt|plastic]?",
    "convert {n} [{word}s|dollars|euros|yen|points|pixels] [to|into] [{word2}s|euros|dollars|pounds|bitcoin|meters]", "how many {word}s are in a {word2}?", "{n} dollars in euros", "how many [people|cats|words|friends] do you know?", "what is your [age|phone number|address|birthday|job|favorite color|opinion|religion|gender|password]?", "how old are you?", "where do you live?", "do you have [a body|friends|feelings|parents|a family|children|a girlfriend|dreams|a soul|memory]?", "when is your birthday?", "are you [hungry|tired|sad|bored|married|rich|male or female|a boy or a girl|smart]?", "what [did you do|will you do|are you doing] [today|tomorrow|yesterday|now]?",
    "can you [draw|see|drive|cook|sing|dance|fly|swim|browse the web|search the internet|open a website|send an email|call me|set an alarm|play music|order food|book a flight|make an image|read a pdf|remember me|play chess|write code|tell jokes|give advice]?", "[draw|show me|paint|make|generate] [a picture|an image|a photo|a drawing] of [a {word}|{person}|{place}]", "[search|google|look up|find] {word}[ for me| online|]", "[play|open|start|close|buy|order|book|send|call|turn on|turn off] [the|a|my|some] {word}", "remind me to [{verb}|buy {word}s|call {person}]", "set [an alarm|a timer] for {n} [minutes|o'clock]", "what is on tv?", "how do i get to [{place}|the station|the airport]?", "what are the lyrics of {work}?", "who would win, a {word} or a {word2}?", "what rhymes with {word}?", "what is the [plural|past tense|opposite|synonym|origin] of {word}?", "use {word} in a sentence", "is {word} a [noun|verb|adjective]?", "summarize [this text|the bible|hamlet|this article|the news|{work}]", "what is the moral of {work}?", "complete the sentence: {sentence}", "once upon a time", "what comes after {word}?",
]


_NAMED = [name for _, name in ELEMENTS]
_PLAIN = [w for w in WORDS if w not in _NAMED and w not in {"letter", "word", "second", "minute", "month", "week", "year", "foot", "number", "story", "alphabet"}]


def _work(rng: Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(["Hamlet", "the Mona Lisa", "the bible", "the telephone", "the light bulb", "penicillin", "the Eiffel tower", "Harry Potter", "Star Wars", "the ninth symphony", "the radio", "the airplane", "the printing press", "Google", "Apple", "Wikipedia", "Faust", "Don Quixote", "the Odyssey", "Titanic", "the Beatles", "dynamite"])
    return rng.choice(["the ", "The ", ""]) + " ".join(w.capitalize() for w in rng.sample(WORDS, rng.choice([1, 2, 2])))


def _fake(rng: Random) -> str:
    if rng.random() < 0.25:
        return rng.choice(["Wakanda", "Narnia", "Atlantis", "Mordor", "Gondor", "Westeros", "Utopia", "Hogwarts", "Mars", "the Moon", "Texas", "California", "Bavaria", "Tuscany", "Scotland", "Quebec", "Hawaii", "Alaska", "Florida", "Ohio", "Kansas", "Siberia", "Sicily", "Catalonia", "Normandy", "Europe", "Asia", "Africa", "Antarctica", "Provence", "Nevada", "Virginia", "Ontario", "Wales"])
    known = {alias.lower() for c in COUNTRIES for alias in c.aliases}
    while True:
        name = _pseudo(rng) + rng.choice(["ia", "land", "stan", "a", "o", "istan", "ria", "nia", "ova", "esh", "", "ville", "bia"])
        if name.lower() not in known and len(name) > 3:
            return name.capitalize()


def _slots(rng: Random) -> dict[str, str]:
    place, place2 = (rng.choice(COUNTRIES) for _ in range(2))
    symbols = {symbol for symbol, _ in ELEMENTS}
    while True:
        symbol = rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + rng.choice("abcdefghijklmnopqrstuvwxyz")
        if symbol not in symbols:
            break
    sentence = [rng.choice(["the", "a", "my", "this", "every", "our", "his", "her"]), rng.choice(WORDS), rng.choice(["is", "was", "likes", "has", "sees", "went to", "and", "wants", "will be", "can"]), rng.choice(["the", "a", "very", "my", "not"]), rng.choice(WORDS)]
    if rng.random() < 0.3:
        sentence += [rng.choice(["in", "on", "with", "under", "and", "for"]), "the", rng.choice(WORDS)]
    return {
        "person": rng.choice([f"{rng.choice(_FIRST)} {rng.choice(_LAST)}", rng.choice(_FIRST), rng.choice(_LAST)]), "job": rng.choice(_JOBS), "place": rng.choice([place.name, place.capital, place.name]), "place2": rng.choice([place2.name, place2.capital]),
        "work": _work(rng), "event": rng.choice(_EVENTS), "year": str(rng.randrange(1000, 2030)), "concept": rng.choice(_CONCEPTS), "word": rng.choice(_PLAIN), "word2": rng.choice(_PLAIN), "adj": rng.choice(WORDS), "verb": rng.choice(WORDS),
        "pseudo": _pseudo(rng) + (_pseudo(rng) if rng.random() < 0.3 else ""), "pseudo2": _pseudo(rng), "style": rng.choice(_STYLE), "subject": rng.choice(_SUBJECTS), "lang": rng.choice(_LANGS), "element": rng.choice(ELEMENTS)[1], "fake": _fake(rng), "symbol": symbol,
        "n": str(rng.randrange(1, 1000)), "sentence": " ".join(sentence),
    }


def turn(rng: Random, split: str) -> Turn:
    while True:
        slots = _slots(rng)
        if slots["word"] == slots["word2"]:
            continue
        pattern = rng.choice(_PATTERNS)
        text, phrasing = ask(rng, [pattern], lower_slots=True, **slots)
        text = text.replace("\\", "")
        if text.lower().strip(" ?.!") in _KNOWN:
            continue
        key = f"unknown:{text}"
        if allowed(split, key):
            return Turn("I don't know", text, ANSWER, key)


# single words that other skills answer
_KNOWN = {name for _, name in ELEMENTS} | {"what is " + name for _, name in ELEMENTS} | {alias.lower() for c in COUNTRIES for alias in c.aliases}
