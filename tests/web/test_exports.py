"""Taking pairs, demonstrations and checkpoints out of a run."""

import json

import pyarrow.parquet as pq
import pytest
from django.conf import settings

from experiments.alignment.errors import ConfigError, DataError
from experiments.models import Trace
from experiments.services.exports import export
from tests.support.factories import make_candidate, make_row, make_run, make_selection, make_trace, sha

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run()


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_pairs_come_with_both_answers_and_where_they_are_from(run, tmp_path):
    done = export(run, "pairs", tmp_path / "pairs.jsonl")
    rows = read(done.path)
    assert done.count == len(rows) == 3
    assert rows[0]["chosen"] == [{"role": "assistant", "content": "A good answer"}]
    assert rows[0]["rejected"] == [{"role": "assistant", "content": "A bad, bad answer"}]
    assert rows[0]["prompt"][0]["role"] == "user"
    assert rows[0] | {
        "run": run.pk, "recipe": run.recipe, "recipe_version": 1, "iteration": 1, "prompt_id": "row-0",
        "dataset_sha256": run.dataset_sha256, "base_model_sha256": run.models.get().model.sha256,
        "reason": "best score; worst score", "source": "verifier: rule, judge_rating: helpful-5 v3",
        "model_sha256": "a" * 64,
    } == rows[0]  # fmt: skip


def test_demonstrations_are_the_kept_answers(run, tmp_path):
    trace = Trace.objects.filter(part="train").first()
    make_candidate(trace, "Right")
    make_selection(trace, [2], "kept", "right answer")
    rows = read(export(run, "demonstrations", tmp_path / "d.jsonl").path)
    assert [row["completion"][0]["content"] for row in rows] == ["Right"]
    assert rows[0]["reason"] == "right answer"


def test_held_out_rows_never_leave(run, tmp_path):
    for split in ("gold", "probe"):
        trace = make_trace(
            run.iterations.get(index=1), make_row(run.dataset_version, split), answers=["held out"]
        )
        make_selection(trace, [0], "kept", "by mistake")
    with pytest.raises(DataError):
        export(run, "demonstrations", tmp_path / "d.jsonl")
    assert not list(tmp_path.iterdir())


def test_parquet_holds_the_same_rows(run, tmp_path):
    lines = read(export(run, "pairs", tmp_path / "p.jsonl").path)
    table = pq.read_table(export(run, "pairs", tmp_path / "p.parquet", "parquet").path)
    assert table.to_pylist() == lines


def test_nothing_is_overwritten_and_nothing_is_left_half(run, tmp_path):
    there = tmp_path / "p.jsonl"
    there.write_text("mine")
    with pytest.raises(ConfigError, match="exists already"):
        export(run, "pairs", there)
    with pytest.raises(ConfigError, match="not a folder"):
        export(run, "pairs", tmp_path / "nowhere" / "p.jsonl")
    assert there.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [there]


def test_a_failure_in_the_middle_leaves_nothing(run, tmp_path, monkeypatch):
    def broken(run):
        yield {"run": 1}
        raise DataError("the rows are gone")

    monkeypatch.setitem(export.__globals__["SAMPLES"], "pairs", broken)
    with pytest.raises(DataError):
        export(run, "pairs", tmp_path / "p.jsonl")
    assert not list(tmp_path.iterdir())


def put_on_disk(artefact, text):
    folder = settings.DATA_DIR / "store" / artefact.directory
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_text(text)


def test_a_checkpoint_is_copied_with_a_card_that_names_its_base(run, tmp_path):
    put_on_disk(run.artefacts.get(), "weights")
    done = export(run, "checkpoint", tmp_path / "out")
    assert (done.path / "adapter_model.safetensors").read_text() == "weights"
    card = (done.path / "README.md").read_text()
    model = run.models.get().model
    assert f'base_model: "{model.name}"' in card
    for words in (model.sha256, run.dataset_sha256, run.artefacts.get().sha256, "0.45", "Apache-2.0"):
        assert words in card


def test_a_checkpoint_that_rests_on_others_takes_them_along_in_order(tmp_path):
    run = make_run(iterations=3)
    for artefact in run.artefacts.order_by("iteration"):
        put_on_disk(artefact, f"round {artefact.iteration}")
    done = export(run, "checkpoint", tmp_path / "out")
    assert (done.path / "adapter-1" / "adapter_model.safetensors").read_text() == "round 1"
    assert (done.path / "adapter-2" / "adapter_model.safetensors").read_text() == "round 2"
    assert "merge them in this order" in (done.path / "README.md").read_text()


def test_a_checkpoint_that_is_gone_is_said_to_be(tmp_path):
    run = make_run()
    run.artefacts.update(state="deleted", directory=f"artefacts/{sha('gone')}")
    with pytest.raises(DataError, match="no longer on the disk"):
        export(run, "checkpoint", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_run_without_a_checkpoint_says_so(tmp_path):
    with pytest.raises(DataError, match="no checkpoint"):
        export(make_run(iterations=1), "checkpoint", tmp_path / "out")
