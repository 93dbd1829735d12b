"""What games of the model against itself report: who wins, how often against the rules, and how long it takes."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "attacker_win_rate": MetricHelp(
        "Attacker wins",
        "Share of this round's episodes that the attacker won; both sides are the same model, so a drift to one side "
        "says which role is easier, not that the model became better.",
        "share",
        "none",
        "guard",
    ),
    "defender_win_rate": MetricHelp(
        "Defender wins",
        "Share of this round's episodes that the defender won.",
        "share",
        "none",
        "guard",
    ),
    "game_tie_rate": MetricHelp(
        "Undecided episodes",
        "Share of this round's episodes that ended without a winner; they teach nothing.",
        "share",
        "down",
        "guard",
    ),
    "illegal_share": MetricHelp(
        "Episodes ended against the rules",
        "Share of this round's episodes that a move against the rules ended, such as an attacker who says the word. "
        "Its opponent has won, but nothing is learned from it.",
        "share",
        "down",
        "guard",
    ),
    "moves_per_game": MetricHelp(
        "Moves per episode",
        "Mean number of moves of both sides before an episode ended.",
        "count",
        "none",
        "guard",
    ),
}
