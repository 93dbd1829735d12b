"""One data set a domain: sized, split by the sentence alone, and with the ids of the whole collection."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.rows import validate_rows
from experiments.starter import rated_sentences
from experiments.starter.catalogue import STARTER_DATASETS
from experiments.starter.rated_sentences import FILES, domain_rows


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(downloads: Path) -> Iterator[dict[str, Any]]:
        for domain in FILES:
            for n in range(3600 if domain == "films" else 1500):
                meta = {"domain": domain, "mean": 1.0, "ratings": [1]}
                yield {"id": f"{domain}-{n}", "prompt": f"{domain} {n}", "answer": "positive", "meta": meta}

    monkeypatch.setattr(rated_sentences, "rated_sentence_rows", rows)


@pytest.mark.parametrize(("domain", "train"), [("films", 2000), ("products", 100)])
def test_a_domain_has_a_thousand_gold_sentences_and_a_bounded_rest(domain: str, train: int) -> None:
    rows = list(domain_rows(domain, Path()))
    assert Counter(row["split"] for row in rows) == {"gold": 1000, "probe": 400, "train": train}
    assert {row["meta"]["domain"] for row in rows} == {domain}
    assert len({row["id"] for row in rows}) == len(rows)
    assert rows == list(domain_rows(domain, Path()))


def test_every_domain_is_in_the_catalogue_and_importable() -> None:
    known = {dataset.name: dataset for dataset in STARTER_DATASETS}
    for domain in FILES:
        rows = known[f"sentences-{domain}"].rows(Path())
        assert next(iter(validate_rows(enumerate(rows, 1), "label"))).meta["domain"] == domain
