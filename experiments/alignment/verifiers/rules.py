"""Format rules that code can check. A rule is a name, or a name with an argument: `quoted`, `max-words:8`.

Every rule is about a sentence: an answer that is none (`sentences.is_sentence`) follows no rule, so that neither
silence nor a word said again and again is the cheapest way to be right. The word that an answer must end with does
not count towards its sentence, and in JSON a text value must be one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from experiments.alignment.errors import DataError
from experiments.alignment.sentences import LEAST_WORDS, is_sentence
from experiments.alignment.types import Reference
from experiments.alignment.verifiers.verdict import Verdict, verdict_of

Check = Callable[[str, str], bool]
COMMAS = frozenset(",\uff0c\u060c\u3001")
QUOTE_PAIRS = ('""', "\u201c\u201d")
CLOSING = " .!\"'\u201d"
AROUND = ".,:;!?\"'()*\u201c\u201d"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of rule: `check(text, argument)` sees the answer without white space around it.

    `says` words it for a verdict, `asks` for a question, with {} for the argument.
    """

    check: Check
    says: str
    asks: str
    argument: str = ""


def _ends_with(text: str, word: str) -> bool:
    pieces = text.rstrip(CLOSING).split()
    others = " ".join(piece for piece in pieces if piece.strip(AROUND) != word)
    return pieces[-1:] == [word] and is_sentence(others)


def _quoted(text: str, _: str) -> bool:
    inner = text[1:-1]
    return len(text) > 2 and text[0] + text[-1] in QUOTE_PAIRS and not set(inner) & set("".join(QUOTE_PAIRS))


def _json(text: str, _: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and any(
        isinstance(part, str) and is_sentence(part) for part in value.values()
    )


RULES: dict[str, Rule] = {
    "lowercase": Rule(
        lambda text, _: text.islower(), "every letter is in lower case", "in lower case letters only"
    ),
    "uppercase": Rule(
        lambda text, _: text.isupper(), "every letter is in upper case", "in UPPER CASE letters only"
    ),
    "max-words": Rule(
        lambda text, most: len(text.split()) <= int(most),
        "has at most this many words",
        "with at most {} words",
        "number",
    ),
    "no-comma": Rule(lambda text, _: not COMMAS & set(text), "has no comma", "without any comma"),
    "ends-with": Rule(
        _ends_with, "ends with this word, after a sentence", "and end it with the word {}", "word"
    ),
    "quoted": Rule(_quoted, "stands in double quotes as a whole", "in double quotes"),
    "json": Rule(_json, "is one JSON object with a sentence in it", 'as JSON, like {"sentence": "..."}'),
    "ends-with-question": Rule(
        lambda text, _: text.endswith("?"), "ends with a question mark", "that ends with a question mark"
    ),
}


def wording(rule: str) -> str:
    """How a question asks for a rule: "with at most 8 words". Raises DataError where there is no such rule."""
    known, argument = find_rule(rule)
    return known.asks.replace("{}", argument)


def find_rule(rule: str | None) -> tuple[Rule, str]:
    """Split `name:argument` and look it up. Raises DataError, naming the known rules, when it does not fit."""
    name, _, argument = (rule or "").partition(":")
    known = RULES.get(name)
    if known is None:
        names = ", ".join(
            f"{key}:{entry.argument.upper()}" if entry.argument else key for key, entry in RULES.items()
        )
        raise DataError(
            f"There is no rule {rule!r}; the rules are {names}, reaches-goal:ENVIRONMENT/SEED.", field="rule"
        )
    if bool(argument) != bool(known.argument) or (known.argument == "word" and len(argument.split()) != 1):
        wanted = f"needs a {known.argument}, as in '{name}:…'" if known.argument else "takes no argument"
        raise DataError(f"The rule {name!r} {wanted}; it was written {rule!r}.", field="rule")
    if known.argument == "number" and not (
        argument.isascii() and argument.isdigit() and LEAST_WORDS <= int(argument[:9]) < 10**6
    ):
        raise DataError(
            f"The rule {name!r} needs a number from {LEAST_WORDS} to 999999 after the colon, not {argument!r}.",
            field="rule",
        )
    return known, argument


def verify_rule(answer_text: str, reference: Reference) -> Verdict:
    """1.0 when the answer follows the reference's rule. Raises DataError when there is no such rule."""
    rule, argument = find_rule(reference.rule)
    text = answer_text.strip()
    if not is_sentence(text):
        return verdict_of(False, "no sentence", "the answer is no sentence of at least three different words")
    right = rule.check(text, argument)
    return verdict_of(right, "follows" if right else "breaks", f"the rule is: {rule.says}")
