"""The order of a run: which stages follow each other, and into which fixed chunks each of them falls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig
from experiments.alignment.seeds import shuffled
from experiments.alignment.types import Chunk, Part, Split

Stage = Literal["propose", "signal", "select", "learn", "evaluate"]
STAGES: tuple[Stage, ...] = ("propose", "signal", "select", "learn")
HELD_OUT: tuple[Split, ...] = ("probe", "gold")


def split_of(part: Part) -> Split:
    """The split whose prompts a part asks."""
    if part in ("train", "proxy"):
        return "train"
    return "gold" if part.rpartition("_")[2] == "gold" else "probe"


def part_of(arm: Arm, split: Split) -> Part:
    """The part in which an arm's answers to a split are recorded."""
    return f"{arm.name}_{split}"


def arms_at(composition: Composition, iteration: int) -> list[Arm]:
    """The arms that answer in this iteration: those asked once before any training, the others after it."""
    return [arm for arm in composition.all_arms if arm.once == (iteration == 0)]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of one phase of one iteration: the unit of work of a run."""

    iteration: int
    phase: int
    stage: Stage


def plan(composition: Composition, iterations: int) -> list[Step]:
    """Every step of a run in order. Iteration 0 measures the model before any training."""
    steps = [Step(0, 0, "evaluate")]
    for iteration in range(1, iterations + 1):
        steps += [
            Step(iteration, phase, stage) for phase in range(len(composition.phases)) for stage in STAGES
        ]
        steps.append(Step(iteration, 0, "evaluate"))
    return steps


def chunks(
    step: Step, composition: Composition, config: RecipeConfig, counts: Mapping[str, int]
) -> list[Chunk]:
    """The chunks of a step, from the settings and the prompts per split alone: the same on every try.

    The learn stage has one chunk for each branch that learns, named by its place among them.
    """
    if step.stage == "learn":
        return [Chunk(i, "train", i, i + 1) for i in range(len(learning(composition.phases[step.phase])))]
    sizes = _sizes(step, composition, config, counts)
    index = count()
    return [
        Chunk(next(index), part, start, min(start + config.chunk_prompts, size))
        for part, size in sizes.items()
        for start in range(0, size, config.chunk_prompts)
    ]


def _sizes(
    step: Step, composition: Composition, config: RecipeConfig, counts: Mapping[str, int]
) -> dict[Part, int]:
    if step.stage != "evaluate":
        return {"train": min(config.prompts, counts.get("train", 0))}
    held = {
        "probe": min(config.probe_prompts, counts.get("probe", 0)),
        "gold": min(config.gold_prompts, counts.get("gold", 0)),
    }
    operated = min(config.operator_prompts, counts.get("probe", 0)) if composition.has_operator else 0
    sizes: dict[Part, int] = {
        "proxy": min(config.prompts, config.probe_prompts, counts.get("train", 0))
        if _reads_references(composition)
        else 0,
        **held,
        "operator": operated,
        "operator_control": operated if composition.control else 0,
    }
    for arm in arms_at(composition, step.iteration):
        sizes |= {part_of(arm, split): held[split] for split in HELD_OUT}
    return sizes


def _reads_references(composition: Composition) -> bool:
    return any(source.needs_reference for source in composition.operator.signals)


def learning(phase: Phase) -> list[Branch]:
    """The branches of a phase that train something, in order."""
    return [branch for branch in phase.branches if branch.learn]


def prompt_order(part: Part, ids: Sequence[str], seed: int, iteration: int) -> list[str]:
    """The order in which the prompts of a part's split are taken; a chunk is a slice of it.

    Train prompts are drawn anew in each round. Measured prompts stay the same over iterations, seeds and
    runs, so that their answers can be compared pairwise.
    """
    if part == "train":
        return shuffled(ids, seed, iteration, "prompts")
    return shuffled(ids, "measured", split_of(part))
