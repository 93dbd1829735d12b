"""Files become rows, or one sentence that says where and why not."""

import json
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from experiments.alignment.errors import ConfigError
from experiments.rows import (
    ROW_BYTES,
    DatasetRow,
    RowError,
    assign_splits,
    read_rows,
    validate_row,
    validate_rows,
)

USER = {"role": "user", "content": "What is 2 + 2?"}


def write(folder: Path, content: str | bytes, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def values_of(path: Path, mapping: dict[str, str] | None = None) -> list[tuple[int, dict[str, Any]]]:
    return list(read_rows(path, path.name, mapping))


def refusal(path: Path, verifier: str = "none") -> RowError:
    with pytest.raises(RowError) as refused:
        list(validate_rows(read_rows(path, path.name), verifier))
    return refused.value


def row(**values: Any) -> DatasetRow:
    return validate_row(1, {"prompt": "q"} | values)


def test_the_same_rows_come_out_of_every_format(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "prompt": "first, question", "answer": "1"},
        {"id": "b", "prompt": "second", "answer": "2"},
    ]
    lines = write(tmp_path, "\n".join(json.dumps(values) for values in rows))
    table = write(tmp_path, 'id,prompt,answer\na,"first, question",1\nb,second,2\n', "rows.csv")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    expected = [(1, rows[0]), (2, rows[1])]
    assert values_of(lines) == values_of(table) == values_of(tmp_path / "rows.parquet") == expected


def test_byte_order_mark_crlf_and_blank_lines_are_simply_read(tmp_path: Path) -> None:
    lines = write(tmp_path, b'\xef\xbb\xbf{"prompt": "a"}\r\n\r\n{"prompt": "b"}\r\n')
    table = write(tmp_path, b"\xef\xbb\xbfprompt\r\na\r\n\r\nb\r\n", "rows.csv")
    assert values_of(lines) == [(1, {"prompt": "a"}), (3, {"prompt": "b"})]
    assert values_of(table) == [(1, {"prompt": "a"}), (2, {"prompt": "b"})]


def test_an_overlong_line_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with path.open("wb") as file:
        file.write(b'{"prompt": "a"}\n')
        file.truncate(200 << 20)
    tracemalloc.start()
    error = refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.row == 2
    assert "longer than 1,048,576 bytes" in error.message
    assert peak < 16 * ROW_BYTES


