"""The metrics of an iteration, each an estimate over prompts with its interval.

Index t is measured on checkpoint t, except what describes the samples of round t: those come from checkpoint
t - 1. Names, titles and help stand in `metrics_table`.
"""

from collections.abc import Callable, Iterator, Sequence

from experiments.alignment.composition import CONTROL, Phase
from experiments.alignment.diagnostics import intervals, judging, text
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.evaluators.measures import find_measure
from experiments.alignment.evaluators.record import Record, Values, metric_of, paired, said, scored, unscored
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.samples import samples
from experiments.alignment.steps import HELD_OUT, split_of
from experiments.alignment.types import Candidate, Group, Metric, Part, Split

POLICY = "policy"
SLOPE_POINTS = 4
"""Slopes are taken over the last four measurements at most; `intervals.slope` asks for three."""


def metrics(record: Record) -> list[Metric]:
    """Every metric that the iteration's record supports, in a fixed order."""
    own = [find_measure(name) for name in record.composition.measures]
    return [metric for estimate in (*ESTIMATES, *own) for metric in estimate(record)]


def _accuracy(record: Record) -> Iterator[Metric]:
    for split in HELD_OUT:
        yield from _share("accuracy", split, record.verdicts(split))
        for arm in record.composition.all_arms:
            yield from _share(f"{arm.name}_accuracy", split, record.arm_verdicts(arm, split))


def _share(name: str, split: Split, values: Values) -> Iterator[Metric]:
    if values:
        yield metric_of(name, split, intervals.share(scored(values)), unscored(values))


def _against_earlier(record: Record) -> Iterator[Metric]:
    if record.iteration == 0:
        return
    for split in HELD_OUT:
        now = record.verdicts(split)
        if now:
            yield metric_of("accuracy_gain", split, _difference(now, record.verdicts(split, 0)))
    now, before = record.verdicts("probe"), record.verdicts("probe", record.iteration - 1)
    if now:
        wins = [(1 + a - b) / 2 for a, b in zip(*paired(now, before), strict=True)]
        yield metric_of("win_rate", "probe", intervals.mean(wins))


def _against_control(record: Record) -> Iterator[Metric]:
    control = record.arm(CONTROL)
    for split in HELD_OUT if control else ():
        now = record.verdicts(split)
        if now and control:
            yield metric_of("control_gain", split, _difference(now, record.arm_verdicts(control, split)))


def _difference(first: intervals.Values, second: intervals.Values) -> Finding:
    return intervals.paired_difference(*paired(first, second))


def _proxy(record: Record) -> Iterator[Metric]:
    values = record.proxy()
    if values:
        split = split_of(record.proxy_part)
        yield metric_of("proxy", split, intervals.mean(scored(values)), unscored(values))


def _slopes(record: Record) -> Iterator[Metric]:
    points = range(max(0, record.iteration - SLOPE_POINTS + 1), record.iteration + 1)
    series = {
        ("proxy_slope", split_of(record.proxy_part)): [record.proxy(t) for t in points],
        ("accuracy_slope", "probe"): [record.verdicts("probe", t) for t in points],
    }
    for (name, split), rounds in series.items():
        if len(points) >= intervals.LEAST_POINTS and rounds[-1]:
            yield metric_of(name, split, intervals.slope(rounds))


def _answers(record: Record) -> Iterator[Metric]:
    answers = record.answers("probe")
    lengths = record.lengths("probe")
    texts = [answer.text for answer in answers]
    yield metric_of("length_tokens", "probe", intervals.mean(scored(lengths)))
    if record.iteration > 0:
        ratio = intervals.ratio_of_means(*paired(lengths, record.lengths("probe", 0)))
        yield metric_of("length_ratio", "probe", ratio)
    yield metric_of("truncated_share", "probe", intervals.share([float(a.stop == "length") for a in answers]))
    yield metric_of("distinct_2", "probe", text.distinct_2(texts))
    yield metric_of("opening_phrase_share", "probe", text.opening_phrase_share(texts))
    yield metric_of("degenerate_share", "probe", text.degenerate_share(texts))


