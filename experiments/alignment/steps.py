"""The order of a run: which stages follow each other, and into which fixed chunks each of them falls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig
from experiments.alignment.seeds import shuffled
from experiments.alignment.types import Chunk, Part, Split

Stage = Literal["propose", "signal", "select", "learn", "evaluate"]
STAGES: tuple[Stage, ...] = ("propose", "signal", "select", "learn")
CONTROL = "control"
SPLIT_OF_PART: dict[Part, Split] = {
    "train": "train",
    "proxy": "train",
    "probe": "probe",
    "operator": "probe",
    "control_probe": "probe",
    "gold": "gold",
    "control_gold": "gold",
}


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
    probe = min(config.probe_prompts, counts.get("probe", 0))
    gold = min(config.gold_prompts, counts.get("gold", 0))
    sizes: dict[Part, int] = {
        "proxy": min(config.prompts, config.probe_prompts, counts.get("train", 0))
        if _reads_references(composition)
        else 0,
        "probe": probe,
        "gold": gold,
        "operator": min(config.operator_prompts, counts.get("probe", 0))
        if composition.phases[0].signals
        else 0,
    }
    if has_control(composition) and step.iteration > 0:
        sizes |= {"control_probe": probe, "control_gold": gold}
    return sizes


def _reads_references(composition: Composition) -> bool:
    return any(source.needs_reference for source in composition.phases[0].signals)


def learning(phase: Phase) -> list[Branch]:
    """The branches of a phase that train something, in order."""
    return [branch for branch in phase.branches if branch.learn]


def trained_roles(composition: Composition) -> frozenset[str]:
    """The roles that get checkpoints of their own in this recipe."""
    return frozenset(branch.role for phase in composition.phases for branch in learning(phase))


def has_control(composition: Composition) -> bool:
    """Whether a control arm is trained beside the policy."""
    return CONTROL in trained_roles(composition)


def prompt_order(part: Part, ids: Sequence[str], seed: int, iteration: int) -> list[str]:
    """The order in which the prompts of a part's split are taken; a chunk is a slice of it.

    Train prompts are drawn anew in each round. Measured prompts stay the same over iterations, seeds and
    runs, so that their answers can be compared pairwise.
    """
    if part == "train":
        return shuffled(ids, seed, iteration, "prompts")
    return shuffled(ids, "measured", SPLIT_OF_PART[part])
