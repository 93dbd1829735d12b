"""The report on the code-interpreter loop: retries that see the error against fresh samples, then training."""

from collections.abc import Sequence

from experiments.models import Run
from experiments.services.standing.parts import Cell, Measured, Part, Table, figures, side, words

MOST_ATTEMPTS = 9
RATES = (
    ("wrong drafts repaired", "repair_rate", "share of the wrong first programs whose last one is right"),
    ("right drafts spoilt", "harm_rate", "share of the right first programs whose last one is wrong"),
    (
        "visible passed, hidden not",
        "operator_visible_gap",
        "share that passes visible tests less share that is right",
    ),
    (
        "programs written for a task",
        "attempts_used",
        "mean, until the visible tests passed or the retries ran out",
    ),
    ("killed by the sandbox", "killed_share", "share of programs that broke a limit"),
)


def report(runs: Sequence[Run]) -> list[Part]:
    """The loop against its control, its rates, and what its pairs teach."""
    loop = Measured.of(run for run in runs if run.recipe == "tool-refine")
    trained = Measured.of(run for run in runs if run.recipe == "tool-preference")
    parts = [_against(loop), _rates(loop)] if loop.runs else []
    return [*parts, _taught(trained)] if trained.runs else parts


def _against(loop: Measured) -> Part:
    gap = loop.cell("operator_against_control", "probe", 0, signed=True)
    verdict = {
        "above": "Yes: retries that see the error solve more than fresh samples, by",
        "below": "No: fresh samples solve more than retries that see the error, by",
        "even": "No difference that can be told from chance between retries and fresh samples:",
        "unknown": "It cannot be said yet:",
    }[side(gap)]
    return Part("Do retries that see the error help?", f"{verdict} {figures(gap)}.", _attempts(loop))


def _attempts(loop: Measured) -> Table:
    """One row for each number of programs that both procedures may write."""
    places = [one.places for one in loop.metrics]
    tried = [n for n in range(1, MOST_ATTEMPTS + 1) if any((f"pass_after_{n}", "probe") in p for p in places)]
    columns = (
        ("programs", "how many each procedure may write for a task"),
        (
            "solved, with retries",
            "share of held-out tasks whose last program passes every test, hidden ones too",
        ),
        (
            "solved, fresh samples",
            "the same for fresh programs, of which the first that passes the visible tests counts",
        ),
    )
    cells = [
        [words(str(n)), loop.cell(f"pass_after_{n}", "probe", 0), loop.cell(f"fresh_after_{n}", "probe", 0)]
        for n in tried
    ]
    return Table(columns, cells)


def _rates(loop: Measured) -> Part:
    rows = [[words(name), loop.cell(metric, "probe", 0), words(about)] for name, metric, about in RATES]
    repaired, spoilt = loop.cell("repair_rate", "probe", 0), loop.cell("harm_rate", "probe", 0)
    answer = (
        f"Of wrong first programs it repairs {figures(repaired)}; of right ones it spoils {figures(spoilt)}."
    )
    columns = (("what", ""), ("share or number", "over held-out tasks"), ("meaning", ""))
    return Part("What does a retry do?", answer, Table(columns, rows))


def _taught(trained: Measured) -> Part:
    last = trained.last
    gain = trained.cell("accuracy_gain", "gold", last, signed=True)
    verdict = {
        "above": "They teach: held-out gold rises by",
        "below": "They harm: held-out gold falls by",
        "even": "Nothing that can be told from chance: held-out gold changes by",
        "unknown": "It cannot be said yet:",
    }[side(gain)]
    rows = [_round(trained, index) for index in range(last + 1)]
    columns = (
        ("iteration", "0 is the model before any training"),
        ("gold accuracy", "one greedy program passes every test of a held-out task"),
        ("gold, control", "the same for the control arm"),
        ("pairs", "a failed and a passed program for the same task"),
    )
    return Part(
        "What do pairs of failed and passed programs teach?",
        f"{verdict} {figures(gain)}.",
        Table(columns, rows),
    )


def _round(trained: Measured, index: int) -> list[Cell]:
    return [
        words(str(index)),
        trained.cell("accuracy", "gold", index),
        trained.cell("control_accuracy", "gold", index),
        trained.cell("samples", "train", index),
    ]
