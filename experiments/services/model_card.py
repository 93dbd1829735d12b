"""The README that goes with an exported checkpoint: what it is made of, how to load it, what was measured.

Every sentence rests on the run's rows. What the rows do not say is called unknown or is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.models import Artefact, LanguageModel, Metric, Run
from experiments.services.dataset_card import model_lines, recipe_line, settings_table
from experiments.services.loading_words import NOT_ONE_MODEL, REWARD, Base, loading
from experiments.services.markdown import UNKNOWN, licence_header, plain, quoted, table

HUB = "hub:"


@dataclass(frozen=True)
class CardOf:
    """A checkpoint as it is exported: its artefacts oldest first, their folders, their base, and the form."""

    artefacts: Sequence[Artefact]
    places: Sequence[str]
    base: LanguageModel
    form: str = "adapter"

    @property
    def last(self) -> Artefact:
        return self.artefacts[-1]

    @property
    def base_name(self) -> str:
        """The base's id on the hub where it is from there, else the name that it has here."""
        source: str = self.base.source
        return source.removeprefix(HUB) if source.startswith(HUB) else self.base.name


def model_card(run: Run, of: CardOf) -> str:
    """Markdown with the header that model hubs read."""
    version = run.dataset_version
    lines = [
        *_header(run, of),
        f"# {plain(run.name)}",
        "",
        f"The {plain(of.last.role)} {plain(of.last.kind)} of iteration {of.last.iteration} of run {run.pk}, "
        "made by Plumbline.",
        *(["", "**Simulated: no real model answered in this run.**"] if run.simulated else []),
        "",
        f"- {recipe_line(run)}",
        f"- base model: {plain(of.base.name)}, sha256 {of.base.sha256 or UNKNOWN}",
        f"- source of the base model: {plain(of.base.source)}",
        f"- licence of the base model: {plain(of.base.licence)}",
        *_others(run),
        f"- data set: {plain(version.dataset.name)} version {version.number}, sha256 {run.dataset_sha256}, "
        f"source {plain(version.dataset.source)}",
        f"- licence of the data set: {plain(version.dataset.licence)}",
        f"- made on {run.device or UNKNOWN} in {run.dtype or UNKNOWN}, code {run.code_commit or UNKNOWN}",
        "",
        *loading(
            of.last.kind,
            of.form,
            Base(of.base_name, run.dtype or "auto", of.base.source.startswith(HUB)),
            [(a.iteration, a.sha256) for a in of.artefacts],
            of.places,
        ),
        "",
        *_training(run, of),
        "",
        *_measured(run, of.last.iteration),
        "",
        *_alarms(run, of.last.iteration),
        "",
        *_limits(run, of),
    ]
    return "\n".join(lines) + "\n"


def _header(run: Run, of: CardOf) -> list[str]:
    tags = ["plumbline", run.recipe, *(["simulated"] if run.simulated else [])]
    task = "text-classification" if of.last.kind == REWARD else "text-generation"
    return [
        "---",
        f"base_model: {quoted(of.base_name)}",
        f"base_model_relation: {'finetune' if of.form == 'merged' else 'adapter'}",
        f"library_name: {'transformers' if of.form == 'merged' else 'peft'}",
        *([] if of.last.kind in NOT_ONE_MODEL else [f"pipeline_tag: {task}"]),
        *licence_header(of.base.licence),
        f"tags: [{', '.join(quoted(tag) for tag in tags)}]",
        "---",
    ]


def _others(run: Run) -> list[str]:
    """The models beside the policy, which is the base."""
    return [line for line in model_lines(run) if not line.startswith("- policy:")]


def _training(run: Run, of: CardOf) -> list[str]:
    """Steps and samples of each round up to this one, and the settings that were given."""
    rounds = run.iterations.filter(index__gte=1, index__lte=of.last.iteration).order_by("index")
    steps = {one.iteration: one.steps for one in of.artefacts}
    rows = [
        [str(one.index), str(one.samples), str(steps[one.index]) if one.index in steps else "–"]
        for one in rounds
    ]
    settings = settings_table(run)
    return [
        "## Training",
        "",
        *table(["iteration", "samples", "steps of this checkpoint"], rows),
        "",
        *(settings or ["No setting differs from the recipe's own."]),
        *(["", "Settings that are not named are the recipe's own."] if settings else []),
    ]


def _measured(run: Run, iteration: int) -> list[str]:
    found = run.metrics.filter(iteration=iteration).order_by("split", "name")
    rows = [
        [plain(one.name), plain(one.split), _number(one.value), _interval(one), str(one.n)] for one in found
    ]
    head = ["metric", "split", "value", "95 % interval", "n"]
    said = table(head, rows) if rows else ["Nothing was measured."]
    return ["## Measured on this checkpoint", "", *said]


def _alarms(run: Run, iteration: int) -> list[str]:
    fired = run.alarms.filter(iteration__lte=iteration)
    said = [
        f"- iteration {one.iteration}, {plain(one.name)}: {plain(one.message)} "
        f"Observed {one.observed:.4g}, threshold {one.threshold:.4g}."
        for one in fired
    ]
    return ["## Alarms", "", *(said or ["No alarm fired up to this iteration."])]


def _limits(run: Run, of: CardOf) -> list[str]:
    version = run.dataset_version
    return [
        "## Use and limits",
        "",
        f"- It was trained on prompts of {plain(version.dataset.name)}; this run tested no other kinds of prompts.",
        f"- {_held_out(run, of.last)}",
        "- Nothing but what stands under “Measured” was measured; of safety, bias or other skills nothing is known "
        "unless it stands there.",
        f"- {_licence(of.base.licence)}",
        *(["- A script stood in for the model: this is no language model to use."] if run.simulated else []),
    ]


def _licence(licence: str) -> str:
    if licence:
        return f"The licence of the base model is {plain(licence)}: read what it asks of models made from it."
    return "The licence of the base model is unknown: find it out before you pass this on."


def _held_out(run: Run, last: Artefact) -> str:
    """Gold accuracy before training and now, in a sentence; the test of the difference is the reader's."""
    gold = run.metrics.filter(name="accuracy", split="gold", value__isnull=False)
    before = gold.filter(iteration=0).first()
    now = gold.filter(iteration=last.iteration).first()
    if last.role != "policy" or now is None:
        return "No accuracy of this checkpoint on held-out gold prompts is known."
    first = f"{_estimate(before)} before training, " if before else ""
    return f"Accuracy on held-out gold prompts: {first}{_estimate(now)} with this checkpoint."


def _estimate(metric: Metric) -> str:
    interval = _interval(metric)
    return f"{_number(metric.value)} ({f'{interval}, ' if interval else ''}n = {metric.n})"


def _number(value: float | None) -> str:
    return "not enough data" if value is None else f"{value:.4g}"


def _interval(metric: Metric) -> str:
    return "" if metric.low is None or metric.high is None else f"{metric.low:.4g} to {metric.high:.4g}"
