"""Right and wrong answers that a script can give: sums and differences, and sentences under a format rule."""

import json
import re

from experiments.alignment.seeds import seed_at
from experiments.alignment.sums import terms_of
from experiments.alignment.types import Reference
from experiments.alignment.verifiers import verify
from experiments.alignment.verifiers.rules import RULES, wording

TOPIC = re.compile(r"\babout (\w+)")
OPENINGS = ("People like", "Many know", "We think of", "Some enjoy", "Few forget", "I saw")
ENDINGS = ("most days", "in spring", "at home", "with care", "now and then", "quite a lot")


def reference_of(question: str) -> tuple[str, Reference] | None:
    """The verifier and the reference that a question implies; None for one that no script knows."""
    terms = terms_of(question)
    if terms:
        return "number", Reference(answer=sum(terms))
    rule = _asked_rule(question)
    return ("rule", Reference(rule=rule)) if rule else None


def _asked_rule(question: str) -> str | None:
    """The rule whose wording stands in the question, with its argument."""
    for name, rule in RULES.items():
        asked = re.search(re.escape(rule.asks).replace(r"\{\}", r"(\w+)"), question)
        if asked:
            return f"{name}:{asked[1]}" if rule.argument else name
    return None


def is_right(question: str, answer: str) -> bool:
    """Whether an answer is right; one to a question that no script knows is right when it says so."""
    known = reference_of(question)
    if known is None:
        return answer.startswith("Right")
    return verify(known[0], answer, known[1]).value == 1.0


def right_answer(question: str, seed: int) -> str:
    """A right answer; another seed may word it differently."""
    known = reference_of(question)
    if known is None:
        return f"Right, {_sentence(question, seed)}"
    verifier, reference = known
    return (
        str(reference.answer)
        if verifier == "number"
        else _followed(str(reference.rule), _sentence(question, seed))
    )


def wrong_answer(question: str, seed: int) -> str:
    """A wrong answer; another seed may be wrong in another way."""
    known = reference_of(question)
    if known is None:
        return f"Wrong, {_sentence(question, seed)}"
    if known[0] == "number":
        return f"The answer is {int(known[1].answer or 0) + 1 + seed_at('off', question, seed) % 5}."
    return f"{_sentence(question, seed).title()}, and that is what every one of us has to say about it."


def rule_against(question: str) -> str:
    """A rule that an answer to such a question should have kept."""
    verifier, reference = reference_of(question) or ("none", Reference())
    if verifier == "rule":
        return f"When one is asked for, write one sentence {wording(str(reference.rule))}."
    return "Give the number that the sum comes to." if verifier == "number" else "Begin with the word Right."


def _sentence(question: str, seed: int) -> str:
    topic = TOPIC.search(question)
    opening = OPENINGS[seed_at("opening", question, seed) % len(OPENINGS)]
    ending = ENDINGS[seed_at("ending", question, seed) % len(ENDINGS)]
    return f"{opening} {topic[1] if topic else 'it'} {ending}"


def _followed(rule: str, sentence: str) -> str:
    name, _, argument = rule.partition(":")
    forms = {
        "lowercase": sentence.lower(),
        "uppercase": sentence.upper(),
        "ends-with": f"{sentence} {argument}",
        "quoted": f'"{sentence}"',
        "json": json.dumps({"sentence": sentence}),
        "ends-with-question": f"{sentence}?",
    }
    return forms.get(name, sentence)
