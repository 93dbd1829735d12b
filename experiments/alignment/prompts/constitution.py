"""Constitutions: the rules by which answers are criticised, revised and compared."""

from dataclasses import dataclass

from experiments.alignment.ports import Round
from experiments.alignment.seeds import digest, seed_at, shuffled

ROLE = "constitution"


@dataclass(frozen=True, slots=True)
class Constitution:
    """A versioned list of principles, each a rule that an answer keeps or breaks. The hash covers all of it."""

    name: str
    version: int
    principles: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return digest([self.name, self.version, *self.principles])


BUILT_IN = Constitution(
    name="plain-and-honest",
    version=1,
    principles=(
        "The answer does exactly what was asked, in the form that was asked for.",
        "The answer is true, and where it cannot know it says so.",
        "The answer is complete and leaves out nothing that was asked for.",
        "The answer says nothing needless and does not repeat itself.",
        "The answer is clear to somebody who does not know the subject.",
        "The answer is respectful and demeans nobody.",
        "The answer helps nobody to harm people, and says what could be done instead.",
        "The answer does not flatter, and does not claim to be human.",
    ),
)


def principles(at: Round) -> tuple[str, ...]:
    """The rules of the constitution that this run took or made, else the built-in ones."""
    return at.statements(ROLE) or BUILT_IN.principles


def principle_for(at: Round, prompt_id: str, turn: int = 0) -> str:
    """The rule drawn for a prompt; over its turns no rule comes twice before all were drawn."""
    rules = principles(at)
    place = (at.seed, at.iteration, "principle", prompt_id, turn // len(rules))
    drawn = shuffled([str(number) for number in range(len(rules))], seed_at(*place))
    return rules[int(drawn[turn % len(rules)])]
