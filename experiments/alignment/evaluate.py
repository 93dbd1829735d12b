"""The evaluate stage: greedy answers of the newest checkpoints, read by the loop's own signals and by the
task's check.

Held-out references are fetched here, through the answer key, and handed to the evaluator alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from experiments.alignment.bench import POLICY, Bench
from experiments.alignment.diagnostics.alarms import alarms
from experiments.alignment.evaluators.metrics import metrics
from experiments.alignment.evaluators.record import Record
from experiments.alignment.ports import Round, SignalSource
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.signals.reading import read_signals
from experiments.alignment.steps import CONTROL, Step, has_control
from experiments.alignment.types import Ask, Chunk, Group, Part, Prompt, Signal

CONTROL_PARTS: tuple[Part, ...] = ("control_probe", "control_gold")


def measure(step: Step, bench: Bench, chunk: Chunk) -> list[Group]:
    """The groups of one chunk of Evaluate, with all that is said about them."""
    at, prompts = bench.round(step), bench.journal.prompts(chunk)
    if chunk.part == "operator":
        return _operate(at, bench, prompts)
    role = CONTROL if chunk.part in CONTROL_PARTS else POLICY
    groups = _answers(at, role, prompts, bench.composition.answer_tokens)
    read = _with(groups, read_signals(at, _sources(bench, chunk.part), groups))
    return read if chunk.part == "proxy" else _with(read, _verdicts(bench, groups))


def conclude(step: Step, bench: Bench) -> None:
    """Metrics and alarms of an iteration, from its committed groups and those of earlier ones."""
    record = Record(step.iteration, bench.composition, lambda part, at: _recorded(bench, part, at))
    measured = metrics(record)
    history = [(at, metric) for at, metric in bench.journal.history() if at < step.iteration]
    bench.journal.add_metrics(step.iteration, measured)
    bench.journal.add_alarms(alarms(measured, history))


def _recorded(bench: Bench, part: Part, iteration: int) -> Iterable[Group]:
    """Before any training the control is the policy: its answers are not asked for twice."""
    if iteration == 0 and part in CONTROL_PARTS and has_control(bench.composition):
        part = "probe" if part == "control_probe" else "gold"
    return bench.journal.groups(part, iteration=iteration)


def _answers(at: Round, role: str, prompts: Sequence[Prompt], max_tokens: int) -> list[Group]:
    policy = at.policy(role)
    asks = [Ask(prompt.messages, max_tokens) for prompt in prompts]
    answers = policy.generate(asks, at.check)
    return [
        Group(prompt, (candidate(policy, role, 0, ask, answer),))
        for prompt, ask, answer in zip(prompts, asks, answers, strict=True)
    ]


def _sources(bench: Bench, part: Part) -> list[SignalSource]:
    """The loop's own sources that can read a part: those that need references read train prompts, the others
    probe.
    """
    if part not in ("proxy", "probe"):
        return []
    return [
        source
        for source in bench.composition.phases[0].signals
        if source.needs_reference == (part == "proxy")
    ]


def _operate(at: Round, bench: Bench, prompts: Sequence[Prompt]) -> list[Group]:
    """Samples of held-out prompts as the loop would see them.

    A source that needs references gets none: the evaluator's verdict takes its place, as a signal of its
    kind.
    """
    phase = bench.composition.phases[0]
    groups = phase.propose.propose(at, prompts)
    verdicts = _verdicts(bench, groups)
    for source in phase.signals:
        said = _stand_in(source, verdicts) if source.needs_reference else source.read(at, groups)
        groups = _with(groups, said)
    return _with(groups, verdicts)


def _stand_in(source: SignalSource, verdicts: Sequence[Sequence[Signal]]) -> list[list[Signal]]:
    return [[replace(verdict, kind=source.kind) for verdict in of_group] for of_group in verdicts]


def _verdicts(bench: Bench, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
    if bench.verifier == "none":
        return [() for _ in groups]
    references = bench.answer_key.references([group.prompt for group in groups])
    return [bench.evaluator.score(group, references[group.prompt.id]) for group in groups]


def _with(groups: Sequence[Group], signals: Sequence[Sequence[Signal]]) -> list[Group]:
    return [
        replace(group, signals=(*group.signals, *said)) for group, said in zip(groups, signals, strict=True)
    ]
