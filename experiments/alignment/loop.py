"""The loop: propose, read signals, select, learn, evaluate. There is one, and every recipe runs through it.

A run is the steps of `plan`; a step is the chunks of `chunks`; `run_step` does the chunks that are not
committed yet. Who keeps the rows (a database, a list in memory) is the journal's business.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from experiments.alignment.bench import Bench
from experiments.alignment.composition import Branch, Phase
from experiments.alignment.errors import EpisodeError
from experiments.alignment.evaluate import conclude, measure
from experiments.alignment.learners import Extrapolate, Lesson, PolicyGradient
from experiments.alignment.sample_kinds import Sample
from experiments.alignment.samples import samples
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.reading import read_signals
from experiments.alignment.steps import Stage, Step, chunks, learning, plan
from experiments.alignment.types import NO_RESPONSE, Chunk, Group, Selection, Trained

__all__ = ["Bench", "Stage", "Step", "chunks", "plan", "run_step"]


def run_step(step: Step, bench: Bench) -> None:
    """Does what is missing of a step; a step that is done does nothing but conclude again, to the same
    result.

    Raises whatever the journal's `check` raises, and EpisodeError when too many models did not respond at
    all.
    """
    todo = chunks(step, bench.composition, bench.config, bench.counts)
    done = bench.journal.done()
    for chunk in todo:
        if chunk.index not in done:
            bench.journal.check()
            _DO[step.stage](step, bench, chunk)
        if step.stage != "learn":
            bench.journal.progress(chunk.index + 1, len(todo))
    if step.stage == "evaluate":
        conclude(step, bench)
    elif step.stage in ("propose", "signal"):
        _check_responses(step, bench)


def _propose(step: Step, bench: Bench, chunk: Chunk) -> None:
    prompts = bench.journal.prompts(chunk)
    at = replace(bench.round(step), earlier=lambda phase: _earlier(bench, chunk, phase))
    bench.journal.add_groups(chunk, _phase(step, bench).propose.propose(at, prompts))


def _earlier(bench: Bench, chunk: Chunk, phase: int) -> list[Group]:
    return list(bench.journal.groups(chunk.part, chunk, phase=phase))


def _signal(step: Step, bench: Bench, chunk: Chunk) -> None:
    groups = list(bench.journal.groups(chunk.part, chunk))
    bench.journal.add_signals(chunk, read_signals(bench.round(step), _phase(step, bench).signals, groups))


def _select(step: Step, bench: Bench, chunk: Chunk) -> None:
    branches = _phase(step, bench).branches
    groups = bench.journal.groups(chunk.part, chunk)
    bench.journal.add_selections(
        chunk, [[s for branch in branches for s in _picked(step, bench, branch, group)] for group in groups]
    )


def _picked(step: Step, bench: Bench, branch: Branch, group: Group) -> list[Selection]:
    seed = seed_at(bench.seed, step.iteration, step.phase, "select", group.prompt.id)
    return [replace(selection, role=branch.role) for selection in branch.select.pick(group, seed)]


def _learn(step: Step, bench: Bench, chunk: Chunk) -> None:
    branch = learning(_phase(step, bench))[chunk.index]
    assert branch.learn is not None
    bench.journal.add_checkpoint(chunk, branch.role, _trained(step, bench, branch), branch.learn.makes)


def _trained(step: Step, bench: Bench, branch: Branch) -> Trained:
    spec, journal = branch.learn, bench.journal
    assert spec is not None
    if isinstance(spec, Extrapolate):
        after, before = journal.checkpoint(spec.of, "current"), journal.checkpoint(spec.of, spec.before)
        return bench.workshop.learn(Lesson(spec, (), after, before, 0), journal.check, journal.progress)
    read: list[Sample] = [
        sample
        for group in journal.selected(spec.role, spec.data)
        for sample in samples(group, spec.role, spec.consumes)
    ]
    if not read:
        kept: Literal["current", "previous"] = "current" if spec.init_from == "current" else "previous"
        return Trained(journal.checkpoint(spec.role, kept), steps=0)
    init = journal.checkpoint(spec.role, spec.init_from)
    seed = seed_at(bench.seed, step.iteration, step.phase, "learn", spec.role)
    held_to_base = isinstance(spec, PolicyGradient) and spec.reference == "base"
    reference = journal.checkpoint(spec.role, "base") if held_to_base else init
    return bench.workshop.learn(Lesson(spec, read, init, reference, seed), journal.check, journal.progress)


def _evaluate(step: Step, bench: Bench, chunk: Chunk) -> None:
    bench.journal.add_groups(chunk, measure(step, bench, chunk))


_DO: dict[Stage, Callable[[Step, Bench, Chunk], None]] = {
    "propose": _propose,
    "signal": _signal,
    "select": _select,
    "learn": _learn,
    "evaluate": _evaluate,
}


def _phase(step: Step, bench: Bench) -> Phase:
    return bench.composition.phases[step.phase]


def _check_responses(step: Step, bench: Bench) -> None:
    """An empty response is a fault of the service; one that nobody can parse is data and never ends a run."""
    missing = [gone for group in bench.journal.groups("train") for gone in _missing(step, group)]
    share = sum(missing) / len(missing) if missing else 0.0
    if share > bench.config.error_share:
        raise EpisodeError(
            f"{sum(missing)} of {len(missing)} responses in iteration {step.iteration}, stage {step.stage}, "
            f"were empty, more than the {bench.config.error_share:.0%} that error_share allows. "
            "Look at the model that gives them, then retry the run."
        )


def _missing(step: Step, group: Group) -> Iterable[bool]:
    if step.stage == "propose":
        return [not candidate.text.strip() for candidate in group.candidates]
    return [signal.error == NO_RESPONSE for signal in group.signals]
