"""A policy behind a server: what it asks, at what pace, at what cost, and how it is stopped."""

import gc
import json
import threading
import time
from typing import Any

import pytest

from experiments.alignment.errors import (
    Cancelled,
    ConfigError,
    ModelError,
    PlumblineError,
)
from experiments.alignment.types import Ask, Message
from experiments.services.endpoints import set_cap
from tests.support import stub_endpoint as stub
from tests.support.endpoint_policies import SECRET, account, another, asks, nothing, policy, texts

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_comes_with_its_tokens_and_the_request_says_everything() -> None:
    with policy(stub.answer("Four.", counted=stub.usage(20, 3))) as (far, server):
        done = far.generate(asks(temperature=0.7, top_p=0.9, seed=2**40 + 5), nothing)
    assert [(one.text, one.n_tokens, one.stop, one.logprob) for one in done] == [("Four.", 3, "end", None)]
    seen = server.seen[0]
    assert seen["path"] == "/v1/chat/completions"
    assert seen["headers"]["Authorization"] == f"Bearer {SECRET}"
    assert seen["headers"]["Host"] == f"127.0.0.1:{server.port}"
    assert seen["body"] == {
        "model": "remote",
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "What is 0 + 1?"},
        ],
        "max_tokens": 8,
        "temperature": 0.7,
        "top_p": 0.9,
        "seed": 5,
        "stream": False,
    }  # fmt: skip


def test_answers_keep_the_order_of_their_asks_and_no_more_are_under_way_than_allowed() -> None:
    def slowly(handler: stub.Handler, body: dict[str, Any]) -> None:
        time.sleep(0.05)
        stub.echo()(handler, body)

    with policy(always=slowly, concurrency=3) as (far, server):
        assert texts(far, 12) == [f"What is {n} + 1?" for n in range(12)]
        assert server.most_at_once == 3


def test_a_cut_answer_says_so() -> None:
    with policy(stub.answer("It is", finish="length")) as (far, _):
        assert far.generate(asks(), nothing)[0].stop == "length"


def test_a_cancel_is_obeyed_within_a_second_while_the_server_stalls() -> None:
    wish = threading.Event()

    def check() -> None:
        if wish.is_set():
            raise Cancelled("stop")

    with policy(always=stub.stall()) as (far, server):
        threading.Timer(0.4, wish.set).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            far.generate(asks(8), check)
        assert time.monotonic() - began < 1.4
        assert len(server.seen) == 4
    assert not [thread for thread in threading.enumerate() if thread.name == "endpoint"]


def test_requests_a_minute_hold_over_calls_and_policies() -> None:
    with policy(requests_per_minute=2) as (far, server):
        texts(far, 2)
        again = another(far.endpoint)
        began, looks = time.monotonic(), []

        def check() -> None:
            looks.append(1)
            if time.monotonic() - began > 0.5:
                raise Cancelled("long enough")

        with pytest.raises(Cancelled):
            again.generate(asks(), check)
        assert len(server.seen) == 2
        assert len(looks) > 4


def test_costs_are_those_of_the_servers_count_and_a_bill_is_handed_over_once() -> None:
    with policy(price_in=1.0, price_out=10.0) as (far, _):
        texts(far, 3)
        answers, cost = far.bill()
        assert (answers, cost) == (3, pytest.approx(3 * (10 * 1 + 5 * 10) / 1e6))
        assert far.bill() == (0, 0.0)
    row = account()
    assert (row.tokens_read, row.tokens_written, row.estimated) == (30, 15, 0)
    assert row.spent == pytest.approx(cost)


@pytest.mark.parametrize(
    "count",
    [None, {"prompt_tokens": -1, "completion_tokens": 1}, {"prompt_tokens": True}, {"x": "y"}, "many"],
)
def test_without_a_sound_count_tokens_are_estimated_and_marked(count: Any) -> None:
    body = json.loads(stub.message("x" * 40)) | ({"usage": count} if count else {})
    with policy(stub.raw(json.dumps(body).encode()), price_out=1) as (far, _):
        assert far.generate(asks(), nothing)[0].n_tokens == 10
    assert (account().tokens_written, account().estimated) == (10, 1)


def test_nothing_is_asked_beyond_the_cap() -> None:
    # The most that one request may cost: 8 tokens written at 1 each; it really takes 5.
    with policy(price_out=1e6, cost_cap=30, concurrency=8) as (far, server):
        with pytest.raises(ConfigError, match=r"left of its cost cap.*models cap far") as refused:
            far.generate(asks(12), nothing)
        assert account().spent == 25 == 5 * len(server.seen)
        assert refused.value.field == "cost_cap"
        set_cap("far", 100.0)
        assert texts(far, 2) == ["It is 4."] * 2


def test_what_was_bought_is_written_down_even_where_the_work_ends() -> None:
    with (
        policy(stub.answer(), always=stub.error(401), concurrency=1, price_out=1) as (far, _),
        pytest.raises(ModelError),
    ):
        far.generate(asks(3), nothing)
    assert account().answers == 1


def test_probabilities_rewards_and_begun_answers_are_refused_in_a_sentence() -> None:
    with policy() as (far, server):
        assert far.capabilities == {"generate"}
        for call in (
            lambda: far.score(asks(), ["x"], nothing),
            lambda: far.choose(asks(), [("a", "b")], nothing),
            lambda: far.reward(asks(), ["x"], nothing),
        ):
            with pytest.raises(ModelError, match="gives text alone"):
                call()
        begun = Ask((Message("user", "Go."), Message("assistant", "I")), 4)
        with pytest.raises(ModelError, match="answer that was begun"):
            far.generate([begun], nothing)
        assert far.generate([], nothing) == []
        assert server.seen == []


def test_many_calls_leave_no_thread_and_no_connection() -> None:
    with policy() as (far, _):
        before = threading.active_count()
        for _ in range(5):
            texts(far, 2)
        gc.collect()
        assert threading.active_count() <= before + 1


def test_an_address_that_may_not_be_is_not_connected_to() -> None:
    with policy(inside=False) as (far, server):
        with pytest.raises(PlumblineError, match="ENDPOINT_HOSTS"):
            far.generate(asks(), nothing)
        assert server.seen == []
