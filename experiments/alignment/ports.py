"""The plug points of the loop, as protocols. A plug-in is any frozen value with these methods."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from experiments.alignment.learners import Lesson
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

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        """Log-probabilities over each ask's closed list of options, read from their first tokens; they sum to 1.

        Needs the capability `next_token`. Raises ConfigError for options that begin with the same token.
        """

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """The scalar that a reward model gives each answer. Needs the capability `reward`."""


class StepPolicy(Policy, Protocol):
    """A policy of the capability `steps`: a verifier that says something after each step of a solution."""

    def step_rewards(
        self, asks: Sequence[Ask], answers: Sequence[str], check: Check
    ) -> list[tuple[float, ...]]:
        """For each answer the probability of a right end after each of its steps; one number where it knows none."""


class EmbeddingPolicy(Policy, Protocol):
    """A policy of the capability `embed`: it gives texts vectors that point alike where they mean alike."""

    def embed(self, texts: Sequence[str], check: Check) -> list[tuple[float, ...]]:
        """One vector a text, in the same order and of the same width; comparable among those of one model alone."""


class GuidedPolicy(Policy, Protocol):
    """A policy of the capability `guide`: a reward model can steer what it writes."""

    def generate_guided(
        self, asks: Sequence[Ask], guide: Policy, top_k: int, weight: float, check: Check
    ) -> list[Completion]:
        """One completion an ask, in the same order, as RAD decodes (arXiv 2310.09520).

        At each step the logits of the `top_k` likeliest words rise by `weight` times the reward of the answer so far
        with that word; no other word is drawn. Raises ConfigError for a guide that cannot steer this policy.
        """


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a program: its exit code, what it printed (cut to a bound), and why it was killed, if so."""

    exit_code: int
    stdout: str
    stderr: str
    killed: str = ""
    seconds: float = 0.0


class CodeRunner(Protocol):
    """Runs programs that nobody trusts, away from everything. Never raises for what a program does."""

    def run(self, programs: Sequence[str], check: Check) -> list[Ran]:
        """One result a Python program, in the same order. Raises ConfigError where nothing can isolate it."""


def _no_statements(role: str) -> tuple[str, ...]:
    return ()


def _no_groups(phase: int) -> Sequence[Group]:
    return ()


@dataclass(frozen=True, slots=True)
class Round:
    """What plug-ins are told about where they are: the position, the policies by role and how to be stopped.

    `verifier` is the check that the run's data set names for its own answers. `statements` gives what a role's
    context holds (the rules of a constitution, say), nothing where none was committed or taken from another run.
    `runner` runs model-written code, None where there is no sandbox. `earlier` gives a proposer what an earlier phase
    of this round made of the same prompts, in their order.
    """

    seed: int
    iteration: int
    phase: int
    policies: "Policies"
    check: Check
    verifier: str = "none"
    statements: Callable[[str], tuple[str, ...]] = _no_statements
    runner: CodeRunner | None = None
    earlier: Callable[[int], Sequence[Group]] = _no_groups

    def policy(self, role: str) -> Policy:
        """The policy that plays a role in this round."""
        return self.policies(role)


class Policies(Protocol):
    """Resolves a role's name to its policy; raises ConfigError for a role that nothing plays."""

    def __call__(self, role: str) -> Policy: ...


class Proposer(Protocol):
    """Makes candidates for prompts. `gives` are the kinds of the signals that it reads while it proposes and
    hands on with its groups.
    """

    needs: ClassVar[frozenset[Capability]]
    gives: ClassVar[frozenset[str]]

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

    @property
    def produces(self) -> SampleKind: ...

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

    def score(
        self, groups: Sequence[Group], references: Mapping[str, Reference], check: Check
    ) -> list[tuple[Signal, ...]]:
        """The new signals of each group, in the groups' order; `references` are by the prompt's id."""


class AnswerKey(Protocol):
    """The only door to held-out references; every read through it is logged. Evaluators alone are given
    one.
    """

    def references(self, prompts: Sequence[Prompt]) -> dict[str, Reference]: ...


class Workshop(Protocol):
    """Where models are loaded and trained."""

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy: ...

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        """What a committed context holds; nothing for a checkpoint that is none."""

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        """Trains a new checkpoint on top of the lesson's initial one.

        Raises DataError for samples that cannot be trained on, ModelError where training fails.
        """


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

    def groups(
        self,
        part: Part,
        chunk: Chunk | None = None,
        iteration: int | None = None,
        phase: int | None = None,
    ) -> Iterator[Group]:
        """What is committed, in order of position: one chunk of it, or all.

        It is this phase's and this iteration's unless others are asked for, as Evaluate does to compare with them.
        """

    def selected(self, role: str, data: Literal["round", "accumulated"]) -> Iterator[Group]:
        """Groups that have selections for a role: of this round, or of this and all earlier rounds, in
        order.
        """

    def checkpoint(self, role: str, which: Literal["base", "previous", "current"]) -> Checkpoint:
        """The base model, the checkpoint that this iteration started from, or the newest one of a role.

        A role that has made none yet has the artefact of that name which the run took from another one, else the
        base.

        The control starts each iteration from the policy's checkpoint, so that only the labels of the round
        differ.
        """

    def add_groups(self, chunk: Chunk, groups: Sequence[Group]) -> None:
        """Commits the candidates of a chunk, with any signals that came with them, and the chunk's done
        mark.
        """

    def add_signals(self, chunk: Chunk, signals: Sequence[Sequence[Signal]]) -> None: ...

    def add_selections(self, chunk: Chunk, selections: Sequence[Sequence[Selection]]) -> None: ...

    def add_checkpoint(self, chunk: Chunk, role: str, trained: Trained, kind: str) -> None:
        """Makes a trained checkpoint the role's newest; `kind` is the artefact that its learner makes."""

    def add_metrics(self, iteration: int, metrics: Sequence[Metric]) -> None:
        """Records the metrics of an iteration; a second call, after a crash, replaces those of the first."""

    def add_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Records the alarms of this iteration, each name once."""

    def history(self) -> list[tuple[int, Metric]]:
        """Every metric measured so far in the run with its iteration, oldest first: what gates decide by."""
