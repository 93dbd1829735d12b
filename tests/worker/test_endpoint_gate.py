"""The gate before an endpoint: limits a minute and the cap, over all workers, and what a lost worker leaves behind."""

import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from experiments import models as m
from experiments.alignment.errors import ConfigError
from experiments.endpoints import Admission, Bought, Settled
from experiments.services import endpoint_gate as gate
from experiments.services import endpoints
from tests.support import stub_endpoint as stub
from tests.support.endpoint_policies import account, another, asks, nothing, policy

pytestmark = pytest.mark.django_db(transaction=True)
MILLION = 1e6


def register(**given: Any) -> int:
    wish = {"url": "https://x.example", "model": "m", **given}
    return endpoints.register_endpoint("far", wish, operator=True).pk


def pass_by(seconds: float) -> None:
    """What so much time does to the tickets."""
    tickets = m.EndpointTicket.objects.all()
    tickets.update(sent_at=F("sent_at") - timedelta(seconds=seconds))
    tickets.filter(lapses_at__isnull=False).update(lapses_at=F("lapses_at") - timedelta(seconds=seconds))


def admitted(far: int, tokens: int = 1, cost: float = 0.0) -> int:
    admission = gate.admit(far, tokens, cost)
    assert admission.ticket, admission
    return admission.ticket


def test_requests_of_the_last_minute_are_limited() -> None:
    far = register(requests_per_minute=2)
    for _ in range(2):
        gate.settle(far, [Settled(admitted(far), 1, Bought(1))])
    assert gate.admit(far, 1, 0.0) == Admission(wait=gate.LONGEST_WAIT)
    pass_by(58.5)
    assert 0 < gate.admit(far, 1, 0.0).wait < gate.LONGEST_WAIT
    pass_by(1.6)
    admitted(far)


def test_tokens_of_the_last_minute_are_limited_by_what_they_turned_out_to_be() -> None:
    far = register(tokens_per_minute=100)
    first = admitted(far, 90)
    assert gate.admit(far, 20, 0.0).wait
    gate.settle(far, [Settled(first, 10, Bought(1))])
    admitted(far, 20)
    assert gate.admit(far, 91, 0.0).wait


def test_a_request_larger_than_the_limit_goes_alone() -> None:
    far = register(tokens_per_minute=100)
    admitted(far, 500)
    assert gate.admit(far, 1, 0.0).wait


def test_a_server_that_asks_for_quiet_gets_it_from_everybody() -> None:
    far = register(requests_per_minute=100)
    gate.be_quiet(far, 50)
    gate.be_quiet(far, 1)
    assert gate.admit(far, 1, 0.0).wait == gate.LONGEST_WAIT
    m.EndpointSpending.objects.update(quiet_until=F("quiet_until") - timedelta(seconds=50))
    admitted(far)


def test_what_is_under_way_is_held_back_from_the_cap_and_given_back() -> None:
    far = register(price_out=1, cost_cap=10)
    first = admitted(far, cost=8)
    assert gate.admit(far, 1, 3.0) == Admission(wait=gate.SHORTEST_WAIT)
    gate.settle(far, [Settled(first, 5, Bought(1, cost=5))])
    assert account().spent == 5
    second = admitted(far, cost=5)
    gate.settle(far, [Settled(second, None, Bought())])
    assert gate.admit(far, 1, 5.5) == Admission(wait=gate.SHORTEST_WAIT, short=5)


def test_a_cap_that_is_raised_counts_at_once() -> None:
    far = register(price_out=1, cost_cap=1)
    assert gate.admit(far, 1, 2.0).short == 1
    endpoints.set_cap("far", 5)
    admitted(far, cost=2)


def test_what_was_lost_with_its_worker_is_charged_with_the_most_that_it_can_have_cost() -> None:
    far = register(price_out=1, cost_cap=10, timeout_seconds=30)
    admitted(far, cost=6)
    pass_by(30)
    assert gate.admit(far, 1, 5.0).wait
    pass_by(gate.GRACE.total_seconds() + 1)
    assert gate.admit(far, 1, 5.0).short == 4
    assert (account().spent, account().lost, account().answers) == (6, 1, 0)
    admitted(far, cost=4)
    assert endpoints.document(m.LanguageModel.objects.get(pk=far))["lost"] == 1  # type: ignore[index]


