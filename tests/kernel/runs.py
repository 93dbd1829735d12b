"""Runs in memory on scripted models, as the tests of the kernel start them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.alignment.memory import Memory, remember, run_in_memory
from experiments.alignment.ports import Ran
from experiments.alignment.registry import Recipe, get_recipe
from experiments.alignment.scripted import Script, ScriptedWorkshop
from experiments.alignment.types import Checkpoint, Message, Prompt, Reference, Split
from tests.support.trials import trial_prompts

SMALL = {
    "iterations": 2, "prompts": 12, "probe_prompts": 6, "gold_prompts": 6, "operator_prompts": 4,
    "chunk_prompts": 5,
}  # fmt: skip


def sums(split: Split, n: int) -> list[Prompt]:
    """n different additions with their answers."""
    first = {"train": 100, "probe": 300, "gold": 600}[split]
    return [
        Prompt(
            f"{split}-{i}",
            (Message("user", f"What is {first + i} + {i}?"),),
            split,
            Reference(answer=first + 2 * i),
        )
        for i in range(n)
    ]


def start(tmp_path: Path, train: int = 20, held_out: int = 8, seed: int = 0, **script: float) -> Memory:
    """A fresh run on a scripted model over additions."""
    base = Script(**script).save(tmp_path / "base")  # type: ignore[arg-type]
    prompts = [*sums("train", train), *sums("probe", held_out), *sums("gold", held_out)]
    return remember(prompts, seed, Checkpoint("base", base))


def go(
    memory: Memory, tmp_path: Path, slug: str, settings: dict[str, Any] | None = None, **more: Any
) -> Memory:
    """Runs a recipe to its end with the number verifier."""
    recipe = get_recipe(slug)
    config = recipe.configure(settings if settings is not None else SMALL)
    workshop = more.pop("workshop", None) or ScriptedWorkshop(tmp_path)
    return run_in_memory(recipe.composition(config), config, memory, workshop, "number", **more)


class NothingRuns:
    """A sandbox in which every program is killed: what a recipe does with that is data."""

    def run(self, programs: Sequence[str], check: Any) -> list[Ran]:
        return [Ran(-9, "", "", killed="wall time") for _ in programs]


def try_out(recipe: Recipe, folder: Path) -> Memory:
    """One small run of a recipe, on a few rows of the data that suits it, with a scripted model."""
    prompts, verifier = trial_prompts(recipe.data)
    known = {name: value for name, value in SMALL.items() if name in recipe.config.model_fields}
    config = recipe.configure({**known, "iterations": 1})
    memory = remember(prompts, 0, Checkpoint("base", Script().save(folder / "base")))
    lent = {"reward-model": Script(rewards=True).save(folder / "lent")} if recipe.needs else {}
    workshop, composition = ScriptedWorkshop(folder, lent), recipe.composition(config)
    return run_in_memory(composition, config, memory, workshop, verifier, lent, runner=NothingRuns())


def metric(memory: Memory, iteration: int, name: str, split: str = "probe") -> Any:
    """One metric of a finished run."""
    return next(m for m in memory.metrics[iteration] if (m.name, m.split) == (name, split))