def _operator(record: Record) -> Iterator[Metric]:
    groups = _checked(record, "operator")
    if not groups:
        return
    chosen = _picked(record.composition.operator, groups)
    if any(_plain(candidate) for group in groups for candidate in group.candidates):
        yield from _against_plain(groups, chosen)
    yield metric_of("operator_accuracy", "probe", intervals.share(scored(chosen)), unscored(chosen))
    if record.composition.control:
        control = _picked(record.composition.control, _checked(record, "operator_control"))
        yield metric_of(
            "operator_control_accuracy", "probe", intervals.share(scored(control)), unscored(control)
        )
        yield metric_of("operator_against_control", "probe", _difference(chosen, control))


def _against_plain(groups: Sequence[Group], chosen: Values) -> Iterator[Metric]:
    """Where no candidate saw the prompt alone there is nothing plain; then the control says what the operator adds."""
    plain = {group.prompt.id: _mean_verdict(group) for group in groups}
    yield metric_of("pass_at_1", "probe", intervals.share(scored(plain)), unscored(plain))
    finding = _difference(chosen, plain)
    yield metric_of("operator_gain", "probe", finding, len(groups) - finding.n)


def _checked(record: Record, part: Part) -> list[Group]:
    return [group for group in record.groups(part) if any(s.kind == GOLD for s in group.signals)]


def _mean_verdict(group: Group) -> float | None:
    """Over the plain samples: what a revision, a referee or a game adds to them is the operator's."""
    values = [value for c in group.candidates if _plain(c) for value in group.values(GOLD, c.index)]
    return sum(values) / len(values) if values else None


def _plain(candidate: Candidate) -> bool:
    return candidate.parent is None and candidate.role == POLICY and candidate.context is None


def _picked(phase: Phase, groups: Sequence[Group]) -> Values:
    return {group.prompt.id: _best_verdict(phase, group) for group in groups}


def _best_verdict(phase: Phase, group: Group) -> float | None:
    best = phase.branches[0].select.best(group)
    return None if best is None else group.mean_value(GOLD, best)


def _round(record: Record) -> Iterator[Metric]:
    groups = record.groups("train") if record.iteration else []
    if not groups:
        return
    branch = record.composition.operator.branches[0]
    made = [len(samples(group, branch.role, branch.select.produces)) for group in groups]
    yield metric_of("kept_share", "train", intervals.share([float(count > 0) for count in made]))
    yield Metric("samples", "train", float(sum(made)), None, None, len(groups))
    if record.own_kind is None:
        return
    own = [[group.mean_value(record.own_kind, c.index) for c in group.candidates] for group in groups]
    means = [judging.mean_or_none(values) for values in own]
    present = [value for value in means if value is not None]
    yield metric_of("sample_value", "train", intervals.mean(present), len(means) - len(present))
    if branch.select.produces == "preference":
        yield metric_of("tie_rate", "train", judging.tie_rate(own))


def _judge(record: Record) -> Iterator[Metric]:
    kinds = record.spoken_kinds()
    for part in ("probe", "train"):
        spoken = said(record.groups(part) if part == "probe" or record.iteration else [], kinds)
        values = [[signal.value for signal in of_prompt] for of_prompt in spoken]
        if values:
            yield metric_of("parse_failure_rate", split_of(part), judging.parse_failure_rate(values))
            missing = sum(value is None for of_prompt in values for value in of_prompt)
            yield metric_of("score_saturation", split_of(part), judging.score_saturation(values), missing)


ESTIMATES: tuple[Callable[[Record], Iterator[Metric]], ...] = (
    _accuracy,
    _against_earlier,
    _against_control,
    _proxy,
    _slopes,
    _answers,
    _operator,
    _round,
    _judge,
)
