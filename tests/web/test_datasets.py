"""Data sets: imports that come in whole or not at all, and the gold wall behind them."""

from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from experiments.alignment.errors import ConfigError, DataError, PlumblineError
from experiments.models import DatasetVersion, GoldReference, Row
from experiments.services import dataset_import, datasets, row_writer
from experiments.services.gold import open_gold
from experiments.services.import_options import ImportOptions, read_mapping, read_shares
from experiments.uploads import uploads_folder
from tests.support.imports import jsonl, nothing_is_left, rows

pytestmark = pytest.mark.django_db
NUMBERS = ImportOptions(verifier="number")


def test_a_file_becomes_a_version_with_counts_hash_and_references(tmp_path: Path) -> None:
    version = datasets.import_file(
        "sums", jsonl(tmp_path / "sums.jsonl", rows(100)), NUMBERS, {"licence": "CC0"}
    )
    assert (version.number, version.status, version.verifier, version.rows_done) == (
        1,
        "ready",
        "number",
        100,
    )
    assert sum(version.counts[split] for split in ("train", "probe", "gold")) == 100
    assert len(version.sha256) == 64
    assert version.counts["longest_bytes"] == len("What is 10 + 1?")
    assert version.dataset.licence == "CC0"
    train = version.rows.filter(split="train").first()
    assert train is not None
    assert train.reference == {"answer": int(train.title.split()[2]) + 1}


def test_gold_references_stand_behind_the_wall_alone(tmp_path: Path) -> None:
    version = datasets.import_file("sums", jsonl(tmp_path / "sums.jsonl", rows(60)), NUMBERS)
    gold = version.rows.filter(split="gold")
    assert gold.count() == version.counts["gold"] > 0
    assert not [row for row in gold if row.reference]
    with open_gold():
        kept = GoldReference.objects.filter(row__version=version).select_related("row")
        assert {one.reference["answer"] for one in kept} == {int(row.title.split()[2]) + 1 for row in gold}


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_every_format_gives_the_same_rows(tmp_path: Path, suffix: str) -> None:
    lines = [{"id": f"r{n}", "prompt": f"Say {n}, please", "answer": f"word {n}"} for n in range(30)]
    path = tmp_path / f"words.{suffix}"
    if suffix == "jsonl":
        jsonl(path, lines)
    elif suffix == "csv":
        body = "".join(f'{line["id"]},"{line["prompt"]}",{line["answer"]}\r\n' for line in lines)
        path.write_bytes(b"\xef\xbb\xbfid,prompt,answer\r\n" + body.encode())
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(lines), path)
    version = datasets.import_file("words", path, ImportOptions(verifier="exact"))
    assert version.sha256 == "8ef0f1085fa3037b4ecdd494e0436115b7aa85e434b70a8482618679982edc54"


def test_the_same_file_gives_the_same_hash_and_another_file_another(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "sums.jsonl", rows(40))
    first = datasets.import_file("a", path, NUMBERS)
    second = datasets.import_file("b", path, NUMBERS)
    other = datasets.import_file("c", jsonl(tmp_path / "x.jsonl", rows(39)), NUMBERS)
    assert first.sha256 == second.sha256 != other.sha256


def test_a_small_file_leaves_no_split_empty(tmp_path: Path) -> None:
    for count in range(3, 12):
        version = datasets.import_file(f"tiny-{count}", jsonl(tmp_path / "t.jsonl", rows(count)), NUMBERS)
        assert all(version.counts[split] for split in ("train", "probe", "gold")), count


def test_a_prompt_keeps_its_split_in_the_next_version_whatever_the_seed(tmp_path: Path) -> None:
    first = datasets.import_file("sums", jsonl(tmp_path / "1.jsonl", rows(50)), NUMBERS)
    second = datasets.import_file(
        "sums", jsonl(tmp_path / "2.jsonl", rows(80)), ImportOptions(verifier="number", seed=7)
    )
    assert (first.number, second.number) == (1, 2)
    before = dict(first.rows.values_list("title", "split"))
    after = dict(second.rows.values_list("title", "split"))
    assert {title: after[title] for title in before} == before


def test_a_held_out_prompt_cannot_become_training_data(tmp_path: Path) -> None:
    datasets.import_file("sums", jsonl(tmp_path / "1.jsonl", rows(5, split="gold")), NUMBERS)
    with pytest.raises(DataError, match="Row 1, field 'split': this prompt was gold in the version before"):
        datasets.import_file("sums", jsonl(tmp_path / "2.jsonl", rows(5, split="train")), NUMBERS)
    assert DatasetVersion.objects.count() == 1


