"""The common words of the passages, typed by hand: things, places, verbs with their synonyms, causes, jobs and so on."""
from __future__ import annotations


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


COLOURS = _list("red, blue, green, yellow, black, white, grey, brown, orange, purple, pink, dark blue, light green, silver, gold, turquoise, beige, cream, dark red, bright yellow, violet")
MATERIALS = _list("wood, steel, glass, stone, marble, brick, copper, bronze, iron, plastic, leather, cotton, wool, silk, clay, concrete, aluminium, paper, bamboo, granite, titanium, rubber, oak, linen, cardboard")
ANIMALS = _list("""dog, cat, horse, cow, goat, pig, duck, hen, owl, eagle, falcon, fox, wolf, bear, deer, hare, rabbit, hedgehog, beaver, otter, seal, whale, dolphin, shark, salmon, turtle, lizard, snake, frog, bee,
butterfly, spider, elephant, lion, tiger, leopard, giraffe, zebra, monkey, gorilla, penguin, parrot, swan, crow, squirrel, bat, camel, donkey, moose, lynx""")
FOODS = _list("""bread, rice, pasta, soup, salad, cheese, chicken, salmon, beef, lamb, tofu, beans, lentils, potatoes, tomatoes, onions, garlic, carrots, mushrooms, spinach, apples, pears, bananas, cherries, strawberries, lemons,
chocolate, honey, butter, eggs, milk, cream, yoghurt, nuts, almonds, olives, fish, shrimp, noodles, pizza, pancakes, apple pie, carrot cake, ice cream, tea, coffee, orange juice, pumpkin soup, curry, dumplings, tacos, sushi, waffles""")
THINGS = _list("""bicycle, car, boat, ship, train, bus, truck, tractor, plane, house, cottage, barn, shed, bridge, tower, wall, fence, gate, door, window, roof, table, chair, desk, lamp, clock, mirror, carpet, sofa, bed, shelf, box, basket, bag,
suitcase, wallet, key, phone, laptop, tablet, camera, radio, television, printer, keyboard, computer, robot, engine, machine, pump, motor, battery, cable, telescope, microscope, map, book, letter, diary, notebook, newspaper, poem, story,
song, painting, picture, photo, statue, vase, bowl, cup, plate, knife, spoon, pot, pan, kettle, oven, cake, pie, sandwich, coat, jacket, hat, scarf, shirt, dress, ring, necklace, watch, coin, stamp, toy, doll, puzzle, ball, guitar, piano,
violin, drum, flute, tent, ladder, hammer, saw, rope, bottle, barrel, tree, garden, pond, well, report, contract, invoice, plan, proposal, website, app, program, poster, banner, flag, sculpture, rocket, drone, kite, sledge, canoe, wheel""")
PLACES = _list("""station, airport, harbour, market, library, museum, school, university, hospital, church, park, garden, beach, forest, lake, river, mountain, village, farm, factory, office, workshop, garage, kitchen, cellar, attic, bakery, café,
restaurant, hotel, theatre, cinema, stadium, gym, pool, zoo, castle, palace, town hall, bank, post office, supermarket, bookshop, laboratory, warehouse, bus stop, car park, square, island, valley, field, playground, canteen, conference room""")
JOBS = _list("""teacher, nurse, doctor, engineer, architect, lawyer, baker, carpenter, farmer, pilot, chef, journalist, photographer, painter, sculptor, singer, actor, dancer, writer, poet, novelist, scientist, chemist, physicist, biologist, mathematician,
astronomer, historian, librarian, programmer, designer, accountant, manager, salesman, mechanic, electrician, plumber, firefighter, police officer, soldier, sailor, captain, gardener, tailor, hairdresser, dentist, vet, translator, editor,
software developer, data analyst, product manager, research assistant, bus driver, shop owner, film director, football coach, tour guide, violinist, geologist, judge, politician, banker, economist, explorer, inventor, composer, student""")
HOBBIES = _list("""painting, chess, gardening, cooking, fishing, hiking, cycling, swimming, photography, knitting, dancing, reading, singing, climbing, sailing, skiing, birdwatching, pottery, running, yoga, baking, stamp collecting, woodworking, surfing,
riding horses, playing the guitar, video games, travelling, writing poems, astronomy, table tennis, collecting coins""")
ACTIVITIES = _list("""swimming, rowing, skating, climbing, cooking, drawing, singing, running, reading, playing cards, cleaning the house, working in the garden, learning Spanish, practising the piano, painting the fence, building a model ship, walking the dog, studying""")
SPORTS = _list("football, basketball, tennis, volleyball, handball, hockey, rugby, cricket, baseball, golf, badminton, boxing, judo, rowing, skiing, swimming, athletics, cycling, gymnastics, chess, table tennis, sailing, fencing, ice hockey")
INSTRUMENTS = _list("piano, violin, guitar, cello, flute, trumpet, drums, harp, saxophone, clarinet, organ, accordion, double bass, trombone, oboe, banjo")
SUBJECTS = _list("""mathematics, physics, chemistry, biology, history, geography, law, medicine, economics, philosophy, literature, engineering, computer science, architecture, music, art history, psychology, sociology, geology, astronomy, linguistics, French literature,
mechanical engineering, political science, marine biology, business, nursing, graphic design, veterinary medicine, theology, statistics, botany""")
TOPICS = _list("""climate change, renewable energy, machine learning, artificial intelligence, public transport, water quality, space travel, ocean life, ancient history, modern art, food safety, mental health, data protection, city planning, children's books,
solar power, robotics, wild bees, volcanoes, coral reefs, the history of writing, electric cars, online shopping, housing, recycling, the future of work, sleep, migration, jazz, folk music, local politics, rare plants, black holes, nutrition, tourism""")
_CLAUSES = """it was raining, it was too cold, the bridge was closed, the train was late, the old one was broken, the roof was leaking, the road was blocked, the engine failed, there was no electricity, the tickets were sold out, the price was too high, the shop was closed,
the weather was bad, the water was too deep, the children were tired, the battery was empty, the key was lost, the computer crashed, nobody came, the budget was too small, the work was not finished, the room was too small, a tree had fallen, the speaker was ill, the road was icy,
the pilots were on strike, there was a storm, the lights went out, a pipe burst, the supplier delivered late, too few people signed up, the tests failed, the floor was wet, the river had flooded, the licence expired, the fuel ran out, the parts were missing, the customer complained,
the alarm went off, the deadline was moved, the lease ended, the wind was too strong, the oven was broken, the dog was sick, the neighbours complained, sales were falling"""
_NOUN_PHRASES = """heavy rain, a strike, a storm, snow, a power cut, a technical problem, bad weather, high costs, a lack of money, fog, a flood, a broken engine, an accident, illness, strong winds, a gas leak, repair work, a shortage of staff, a software bug, heavy traffic, ice on the road, an injury,
a fire, low demand, a signal failure, a cyber attack, missing parts, a knee injury, safety concerns, a water leak, rising prices, a burst pipe, the heat, the noise, a delayed delivery, a family emergency, an expired permit, the drought, a faulty cable, a lack of volunteers"""
CAUSES = (_list(_CLAUSES), _list(_NOUN_PHRASES))
PURPOSES = _list("""to save money, to help a friend, to learn the language, to see the sunrise, to be closer to the sea, to raise money for the school, to protect the animals, to reduce noise, to attract more visitors, to save energy, to make room for a car park, to keep the house warm,
to celebrate the anniversary, to surprise the family, to avoid the traffic, to improve safety, to test the engine, to visit a museum, to buy bread, to meet the mayor, to cut costs, to study the stars, to catch the first train, to store tools, to sell vegetables, to collect samples, to repair the roof,
to find work, to escape the heat, to get some rest, to train for a marathon, to thank the volunteers, to support local artists, to prevent floods, to speed up the work""")


