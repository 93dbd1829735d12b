"""Whole runs with an endpoint in a role, through the database and the runner, against a real server."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments import models as m
from experiments.alignment.composition import BUILT_IN
from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import recipes
from experiments.services import endpoints
from experiments.services import runs as verbs
from experiments.services.launch import LaunchRequest, launch
from experiments.services.report import report
from tasks.policies import endpoint_policy
from tasks.policies.endpoint_patience import Patience
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support import stub_endpoint as stub
from tests.support.endpoint_policies import account
from tests.support.services import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "sk-of-a-test-0123456789"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(endpoint_policy, "Patience", lambda: Patience(attempts=4, first=0.02, longest=0.05))
    monkeypatch.setenv("TEACHER_KEY", SECRET)
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "endpoint"]


def register(server: stub.Stub, name: str = "far", **given: Any) -> m.LanguageModel:
    wish = {"url": server.url, "model": "remote", "key_env": "TEACHER_KEY", **given}
    return endpoints.register_endpoint(name, wish, operator=True)


def start(recipe: str, policy: m.LanguageModel, roles: dict[str, str], **settings: Any) -> m.Run:
    version = m.Dataset.objects.filter(name="sums").first() or loops.make_sums().dataset
    request = LaunchRequest(
        recipe=recipe,
        model=policy.name,
        dataset=version.name,
        roles=roles,
        settings={**loops.SMALL, **settings},
    )
    return launch(request, None)


def done(run: m.Run) -> m.Run:
    work_until_idle()
    run.refresh_from_db()
    return run


def judging(handler: stub.Handler, body: dict[str, Any]) -> None:
    """A judge of few words, whose score is the length of what it read."""
    text = f"Reasonable.\nScore: {len(body['messages'][-1]['content']) % 6}"
    handler.say(200, stub.message(text, usage=stub.usage(100, 10)))


def test_a_whole_run_takes_its_judge_from_an_endpoint_and_counts_what_it_bought() -> None:
    with stub.running_stub(stub.error(500), stub.error(429, Retry_After="0"), always=judging) as server:
        far = register(server, price_in=1, price_out=2, cost_cap=10)
        run = done(start("self-rewarding", loops.make_scripted(), {"judge": "far"}))
    assert (run.status, run.error_message) == ("succeeded", "")
    verdicts = m.Signal.objects.filter(trace__iteration__run=run, kind="judge", trace__part="train")
    assert verdicts.count() == 48
    assert not verdicts.filter(value=None).exists()
    assert {seen["headers"]["Authorization"] for seen in server.seen} == {f"Bearer {SECRET}"}
    bought = len(server.seen) - 2
    spending = account()
    assert (spending.answers, spending.tokens_read, spending.estimated) == (bought, 100 * bought, 0)
    assert spending.spent == pytest.approx(bought * 120 / 1e6)
    costs = run.costs.all()
    assert sum(cost.bought for cost in costs) == bought
    assert sum(cost.money for cost in costs) == pytest.approx(spending.spent)
    assert report(run)["models"]["judge"] == {"name": "far", "sha256": far.sha256}


def test_a_teacher_at_an_endpoint_writes_what_the_policy_learns_from() -> None:
    with stub.running_stub(always=stub.answer("Surely 4, friend.")) as server:
        register(server)
        run = done(start("response-distillation", loops.make_scripted(), {"teacher": "far"}))
    assert (run.status, run.error_message) == ("succeeded", "")
    kept = m.Candidate.objects.filter(
        trace__iteration__run=run, trace__part="train", text="Surely 4, friend."
    )
    assert kept.exists()
    assert set(kept.values_list("model", flat=True)) == {"far"}


def test_a_recipe_that_trains_nothing_runs_with_an_endpoint_as_its_policy_and_is_not_simulated() -> None:
    with stub.running_stub(always=stub.answer("It is 4.")) as server:
        run = done(start("self-refine", register(server), {}))
    assert (run.status, run.error_message) == ("succeeded", "")
    assert (run.simulated, run.device) == (False, "remote")


def test_the_cap_ends_the_run_in_a_sentence_and_a_raised_one_lets_it_go_on() -> None:
    with stub.running_stub(always=judging) as server:
        register(server, price_out=1e6, cost_cap=200)
        run = done(start("self-rewarding", loops.make_scripted(), {"judge": "far"}))
        assert (run.status, run.error_blame) == ("failed", "config")
        assert "cost cap" in run.error_message
        spent = account().spent
        assert 100 < spent <= 200
        asked = len(server.seen)
        verbs.retry(run, None)
        assert done(run).status == "failed"
        assert (len(server.seen), account().spent) == (asked, spent)
        endpoints.set_cap("far", 100_000)
        verbs.retry(run, None)
        assert done(run).status == "succeeded"
    assert account().spent == 10.0 * len(server.seen)


def test_too_many_answers_that_nobody_can_read_end_the_run_as_a_fault_of_the_service() -> None:
    with stub.running_stub(always=stub.raw(b"<html>")) as server:
        register(server)
        run = done(start("self-rewarding", loops.make_scripted(), {"judge": "far"}, prompts=3, samples=2))
    assert (run.status, run.error_blame) == ("failed", "episode")
    signals = m.Signal.objects.filter(trace__iteration__run=run, kind="judge", trace__part="train")
    assert set(signals.values_list("value", "parsed", "error")) == {(None, False, "no response")}


def test_a_refused_key_ends_the_run_and_stands_nowhere_in_the_database() -> None:
    with stub.running_stub(always=stub.error(401, f"Bad key {SECRET}")) as server:
        register(server)
        run = done(start("self-rewarding", loops.make_scripted(), {"judge": "far"}))
    assert (run.status, run.error_blame) == ("failed", "model")
    assert "Bad key [key]" in run.error_message
    rows = [*m.RunEvent.objects.values(), *m.Run.objects.values(), *m.LanguageModel.objects.values()]
    assert SECRET not in repr(rows)


def test_a_key_that_the_worker_has_not_is_named_and_the_run_goes_on_once_it_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TEACHER_KEY")
    with stub.running_stub(always=judging) as server:
        register(server)
        run = done(start("self-rewarding", loops.make_scripted(), {"judge": "far"}))
        assert (run.status, run.error_blame) == ("failed", "config")
        assert "TEACHER_KEY" in run.error_message
        monkeypatch.setenv("TEACHER_KEY", SECRET)
        verbs.retry(run, None)
        assert done(run).status == "succeeded"


def test_a_cancelled_run_lets_go_of_a_server_that_stalls() -> None:
    with stub.running_stub(always=stub.stall()) as server:
        register(server)
        run = start("self-rewarding", loops.make_scripted(), {"judge": "far"})
        worker = threading.Thread(target=_work, daemon=True)
        worker.start()
        while not server.seen and worker.is_alive():
            time.sleep(0.02)
        began = time.monotonic()
        verbs.cancel(run, None)
        worker.join(10)
        assert time.monotonic() - began < 3
    run.refresh_from_db()
    assert run.status == "cancelled"


@pytest.mark.slow
@pytest.mark.processes
def test_what_a_killed_worker_bought_stays_counted_and_the_next_one_goes_on(
    broker: Path, process_environment: Any
) -> None:
    def slowly(handler: stub.Handler, body: dict[str, Any]) -> None:
        time.sleep(0.1)
        judging(handler, body)

    with stub.running_stub(always=slowly) as server:
        register(server, price_out=1.0, concurrency=1)
        run = start("self-rewarding", loops.make_scripted(), {"judge": "far"}, chunk_prompts=12)
        with loops.worker(process_environment(TEACHER_KEY=SECRET)):
            wait_for(lambda: m.EndpointSpending.objects.filter(spent__gt=0).exists(), 60)
        before = account().answers
        assert 0 < before <= len(server.seen)
        loops.expire_leases()
        assert done(run).status == "succeeded"
    spending = account()
    # The request that was under way when the worker was killed was answered to nobody.
    assert len(server.seen) - 1 <= spending.answers <= len(server.seen)
    assert sum(cost.bought for cost in run.costs.all()) < spending.answers


def _work() -> None:
    from django.db import connection

    try:
        work_until_idle()
    finally:
        connection.close()


def test_what_an_endpoint_cannot_give_is_refused_before_anything_is_written() -> None:
    endpoints.register_endpoint("far", {"url": "https://x.example", "model": "m"}, operator=True)
    scripted, far = loops.make_scripted(), m.LanguageModel.objects.get(name="far")
    for recipe, policy, roles, words in (
        ("rest-em", far, {}, "far is an endpoint, and this recipe trains the policy's weights"),
        ("meta-rewarding", scripted, {"meta-judge": "far"}, "role meta-judge is played by far.*next token"),
        ("rain", scripted, {"judge": "far"}, "role judge is played by far.*next token"),
        ("debate", far, {"judge": "scripted"}, "role policy is played by far"),
    ):
        with pytest.raises(ConfigError, match=words) as refused:
            start(recipe, policy, roles)
        assert refused.value.field == ("model" if policy is far else "roles")
    assert not m.Run.objects.exists()


def test_every_recipe_is_launched_with_an_endpoint_in_each_role_or_refused_in_a_sentence() -> None:
    endpoints.register_endpoint("far", {"url": "https://x.example", "model": "m"}, operator=True)
    scripted = loops.make_scripted()
    for recipe in recipes():
        for role in recipe.roles:
            if role.name in ("policy", *BUILT_IN) or recipe.needs:
                continue
            others = {one.name: "scripted" for one in recipe.roles if one.required and one.name != "policy"}
            try:
                assert start(recipe.slug, scripted, {**others, role.name: "far"}).status == "queued"
            except ConfigError as refused:
                assert f"The role {role.name} is played by far" in refused.message  # noqa: PT017
