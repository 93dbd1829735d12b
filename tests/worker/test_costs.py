"""What a run spends is counted: tokens, labels, seconds; the loop's apart from measuring's; a crash changes nothing."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from experiments import models as m
from experiments.alignment.registry import get_recipe
from experiments.alignment.scripted import Script, ScriptedPolicy
from experiments.alignment.spending import Spent
from experiments.alignment.types import Ask, Message
from experiments.services import work as works
from tasks.lease import Lease
from tasks.metering import Meter, MeteredPolicy
from tasks.policies.loading import LoadedModel
from tasks.runner import execute, work_until_idle
from tests.support import loops
from tests.support.trials import make_trial

pytestmark = pytest.mark.django_db(transaction=True)


def finished(recipe: str, model: m.LanguageModel, version: m.DatasetVersion, **settings: Any) -> m.Run:
    run = loops.start(recipe, model, version, **settings)
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_message) == ("succeeded", "")
    return run


def cost(run: m.Run, iteration: int, stage: str, purpose: str = "loop") -> m.Cost:
    return run.costs.get(iteration=iteration, phase=0, stage=stage, purpose=purpose)


def answers(run: m.Run, iteration: int, **where: Any) -> list[m.Candidate]:
    return list(
        m.Candidate.objects.filter(trace__iteration__run=run, trace__iteration__index=iteration, **where)
    )


def words_selected(run: m.Run, role: str) -> int:
    """Words of the answers that became samples of a role."""
    picked = m.Selection.objects.filter(trace__iteration__run=run, role=role).exclude(fate="dropped")
    texts = [one.trace.candidates.get(index=at).text for one in picked for at in one.about]
    return sum(len(text.split()) for text in texts)


def test_every_answer_and_every_verdict_is_counted_where_it_was_asked_for():
    run = finished("self-rewarding", loops.make_scripted(), loops.make_sums())
    samples = answers(run, 1, trace__part="train")
    assert len(samples) == 48
    assert cost(run, 1, "propose").tokens_generated == sum(one.n_tokens for one in samples)
    verdicts = m.Signal.objects.filter(trace__iteration__index=1, trace__part="train", kind="judge")
    words = [len(raw.split(" ")) for raw in verdicts.values_list("raw", flat=True)]
    assert len(words) == 48
    assert cost(run, 1, "signal").tokens_generated == sum(words)
    question = len("What is 3 + 1?".split())
    assert cost(run, 1, "propose").tokens_read == 48 * question
    assert not run.costs.filter(stage="evaluate", purpose="loop").exists()
    measured = [one.n_tokens for one in answers(run, 0)]
    assert cost(run, 0, "evaluate", "measurement").tokens_generated > sum(measured) > 0


def test_what_trains_a_control_is_measuring_and_not_the_loop_s():
    run = finished("self-rewarding", loops.make_scripted(), loops.make_sums(), epochs=3)
    assert cost(run, 1, "learn").tokens_trained == 3 * words_selected(run, "policy")
    assert cost(run, 1, "learn", "measurement").tokens_trained == 3 * words_selected(run, "control")


def test_a_label_counts_once_a_run_however_often_it_is_read():
    run = finished("rest-em", loops.make_scripted(), loops.make_sums(), prompts=8, iterations=3)
    drawn = [
        set(
            m.Trace.objects.filter(iteration__run=run, iteration__index=n, part="train").values_list(
                "row", flat=True
            )
        )
        for n in (1, 2, 3)
    ]
    first = [len(drawn[0]), len(drawn[1] - drawn[0]), len(drawn[2] - drawn[0] - drawn[1])]
    assert first[0] == 8
    assert sum(first) > 8
    assert [cost(run, n, "signal").labels for n in (1, 2, 3)] == first
    held_out = [cost(run, n, "evaluate", "measurement").labels for n in (0, 1)]
    assert held_out[0] >= 6 + 8
    assert held_out[1] == 0


def test_a_label_from_which_only_a_ceiling_learns_is_measuring():
    version = loops.make_sums()
    hard = list(version.rows.filter(split="train").order_by("position")[:5])
    for row in hard:
        row.messages = [{"role": "user", "content": "What is 1 + 1 + 1 + 1 + 1?"}]
    m.Row.objects.bulk_update(hard, ["messages"])
    run = finished("easy-to-hard", loops.make_scripted(), version, easy=3, hard_share=1.0)
    labels = dict(run.costs.filter(iteration=1, labels__gt=0).values_list("purpose", "labels"))
    assert labels == {"loop": 7, "measurement": 5}
    assert set(run.costs.filter(iteration=1, labels__gt=0).values_list("stage", flat=True)) == {"select"}


def test_where_people_voted_every_vote_is_a_label(tmp_path: Path):
    recipe = get_recipe("collective-constitution")
    version = make_trial(recipe, tmp_path)
    said = {"statements": ["Be short.", "Be kind."], "votes": {"ana": [1, None], "ben": [-1, 0]}}
    voted = list(version.rows.filter(split="train").values_list("pk", flat=True)[:5])
    m.Row.objects.filter(pk__in=voted).update(reference=said)
    run = finished(recipe.slug, loops.make_scripted(), version, prompts=4, iterations=2)
    read = m.Row.objects.filter(traces__iteration__run=run, traces__part="train", pk__in=voted).distinct()
    assert read
    assert sum(run.costs.filter(purpose="loop").values_list("labels", flat=True)) == 3 * len(read)


def test_a_recipe_that_reads_no_reference_uses_no_labels():
    run = finished("self-consistency", loops.make_scripted(), loops.make_sums())
    assert sum(run.costs.filter(purpose="loop").values_list("labels", flat=True)) == 0


def test_a_real_model_s_tokens_are_those_of_its_tokenizer(tmp_path: Path):
    model = loops.make_tiny(tmp_path)
    run = finished(
        "rest-em", model, loops.make_sums(verifier="rule"), max_tokens=loops.NOISE_TOKENS, epochs=2
    )
    samples = answers(run, 1, trace__part="train")
    assert cost(run, 1, "propose").tokens_generated == sum(one.n_tokens for one in samples)
    chat = LoadedModel(tmp_path / "tiny", "cpu", None).chat
    read = [len(chat.prompt_ids((Message("user", one.trace.row.title),))) for one in samples]
    assert cost(run, 1, "propose").tokens_read == sum(read)
    kept = m.Selection.objects.filter(trace__iteration__run=run, fate="kept")
    texts = [one.trace.candidates.get(index=at).text for one in kept for at in one.about]
    assert texts
    assert cost(run, 1, "learn").tokens_trained == 2 * sum(len(chat.answer_ids(text)) for text in texts)
    assert cost(run, 1, "propose").device_seconds > 0


def test_a_chunk_that_is_lost_takes_its_counts_with_it(monkeypatch: pytest.MonkeyPatch):
    version, model = loops.make_sums(), loops.make_scripted()
    plain, crashed = (loops.start("self-rewarding", model, version) for _ in range(2))
    generate, calls = ScriptedPolicy.generate, iter(range(10_000))

    def breaks(self: Any, asks: Any, check: Any) -> Any:
        if next(calls) == 25:
            raise RuntimeError("the power went")
        return generate(self, asks, check)

    m.Run.objects.filter(pk=plain.pk).update(status="paused")
    with monkeypatch.context() as patch:
        patch.setattr(ScriptedPolicy, "generate", breaks)
        work_until_idle()
    crashed.refresh_from_db()
    assert crashed.status == "failed"
    m.Run.objects.filter(pk__in=[plain.pk, crashed.pk]).update(status="running")
    work_until_idle()
    assert loops.costs(crashed) == loops.costs(plain)
    assert {m.Run.objects.get(pk=run.pk).status for run in (plain, crashed)} == {"succeeded"}


def test_a_renewal_writes_down_the_seconds_of_a_call_that_is_under_way():
    loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    work = works.claim("busy")
    lease, meter = Lease(work), Meter("measurement")
    lease.meter = meter
    with meter.running():
        time.sleep(0.05)
        lease._look(time.monotonic() - 60)
        written = m.Cost.objects.get().device_seconds
        assert written >= 0.05
    assert meter.take().get("measurement", Spent()).device_seconds < written
    execute(work)


class Shop:
    """A policy that buys its answers from another machine, one a request."""

    name, capabilities = "shop", frozenset({"generate"})

    def __init__(self) -> None:
        self.owed = 0
        self.policy = ScriptedPolicy(Script())

    def generate(self, asks: Any, check: Any) -> Any:
        time.sleep(0.02)
        self.owed += len(asks)
        return self.policy.generate(asks, check)

    def bill(self) -> tuple[int, float]:
        bought, self.owed = self.owed, 0
        return bought, bought * 0.5

    def rate(self, asks: Any, answers: Any) -> list[float]:
        return [1.0 for _ in asks]

    def generate_twice(self, asks: Any, check: Any) -> Any:
        return self.generate([*asks, *asks], check)


def test_bought_answers_have_their_number_and_price_and_take_no_device_time():
    meter = Meter("loop")
    policy, ask = MeteredPolicy(Shop(), meter), Ask((Message("user", "What is 1 + 1?"),), 5)
    policy.generate([ask, ask], lambda: None)
    assert meter.take() == {"loop": Spent(tokens_generated=8, tokens_read=10, bought=2, money=1.0)}
    policy.generate_twice([ask], lambda: None)
    assert meter.take()["loop"] == Spent(tokens_generated=8, tokens_read=5, bought=2, money=1.0)
    policy.rate([ask], ["two words"])
    assert meter.take()["loop"] == Spent(tokens_read=7)
    assert policy.owed == 0
    assert not hasattr(policy, "sing")
    assert meter.take() == {}


def test_nested_calls_take_their_time_once_and_the_lease_s_thread_may_ask_meanwhile():
    meter, seconds = Meter("loop"), []
    with meter.running():
        asker = threading.Thread(target=lambda: seconds.append(meter.take_seconds()))
        with meter.running():
            time.sleep(0.05)
            asker.start()
            asker.join()
        time.sleep(0.05)
    all_of_it = seconds[0]["loop"].device_seconds + meter.take()["loop"].device_seconds
    assert 0.1 <= all_of_it < 0.15


def test_the_verdicts_that_comparisons_pair_have_the_mean_of_their_metric(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(loops.SPLITS, "gold", 24)
    run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    work_until_idle()
    place = {"run": run, "iteration": 1, "name": "accuracy", "split": "gold"}
    metric = m.Metric.objects.get(**place)
    traces = m.Trace.objects.filter(iteration__run=run, iteration__index=1, part="gold", phase=0)
    values = list(traces.values_list("value", flat=True))
    assert (metric.n, metric.value) == (24, pytest.approx(sum(values) / 24))
    assert 0 < metric.value < 1