def _verb(text: str) -> dict[str, str]:
    """The forms of a verb, given as base/past/participle or, where it is regular, as base; words may follow the verb."""
    forms = text.split("/")
    first, _, rest = forms[0].partition(" ")
    rest = rest and " " + rest
    if len(forms) == 1:
        past = first + "d" if first.endswith("e") else first[:-1] + "ied" if first[-1] == "y" and first[-2] not in "aeou" else first + "ed"
        forms = [text, past + rest, past + rest]
    past = forms[1].partition(" ")[0]
    doubled = first in ("cut", "shut", "put", "set", "get", "dig", "win", "begin", "hit", "let", "run", "forget", "split") or past == first + first[-1] + "ed"
    ing = first + first[-1] if doubled else first[:-1] if first.endswith("e") and not first.endswith("ee") else first
    third = first[:-1] + "ies" if first[-1] == "y" and first[-2] not in "aeou" else first + ("es" if first.endswith(("s", "x", "ch", "sh", "o")) else "s")
    return {"base": forms[0], "past": forms[1], "pp": forms[2], "ing": ing + "ing" + rest, "s": third + rest}


# One row a group of words that mean about the same; a question may use another one than the passage.
VERBS = [[_verb(v) for v in row.split(", ")] for row in """repair, fix, mend
buy/bought/bought, purchase
build/built/built, construct
make/made/made, produce
find/found/found, discover
lose/lost/lost
sell/sold/sold
steal/stole/stolen
break/broke/broken, damage
destroy, wreck
design, plan/planned/planned
paint
draw/drew/drawn, sketch
write/wrote/written
invent, create
open
close, shut/shut/shut
clean, wash
move, transport, carry
collect, gather
bring/brought/brought
send/sent/sent, ship/shipped/shipped
receive, get/got/got
borrow
rent, hire
hide/hid/hidden, conceal
give/gave/given, hand
throw/threw/thrown
show/showed/shown, present
photograph
order
test, try
inspect, check, examine
install, mount
remove
decorate
restore, renovate
donate
win/won/won
pull, drag/dragged/dragged
lift, raise
drop/dropped/dropped
store, keep/kept/kept
deliver
return
wrap/wrapped/wrapped
cover
choose/chose/chosen, select, pick
forget/forgot/forgotten
use
need
own
describe
study/studied/studied
record
finish, complete
start, begin/began/begun
announce
burn
bury/buried/buried
dig/dug/dug
cut/cut/cut
weigh
measure
polish
assemble, build/built/built
unveil
approve
reject, refuse
cancel/cancelled/cancelled, postpone
review
look after, take care of/took care of/taken care of
wait for
search for, look for
pay for/paid for/paid for
talk about, speak about/spoke about/spoken about
write about/wrote about/written about
work on
complain about
dream of
ask for
leave/left/left
take/took/taken, grab/grabbed/grabbed
hold/held/held
push, shove
attach, fasten
hang/hung/hung
fill
empty
lock
switch off
translate
copy
edit, revise
publish
sign
read/read/read
tell/told/told
explain
name
mention
plant
water
harvest
fly/flew/flown
drive/drove/driven
ride/rode/ridden
catch/caught/caught
feed/fed/fed
hear/heard/heard
see/saw/seen, notice
watch, observe
smell
taste
like, love, enjoy
hate, dislike
miss
want, wish for
prefer/preferred/preferred
avoid
count
compare
share
split/split/split, divide
spill
crack
wear/wore/worn
knit/knitted/knitted
sew/sewed/sewn
bake
cook, prepare
serve
eat/ate/eaten
manage, run/ran/run, lead/led/led
organise
plan/planned/planned
support
finance, fund
improve
replace
update
develop
launch
print
rescue, save
protect
guard
attack
block
copy
solve
report
present
introduce
demand
accept
recommend
expect
remember
recognise
identify""".split("\n")]

# What people do to people.
SOCIAL = [[_verb(v) for v in row.split(", ")] for row in """meet/met/met
help, assist, support
teach/taught/taught, train
call, phone
invite
thank
follow
visit
hire, employ
fire, dismiss
arrest
rescue, save
marry
coach
interview
greet
blame
warn
accompany
succeed, replace
beat/beat/beaten, defeat
know/knew/known
admire
like
look after, take care of/took care of/taken care of
wait for
talk to, speak to/spoke to/spoken to
write to/wrote to/written to
work for
apologise to
laugh at
listen to
vote for
believe
find/found/found
see/saw/seen
wake/woke/woken
photograph
treat
examine
pay/paid/paid
trust
raise
adopt
introduce
inspire
kick
push
chase
recognise
paint
remember""".split("\n")]

ADJECTIVES_OF_STATE = _list("old, new, broken, dusty, heavy, light, empty, full, dirty, clean, warm, cold, strange, beautiful, small, huge, narrow, wide, soft, hard, dark, bright, loud, quiet, wet, dry, cheap, expensive, modern, ancient")
