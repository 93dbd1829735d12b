"""What a comparison reads of its runs, in a fixed number of queries; and which runs are alike."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from experiments.alignment.spending import Purpose, Spent
from experiments.deltas import HEADLINE, Metrics
from experiments.models import ArtefactUse, LanguageModel, Metric, Run, RunModel
from experiments.services.costs import Ledger

DEEPEST = 5
"""Runs that lend to runs that lend: how far the costs of what was taken over are followed."""
LOOP: Purpose = "loop"


@dataclass(frozen=True)
class Alike:
    """What runs must share to be compared: the data, the base model, the size of gold, and whether it is real."""

    data: int
    model: str
    gold: int
    simulated: bool


class Material:
    """Runs with their gold, models and costs."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = list(runs)
        self.models = _models(self.runs)
        self.uses, lenders = _uses(self.runs)
        self.metrics = _metrics(self.runs)
        self.ledger = Ledger([*self.runs, *lenders])

    def role(self, run: Run, role: str) -> LanguageModel | None:
        return self.models.get(run.pk, {}).get(role)

    def gold_size(self, run: Run) -> int:
        """Prompts of gold that were measured, unscored ones included; 0 before the first measurement."""
        sizes = [m.n + m.n_unscored for m in self.metrics[run.pk].series(HEADLINE, "gold")]
        return max(sizes, default=0)

    def alike(self, run: Run) -> Alike:
        model = self.role(run, "policy")
        same = (model.sha256 or model.name) if model else ""
        return Alike(run.dataset_version_id, same, self.gold_size(run), run.simulated)

    def counted(self, run: Run) -> bool:
        """Whether the costs of the run, and of those that lent to it, are known from their beginnings on."""
        return all(self.ledger.counted(pk) for pk in (run.pk, *self._lenders(run.pk)))

    def spent(self, run: Run, iteration: int) -> Spent:
        """What the loop took up to the end of an iteration; from the first one on with all that was taken over."""
        own = self.ledger.until(run.pk, LOOP, iteration)
        return own + self._taken_over(run.pk, DEEPEST) if iteration else own

    def _taken_over(self, run_id: int, deep: int) -> Spent:
        taken = Spent()
        for use in self.uses.get(run_id, []) if deep else []:
            lender = use.artefact.run_id
            taken += self.ledger.until(lender, LOOP, use.artefact.iteration)
            taken += self._taken_over(lender, deep - 1)
        return taken

    def _lenders(self, run_id: int) -> Iterable[int]:
        known: list[int] = [use.artefact.run_id for use in self.uses.get(run_id, [])]
        for lender in known:
            known += [u.artefact.run_id for u in self.uses.get(lender, []) if u.artefact.run_id not in known]
        return known


def _models(runs: Sequence[Run]) -> dict[int, dict[str, LanguageModel]]:
    found: dict[int, dict[str, LanguageModel]] = {}
    for bound in RunModel.objects.filter(run__in=runs).select_related("model").order_by("role"):
        found.setdefault(bound.run_id, {})[bound.role] = bound.model
    return found


def _metrics(runs: Sequence[Run]) -> dict[int, Metrics]:
    rows: dict[int, list[Metric]] = {run.pk: [] for run in runs}
    for metric in Metric.objects.filter(
        run__in=runs, name__in=(HEADLINE, "accuracy_gain"), split="gold"
    ).order_by():
        rows[metric.run_id].append(metric)
    return {pk: Metrics.of(of_run) for pk, of_run in rows.items()}


def _uses(runs: Sequence[Run]) -> tuple[dict[int, list[ArtefactUse]], list[Run]]:
    """Artefacts taken from other runs, by the run that takes them, and those that lent them, lenders' too."""
    found: dict[int, list[ArtefactUse]] = {}
    lenders: dict[int, Run] = {}
    asked: Iterable[int] = [run.pk for run in runs]
    for _ in range(DEEPEST):
        uses = _uses_of(asked)
        for use in uses:
            found.setdefault(use.run_id, []).append(use)
        fresh = {use.artefact.run_id: use.artefact.run for use in uses if use.artefact.run_id not in lenders}
        lenders |= fresh
        asked = [pk for pk in fresh if pk not in found]
        if not asked:
            break
    return found, list(lenders.values())


def _uses_of(run_ids: Iterable[int]) -> list[ArtefactUse]:
    rows: QuerySet[ArtefactUse] = ArtefactUse.objects.filter(run__in=run_ids).select_related("artefact__run")
    return list(rows.order_by("name", "id"))


@dataclass(frozen=True)
class LeftOut:
    """A run that is not compared, with the reason in one sentence."""

    run: Run
    why: str


def comparable(material: Material) -> tuple[list[Run], list[LeftOut]]:
    """The largest group of runs that are alike (of several, the one whose run was named first), and the others."""
    kinds = {run.pk: material.alike(run) for run in material.runs}
    measured = [run for run in material.runs if kinds[run.pk].gold]
    counts = Counter(kinds[run.pk] for run in measured)
    chosen = next((kind for kind, _ in counts.most_common(1)), None)
    kept = [run for run in measured if kinds[run.pk] == chosen]
    first = kept[0] if kept else None
    left = [LeftOut(run, _why(material, run, first)) for run in material.runs if run not in kept]
    return kept, left


def _why(material: Material, run: Run, other: Run | None) -> str:
    if not material.gold_size(run) or other is None:
        return "It has measured nothing on gold yet."
    own, theirs = material.alike(run), material.alike(other)
    differs = [
        (own.data != theirs.data, f"it ran on {run.dataset_version}, not on {other.dataset_version}"),
        (own.model != theirs.model, _other_model(material, run, other)),
        (own.gold != theirs.gold, f"its gold has {own.gold:,} prompts, not {theirs.gold:,}"),
        (own.simulated and not theirs.simulated, "it is simulated, the others are not"),
        (theirs.simulated and not own.simulated, "it is real, the others are simulated"),
    ]
    words = "; ".join(word for holds, word in differs if holds)
    return f"{words[:1].upper()}{words[1:]}."


def _other_model(material: Material, run: Run, other: Run) -> str:
    names = [model.name if model else "none" for model in (material.role(r, "policy") for r in (run, other))]
    return f"its base model is {names[0]}, not {names[1]}"
