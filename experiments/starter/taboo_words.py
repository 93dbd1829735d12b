"""Everyday words, each with a short description: the secret words of a game, and a test of guessing them.

The question is to name the word that is described. The game itself (adversarial taboo) uses the answers of train
rows.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

SYSTEM = "You guess which word is meant. Reply with that one word."
SIZES = {"train": 60, "probe": 24, "gold": 36}

DESCRIBED = """
apple: a round fruit that is red or green and grows on trees
bread: a food baked from flour that is cut into slices
bridge: a way built over a river
candle: a stick of wax that burns to give light
chair: a piece of furniture for one person to sit on
clock: a device on the wall that shows the time
cloud: a white or grey shape in the sky that brings rain
desert: a dry land of sand with hardly any rain
doctor: a person who treats people who are ill
dog: a pet that barks
dream: pictures and stories in the mind during sleep
drum: an instrument that is hit with sticks
eagle: a large bird that hunts, with strong claws
elephant: the largest land animal, with a trunk
farmer: a person who grows crops and keeps cows
fire: what burns and gives heat and smoke
flag: a piece of cloth with the colours of a country
forest: a large area full of trees
garden: a place beside a house where flowers grow
glass: what windows are made of
gold: a yellow metal that rings are made of
guitar: an instrument with six strings
hammer: a tool that drives nails into wood
honey: the sweet food that bees make
horse: an animal with hooves that people ride
ice: what water becomes when it freezes
island: land with water on all sides
jacket: a short coat
key: a small metal thing that opens a lock
king: a man who rules a country and wears a crown
kitchen: the room where meals are cooked
ladder: a thing with rungs for climbing up
lamp: a thing that gives light when it is switched on
lemon: a sour yellow fruit
letter: a written message sent in an envelope
library: a building where books can be borrowed
lion: a big cat with a mane
map: a drawing that shows where places are
milk: the white drink that cows give
mirror: a glass in which you see yourself
money: what people pay with
moon: what shines in the sky at night and circles the earth
mountain: a very high hill with a peak
mouse: a small animal that cats chase
music: sounds arranged so that people like to listen
needle: a thin pointed thing for sewing
night: the dark time between evening and morning
nose: the part of the face that smells
ocean: a very large body of salt water
orange: a round fruit with the same name as its colour
owl: a bird that is awake at night and hoots
painter: a person who makes pictures with a brush
paper: what the pages of a book are made of
pencil: a wooden thing for writing that can be erased
piano: an instrument with black and white keys
pillow: a soft thing under the head in bed
planet: a large round body that circles a star
pocket: a small bag sewn into trousers
queen: a woman who rules a country
rabbit: an animal with long ears that hops
rain: water that falls from the sky
ring: a round piece of jewellery on a finger
river: water that flows through the land to the sea
robot: a machine that does work by itself
rose: a flower with thorns
salt: white grains that make food taste less bland
school: a place where children learn
scissors: a tool with two blades that cuts paper
shadow: the dark shape behind a thing that stands in the light
sheep: an animal that gives wool
ship: a large vessel that sails on the sea
shirt: a piece of clothing with sleeves and buttons
shoe: what is worn on a foot
silver: a grey metal that is cheaper than gold
sister: a girl with the same parents as you
snake: a long animal without legs
snow: white flakes that fall in winter
soap: what you wash your hands with
soldier: a person who fights in an army
spider: an animal with eight legs that makes webs
spoon: a thing for eating soup
spring: the season after winter
star: a tiny bright point in the night sky
storm: very bad weather with strong wind
sugar: what makes tea sweet
summer: the warmest season
sun: what shines in the sky by day
sword: a long blade that knights fought with
table: a piece of furniture with a flat top and legs
tea: a hot drink made from dried leaves
teacher: a person who gives lessons
telephone: a device for talking to somebody far away
thunder: the loud noise after lightning
tiger: a big cat with stripes
tooth: a hard white thing in the mouth that bites
towel: a cloth to dry yourself with
tower: a tall narrow building
train: a row of carriages that runs on rails
tree: a tall plant with a trunk and branches
turtle: a slow animal with a shell
umbrella: what you hold over your head when it rains
uncle: the brother of your father or mother
valley: the low land between two mountains
village: a place smaller than a town
violin: an instrument played with a bow
volcano: a mountain that can erupt with lava
wallet: a small folding case for banknotes
watch: a small device on the wrist that shows the time
water: the clear drink that comes from the tap
whale: the largest animal in the sea
wheel: a round thing that turns under a car
wind: moving air
window: an opening in a wall that lets in light
wing: what a bird flies with
winter: the coldest season
witch: a woman in tales who flies on a broom
wolf: a wild animal that looks like a dog and howls
wood: the material that trees give
yard: an open space behind a house
zebra: an animal like a horse with black and white stripes
""".strip().splitlines()


def taboo_word_rows(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows of `SIZES`, every word once."""
    described = list(DESCRIBED)
    Random(f"taboo-words/{seed}").shuffle(described)
    for split, size in SIZES.items():
        for number in range(size):
            word, _, meaning = described.pop().partition(": ")
            yield _row(f"word-{split}-{number:02}", word, meaning, split)


def _row(row_id: str, word: str, meaning: str, split: str) -> dict[str, Any]:
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"Which word means: {meaning}?"},
    ]
    return {"id": row_id, "prompt": messages, "answer": word, "split": split}
