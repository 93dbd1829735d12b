"""One sentence about a topic under a format rule that code can check: text that people can read and compare."""

from collections.abc import Iterator
from random import Random
from typing import Any

from experiments.alignment.scripted_answers import right_answer
from experiments.alignment.verifiers.rules import wording

SYSTEM = "You are a helpful assistant."
SIZES = {"train": 256, "probe": 96, "gold": 200}

RULES = (
    "lowercase",
    "uppercase",
    "max-words:8",
    "no-comma",
    "ends-with:DONE",
    "quoted",
    "json",
    "ends-with-question",
)

TOPICS = tuple(
    "apples bread bridges cats chess clocks clouds coffee dancing deserts dogs dreams drums eggs elephants farming "
    "fire fish flowers football forests friendship gardens glass gold guitars honey horses ice islands jazz kites "
    "lakes lemons libraries lightning maps markets milk mirrors mountains museums music night oceans onions owls "
    "painting paper penguins pianos planets poetry rain rice rivers robots roses sailing salt school shadows sheep "
    "shoes silence snow soap spiders spring stars storms sugar summer sunsets swimming tea thunder tigers time towns "
    "trains travel trees turtles umbrellas volcanoes walking water whales wheels wind windows winter wolves".split()
)


def format_rule_rows(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows of `SIZES`, every (topic, rule) at most once, the rules equally often in each split."""
    random = Random(f"format-rules/{seed}")
    topics = {rule: random.sample(TOPICS, len(TOPICS)) for rule in RULES}
    for split, size in SIZES.items():
        rules = list(RULES) * (size // len(RULES))
        random.shuffle(rules)
        for number, rule in enumerate(rules):
            yield _row(f"format-{split}-{number:03}", topics[rule].pop(), rule, split)


def format_answer_rows(seed: int = 0) -> Iterator[dict[str, Any]]:
    """The same rows, each train row with an answer that keeps its rule: texts to learn from, and to be asked about."""
    for row in format_rule_rows(seed):
        question = row["prompt"][-1]["content"]
        yield row | {"answer": right_answer(question, seed)} if row["split"] == "train" else row


def _row(row_id: str, topic: str, rule: str, split: str) -> dict[str, Any]:
    question = f"Write one short sentence about {topic} {wording(rule)}."
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
    return {"id": row_id, "prompt": messages, "rule": rule, "split": split, "meta": {"topic": topic}}
