"""What an iteration left behind, as numbers a prompt: the input of every estimate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from experiments.alignment.composition import Arm, Composition
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.diagnostics.gap_closure import Closure, gap_closure
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.steps import part_of
from experiments.alignment.types import Candidate, Group, Metric, Part, Signal, Split

Values = Mapping[str, float | None]
"""One number a prompt, by the prompt's id; None where it is unscored."""


UNANCHORED = frozenset({"reward", "verifier"})
"""Kinds of signal whose scale is another one in every round: no trend may be drawn through them."""


def _nothing(phase: int) -> Iterable[Group]:
    return ()


def _no_statements(role: str) -> tuple[str, ...]:
    return ()


@dataclass
class Record:
    """The committed groups of a run up to one iteration. Each part is loaded once, when it is first
    needed. `verifier` is the check that the data set names, for references of train prompts; `statements` gives what a
    role's context holds now.
    """

    iteration: int
    composition: Composition
    load: Callable[[Part, int], Iterable[Group]]
    verifier: str = "none"
    load_phase: Callable[[int], Iterable[Group]] = _nothing
    statements: Callable[[str], tuple[str, ...]] = _no_statements
    loaded: dict[tuple[Part, int], list[Group]] = field(default_factory=dict)

    def groups(self, part: Part, iteration: int | None = None) -> Sequence[Group]:
        """The groups of a part, by default of this iteration."""
        key = (part, self.iteration if iteration is None else iteration)
        if key not in self.loaded:
            self.loaded[key] = list(self.load(*key))
        return self.loaded[key]

    def of_phase(self, phase: int) -> Sequence[Group]:
        """The train groups that any one phase of this iteration left; `groups` has the main phase's."""
        return list(self.load_phase(phase))

    def answers(self, part: Part) -> list[Candidate]:
        """The greedy answers of a part."""
        return [group.candidates[0] for group in self.groups(part)]

    def verdicts(self, part: Part, iteration: int | None = None) -> Values:
        """Whether each greedy answer is right by the task's check; empty where the data has no check."""
        return _of_kind(self.groups(part, iteration), GOLD)

    def arm(self, name: str) -> Arm | None:
        """The arm of that name, a trained control among them; None where there is none."""
        return next((arm for arm in self.composition.all_arms if arm.name == name), None)

    def arm_verdicts(self, arm: Arm, split: Split) -> Values:
        """Whether an arm's answers are right; of an arm that is asked once, those before training."""
        return self.verdicts(part_of(arm, split), 0 if arm.once else None)

    def lengths(self, part: Part, iteration: int | None = None) -> Values:
        """Tokens of each greedy answer."""
        return {
            group.prompt.id: float(group.candidates[0].n_tokens) for group in self.groups(part, iteration)
        }

    @property
    def own_kind(self) -> str | None:
        """The kind of signal that the first branch selects by: the loop's proxy. None where it reads none, and for
        a reward model's scores: each round fits its scale anew, so that only differences within a round mean something.
        """
        reads = self.composition.operator.branches[0].select.reads - UNANCHORED
        return next(iter(sorted(reads)), None)

    @property
    def proxy_part(self) -> Part:
        """Where that signal is read in Evaluate."""
        sources = self.composition.operator.signals
        return "proxy" if any(s.kind == self.own_kind and s.needs_reference for s in sources) else "probe"

    def proxy(self, iteration: int | None = None) -> Values:
        """What the loop's own signal says of each greedy answer."""
        return _of_kind(self.groups(self.proxy_part, iteration), self.own_kind) if self.own_kind else {}

    def spoken_kinds(self) -> frozenset[str]:
        """The kinds of signal that a model writes and that must therefore be parsed."""
        sources = self.composition.operator.signals
        return frozenset(source.kind for source in sources if "generate" in source.needs)


def _of_kind(groups: Sequence[Group], kind: str) -> Values:
    known = any(signal.kind == kind for group in groups for signal in group.signals)
    return {group.prompt.id: group.mean_value(kind, 0) for group in groups} if known else {}


def metric_of(name: str, split: Split, finding: Finding, n_unscored: int = 0) -> Metric:
    """A finding under the name of its metric."""
    return Metric(name, split, finding.value, finding.low, finding.high, finding.n, n_unscored)


def scored(values: Values) -> list[float]:
    """The numbers that are there."""
    return [value for value in values.values() if value is not None]


def unscored(values: Values) -> int:
    """How many are not."""
    return sum(value is None for value in values.values())


def paired(first: Values, second: Values) -> tuple[list[float], list[float]]:
    """The numbers of the prompts that both have, in the first one's order."""
    pairs = [(value, second.get(key)) for key, value in first.items()]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in both], [b for _, b in both]


def closed(low: Values, high: Values, x: Values) -> tuple[Closure, int]:
    """The gap closure on the prompts that all three have answered, and how many of x's are left out."""
    three = [(low.get(key), high.get(key), value) for key, value in x.items()]
    known = [(a, b, c) for a, b, c in three if a is not None and b is not None and c is not None]
    closure = gap_closure([a for a, _, _ in known], [b for _, b, _ in known], [c for *_, c in known])
    return closure, len(three) - len(known)


def said(groups: Iterable[Group], kinds: frozenset[str]) -> list[list[Signal]]:
    """The signals of some kinds about single candidates, a list a prompt; prompts without any are left
    out.
    """
    lists = [[s for s in group.signals if s.kind in kinds and len(s.about) == 1] for group in groups]
    return [signals for signals in lists if signals]