def test_what_is_settled_twice_or_too_late_is_counted_once() -> None:
    far = register(price_out=1, cost_cap=100, timeout_seconds=30)
    first, second = admitted(far, cost=8), admitted(far, cost=8)
    for _ in range(2):
        gate.settle(far, [Settled(first, 5, Bought(1, cost=5))])
    assert (account().answers, account().spent) == (1, 5)
    pass_by(30 + gate.GRACE.total_seconds() + 1)
    admitted(far, cost=1)
    gate.settle(far, [Settled(second, 5, Bought(1, cost=5))])
    assert (account().answers, account().spent, account().lost) == (1, 13, 1)


def test_smaller_requests_leave_room_for_a_large_one_that_waits() -> None:
    far = register(tokens_per_minute=100)
    admitted(far, 20)
    assert gate.admit(far, 90, 0.0).wait
    assert gate.admit(far, 20, 0.0).wait
    pass_by(61)
    assert gate.admit(far, 20, 0.0).wait
    admitted(far, 90)
    pass_by(61)
    admitted(far, 20)


def test_a_large_request_that_asks_no_more_is_not_waited_for() -> None:
    far = register(tokens_per_minute=100)
    admitted(far, 20)
    assert gate.admit(far, 90, 0.0).wait
    m.EndpointSpending.objects.update(claim_until=F("claim_until") - gate.CLAIM)
    admitted(far, 20)


def test_tickets_of_minutes_gone_by_are_dropped() -> None:
    far = register(requests_per_minute=100)
    for _ in range(5):
        gate.settle(far, [Settled(admitted(far), 1, Bought(1))])
    pass_by(61)
    admitted(far)
    assert m.EndpointTicket.objects.count() == 1


def together(work: Any, count: int = 4) -> None:
    def once() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_several_at_once_never_pass_a_limit_or_the_cap() -> None:
    far = register(requests_per_minute=25, price_out=1, cost_cap=1000)
    outcomes: Counter[bool] = Counter()

    def ask() -> None:
        for _ in range(10):
            outcomes[gate.admit(far, 1, 1.0).ticket is not None] += 1

    together(ask)
    assert outcomes == {True: 25, False: 15}
    endpoints.set_cap("far", 30)
    pass_by(61)
    outcomes.clear()
    together(ask)
    assert outcomes == {True: 5, False: 35}


def slowly(handler: stub.Handler, body: dict[str, Any]) -> None:
    time.sleep(0.02)
    stub.answer()(handler, body)


def test_two_workers_keep_one_cap() -> None:
    # The most that a request may cost is 8; it really takes 5.
    refused: list[ConfigError] = []
    with policy(always=slowly, price_out=MILLION, cost_cap=60, concurrency=8) as (far, server):

        def buy() -> None:
            try:
                another(far.endpoint).generate(asks(20), nothing)
            except ConfigError as error:
                refused.append(error)

        together(buy, 2)
    assert len(refused) == 2
    assert account().spent == 5 * len(server.seen) == 55
    assert not m.EndpointTicket.objects.filter(lapses_at__isnull=False).exists()


def test_a_cap_that_is_set_during_a_call_ends_it() -> None:
    def fifth(handler: stub.Handler, body: dict[str, Any]) -> None:
        if len(handler.stub.seen) == 5:
            endpoints.set_cap("far", 30)
            connection.close()
        stub.answer()(handler, body)

    with policy(always=fifth, price_out=MILLION, concurrency=1) as (far, server):
        with pytest.raises(ConfigError, match="left of its cost cap"):
            far.generate(asks(20), nothing)
        assert account().spent == 5 * len(server.seen) == 25


def test_an_endpoint_without_limits_leaves_no_tickets() -> None:
    with policy() as (far, _):
        far.generate(asks(3), nothing)
    assert account().answers == 3
    assert not m.EndpointTicket.objects.exists()