@pytest.mark.parametrize(
    ("name", "content", "row", "words"),
    [
        (
            "a.jsonl",
            b'{"prompt": "a"}\n{"prompt": "caf\xe9"}\n',
            2,
            "byte 16 of the line (0xe9) is not UTF-8",
        ),
        ("a.csv", b"prompt\na\ncaf\xe9\n", 2, "byte 4 of the line (0xe9) is not UTF-8"),
        ("a.jsonl", b'{"prompt": "a", "answer": NaN}', 1, "NaN is not a number"),
        ("a.jsonl", b'{"prompt": "a", "meta": {"x": -Infinity}}', 1, "-Infinity is not a number"),
        ("a.jsonl", b'{"prompt": "a", "answer": 1e999}', 1, "infinite"),
        ("a.jsonl", b'{"prompt": "a"', 1, "no valid JSON at character 15"),
        ("a.jsonl", b'{"prompt": "a", "prompt": "b"}', 1, "a key stands twice"),
        ("a.jsonl", b"[" * 100_000, 1, "nested too deeply"),
        ("a.jsonl", b"[1]", 1, "JSON object"),
        ("a.jsonl", b"\n \n", 0, "holds no rows"),
        ("a.csv", b"prompt\n", 0, "holds no rows"),
        ("a.csv", b"prompt,prompt\na,b\n", 0, "name every column"),
        ("a.csv", b"prompt,answer\na\n", 1, "1 cells where the header names 2"),
        ("a.csv", b'prompt\n"never closed\n', 1, "no valid CSV"),
        ("a.parquet", b"PAR1 this is none", 0, "cannot be read as Parquet"),
        ("a.xlsx", b"", 0, ".jsonl, .csv or .parquet"),
        ("a.jsonl", b'{"answer": 1}', 1, "field 'prompt': it is missing"),
        ("a.jsonl", b'{"prompt": "a", "anwser": 1}', 1, "field 'anwser': there is no such field"),
        ("a.jsonl", b'{"prompt": "a", "split": "test"}', 1, "'train', 'probe' or 'gold'"),
        ("a.jsonl", b'{"prompt": "a", "chosen": "b"}', 1, "'chosen' and 'rejected' go together"),
        ("a.jsonl", b'{"prompt": " "}', 1, "blank"),
        (
            "a.jsonl",
            b'{"prompt": [{"role": "assistant", "content": "a"}]}',
            1,
            "end with a message of the user",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, name: str, content: bytes, row: int, words: str
) -> None:
    error = refusal(write(tmp_path, content, name))
    assert error.row == row
    assert words in error.message
    assert error.message.count("\n") == 0


def test_two_rows_with_one_id_are_both_named(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": 7, "prompt": "a"}\n{"prompt": "b"}\n{"id": "7", "prompt": "c"}\n')
    error = refusal(path)
    assert error.message == "Row 3, field 'id': '7' is the id of row 1 too; every row needs its own."


def test_two_rows_with_the_same_content_and_no_id_are_both_named(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, '{"prompt": "a"}\n{"prompt": "a"}\n'))
    assert "the content of row 1 too" in error.message


def test_a_reference_that_the_verifier_cannot_use_is_a_fault_of_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, '{"prompt": "a", "answer": 1}\n{"prompt": "b", "answer": "many"}\n')
    error = refusal(path, "number")
    assert (error.row, error.field) == (2, "answer")


def test_columns_can_go_by_other_names(tmp_path: Path) -> None:
    path = write(tmp_path, '{"question": "a", "answer": 1}\n{"prompt": "b"}\n')
    assert next(read_rows(path, path.name, {"prompt": "question"}))[1] == {"answer": 1, "prompt": "a"}
    with pytest.raises(
        RowError, match="Row 2, field 'prompt': there is no column 'question'; the columns are prompt"
    ):
        values_of(path, {"prompt": "question"})


def test_unstorable_text_becomes_visible_escapes(tmp_path: Path) -> None:
    path = write(tmp_path, '{"prompt": "a\\u0000b\\ud800", "meta": {"k\\u0000": ["\\udfff"]}}\n')
    (read,) = validate_rows(read_rows(path, path.name))
    assert read.prompt == "a\\u0000b\\ud800"
    assert read.meta == {"k\\u0000": ["\\udfff"]}


def test_structured_csv_cells_are_json(tmp_path: Path) -> None:
    path = write(tmp_path, 'prompt,tests,meta\n[sic] a,"[""assert f(1) == 1""]","{""a"": 1}"\n', "rows.csv")
    (read,) = validate_rows(read_rows(path, path.name))
    assert (read.prompt, read.tests, read.meta) == ("[sic] a", ("assert f(1) == 1",), {"a": 1})


def test_new_fields_change_no_hash_of_rows_without_them() -> None:
    assert row(answer=4).content_hash() == "fcfd7fde3d674931790968cebba1ca4cb9db0baf6396da2692610378591f3a7b"


def test_parquet_nulls_are_absent_values(tmp_path: Path) -> None:
    rows = [{"prompt": [USER | {"name": None}], "answer": 4, "rule": None}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    (read,) = validate_rows(read_rows(tmp_path / "rows.parquet", "rows.parquet"), "number")
    assert (read.messages(), read.answer, read.rule) == ([USER], 4, None)


def test_a_row_without_an_id_is_known_by_its_content_wherever_it_stands() -> None:
    assert row(answer=4).id == validate_row(9, {"answer": 4, "prompt": "q", "split": "gold"}).id
    assert row(answer=4).id != row(answer=5).id


def test_a_prompt_keeps_its_split_when_the_data_set_grows_and_moves() -> None:
    small = [row(prompt=f"question {i}") for i in range(300)]
    large = [row(prompt=f"question {i}") for i in reversed(range(900))]
    first = {placed.id: placed.split for placed in assign_splits(small, seed=3)}
    second = {placed.id: placed.split for placed in assign_splits(large, seed=3)}
    assert all(second[key] == split for key, split in first.items())


def test_splits_meet_their_shares_and_depend_on_the_seed() -> None:
    rows = [row(prompt=f"question {i}") for i in range(2000)]
    by_seed = [[r.split for r in assign_splits(rows, {"train": 0.5, "gold": 0.5}, seed)] for seed in (0, 1)]
    assert 900 < Counter(by_seed[0])["train"] < 1100
    assert "probe" not in by_seed[0]
    assert by_seed[0] != by_seed[1]


def test_a_prompt_in_two_splits_is_refused() -> None:
    rows = [row(answer=1, split="train"), row(answer=2, split="gold")]
    with pytest.raises(RowError, match="train and gold"):
        list(assign_splits(rows))


@pytest.mark.parametrize("shares", [{"train": 0.5}, {"test": 1.0}, {"train": 1.5, "gold": -0.5}])
def test_shares_that_do_not_add_up_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="split"):
        list(assign_splits([], shares))


def test_statements_and_votes_are_read_and_must_fit_each_other() -> None:
    row = validate_row(1, {"prompt": "How long?", "statements": ["Short."], "votes": {"a": [1], "b": [None]}})
    assert row.reference().statements == ("Short.",)
    assert row.reference().votes == {"a": (1,), "b": (None,)}
    with pytest.raises(RowError, match="one vote for each of the 'statements'"):
        validate_row(1, {"prompt": "How long?", "statements": ["Short."], "votes": {"a": [1, -1]}})
    with pytest.raises(RowError, match="votes"):
        validate_row(1, {"prompt": "How long?", "statements": ["Short."], "votes": {"a": [2]}})