def test_columns_of_other_names_are_mapped(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "q.jsonl", [{"question": "2 + 2?", "solution": "4", "n": n} for n in range(1)])
    mapping = {"prompt": "question", "answer": "solution", "id": "n"}
    version = datasets.import_file("mapped", path, ImportOptions(verifier="number", mapping=mapping))
    assert version.rows.get().title == "2 + 2?"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([*rows(2), {"id": "x", "answer": 3}], "Row 3, field 'prompt'"),
        ([*rows(2), {"id": "x", "prompt": "Why?"}], "Row 3, field 'answer'"),
        ([*rows(2), rows(2)[0]], "Row 3, field 'id'"),
        ([*rows(2), {"prompt": "Why?", "answer": 1, "split": "test"}], "Row 3, field 'split'"),
        ([], "holds no rows"),
    ],
)
def test_a_bad_row_names_itself_and_leaves_nothing(tmp_path: Path, lines: list[Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        datasets.import_file("bad", jsonl(tmp_path / "bad.jsonl", lines), NUMBERS)
    assert nothing_is_left()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"prompt": "x", "answer": NaN}\n', "NaN"),
        (b'{"prompt": "caf\xe9", "answer": 1}\n', "not UTF-8"),
        (b'{"prompt": "x", "answer": 1\n', "no valid JSON"),
        (b'{"prompt": "' + b"x" * 2_000_000 + b'", "answer": 1}\n', "longer than"),
        (b"", "holds no rows"),
    ],
)
def test_bytes_that_are_no_rows_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "bad.jsonl").write_bytes(content)
    with pytest.raises(DataError, match=words):
        datasets.import_file("bad", tmp_path / "bad.jsonl", NUMBERS)
    assert nothing_is_left()


def test_a_bad_row_far_down_leaves_nothing_of_the_rows_before_it(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "bad.jsonl", [*rows(1200), {"id": "x", "answer": 3}])
    with pytest.raises(DataError, match="Row 1201, field 'prompt'"):
        datasets.import_file("bad", path, NUMBERS)
    assert nothing_is_left()


def upload(lines: list[dict[str, Any]], name: str = "waiting.upload") -> str:
    jsonl(uploads_folder() / name, lines)
    return name


def test_an_upload_is_read_in_by_a_worker_and_unseen_before(tmp_path: Path) -> None:
    version = datasets.start_import("sums", upload(rows(40)), "sums.jsonl", NUMBERS)
    assert (version.status, datasets.unfinished_imports()) == ("preparing", [version.pk])
    assert version.dataset.latest() is None
    datasets.run_import(version.pk)
    datasets.run_import(version.pk)
    version.refresh_from_db()
    assert (version.status, version.rows.count()) == ("ready", 40)
    assert not list(uploads_folder().glob("waiting*"))
    assert datasets.unfinished_imports() == []


def test_an_import_that_was_cut_off_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_writer, "BATCH", 10)
    version = datasets.start_import("sums", upload(rows(40)), "sums.jsonl", NUMBERS)

    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(dataset_import, "_make_ready", die)
        with pytest.raises(Killed):
            datasets.run_import(version.pk)
    assert Row.objects.filter(version=version).count() == 40
    datasets.run_import(version.pk)
    version.refresh_from_db()
    assert (version.status, version.rows.count()) == ("ready", 40)


def test_an_upload_that_fails_on_the_worker_keeps_the_sentence_and_no_row() -> None:
    version = datasets.start_import(
        "sums", upload([*rows(700), {"id": "x", "answer": 1}]), "sums.jsonl", NUMBERS
    )
    datasets.run_import(version.pk)
    version.refresh_from_db()
    assert version.status == "failed"
    assert version.error.startswith("Row 701, field 'prompt'")
    assert not version.rows.exists()
    assert not list(uploads_folder().glob("waiting*"))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (ImportOptions(verifier="magic"), "verifier"),
        (ImportOptions(shares={"train": 0.5}), "split"),
        (ImportOptions(shares={"train": 2, "gold": -1}), "split"),
        (ImportOptions(shares={"test": 1}), "split"),
        (ImportOptions(shares={"train": float("nan")}), "split"),
        (ImportOptions(seed=-1), "seed"),
    ],
)
def test_options_that_cannot_be_name_their_field(tmp_path: Path, options: ImportOptions, field: str) -> None:
    with pytest.raises(ConfigError) as refused:
        datasets.import_file("sums", jsonl(tmp_path / "s.jsonl", rows(3)), options)
    assert refused.value.field == field
    assert nothing_is_left()


def test_pairs_of_the_shell_are_read() -> None:
    assert read_mapping(["prompt=question", ""]) == {"prompt": "question"}
    assert read_shares("train=0.5, gold=0.5") == {"train": 0.5, "gold": 0.5}
    for wrong in (["prompt"], ["prompt=a", "prompt=b"], ["=a"]):
        with pytest.raises(PlumblineError):
            read_mapping(wrong)
    with pytest.raises(PlumblineError):
        read_shares("train=many")
