"""What self-play against the demonstrations reports: how well the trained model tells them from its own samples."""

from experiments.alignment.metric_help import MetricHelp

_UPDATE = "log π(after training) − log π(before)"

METRICS: dict[str, MetricHelp] = {
    "discriminator_accuracy": MetricHelp(
        "Discriminator accuracy",
        "Share of held-back prompts on which this round's update raised the demonstration more than the model's own "
        "earlier sample; equal texts count a half. Near 50 % the two are no longer told apart: self-play has ended.",
        "share",
        "none",
        "guard",
    ),
    "discriminator_accuracy_seen": MetricHelp(
        "Discriminator accuracy on trained prompts",
        "The same on the prompts that were trained on; far above the held-back one it is memory, not insight.",
        "share",
        "none",
        "guard",
    ),
    "discriminator_margin": MetricHelp(
        "Discriminator margin",
        f"Mean of {_UPDATE} of the demonstration minus that of the own sample, in nats, on held-back prompts.",
        "score",
        "none",
        "guard",
    ),
    "chosen_logprob": MetricHelp(
        "Log-probability of the demonstrations",
        "Mean log-probability in nats of the held-back demonstrations after this round's training.",
        "score",
        "up",
        "guard",
    ),
    "chosen_logprob_change": MetricHelp(
        "Change of the demonstrations' log-probability",
        f"Mean of {_UPDATE} of the held-back demonstrations. Below 0 while the margin is above it, "
        "the round only pushed its own samples down (likelihood displacement).",
        "score",
        "up",
        "guard",
    ),
}
