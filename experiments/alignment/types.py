"""The vocabulary of the loop: what is asked, what is answered, what is said about it and what is kept.

Everything here is a frozen value. Candidates are named by their index within their group, so the values mean
the same in memory, in the database and on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Split = Literal["train", "probe", "gold"]
Part = str
"""Why a prompt was asked: train, proxy, probe, gold, operator, operator_control, or an arm's "<arm>_probe" and
"<arm>_gold".
"""
Fate = Literal["chosen", "rejected", "kept", "dropped"]
SampleKind = Literal["demonstration", "preference", "rollout", "label", "unpaired", "steps"]
Capability = Literal["generate", "score", "next_token", "reward", "guide", "steps", "embed"]

NO_RESPONSE = "no response"
"""The `error` of a signal whose model said nothing at all: a fault of the service, unlike an answer nobody
can read.
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat. `role` is system, user or assistant; `content` is plain text, never markup."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What a verifier needs to know about a prompt: its answer, its tests or its rule.

    `votes` are what people said about the prompt's statements: for each person one vote a statement, 1 for,
    -1 against, 0 passed, None not asked. `chosen` and `rejected` are answers that the data set judges, one of them
    alone where it judges no pair; `steps` is an answer in steps, with one label from 0 to 1 for each.
    """

    answer: str | float | int | None = None
    tests: tuple[str, ...] = ()
    hidden_tests: tuple[str, ...] = ()
    rule: str | None = None
    statements: tuple[str, ...] = ()
    votes: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    chosen: str | None = None
    rejected: str | None = None
    steps: tuple[str, ...] = ()
    step_labels: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One task. `reference` is present for train prompts alone; held-out answers stay behind the gold
    wall.
    """

    id: str
    messages: tuple[Message, ...]
    split: Split
    reference: Reference | None = None

    @property
    def text(self) -> str:
        """The last thing the user said: what lists and pages show."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of an episode, a debate or a game. `author` is the role or the side that made it.

    `prompt` is what its author saw, empty where nobody trains on the turn. `options` are the closed list that it
    was chosen from, with their `probabilities`; `data` is JSON for the page: observation, reward, verdict.
    `credit` scales the episode's advantage when the turn is trained on.
    """

    author: str
    text: str
    prompt: tuple[Message, ...] = ()
    logprob: float | None = None
    options: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    credit: float = 1.0
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer to a prompt, or a whole episode with its turns.

    `context` is what the model saw where that differs from the prompt it is trained on; `train_context` is the
    training prompt where that is not the group's own. A `parent` is the candidate that this one revises.
    `logprob` is the sum over the answer's tokens in nats at sampling, None where the policy cannot say.
    """

    index: int
    text: str
    n_tokens: int
    role: str = "policy"
    model: str = ""
    parent: int | None = None
    turn: int = 0
    logprob: float | None = None
    seed: int = 0
    stop: Literal["end", "length"] = "end"
    context: tuple[Message, ...] | None = None
    train_context: tuple[Message, ...] | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a signal rests on, of a kind that has its own page template; `data` is JSON."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """What one source said about one or more candidates of a group.

    `value` is None when the source gave no score, which is not 0: `error` then says why and `parsed` is
    False. `order` is 0 or 1 for the two presentations of a pair, None elsewhere.
    """

    kind: str
    source: str
    about: tuple[int, ...]
    value: float | None
    order: Literal[0, 1] | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    label: str = ""
    text: str = ""
    evidence: Evidence | None = None
    raw: str = ""
    parsed: bool = True
    error: str = ""
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """The fate of candidates, with the reason. The two members of a preference share one `pair` number.

    `role` names the checkpoint that the selection teaches.
    """

    about: tuple[int, ...]
    fate: Fate
    reason: str
    pair: int | None = None
    p_chosen: float = 1.0
    weight: float = 1.0
    role: str = "policy"


@dataclass(frozen=True, slots=True)
class Group:
    """One prompt with all its candidates and everything said about them: what signals and selectors see."""

    prompt: Prompt
    candidates: tuple[Candidate, ...]
    signals: tuple[Signal, ...] = ()
    selections: tuple[Selection, ...] = ()

    def values(self, kind: str, index: int) -> list[float]:
        """The scores of one kind given to one candidate alone, unscored ones left out."""
        return [
            s.value for s in self.signals if s.kind == kind and s.about == (index,) and s.value is not None
        ]

    def mean_value(self, kind: str, index: int) -> float | None:
        """The mean of those scores, None when there is none."""
        values = self.values(kind, index)
        return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a policy. Temperature 0 is greedy; `seed` fixes the draws of this request alone.

    Where the last message is the assistant's, the answer begins with it and the policy goes on.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """What a policy answered. `logprob` sums the log-probabilities of the answer's tokens at temperature 1,
    in nats.
    """

    text: str
    n_tokens: int
    logprob: float | None = None
    stop: Literal["end", "length"] = "end"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as the loop passes it on: a base and the adapters merged into it, in this order. Opaque to the
    kernel.
    """

    sha256: str
    model: Path | None = None
    adapters: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Trained:
    """What a learner hands back: the new checkpoint, the steps it took and the figures it logged.

    `steps` are those of the optimiser, 1 for a checkpoint that was made without one, 0 where nothing was made.
    """

    checkpoint: Checkpoint
    steps: int
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A fixed slice of positions of one part: the unit that is committed. `index` counts within the stage.

    Fixed on purpose: its prompts are padded together, so a resumed chunk computes bit for bit what the first
    try would.
    """

    index: int
    part: Part
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Metric:
    """One estimate with its 95 % interval. `value` is None where there was not enough data."""

    name: str
    split: Split
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_unscored: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A detector that fired: what was seen, against which threshold, and what it means in one sentence."""

    name: str
    observed: float
    threshold: float
    message: str
