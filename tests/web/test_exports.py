"""Taking training samples out of a run, as TRL's data set types."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest
import yaml

from experiments.alignment.composition import CONTROL
from experiments.alignment.errors import ConfigError, DataError
from experiments.models import Trace
from experiments.rows import validate_rows
from experiments.services import export_rows, export_units
from experiments.services.exports import SAMPLES, export
from tests.support.factories import make_candidate, make_row, make_run, make_selection, make_trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run()


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def said(text):
    return [{"role": "assistant", "content": text}]


def keep(run, text="Right", **fields):
    """One more answer of the first train prompt, kept."""
    trace = Trace.objects.filter(iteration__run=run, part="train").first()
    index = make_candidate(trace, text, **fields).index
    return make_selection(trace, [index], "kept", "right answer")


def test_pairs_come_with_both_answers_and_where_they_are_from(run, tmp_path):
    done = export(run, "pairs", tmp_path / "pairs.jsonl")
    rows = read(done.path)
    assert done.count == len(rows) == 3
    assert rows[0]["chosen"] == said("A good answer")
    assert rows[0]["rejected"] == said("A bad, bad answer")
    assert rows[0]["prompt"][0]["role"] == "user"
    assert rows[0] | {
        "run": run.pk, "recipe": run.recipe, "recipe_version": 1, "iteration": 1, "prompt_id": "row-0",
        "dataset_sha256": run.dataset_sha256, "base_model_sha256": run.models.get().model.sha256,
        "reason": "best score; worst score", "source": "verifier: rule, judge_rating: helpful-5 v3",
        "model": "a" * 64, "model_sha256": None, "split": "train", "candidates": [0, 1],
        "trace": Trace.objects.filter(part="train").first().pk,
    } == rows[0]  # fmt: skip
    assert rows[0]["signals"][2:] == [
        {"kind": "judge_rating", "source": "helpful-5 v3", "candidates": [0], "value": 3.7},
        {"kind": "judge_rating", "source": "helpful-5 v3", "candidates": [1], "value": None},
    ]


def test_demonstrations_are_the_kept_answers(run, tmp_path):
    keep(run)
    rows = read(export(run, "demonstrations", tmp_path / "d.jsonl").path)
    assert [row["completion"] for row in rows] == [said("Right")]
    assert rows[0]["reason"] == "right answer"


def test_conversations_are_the_same_with_their_prompts(run, tmp_path):
    keep(run)
    (row,) = read(export(run, "conversations", tmp_path / "c.jsonl").path)
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
    assert row["messages"][-1]["content"] == "Right"


def test_a_pair_is_two_labelled_answers_each_once(run, tmp_path):
    trace = Trace.objects.filter(part="train").first()
    make_candidate(trace, "Worse still")
    make_selection(trace, [0], "chosen", "best score", pair=1)
    make_selection(trace, [2], "rejected", "worse", pair=1)
    rows = read(export(run, "unpaired", tmp_path / "u.jsonl").path)
    assert [(row["completion"], row["label"]) for row in rows if row["trace"] == trace.pk] == [
        (said("A good answer"), True),
        (said("A bad, bad answer"), False),
        (said("Worse still"), False),
    ]
    assert (rows[1]["candidates"], rows[1]["reason"]) == ([1], "worst score")


def test_prompts_are_those_that_were_asked_with_what_a_verifier_needs(run, tmp_path):
    make_row(run.dataset_version, "train", "Never asked")
    rows = read(export(run, "prompts", tmp_path / "p.jsonl").path)
    assert [row["prompt_id"] for row in rows] == ["row-0", "row-1", "row-2"]
    assert {row["rule"] for row in rows} == {"no-comma"}


def test_what_a_candidate_trains_on_is_its_own_prompt(run, tmp_path):
    keep(run, train_context=[{"role": "user", "content": "Another question"}])
    (row,) = read(export(run, "demonstrations", tmp_path / "d.jsonl").path)
    assert row["prompt"] == [{"role": "user", "content": "Another question"}]


def test_an_answer_that_is_worse_than_nothing_is_no_demonstration(run, tmp_path):
    chosen = keep(run)
    chosen.weight = -1.0
    chosen.save()
    with pytest.raises(DataError, match="no demonstrations"):
        export(run, "demonstrations", tmp_path / "d.jsonl")


def test_what_teaches_the_control_stays_out_unless_it_is_asked_for(run, tmp_path):
    trace = Trace.objects.filter(part="train").first()
    for fate, index in (("chosen", 1), ("rejected", 0)):
        make_selection(trace, [index], fate, "at random", pair=0, role=CONTROL)
    assert export(run, "pairs", tmp_path / "own.jsonl").count == 3
    (row,) = read(export(run, "pairs", tmp_path / "control.jsonl", role=CONTROL).path)
    assert (row["chosen"], row["teaches"]) == (said("A bad, bad answer"), CONTROL)


def test_answers_judged_alone_are_labelled_too(run, tmp_path):
    trace = Trace.objects.filter(part="train").first()
    make_selection(trace, [make_candidate(trace, "Fine").index], "chosen", "good")
    make_selection(trace, [make_candidate(trace, "Bad").index], "rejected", "not good")
    rows = read(export(run, "unpaired", tmp_path / "u.jsonl").path)
    own = [(row["completion"], row["label"]) for row in rows if row["trace"] == trace.pk]
    assert own[2:] == [(said("Fine"), True), (said("Bad"), False)]


@pytest.mark.parametrize("file_format", ["jsonl", "parquet"])
def test_solutions_in_steps_have_a_label_a_step(tmp_path, file_format):
    run = make_run(recipe="process-verifier")
    trace = Trace.objects.filter(part="train").first()
    solution = make_candidate(trace, "One and one.\nMake two.\nSo: two").index
    for turn, verdicts in ((1, (1.0, 0.0)), (2, (0.0,))):
        for verdict in verdicts:
            begun = make_candidate(trace, "…", parent=solution, turn=turn).index
            make_selection(trace, [begun], "kept", "completion", weight=verdict, role="verifier")
    make_selection(trace, [solution], "kept", "solution", weight=1.0, role="verifier")
    whole = make_candidate(trace, "Two.\nSurely.").index
    make_selection(trace, [whole], "kept", "solution", weight=0.0, role="verifier")
    path = export(run, "steps", tmp_path / "s", file_format).path
    rows = read(path) if file_format == "jsonl" else pq.read_table(path).to_pylist()
    assert [(row["completions"], row["labels"], row["candidates"]) for row in rows] == [
        (["One and one.\n", "Make two.\n", "So: two"], [True, False, True], [solution]),
        (["Two.\nSurely."], [False], [whole]),
    ]
    assert rows[0]["label_values"] == [0.5, 0.0, 1.0]
    assert rows[0]["prompt"] == trace.row.messages[0]["content"]
    (taken, _) = validate_rows(enumerate(rows, 1))
    assert taken.step_labels == (1.0, 0.0, 1.0)


@pytest.mark.parametrize("recipe", ["response-distillation", "group-policy-gradient"])
def test_answers_and_rollouts_are_no_steps(tmp_path, recipe):
    run = make_run(recipe=recipe)
    keep(run)
    with pytest.raises(DataError, match="no steps"):
        export(run, "steps", tmp_path / "s.jsonl")


def test_who_wrote_an_answer_has_its_hash(run, tmp_path):
    policy = run.models.get(role="policy").model
    made = run.artefacts.get(iteration=1)
    for text, author in (
        ("One", policy.name),
        ("Two", f"{policy.name}+{made.sha256[:8]}"),
        ("Three", "data set"),
    ):
        keep(run, text, model=author)
    rows = read(export(run, "demonstrations", tmp_path / "d.jsonl").path)
    assert [(row["model"], row["model_sha256"]) for row in rows] == [
        (policy.name, policy.sha256),
        (f"{policy.name}+{made.sha256[:8]}", made.sha256),
        ("data set", None),
    ]


def test_a_step_without_a_label_is_one_with_the_next(tmp_path):
    run = make_run(recipe="process-verifier")
    trace = Trace.objects.filter(part="train").first()
    solution = make_candidate(trace, "One.\nTwo.\nThree.").index
    begun = make_candidate(trace, "…", parent=solution, turn=2).index
    make_selection(trace, [begun], "kept", "completion", weight=1.0, role="verifier")
    make_selection(trace, [solution], "kept", "solution", weight=0.0, role="verifier")
    (row,) = read(export(run, "steps", tmp_path / "s").path)
    assert (row["completions"], row["labels"]) == (["One.\nTwo.\n", "Three."], [True, False])


def test_moves_with_advantages_are_no_demonstrations(tmp_path):
    run = make_run(recipe="embodied-policy")
    keep(run)
    with pytest.raises(DataError, match="no demonstrations"):
        export(run, "demonstrations", tmp_path / "d.jsonl")


def test_a_recipe_that_is_not_installed_hinders_nothing(tmp_path):
    run = make_run(recipe="of-another-package")
    keep(run)
    assert export(run, "demonstrations", tmp_path / "d.jsonl").count == 1


def test_held_out_rows_never_leave(run, tmp_path):
    for split in ("gold", "probe"):
        row = make_row(run.dataset_version, split, f"held out {split}")
        trace = make_trace(run.iterations.get(index=1), row, answers=["held out", "held out too"])
        make_selection(trace, [0], "kept", "by mistake")
        make_selection(trace, [0], "chosen", "by mistake", pair=0)
        make_selection(trace, [1], "rejected", "by mistake", pair=0)
    for what in ("demonstrations", "conversations"):
        with pytest.raises(DataError):
            export(run, what, tmp_path / what)
    assert not list(tmp_path.iterdir())
    for what in ("pairs", "unpaired", "prompts"):
        assert "held out" not in export(run, what, tmp_path / what).path.read_text()


@pytest.mark.parametrize("what", ["pairs", "demonstrations", "conversations", "unpaired", "prompts"])
def test_parquet_holds_the_same_rows(run, tmp_path, what):
    keep(run)
    lines = read(export(run, what, tmp_path / "p.jsonl").path)
    table = pq.read_table(export(run, what, tmp_path / "p.parquet", "parquet").path)
    assert table.to_pylist() == lines


@pytest.mark.parametrize("what", ["pairs", "demonstrations", "conversations", "unpaired", "prompts"])
def test_what_was_exported_can_be_imported_as_it_is(run, tmp_path, what):
    keep(run)
    rows = read(export(run, what, tmp_path / "rows.jsonl").path)
    taken = list(validate_rows(enumerate(rows, 1)))
    assert {row.split for row in taken} == {"train"}
    assert taken[0].messages() == (rows[0].get("prompt") or rows[0]["messages"][:-1])
    assert taken[0].meta["dataset_sha256"] == run.dataset_sha256


def test_the_card_says_what_the_file_is(run, tmp_path):
    run.dataset_version.dataset.source = "collected by <b>us</b> | them"
    done = export(run, "pairs", tmp_path / "pairs.jsonl")
    assert done.card == tmp_path / "pairs.jsonl.card.md"
    card = done.card.read_text()
    header = yaml.safe_load(card.split("---")[1])
    assert header["configs"][0]["data_files"] == [{"split": "train", "path": "pairs.jsonl"}]
    assert header["size_categories"] == ["n<1K"]
    model = run.models.get().model
    for words in (
        hashlib.sha256(done.path.read_bytes()).hexdigest(),
        run.dataset_sha256,
        "rows: 3 (iteration 1: 3)",
        "licence CC0",
        f"sha256 {model.sha256}, source hub:team/base, licence Apache-2.0",
        "arXiv 2401.10020",
        r"collected by \<b\>us\</b\> \| them",
    ):
        assert words in card


def test_nothing_is_overwritten_and_nothing_is_left_half(run, tmp_path):
    there = tmp_path / "p.jsonl"
    there.write_text("mine")
    card = tmp_path / "q.jsonl.card.md"
    card.write_text("mine")
    for path in (there, tmp_path / "q.jsonl"):
        with pytest.raises(ConfigError, match="exists already"):
            export(run, "pairs", path)
    with pytest.raises(ConfigError, match="not a folder"):
        export(run, "pairs", tmp_path / "nowhere" / "p.jsonl")
    assert there.read_text() == card.read_text() == "mine"
    assert set(tmp_path.iterdir()) == {there, card}


def test_a_failure_in_the_middle_leaves_nothing(run, tmp_path, monkeypatch):
    def broken(run, role):
        yield {"run": 1}
        raise DataError("the rows are gone")

    monkeypatch.setitem(SAMPLES, "pairs", broken)
    with pytest.raises(DataError):
        export(run, "pairs", tmp_path / "p.jsonl")
    assert not list(tmp_path.iterdir())


def test_traces_are_read_a_batch_at_a_time(run, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(export_units, "BATCH", 2)
    with django_assert_max_num_queries(17):
        assert len(list(export_rows.pair_rows(run))) == 3
