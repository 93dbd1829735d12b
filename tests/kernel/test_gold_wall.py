"""Held-out answers reach the evaluator alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.memory import run_in_memory
from experiments.alignment.registry import get_recipe
from experiments.alignment.scripted import ScriptedWorkshop
from experiments.alignment.types import Prompt, Reference
from tests.kernel.runs import SMALL, metric, start


@dataclass
class Recorder:
    """A plug-in that passes everything on and remembers what it was given."""

    inner: Any
    seen: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        return (
            found
            if name not in ("propose", "read", "pick", "best", "learn", "generate")
            else self._tell(found)
        )

    def _tell(self, call: Any) -> Any:
        def told(*args: Any) -> Any:
            self.seen.extend(args)
            return call(*args)

        return told


def _inside(value: Any) -> Iterator[Any]:
    yield value
    if is_dataclass(value) and not isinstance(value, type | Recorder):
        for part in fields(value):
            yield from _inside(getattr(value, part.name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _inside(item)


def _recorded(composition: Composition, recorders: list[Recorder]) -> Composition:
    def record(plugin: Any) -> Any:
        recorders.append(Recorder(plugin))
        return recorders[-1]

    phase = composition.phases[0]
    branches = tuple(Branch(record(branch.select), branch.learn) for branch in phase.branches)
    signals = tuple(record(source) for source in phase.signals)
    return Composition((Phase(record(phase.propose), signals, branches),), composition.answer_tokens)


def test_no_plug_in_ever_holds_a_held_out_answer(tmp_path: Path) -> None:
    for slug in ("rest-em", "self-rewarding"):
        recipe = get_recipe(slug)
        config = recipe.configure(SMALL)
        workshop = Recorder(ScriptedWorkshop(tmp_path / slug))
        recorders: list[Recorder] = [workshop]
        memory = start(tmp_path / slug)
        run_in_memory(_recorded(recipe.composition(config), recorders), config, memory, workshop, "number")
        things = [thing for recorder in recorders for given in recorder.seen for thing in _inside(given)]
        prompts = [thing for thing in things if isinstance(thing, Prompt)]
        held_out = [prompt for prompt in prompts if prompt.split != "train"]
        secret = [
            thing for thing in things if isinstance(thing, Reference) and thing in memory.references.values()
        ]
        assert held_out
        assert all(prompt.reference is None for prompt in held_out)
        assert secret == []
        assert metric(memory, 2, "accuracy", "gold").n == 6


def test_held_out_answers_are_looked_up_in_evaluate_alone_and_every_read_is_logged(tmp_path: Path) -> None:
    memory = start(tmp_path)
    recipe = get_recipe("rest-em")
    config = recipe.configure({**SMALL, "iterations": 1})
    run_in_memory(recipe.composition(config), config, memory, ScriptedWorkshop(tmp_path), "number")
    assert len(memory.reads) == 2 * (6 + 6 + 4)
    assert not any(key.startswith("train") for key in memory.reads)


@dataclass(frozen=True)
class Onlooker:
    """A source of the loop that remembers which kinds of signal its groups carried."""

    seen: list[str] = field(default_factory=list)
    kind = "onlooker"
    needs_reference = False
    needs: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()

    def read(self, at: Any, groups: Sequence[Any]) -> list[tuple[Any, ...]]:
        self.seen.extend(signal.kind for group in groups for signal in group.signals)
        return [() for _ in groups]


def test_no_source_sees_a_verdict_on_held_out_answers_that_stands_in_for_another(tmp_path: Path) -> None:
    recipe = get_recipe("rest-em")
    config = recipe.configure({**SMALL, "iterations": 1})
    composition, onlooker = recipe.composition(config), Onlooker()
    phase = replace(composition.phases[0], signals=(*composition.phases[0].signals, onlooker))
    memory = start(tmp_path)
    watched = replace(composition, phases=(phase,))
    run_in_memory(watched, config, memory, ScriptedWorkshop(tmp_path), "number")
    operated = memory.groups[1, 0, "operator"].values()
    assert all({"verify", "gold"} <= {s.kind for s in group.signals} for group in operated)
    assert onlooker.seen == []
