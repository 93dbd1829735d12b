"""What critics and authors are told when an answer is refined, versioned and hashed."""

from dataclasses import asdict, dataclass

from experiments.alignment.seeds import digest


@dataclass(frozen=True, slots=True)
class Refining:
    """The words of a critique and of a revision, with places for {question}, {answer}, {rule} and {critique}.

    With `principled` each critique is by one rule of a constitution. `stop` is what a critique says when nothing is to
    be changed; empty where every critique is followed by a revision.
    """

    name: str
    version: int
    asks: str
    revises: str
    stop: str = ""
    principled: bool = False

    @property
    def sha256(self) -> str:
        return digest([f"{key}={value}" for key, value in sorted(asdict(self).items())])

    @property
    def source(self) -> str:
        """How signals name it: name, version and the beginning of its hash."""
        return f"{self.name} v{self.version} {self.sha256[:12]}"

    def stops(self, critique: str) -> bool:
        """Whether a critique asks for no revision."""
        return bool(self.stop) and self.stop.casefold() in critique.casefold()


CONSTITUTIONAL = Refining(
    name="constitutional",
    version=1,
    asks=(
        "Question: {question}\n\nAnswer: {answer}\n\nRule: {rule}\n\n"
        "Say in one sentence how the answer breaks this rule, or that it keeps it."
    ),
    revises=(
        "Question: {question}\n\nAnswer: {answer}\n\nRule: {rule}\n\nCritique: {critique}\n\n"
        "Rewrite the answer to the question so that it keeps the rule. Write the new answer alone."
    ),
    principled=True,
)
FEEDBACK = Refining(
    name="feedback",
    version=1,
    asks=(
        "Question: {question}\n\nAnswer: {answer}\n\nDoes the answer do exactly what was asked? "
        "If it does, say: no change needed. If not, say in one sentence what to change."
    ),
    revises=(
        "Question: {question}\n\nAnswer: {answer}\n\nFeedback: {critique}\n\n"
        "Write a better answer to the question that follows the feedback. Write the new answer alone."
    ),
    stop="no change needed",
)
