"""Pairs that a data set brings along."""

from dataclasses import replace

import pytest

from experiments.alignment.errors import DataError
from experiments.alignment.proposers.recorded_pairs import RecordedPairs
from experiments.alignment.samples import samples
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.signals.recorded import Recorded
from experiments.alignment.types import Prompt, Reference
from tests.kernel.planted import Planted, at
from tests.kernel.runs import sums


def paired(**pair: str) -> list[Prompt]:
    return [replace(prompt, reference=Reference(**pair)) for prompt in sums("train", 2)]  # type: ignore[arg-type]


def test_the_rows_own_pair_becomes_a_preference_and_no_model_is_asked() -> None:
    planted = Planted()
    groups = RecordedPairs().propose(at(planted), paired(chosen="yes", rejected="no"))
    [said, _] = Recorded().read(at(planted), groups)
    assert [(s.value, s.label) for s in said] == [(1.0, "preferred"), (0.0, "the other")]
    read = replace(groups[0], signals=said)
    picked = replace(read, selections=BestWorst("recorded").pick(read, 1))
    [preference] = samples(picked, "policy", "preference")
    assert (preference.chosen, preference.rejected) == ("yes", "no")  # type: ignore[union-attr]
    assert not planted.asked


@pytest.mark.parametrize("pair", [{}, {"chosen": "yes"}])
def test_a_row_without_a_pair_is_refused_with_what_to_do(pair: dict[str, str]) -> None:
    with pytest.raises(DataError, match="train-0 has no pair to learn from; add chosen and rejected"):
        RecordedPairs().propose(at(Planted()), paired(**pair))
