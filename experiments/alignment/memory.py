"""The loop without a database: a journal that keeps a run in memory, for trials of a recipe and for tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from experiments.alignment.bench import POLICY, Bench
from experiments.alignment.composition import CONTROL, Composition
from experiments.alignment.config import RecipeConfig
from experiments.alignment.errors import DataError
from experiments.alignment.evaluators.task import TaskEvaluator
from experiments.alignment.loop import run_step
from experiments.alignment.ports import CodeRunner, Workshop
from experiments.alignment.steps import Step, plan, prompt_order, split_of
from experiments.alignment.types import (
    Alarm,
    Checkpoint,
    Chunk,
    Group,
    Metric,
    Part,
    Prompt,
    Reference,
    Selection,
    Signal,
    Split,
    Trained,
)

Place = tuple[int, int, Part]


@dataclass
class Memory:
    """All that a run has committed. `prompts` of held-out splits lose their references on the way in: they go
    to the key.
    """

    seed: int
    base: Checkpoint
    prompts: dict[Split, dict[str, Prompt]]
    references: dict[str, Reference]
    done: dict[Step, set[int]] = field(default_factory=dict)
    groups: dict[Place, dict[int, Group]] = field(default_factory=dict)
    checkpoints: dict[str, list[tuple[int, int, Trained]]] = field(default_factory=dict)
    metrics: dict[int, list[Metric]] = field(default_factory=dict)
    alarms: dict[int, dict[str, Alarm]] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Prompts by split."""
        return {split: len(prompts) for split, prompts in self.prompts.items()}


def remember(prompts: Sequence[Prompt], seed: int, base: Checkpoint) -> Memory:
    """A fresh run over prompts that all carry their references; those of probe and gold are put behind the
    wall.
    """
    memory = Memory(seed, base, {"train": {}, "probe": {}, "gold": {}}, {})
    for prompt in prompts:
        if prompt.split != "train" and prompt.reference is not None:
            memory.references[prompt.id] = prompt.reference
            prompt = replace(prompt, reference=None)
        memory.prompts[prompt.split][prompt.id] = prompt
    return memory


@dataclass(frozen=True)
class MemoryAnswerKey:
    """Held-out references, with a log of every read."""

    memory: Memory

    def references(self, prompts: Sequence[Prompt]) -> dict[str, Reference]:
        """The references of held-out prompts. Raises DataError for one that has none."""
        self.memory.reads.extend(prompt.id for prompt in prompts)
        missing = [prompt.id for prompt in prompts if prompt.id not in self.memory.references]
        if missing:
            raise DataError(f"Prompt {missing[0]} has no held-out answer to be measured by.")
        return {prompt.id: self.memory.references[prompt.id] for prompt in prompts}


@dataclass(frozen=True)
class MemoryJournal:
    """The journal of one step. `watch` is called at every check and before every commit, and may raise."""

    memory: Memory
    step: Step
    watch: Callable[[], None] = lambda: None

    def check(self) -> None:
        self.watch()

    def progress(self, done: int, total: int) -> None:
        """Nobody looks."""

    def done(self) -> set[int]:
        return set(self.memory.done.get(self.step, ()))

    def prompts(self, chunk: Chunk) -> list[Prompt]:
        held = self.memory.prompts[split_of(chunk.part)]
        order = prompt_order(chunk.part, list(held), self.memory.seed, self.step.iteration)
        return [held[key] for key in order[chunk.start : chunk.stop]]

    def groups(
        self,
        part: Part,
        chunk: Chunk | None = None,
        iteration: int | None = None,
        phase: int | None = None,
    ) -> Iterator[Group]:
        at = self.step.iteration if iteration is None else iteration
        rows = self.memory.groups.get((at, self.step.phase if phase is None else phase, part), {})
        places = range(chunk.start, chunk.stop) if chunk else sorted(rows)
        return iter([rows[place] for place in places])

    def selected(self, role: str, data: Literal["round", "accumulated"]) -> Iterator[Group]:
        first = self.step.iteration if data == "round" else 1
        for iteration in range(first, self.step.iteration + 1):
            for group in self.groups("train", iteration=iteration):
                if any(selection.role == role for selection in group.selections):
                    yield group

    def checkpoint(self, role: str, which: Literal["base", "previous", "current"]) -> Checkpoint:
        if which == "base":
            return self.memory.base
        made = self.memory.checkpoints.get(POLICY if role == CONTROL and which == "previous" else role, [])
        known = [t for at, _, t in made if which == "current" or at < self.step.iteration]
        return known[-1].checkpoint if known else self.memory.base

    def add_groups(self, chunk: Chunk, groups: Sequence[Group]) -> None:
        self._commit(chunk)
        rows = self.memory.groups.setdefault((self.step.iteration, self.step.phase, chunk.part), {})
        rows.update(zip(range(chunk.start, chunk.stop), groups, strict=True))

    def add_signals(self, chunk: Chunk, signals: Sequence[Sequence[Signal]]) -> None:
        self._extend(chunk, lambda group, place: replace(group, signals=(*group.signals, *signals[place])))

    def add_selections(self, chunk: Chunk, selections: Sequence[Sequence[Selection]]) -> None:
        self._extend(chunk, lambda group, place: replace(group, selections=tuple(selections[place])))

    def add_checkpoint(self, chunk: Chunk, role: str, trained: Trained, kind: str) -> None:
        self._commit(chunk)
        self.memory.checkpoints.setdefault(role, []).append((self.step.iteration, self.step.phase, trained))

    def add_metrics(self, iteration: int, metrics: Sequence[Metric]) -> None:
        self.memory.metrics[iteration] = list(metrics)

    def add_alarms(self, alarms: Sequence[Alarm]) -> None:
        self.memory.alarms.setdefault(self.step.iteration, {}).update({alarm.name: alarm for alarm in alarms})

    def history(self) -> list[tuple[int, Metric]]:
        return [(at, metric) for at, measured in sorted(self.memory.metrics.items()) for metric in measured]

    def _extend(self, chunk: Chunk, extended: Callable[[Group, int], Group]) -> None:
        self._commit(chunk)
        rows = self.memory.groups[self.step.iteration, self.step.phase, chunk.part]
        rows.update({at: extended(rows[at], at - chunk.start) for at in range(chunk.start, chunk.stop)})

    def _commit(self, chunk: Chunk) -> None:
        self.watch()
        self.memory.done.setdefault(self.step, set()).add(chunk.index)


def run_in_memory(
    composition: Composition,
    config: RecipeConfig,
    memory: Memory,
    workshop: Workshop,
    verifier: str,
    bound: Mapping[str, object] | None = None,
    watch: Callable[[], None] = lambda: None,
    runner: CodeRunner | None = None,
) -> Memory:
    """Runs what is missing of a run, to its end. Called again after an interruption, it goes on where it
    stopped.
    """
    for step in plan(composition, config.iterations):
        journal = MemoryJournal(memory, step, watch)
        bench = Bench(
            composition,
            config,
            memory.seed,
            journal,
            workshop,
            MemoryAnswerKey(memory),
            TaskEvaluator(verifier, runner),
            memory.counts,
            verifier,
            frozenset(bound or ()),
            runner=runner,
        )
        run_step(step, bench)
    return memory
