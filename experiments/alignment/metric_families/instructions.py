"""Generated instructions: what is kept, what each filter drops, and how new, varied and deep the rest is."""

from experiments.alignment.metric_help import MetricHelp

FILTERS = {
    "novelty": "too like a seed or one of the pool by ROUGE-L",
    "near copy": "the words of another one in another order",
    "same letters": "the words of another one with other endings",
    "same meaning": "means what another one means, by the model's vectors",
    "length": "too short or too long",
    "banned words": "asks for what no text can do",
    "no information gained": "says what it was made from",
    "copied request": "repeats the request that it was written for",
    "says nothing": "signs and stop words alone, or one thing over and over",
    "refusal": "declines to answer",
    "cut off": "reached the token limit",
    "copied input": "repeats the instruction",
}
"""The filters by their names, with what they drop."""


def dropped_by(name: str) -> str:
    """The metric of a filter's drops."""
    return f"dropped_by_{name.replace(' ', '_')}"


def _dropped(name: str, why: str) -> MetricHelp:
    return MetricHelp(
        f"Dropped: {name}",
        f"Share of the round's generated texts that this filter drops, whatever the others say: {why}.",
        "share",
        "none",
        "guard",
    )


METRICS: dict[str, MetricHelp] = {
    "instructions_kept": MetricHelp(
        "Instructions kept",
        "Share of the round's generated instructions that passed every filter.",
        "share",
        "none",
        "guard",
    ),
    "instruction_similarity": MetricHelp(
        "Likeness to the nearest",
        "Mean ROUGE-L of a kept instruction with the nearest one that it was compared with. Towards 1 the instructions "
        "repeat each other.",
        "score",
        "down",
        "guard",
    ),
    **{dropped_by(name): _dropped(name, why) for name, why in FILTERS.items()},
    "evolution_depth": MetricHelp(
        "Depth of evolution",
        "Mean number of rewritings from a prompt to the deepest of its instructions that was kept; 0 where none was.",
        "count",
        "none",
        "guard",
    ),
    "contaminated_instructions": MetricHelp(
        "Instructions that hold a test prompt",
        "Share of the kept instructions with thirteen words in a row of a probe or gold prompt, or the whole of a "
        "shorter one. What is learned from them was not held out.",
        "share",
        "down",
        "guard",
    ),
    "pool_size": MetricHelp("Pool", "Instructions in the pool after this round.", "count", "none", "guard"),
    "distinct_openings": MetricHelp(
        "Different openings",
        "Different first two words over the instructions of the pool. It falls as the pool grows; a steep fall is a "
        "topic that collapses.",
        "share",
        "up",
        "guard",
    ),
    "pool_near_copies": MetricHelp(
        "Near-copies in the pool",
        "Share of the newest instructions of the pool, 500 at most, that have nearly the words of an earlier one.",
        "share",
        "down",
        "guard",
    ),
    "pool_distinct_2": MetricHelp(
        "Different word pairs in the pool",
        "Different pairs of neighbouring words over all such pairs of the pool. It falls as the pool grows.",
        "share",
        "up",
        "guard",
    ),
}
