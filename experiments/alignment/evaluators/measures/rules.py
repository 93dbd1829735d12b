"""Which rules of the constitution are used, and which of them help: on train by use, on probe by effect."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics.rules import RuleUse, rule_effects
from experiments.alignment.evaluators.record import Record
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.types import Group, Metric, Signal, Split


def measure(record: Record) -> Iterator[Metric]:
    """Counts without intervals: they describe this round's draws."""
    trained = rule_uses(record.groups("train") if record.iteration else [])
    if trained:
        effects = rule_effects(trained)
        yield _count("rules_used", "train", len(effects), len(trained))
        most = max(effect.uses for effect in effects.values())
        yield _count("rule_use_most", "train", most / len(trained), len(trained))
    probed = rule_uses(record.groups("operator"))
    if any(use.after is not None for use in probed):
        net = [effect.fixes - effect.breaks for effect in rule_effects(probed).values()]
        yield _count("rules_helping", "probe", sum(value > 0 for value in net), len(probed))
        yield _count("rules_harming", "probe", sum(value < 0 for value in net), len(probed))


def rule_uses(groups: Sequence[Group]) -> list[RuleUse]:
    """Every revision by a rule, with the verdicts before and after it where the groups carry them."""
    return [use for group in groups for signal in group.signals for use in _use(group, signal)]


def _use(group: Group, signal: Signal) -> Iterator[RuleUse]:
    rule = str(signal.evidence.data.get("principle", "")) if signal.evidence else ""
    if signal.kind != "critique" or not rule:
        return
    [criticised] = signal.about
    after = next((c.index for c in group.candidates if c.parent == criticised), None)
    verdicts = [None if index is None else group.mean_value(GOLD, index) for index in (criticised, after)]
    yield RuleUse(rule, verdicts[0], verdicts[1])


def _count(name: str, split: Split, value: float, n: int) -> Metric:
    return Metric(name, split, float(value), None, None, n)
