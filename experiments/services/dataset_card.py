"""The card beside exported samples: what they are, whose words they hold, how many, and the file's hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.models import LanguageModel, Run
from experiments.services.markdown import UNKNOWN, one_line, plain, quoted, table

TYPES = {
    "pairs": ("preference", "DPOTrainer and RewardTrainer"),
    "demonstrations": ("prompt-completion", "SFTTrainer"),
    "conversations": ("language modelling, as conversations", "SFTTrainer"),
    "unpaired": ("unpaired preference", "KTOTrainer"),
    "steps": ("stepwise supervision", "a trainer of process reward models"),
    "prompts": ("prompt-only", "GRPOTrainer and RLOOTrainer"),
}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass
class Tally:
    """Counts rows while they are written."""

    rows: int = 0
    iterations: Counter[int] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    columns: tuple[str, ...] = ()

    def count(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The same rows, each counted as it passes."""
        for row in rows:
            self.rows += 1
            self.columns = self.columns or tuple(row)
            if "iteration" in row:
                self.iterations[row["iteration"]] += 1
                self.roles[row["teaches"]] += 1
            yield row


def dataset_card(run: Run, what: str, file_name: str, sha256: str, tally: Tally) -> str:
    """Markdown with the header that model hubs read."""
    kind, trainers = TYPES[what]
    version = run.dataset_version
    lines = [
        *_header(run, file_name, tally.rows),
        f"# {what.capitalize()} of {plain(run.name)}",
        "",
        f"Data set of TRL's type {kind}, for {trainers}. Made by run {run.pk} of Plumbline from train prompts alone; "
        "held-out prompts and their references are not in it.",
        "",
        f"- file: {plain(file_name)}, sha256 {sha256}",
        f"- rows: {tally.rows}{_counts(tally)}",
        f"- {recipe_line(run)}",
        f"- prompts: {plain(version.dataset.name)} version {version.number}, sha256 {run.dataset_sha256}, "
        f"source {plain(version.dataset.source)}, licence {plain(version.dataset.licence)}",
        *model_lines(run),
        f"- code: {run.code_commit or UNKNOWN}",
        *(["- simulated: no real model answered in this run"] if run.simulated else []),
        "",
        "Prompts keep the licence of their data set; what may be done with the answers depends on the licences of the "
        "models that wrote them.",
        "",
        f"Columns: {', '.join(f'`{name}`' for name in tally.columns)}. Trainers read those of the type; the others say "
        "where a row is from.",
    ]
    return "\n".join(lines) + "\n"


def _header(run: Run, file_name: str, rows: int) -> list[str]:
    size = next((name for most, name in SIZES if rows < most), "n>1M")
    tags = ["plumbline", "trl", run.recipe, *(["simulated"] if run.simulated else [])]
    return [
        "---",
        f"tags: [{', '.join(quoted(tag) for tag in tags)}]",
        f"size_categories: [{quoted(size)}]",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        f"    path: {quoted(file_name)}",
        "---",
    ]


def _counts(tally: Tally) -> str:
    """How the rows are spread over iterations and, where they teach several, over roles."""
    parts = [f"iteration {index}: {count}" for index, count in sorted(tally.iterations.items())]
    if len(tally.roles) > 1:
        parts += [f"for the {plain(role)}: {count}" for role, count in sorted(tally.roles.items())]
    return f" ({', '.join(parts)})" if parts else ""


def recipe_line(run: Run) -> str:
    """The recipe with its version, seed and, where it is installed, its paper."""
    try:
        paper = f", after arXiv {get_recipe(run.recipe).paper}"
    except ConfigError:
        paper = ""
    return f"recipe: {plain(run.recipe)}, version {run.recipe_version}, seed {run.seed}{paper}"


def model_lines(run: Run) -> list[str]:
    """Every model that played a role, with hash, source and licence."""
    bound = run.models.select_related("model").order_by("pk")
    return [f"- {plain(one.role)}: {_model(one.model)}" for one in bound]


def _model(model: LanguageModel) -> str:
    return (
        f"{plain(model.name)}, sha256 {one_line(model.sha256) or UNKNOWN}, "
        f"source {plain(model.source)}, licence {plain(model.licence)}"
    )


def settings_table(run: Run) -> list[str]:
    """The run's settings as a table's lines; none where it has none."""
    rows = [[plain(str(name)), plain(str(value))] for name, value in sorted(run.config.items())]
    return table(["setting", "value"], rows) if rows else []
