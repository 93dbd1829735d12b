"""Groups of samples: pass@k, the majority and groups that teach nothing."""

from experiments.alignment.metric_help import MetricHelp


def _pass_at(k: int) -> MetricHelp:
    return MetricHelp(
        f"Pass@{k}",
        f"Chance that at least one of {k} samples of a probe prompt is right, 1 − C(n − c, k)/C(n, k) with c of n "
        "samples right; a sample that cannot be checked counts as wrong.",
        "share",
        "up",
        "probe",
    )


METRICS: dict[str, MetricHelp] = {
    **{f"pass_at_{k}": _pass_at(k) for k in (2, 4, 8, 16, 32, 64)},
    "majority_of_samples": MetricHelp(
        "Accuracy of the majority",
        "Share of probe prompts on which the answer that most samples give is right (maj@k).",
        "share",
        "up",
        "probe",
    ),
    "dead_group_share": MetricHelp(
        "Groups that teach nothing",
        "Share of train prompts whose samples all got one score: their advantages are 0. Groups with fewer than two "
        "scored samples are left out.",
        "share",
        "down",
        "guard",
    ),
    "pass_gain": MetricHelp(
        "Pass@1 against the start",
        "Share of right samples minus that before training, on the same probe prompts.",
        "difference",
        "up",
        "probe",
    ),
    "support_gain": MetricHelp(
        "Pass@k against the start",
        "Pass@k at the largest k minus that before training. Below 0 while pass@1 rises, training narrows what the "
        "model can answer instead of adding to it.",
        "difference",
        "up",
        "probe",
    ),
}
