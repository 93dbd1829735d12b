"""The README that goes with an exported checkpoint: what it is made of, how to load it, what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.models import Artefact, Metric, Run
from experiments.services.export_rows import base_model


def model_card(run: Run, adapters: Sequence[Artefact], places: Sequence[str]) -> str:
    """Markdown with the header that model hubs read. `places` are the adapters' folders, in merging order."""
    base = base_model(run)
    version = run.dataset_version
    lines = [
        "---",
        f"base_model: {_yaml(base['name'])}",
        "library_name: peft",
        f"tags: [plumbline, {run.recipe}]",
        "---",
        f"# {_plain(run.name)}",
        "",
        f"Made by run {run.pk} of Plumbline, iteration {adapters[-1].iteration}.",
        "",
        f"- recipe: {run.recipe}, version {run.recipe_version}, seed {run.seed}",
        f"- base model: {_plain(base['name'])}, sha256 {base['sha256'] or 'unknown'}",
        f"- source of the base model: {_plain(base['source']) or 'unknown'}",
        f"- licence of the base model: {_plain(base['licence']) or 'unknown'}",
        f"- data set: {_plain(version.dataset.name)} version {version.number}, sha256 {run.dataset_sha256}",
        f"- made on {run.device or 'unknown'} in {run.dtype or '?'}, code {run.code_commit or 'unknown'}",
        *(["- simulated: no real model answered in this run"] if run.simulated else []),
        "",
        *_loading(adapters, places),
        "",
        *_measured(run, adapters[-1].iteration),
    ]
    return "\n".join(lines) + "\n"


def _loading(adapters: Sequence[Artefact], places: Sequence[str]) -> list[str]:
    if len(adapters) == 1:
        return [
            "## Loading",
            "",
            f"One LoRA adapter, sha256 {adapters[0].sha256}. Load it on the base model with PEFT.",
        ]
    steps = [
        f"{number}. `{place}`: iteration {adapter.iteration}, sha256 {adapter.sha256}"
        for number, (adapter, place) in enumerate(zip(adapters, places, strict=True), start=1)
    ]
    return [
        "## Loading",
        "",
        "Each adapter rests on the ones before it. Load and merge them in this order:",
        "",
        *steps,
    ]


def _measured(run: Run, iteration: int) -> list[str]:
    rows = [
        f"| {metric.name} | {metric.split} | {_number(metric.value)} | {_interval(metric)} | {metric.n} |"
        for metric in run.metrics.filter(iteration=iteration)
    ]
    head = ["| metric | split | value | 95 % interval | n |", "|---|---|---|---|---|"]
    return ["## Measured on this checkpoint", "", *(head + rows if rows else ["Nothing was measured."])]


def _number(value: float | None) -> str:
    return "not enough data" if value is None else f"{value:.4g}"


def _interval(metric: Metric) -> str:
    return "" if metric.low is None or metric.high is None else f"{metric.low:.4g} to {metric.high:.4g}"


def _plain(text: str) -> str:
    """People's words on one line, without a meaning in Markdown or HTML."""
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
    return " ".join(escaped.split())


def _yaml(text: str) -> str:
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
