"""The starter data sets are what their pages say: sized, checkable, and without a prompt in two splits."""

import io
import subprocess
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.errors import InfrastructureError
from experiments.alignment.verifiers import VERIFIER_NAMES, verify
from experiments.rows import assign_splits, validate_rows
from experiments.starter import packages, rated_sentences
from experiments.starter.arithmetic import arithmetic_rows
from experiments.starter.catalogue import STARTER_DATASETS
from experiments.starter.format_rules import RULES, format_rule_rows
from experiments.starter.packages import PackageFile, sha256_of

Generator = Callable[[int], Iterator[dict[str, Any]]]
GENERATORS = [(format_rule_rows, "rule"), (arithmetic_rows, "number")]
SENTENCES = {
    "tweets": "Love it &amp; more",
    "films": "A dull\tfilm",
    "products": "It works",
    "editorials": "A loss",
}


@pytest.mark.parametrize(("generate", "verifier"), GENERATORS)
def test_generated_rows_are_valid_sized_and_split_cleanly(generate: Generator, verifier: str) -> None:
    rows = list(assign_splits(validate_rows(enumerate(generate(0), 1), verifier)))
    assert Counter(row.split for row in rows) == {"train": 256, "probe": 96, "gold": 200}
    assert len({row.prompt_hash() for row in rows}) == len(rows)


@pytest.mark.parametrize(("generate", "verifier"), GENERATORS)
def test_a_seed_gives_the_same_rows_again_and_another_gives_others(
    generate: Generator, verifier: str
) -> None:
    assert list(generate(0)) == list(generate(0))
    assert list(generate(0)) != list(generate(1))


def test_arithmetic_answers_are_right() -> None:
    for row in validate_rows(enumerate(arithmetic_rows(), 1), "number"):
        question = row.messages()[-1]["content"]
        left, sign, right = question.removeprefix("What is ").removesuffix("?").split()
        right_answer = int(left) + (int(right) if sign == "+" else -int(right))
        assert verify("number", f"{question} {right_answer}", row.reference()).value == 1.0
        assert verify("number", f"{right_answer + 1}", row.reference()).value == 0.0


def test_every_format_rule_is_as_frequent_in_every_split() -> None:
    counts = Counter((row["split"], row["rule"]) for row in format_rule_rows())
    assert set(counts.values()) == {256 // 8, 96 // 8, 200 // 8}
    assert len(counts) == 3 * len(RULES)


def test_the_catalogue_names_verifiers_and_licences() -> None:
    assert len({dataset.name for dataset in STARTER_DATASETS}) == len(STARTER_DATASETS)
    for dataset in STARTER_DATASETS:
        assert dataset.verifier in VERIFIER_NAMES
        assert all((dataset.title, dataset.licence, dataset.source))


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def small_package(path: Path, inner_name: str = rated_sentences.INNER) -> None:
    """A source distribution like the published one: same layout, four lines a domain."""
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as archive:
        for domain, stem in rated_sentences.FILES.items():
            text = SENTENCES[domain]
            truth = f"1\t1.5\t{text}\r\n2\t0.25\tneutral {domain}\r\n3\t-0.5\t bad\xa0 {domain}\r\n4\t2.0\t{text}\r\n"
            ratings = (
                "\ufeff3\t-0.5\t.5\t[-1, 0]\r\n1\t1.5\t.5\t[1, 2]\r\n2\t.25\t1\t[0, 1]\r\n4\t2\t0\t[2, 2]\r\n"
            )
            add(
                archive, f"hutto_ICWSM_2014/{stem}_GroundTruth.txt", truth.encode() + b"5\t-3\tworst \x97\r\n"
            )
            add(
                archive,
                f"hutto_ICWSM_2014/{stem}_anonDataRatings.txt",
                ratings.encode() + b"5\t-3\t0\t[-3]\r\n",
            )
    with tarfile.open(path, "w:gz") as archive:
        add(archive, inner_name, inner.getvalue())


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the package lies already, with its own hash as the published one."""
    path = tmp_path / rated_sentences.PACKAGE.filename
    small_package(path)
    trust(path, monkeypatch)
    return tmp_path


def trust(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = PackageFile(rated_sentences.PACKAGE.requirement, path.name, sha256_of(path))
    monkeypatch.setattr(rated_sentences, "PACKAGE", package)


def test_rated_sentences_carry_domain_class_and_every_rating(downloads: Path) -> None:
    rows = {row["id"]: row for row in rated_sentences.rated_sentence_rows(downloads)}
    tweet = rows["tweets-1"]
    assert tweet["prompt"][-1]["content"] == "Love it & more"
    assert tweet["answer"] == "positive"
    assert tweet["meta"] == {"domain": "tweets", "mean": 1.5, "ratings": [1, 2]}
    assert rows["films-3"]["answer"] == "negative"
    assert rows["films-3"]["prompt"][-1]["content"] == "bad films"


def test_neutral_and_repeated_sentences_are_left_out(downloads: Path) -> None:
    ids = {row["id"] for row in rated_sentences.rated_sentence_rows(downloads)}
    assert not {"tweets-2", "tweets-4"} & ids
    assert [key for key in sorted(ids) if key.endswith("-5")] == ["tweets-5"]


def test_rated_sentences_are_valid_rows(downloads: Path) -> None:
    rows = list(validate_rows(enumerate(rated_sentences.rated_sentence_rows(downloads), 1), "label"))
    assert {row.meta["domain"] for row in rows} == set(rated_sentences.FILES)


def test_a_package_without_the_ratings_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / rated_sentences.PACKAGE.filename
    small_package(path, inner_name="elsewhere.tar.gz")
    trust(path, monkeypatch)
    with pytest.raises(InfrastructureError, match="cannot be read; delete it"):
        list(rated_sentences.rated_sentence_rows(tmp_path))


def test_a_changed_download_is_refused_before_it_is_opened(downloads: Path) -> None:
    with (downloads / rated_sentences.PACKAGE.filename).open("ab") as file:
        file.write(b"more")
    with pytest.raises(InfrastructureError, match="is not the published"):
        list(rated_sentences.rated_sentence_rows(downloads))


def test_a_failing_pip_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"file://{tmp_path}/nothing")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(
        InfrastructureError, match=r"pip could not download vaderSentiment==3\.3\.2"
    ) as failed:
        list(rated_sentences.rated_sentence_rows(tmp_path / "downloads"))
    assert "\n" not in failed.value.message
    assert list((tmp_path / "downloads").iterdir()) == []


def test_a_hanging_pip_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 1800)

    monkeypatch.setattr(packages.subprocess, "run", hang)
    with pytest.raises(InfrastructureError, match="within 30 minutes"):
        list(rated_sentences.rated_sentence_rows(tmp_path))
