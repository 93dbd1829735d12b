"""The report on weak-to-strong: what labels of a weak model bring out, by domain, against direct training."""

from collections.abc import Sequence
from itertools import groupby

from experiments.models import Run
from experiments.services.standing.parts import Cell, Measured, Part, Table, figures, side, words

DATASETS = ["sentences-products", "sentences-editorials", "sentences-films", "sentences-tweets"]
SMALL_GAP = "the strong model is not clearly better than the weak one"
COLUMNS = (
    ("domain", "where the sentences come from"),
    ("weak", "held-out accuracy of the weak supervisor"),
    ("student, naive", "a classifier trained on the weak labels as they are"),
    ("student, confidence", "the same with the confidence loss, which lets it disagree"),
    ("ceiling", "the same classifier trained on the true labels"),
    ("gap recovered, naive", "(student − weak) / (ceiling − weak)"),
    ("gap recovered, confidence", "the same for the student with the confidence loss"),
)


def report(runs: Sequence[Run]) -> list[Part]:
    """One table by domain, and what it says."""
    domains = {name: Measured.of(group) for name, group in _by_domain(runs)}
    domains = {name: done for name, done in domains.items() if done.runs}
    if not domains:
        return []
    rows = [_row(name, done) for name, done in domains.items()]
    recovered = {name: done.cell("pgr", "gold", done.last, SMALL_GAP) for name, done in domains.items()}
    naive = {name: done.cell("naive_pgr", "gold", done.last, SMALL_GAP) for name, done in domains.items()}
    return [
        Part("How much of the gap do weak labels recover?", _answer(recovered), Table(COLUMNS, rows)),
        Part("Does it help to let the student disagree?", _compared(recovered, naive)),
    ]


def _by_domain(runs: Sequence[Run]) -> list[tuple[str, list[Run]]]:
    def name(run: Run) -> str:
        return str(run.dataset_version.dataset.name)

    return [(key, list(group)) for key, group in groupby(sorted(runs, key=name), key=name)]


def _row(name: str, done: Measured) -> list[Cell]:
    last = done.last
    return [
        words(name),
        done.cell("weak_accuracy", "gold", 0),
        done.cell("naive_accuracy", "gold", last),
        done.cell("accuracy", "gold", last),
        done.cell("ceiling_accuracy", "gold", last),
        done.cell("naive_pgr", "gold", last, SMALL_GAP),
        done.cell("pgr", "gold", last, SMALL_GAP),
    ]


def _answer(recovered: dict[str, Cell]) -> str:
    said = [f"{name}: {figures(cell)}" for name, cell in recovered.items()]
    return "With the confidence loss, " + "; ".join(said) + "."


def _compared(recovered: dict[str, Cell], naive: dict[str, Cell]) -> str:
    both = [(cell.value, naive[name].value) for name, cell in recovered.items()]
    pairs = [(with_, without) for with_, without in both if with_ is not None and without is not None]
    if not pairs:
        return "It cannot be said: the share is undefined in every domain."
    more = sum(with_ > without for with_, without in pairs)
    clear = sum(side(cell) == "above" for cell in recovered.values())
    return (
        f"In {more} of {len(pairs)} domains where both are defined, the student with the confidence loss recovers "
        f"more. In {clear} its share is above 0 beyond the spread between seeds."
    )
