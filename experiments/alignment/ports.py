"""The plug points of the loop, as protocols. A plug-in is any frozen value with these methods."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from experiments.alignment.learners import LearnerSpec
from experiments.alignment.types import (
    Alarm,
    Ask,
    Capability,
    Checkpoint,
    Chunk,
    Completion,
    Group,
    Metric,
    Part,
    Prompt,
    Reference,
    Sample,
    SampleKind,
    Selection,
    Signal,
    Trained,
)

Check = Callable[[], None]
Progress = Callable[[int, int], None]


class Policy(Protocol):
    """A language model as the loop sees it.

    `check` is called at least at every decoding step; it raises to stop the work.
    """

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """One completion an ask, in the same order."""

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """Sum of log-probabilities (nats) of each continuation after the prompt of the same index."""


@dataclass(frozen=True, slots=True)
class Round:
    """What plug-ins are told about where they are: the position, the policies by role and how to be stopped.

    `verifier` is the check that the run's data set names for its own answers.
    """

    seed: int
    iteration: int
    phase: int
    policies: "Policies"
    check: Check
    verifier: str = "none"

    def policy(self, role: str) -> Policy:
        """The policy that plays a role in this round."""
        return self.policies(role)


class Policies(Protocol):
    """Resolves a role's name to its policy; raises ConfigError for a role that nothing plays."""

    def __call__(self, role: str) -> Policy: ...


class Proposer(Protocol):
    """Makes candidates for prompts."""

    needs: ClassVar[frozenset[Capability]]

    @property
    def roles(self) -> tuple[str, ...]: ...

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]: ...


class SignalSource(Protocol):
    """Says something about candidates. It always sees whole groups: votes and pairwise judges need the
    siblings.
    """

    kind: ClassVar[str]
    needs_reference: ClassVar[bool]
    needs: ClassVar[frozenset[Capability]]

    @property
    def roles(self) -> tuple[str, ...]: ...

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """The new signals of each group, in the groups' order."""


class Selector(Protocol):
    """Decides what is learned from. Pure and deterministic; every drop has its reason."""

    produces: ClassVar[SampleKind]

    @property
    def reads(self) -> frozenset[str]:
        """The kinds of signal that this selection cannot do without."""

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]: ...

    def best(self, group: Group) -> int | None:
        """The candidate that this selection would answer with, None where the signal cannot tell: the
        operator.
        """


class Evaluator(Protocol):
    """Scores answers against references that the loop never sees."""

    name: ClassVar[str]

    def score(self, group: Group, reference: Reference) -> tuple[Signal, ...]: ...


class AnswerKey(Protocol):
    """The only door to held-out references; every read through it is logged. Evaluators alone are given
    one.
    """

    def references(self, prompts: Sequence[Prompt]) -> dict[str, Reference]: ...


class Workshop(Protocol):
    """Where models are loaded and trained."""

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy: ...

    def learn(
        self,
        spec: LearnerSpec,
        samples: Sequence[Sample],
        init: Checkpoint,
        reference: Checkpoint,
        seed: int,
        check: Check,
        progress: Progress,
    ) -> Trained: ...


class Journal(Protocol):
    """Where a stage finds its input and commits its output, a chunk at a time, each chunk whole or not at
    all.
    """

    def check(self) -> None:
        """Raises Cancelled or LeaseLost when this work must stop; cheap to call at every step."""

    def progress(self, done: int, total: int) -> None:
        """Says how far the stage is, in candidates, signals or training steps."""

    def done(self) -> set[int]:
        """Indexes of this stage's chunks that are committed already."""

    def prompts(self, chunk: Chunk) -> list[Prompt]:
        """The prompts of a chunk in the round's order; held-out ones carry no reference."""

    def groups(self, part: Part, chunk: Chunk | None = None, iteration: int | None = None) -> Iterator[Group]:
        """What is committed for this phase, in order of position: one chunk of it, or all.

        It is this iteration's unless an earlier one is asked for, as Evaluate does to compare with it.
        """

    def selected(self, role: str, data: Literal["round", "accumulated"]) -> Iterator[Group]:
        """Groups that have selections for a role: of this round, or of this and all earlier rounds, in
        order.
        """

    def checkpoint(self, role: str, which: Literal["base", "previous", "current"]) -> Checkpoint:
        """The base model, the checkpoint that this iteration started from, or the newest one of a role.

        The control starts each iteration from the policy's checkpoint, so that only the labels of the round
        differ.
        """

    def add_groups(self, chunk: Chunk, groups: Sequence[Group]) -> None:
        """Commits the candidates of a chunk, with any signals that came with them, and the chunk's done
        mark.
        """

    def add_signals(self, chunk: Chunk, signals: Sequence[Sequence[Signal]]) -> None: ...

    def add_selections(self, chunk: Chunk, selections: Sequence[Sequence[Selection]]) -> None: ...

    def add_checkpoint(self, chunk: Chunk, role: str, trained: Trained) -> None: ...

    def add_metrics(self, iteration: int, metrics: Sequence[Metric]) -> None:
        """Records the metrics of an iteration; a second call, after a crash, replaces those of the first."""

    def add_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Records the alarms of this iteration, each name once."""

    def history(self) -> list[tuple[int, Metric]]:
        """Every metric measured so far in the run with its iteration, oldest first: what gates decide by."""
