"""`traces` and `export` as scripts use them."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from experiments.models import Signal, Trace
from experiments.services import traces
from tests.support.factories import make_run

pytestmark = pytest.mark.django_db


def lines(*words):
    out = StringIO()
    call_command("traces", *words, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def code_of(*words):
    with pytest.raises(SystemExit) as ended:
        call_command(*words, stdout=StringIO(), stderr=StringIO())
    return ended.value.code


def test_one_document_a_line_in_the_promised_shape():
    run = make_run()
    found = lines(str(run.pk))
    assert [one["trace"] for one in found] == list(Trace.objects.order_by("pk").values_list("pk", flat=True))
    one = next(one for one in found if one["prompt"]["split"] == "train")
    assert set(one) >= {"trace", "iteration", "position", "prompt", "candidates", "signals", "selections"}
    assert set(one["prompt"]) == {"id", "text", "split"}
    assert set(one["candidates"][0]) == {
        "id",
        "parent",
        "role",
        "turn",
        "text",
        "n_tokens",
        "logprob",
        "model",
    }
    assert set(one["signals"][0]) == {
        "id", "kind", "source", "candidates", "order", "value", "scores", "label", "text", "evidence", "raw", "parsed",
        "error",
    }  # fmt: skip
    assert one["selections"][0] == {"candidates": [0], "as": "chosen", "reason": "best score"}


def test_unscored_is_null_with_its_raw_text():
    run = make_run()
    unread = next(s for one in lines(str(run.pk)) for s in one["signals"] if not s["parsed"])
    assert (unread["value"], unread["raw"], unread["error"]) == (None, "Great!", "no number")


def test_evidence_is_one_value():
    run = make_run()
    Signal.objects.filter(kind="verifier").update(evidence_kind="tests", evidence={"passed": 3})
    signals = [signal for one in lines(str(run.pk)) for signal in one["signals"]]
    assert {"kind": "tests", "data": {"passed": 3}} in [signal["evidence"] for signal in signals]
    assert None in [signal["evidence"] for signal in signals]


def test_one_iteration_can_be_asked_for():
    run = make_run()
    assert {one["iteration"] for one in lines(str(run.pk), "--iteration", "0")} == {0}


def test_batches_lose_and_double_nothing(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(traces, "BATCH", 3)
    run = make_run()
    assert [one["trace"] for one in lines(str(run.pk))] == list(
        Trace.objects.order_by("pk").values_list("pk", flat=True)
    )


@pytest.mark.parametrize("words", [["traces", "999"], ["traces", "999", "--json"]])
def test_an_unknown_run_is_bad_input(words):
    assert code_of(*words) == 2


def test_an_unknown_iteration_is_bad_input():
    assert code_of("traces", str(make_run().pk), "--iteration", "9") == 2


def test_export_prints_what_it_wrote(tmp_path):
    out = StringIO()
    target = tmp_path / "pairs.jsonl"
    call_command("export", str(make_run().pk), "--what", "pairs", "--to", str(target), "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["count"] == 3
    assert said["path"] == str(target)
    assert said["card"] == f"{target}.card.md"


def test_export_takes_the_form_the_role_and_the_iteration_of_a_checkpoint(tmp_path):
    run = str(make_run().pk)
    wanted = ["export", run, "--what", "checkpoint", "--to", str(tmp_path / "x"), "--form", "merged"]
    assert code_of(*wanted, "--role", "judge") == 2
    assert code_of(*wanted, "--iteration", "9") == 2
    assert not list(tmp_path.iterdir())


def test_an_export_without_rows_is_bad_input_and_writes_nothing(tmp_path):
    run = make_run(iterations=1)
    assert code_of("export", str(run.pk), "--what", "pairs", "--to", str(tmp_path / "x")) == 2
    assert not list(tmp_path.iterdir())
