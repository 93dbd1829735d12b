"""The evaluate stage: greedy answers of the newest checkpoints, read by the loop's own signals and by the
task's check.

Held-out references are fetched here, through the answer key, and handed to the evaluator alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from experiments.alignment.bench import Bench
from experiments.alignment.composition import CONTROL, Arm, Phase
from experiments.alignment.diagnostics.alarms import alarms
from experiments.alignment.evaluators.metrics import metrics
from experiments.alignment.evaluators.record import Record
from experiments.alignment.ports import Round, SignalSource
from experiments.alignment.signals.reading import read_signals
from experiments.alignment.steps import HELD_OUT, Step, part_of
from experiments.alignment.types import Chunk, Group, Part, Prompt, Signal
from experiments.alignment.verifiers.goal import in_world

OPERATORS: tuple[Part, ...] = ("operator", "operator_control")


def measure(step: Step, bench: Bench, chunk: Chunk) -> list[Group]:
    """The groups of one chunk of Evaluate, with all that is said about them."""
    at, prompts = _measuring(step, bench), bench.journal.prompts(chunk)
    if chunk.part in OPERATORS:
        return _operate(at, bench, _operator(bench, chunk.part), prompts)
    arm = _arm(bench, chunk.part)
    groups = (arm.answer if arm else bench.composition.answerer).propose(at, prompts)
    read = _with(groups, read_signals(at, _sources(bench, chunk.part), groups))
    if chunk.part == "proxy":
        return read
    return _with(read, _verdicts(bench, groups, arm.world if arm else ""))


def _measuring(step: Step, bench: Bench) -> Round:
    """Measured samples draw by the operator's own phase, whatever phases there are besides."""
    return replace(bench.round(step), phase=bench.composition.main)


def _operator(bench: Bench, part: Part) -> Phase:
    control = bench.composition.control
    return control if control and part == "operator_control" else bench.composition.operator


def _arm(bench: Bench, part: Part) -> Arm | None:
    """Whose answers a part holds; None for the policy's own."""
    arms = {part_of(arm, split): arm for arm in bench.composition.all_arms for split in HELD_OUT}
    return arms.get(part)


def conclude(step: Step, bench: Bench) -> None:
    """Metrics and alarms of an iteration, from its committed groups and those of earlier ones."""
    record = Record(
        step.iteration,
        bench.composition,
        lambda part, at: _recorded(bench, part, at),
        bench.verifier,
        lambda phase: bench.journal.groups("train", phase=phase),
        bench.statements,
    )
    measured = metrics(record)
    history = [(at, metric) for at, metric in bench.journal.history() if at < step.iteration]
    bench.journal.add_metrics(step.iteration, measured)
    bench.journal.add_alarms(alarms(measured, history))


def _recorded(bench: Bench, part: Part, iteration: int) -> Iterable[Group]:
    """Before any training the control is the policy: its answers are not asked for twice."""
    if iteration == 0 and part.startswith(f"{CONTROL}_") and CONTROL in bench.composition.trained_roles:
        part = part.removeprefix(f"{CONTROL}_")
    phase = bench.composition.main if part == "train" else None
    return bench.journal.groups(part, iteration=iteration, phase=phase)


def _sources(bench: Bench, part: Part) -> list[SignalSource]:
    """The loop's own sources that can read a part: those that need references read train prompts, the others
    probe.
    """
    if part not in ("proxy", "probe"):
        return []
    return [
        source for source in bench.composition.operator.signals if source.needs_reference == (part == "proxy")
    ]


def _operate(at: Round, bench: Bench, phase: Phase, prompts: Sequence[Prompt]) -> list[Group]:
    """Samples of held-out prompts as the loop would see them.

    A source that needs references gets none: the evaluator's verdict takes its place, as a signal of its kind. No
    source sees what another said, a held-out verdict least of all.
    """
    groups = phase.propose.propose(at, prompts)
    verdicts = _verdicts(bench, groups)
    said = [
        _stand_in(source, verdicts) if source.needs_reference else source.read(at, groups)
        for source in phase.signals
    ]
    for signals in (*said, verdicts):
        groups = _with(groups, signals)
    return groups


def _stand_in(source: SignalSource, verdicts: Sequence[Sequence[Signal]]) -> list[list[Signal]]:
    return [[replace(verdict, kind=source.kind) for verdict in of_group] for of_group in verdicts]


def _verdicts(bench: Bench, groups: Sequence[Group], world: str = "") -> list[tuple[Signal, ...]]:
    if bench.verifier == "none":
        return [() for _ in groups]
    references = bench.answer_key.references([group.prompt for group in groups])
    judged = {key: in_world(reference, world) for key, reference in references.items()}
    return bench.evaluator.score(groups, judged, bench.journal.check)


def _with(groups: Sequence[Group], signals: Sequence[Sequence[Signal]]) -> list[Group]:
    return [
        replace(group, signals=(*group.signals, *said)) for group, said in zip(groups, signals, strict=True)
    ]
