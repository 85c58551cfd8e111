"""Common English words for the word tasks and for made-up questions, typed by hand."""

WORDS = list(dict.fromkeys("""
apple apricot avocado bacon bagel banana basil bean beef beer beet berry biscuit bread broccoli butter cabbage cake candy caramel carrot celery cereal cheese cherry
chicken chili chocolate cider cinnamon clove coconut coffee cookie corn crab cream cucumber curry date dessert dinner dough duck egg fig fish flour fruit garlic
ginger grape gravy ham hazelnut herb honey jam jelly juice kale kiwi lamb lemon lemonade lentil lettuce lime lobster lunch mango maple melon milk mint muffin mushroom
mustard noodle nut oat oil olive onion orange oregano pancake papaya pasta peach peanut pear pepper pickle pie pizza plum pork potato pumpkin radish raisin raspberry
rice salad salmon salt sandwich sauce sausage soup spice spinach squash steak strawberry sugar tea toast tofu tomato tuna turkey turnip vanilla vinegar waffle walnut water wheat yogurt
ant antelope ape badger bat bear beaver bee beetle bird bison buffalo bull bunny butterfly calf camel cat cattle cheetah chicken cobra cow coyote crane cricket crocodile crow
deer dog dolphin donkey dove dragon dragonfly eagle eel elephant elk falcon ferret finch flamingo fly fox frog gazelle gecko giraffe goat goose gorilla grasshopper hamster hare hawk
hedgehog hen heron hippo horse hyena iguana jackal jaguar jellyfish kangaroo kitten koala lark leopard lion lizard llama lobster lynx mole monkey moose mosquito moth mouse mule
newt octopus ostrich otter owl ox oyster panda panther parrot peacock pelican penguin pig pigeon pony puma puppy python quail rabbit raccoon rat raven reindeer rhino robin rooster
seal shark sheep shrimp skunk sloth snail snake sparrow spider squid squirrel stork swan tiger toad tortoise trout turtle viper vulture walrus wasp weasel whale wolf wombat worm yak zebra
acorn air autumn beach bloom branch breeze brook bush canyon cave cliff cloud coast coral creek dawn desert dew dusk dust earth east evening field fire flame flower fog forest frost
garden glacier grass hail harbor hill ice island jungle lake lava leaf light lightning meadow mist moon moss mountain mud night north ocean petal pine plain planet plant pond rain
rainbow reef river rock root rose sand sea season seed shade shadow shore sky smoke snow soil south spring star stone storm stream summer sun sunrise sunset swamp thorn thunder tide
tree tulip valley violet volcano wave weather west willow wind winter wood world
airport alley anchor attic avenue balcony bank barn basement bathroom bed bedroom bench bridge building cabin castle ceiling chair chapel chimney church cinema city college corner cottage
couch courtyard curtain desk door drawer elevator factory farm fence floor fountain garage gate hallway hall harbor hospital hotel house hut kitchen ladder lamp lawn library lighthouse
mansion market mill mirror museum office oven palace park path pillow pool porch prison road roof room school shelf shop shower sink sofa stable stage stairs station statue store street
studio table temple tent theater toilet tower town tunnel village wall well window yard zoo
arm back beard blood body bone brain breath cheek chest chin ear elbow eye face finger fist foot hair hand head heart heel hip jaw knee leg lip lung mouth muscle nail neck nerve nose
palm rib shoulder skin skull stomach thumb toe tongue tooth waist wrist
actor artist aunt author baby baker barber boss boy brother butcher captain chef child clerk clown coach cousin crowd daughter dentist doctor driver engineer family farmer father fisher
friend gardener giant girl grandma grandpa guard guest guide hero hunter husband judge king knight lady lawyer leader magician mayor mother musician neighbor nephew niece nurse painter
parent partner pilot pirate player poet police prince princess queen sailor scholar scientist sister soldier son student tailor teacher thief trader twin uncle waiter wife winner witch wizard worker writer
arrow axe badge bag ball balloon basket battery bell belt bicycle blanket boat book boot bottle bowl box bracelet brick broom brush bucket button cable camera candle candy canoe card carpet
cart chain chalk clock cloth coat coin comb compass computer cord crown cup curtain dice dish doll dress drill drum engine envelope eraser fan feather flag flute fork frame fridge
game gift glass globe glove glue gold guitar hammer harp hat helmet hook ink iron jacket jar jewel jug kettle key keyboard kite knife lamp lantern lens letter lock machine magnet map
mask match medal metal microphone motor mug nail necklace needle net newspaper notebook oar page paint paper pen pencil phone photo piano picture pin pipe plate pocket poster pot puzzle
radio rail ribbon ring robot rocket rope ruler sail saw scarf scissors screen screw shell ship shirt shoe silk silver skirt sled soap sock spade spoon stamp stick string suitcase sweater
sword tape telescope thread ticket tie tool torch towel toy train trap tray truck trumpet tube umbrella vase video violin wagon wallet watch wheel whistle wire zipper
bake bark begin bend blow borrow bounce break bring build burn buy call carry catch change chase choose clap clean climb close collect come cook copy cough count crawl cross cry cut dance
decide dig dive draw dream drink drive drop eat enjoy enter escape explain fall feed feel fight fill find finish fix float fold follow forget freeze gather give grow guess hang happen hear
help hide hit hold hope hug hunt hurry invite join jump keep kick kiss knock know laugh learn leave lend lift listen live look lose love make march measure meet melt mix move need notice
offer open order pack pass pay plan play point pour practice press promise pull push put reach read remember repair repeat rest return ride rise roll run save say scream search see sell
send shake share shine shout show shut sing sit sleep slide smell smile speak spell spend spin stand start stay steal stop study swim swing take talk taste teach tell think throw
touch trade travel try turn type understand use visit wait wake walk want warn wash wear whisper win wish wonder work write yawn yell
able afraid alone amazing ancient angry awake bad basic beautiful big bitter black blank blind blue bold brave bright broken brown busy calm careful cheap clever cold common cool correct
crazy curious dark deep different difficult dirty dry dull eager early easy empty equal exact extra fair famous fast fat few final fine first flat fresh friendly full funny gentle
glad golden good grand gray great green happy hard harsh healthy heavy high hollow honest hot huge hungry important jolly kind large last late lazy light little local long loose loud
lovely low lucky mad main many modern narrow neat nervous new nice noisy odd old open orange pale perfect pink plain polite poor pretty proud public pure purple quick quiet rare
raw ready real red rich ripe rough round royal rude sad safe salty secret serious shallow sharp short shy sick silent silly simple single slim slow small smart smooth soft solid sour
special spicy square steep sticky still straight strange strict strong sudden sweet tall thick thin tidy tight tiny tired true ugly unique upset useful usual warm weak weird wet
white whole wide wild wise wonderful wrong yellow young
about above across after again against almost along also always among answer around away because before behind below beside between beyond both certain clear cover during each either
else enough even event ever every example fact far form half here however idea inside instead later least left level line list matter maybe minute moment month more morning most music
name near never next noon number often once only other outside over past people perhaps piece place power present problem question quite rather reason right same second sense set shape
side sign since size some song soon sound space speed sport step story such sure surface team thing time today together tomorrow tonight top toward under until upon very voice week
while word year yesterday yet zero hello goodbye welcome banner planet mirror pepper letter tennis soccer hockey cricket golf chess puzzle mystery history science language alphabet
""".split()))
