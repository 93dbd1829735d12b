"""What models wrote, on its way into the database: evidence and turns included."""

from typing import Any

import pytest

from experiments.alignment import types as kernel
from experiments.models import Candidate, Signal
from experiments.services.groups import read_groups
from experiments.services.trace_writer import write_groups, write_signals
from tests.support.factories import make_iteration, make_run

pytestmark = pytest.mark.django_db


def written(group: kernel.Group, said: list[kernel.Signal] | None = None) -> Any:
    run = make_run(iterations=0, traces=False)
    iteration = make_iteration(run, 1, traces=False)
    rows = list(run.dataset_version.rows.filter(split="train")[:1])
    traces = write_groups(iteration, 0, "train", 0, rows, [group])
    if said is not None:
        write_signals(traces, [said])
    return traces[0]


def group_of(*candidates: kernel.Candidate, signals: tuple[kernel.Signal, ...] = ()) -> kernel.Group:
    prompt = kernel.Prompt("p", (kernel.Message("user", "?"),), "train")
    return kernel.Group(prompt, candidates, signals)


def test_hostile_text_in_evidence_and_turns_is_admitted() -> None:
    turn = kernel.Turn(
        "policy", "go\x00", data={"observation": "a\ud800"}, options=("\x00",), probabilities=(1.0,)
    )
    evidence = kernel.Evidence("critique", {"critique": "bad\x00"})
    signal = kernel.Signal("critique", "judge", (0,), 1.0, evidence=evidence)
    written(group_of(kernel.Candidate(0, "x", 1, turns=(turn,)), signals=(signal,)))
    assert Signal.objects.get().evidence == {"critique": "bad\\u0000"}
    [stored] = Candidate.objects.get().turns
    assert (stored["text"], stored["options"]) == ("go\\u0000", ["\\u0000"])
    assert stored["data"] == {"observation": "a\\ud800"}


def test_evidence_that_is_no_json_leaves_its_reason() -> None:
    evidence = kernel.Evidence("reward", {"reward": float("nan")})
    written(
        group_of(
            kernel.Candidate(0, "x", 1), signals=(kernel.Signal("reward", "m", (0,), 1.0, evidence=evidence),)
        )
    )
    assert "NaN" in Signal.objects.get().evidence["refused"]


def test_signals_stand_behind_those_that_came_with_the_answers() -> None:
    own = kernel.Signal("tool", "sandbox", (0,), 1.0)
    trace = written(
        group_of(kernel.Candidate(0, "x", 1), signals=(own,)), [kernel.Signal("judge", "j", (0,), 0.0)]
    )
    assert list(trace.signals.values_list("ordinal", "kind")) == [(0, "tool"), (1, "judge")]
    trace.refresh_from_db()
    assert trace.value == 0.5


def test_an_episode_comes_back_as_it_went_in() -> None:
    turn = kernel.Turn(
        "policy",
        "up",
        (kernel.Message("user", "where?"),),
        -0.5,
        ("up", "down"),
        (0.6, 0.4),
        0.25,
        {"reward": 1.0},
    )
    answer = kernel.Candidate(0, "up", 1, turns=(turn,), train_context=(kernel.Message("user", "other"),))
    trace = written(group_of(answer))
    [group] = read_groups(type(trace).objects.filter(pk=trace.pk))
    assert group.candidates == (answer,)
