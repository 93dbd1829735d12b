"""An endpoint whose server is busy, breaks off, lies or refuses: a real one, on a port of its own."""

import time
from typing import Any

import httpx2
import pytest

from experiments.alignment.errors import (
    InfrastructureError,
    ModelError,
)
from tasks.policies import endpoint_line
from tests.support import stub_endpoint as stub
from tests.support.endpoint_policies import SECRET, account, asks, nothing, policy, texts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    with policy(stub.error(status), stub.error(status)) as (far, server):
        assert texts(far) == ["It is 4."]
        assert len(server.seen) == 3


def test_retry_after_is_honoured_and_everything_else_waits_too() -> None:
    with policy(stub.error(429, Retry_After="1"), concurrency=1) as (far, server):
        assert texts(far, 2) == ["It is 4.", "It is 4."]
        assert server.at[1] - server.at[0] >= 1.0


def test_a_connection_that_breaks_is_tried_again() -> None:
    with policy(stub.hang_up()) as (far, server):
        assert texts(far) == ["It is 4."]
        assert len(server.seen) == 2


@pytest.mark.parametrize(
    "act",
    [
        stub.cut(),
        stub.raw(b"<html>no</html>"),
        stub.raw(b"\xff\xfe"),
        stub.raw(b"[" * 100_000),
        stub.raw(b"{}"),
        stub.raw(b"[]"),
        stub.raw(b'{"choices": []}'),
        stub.raw(b'{"choices": [{"text": "old"}]}'),
        stub.raw(b'{"choices": [{"message": {"content": ["a", "b"]}}]}'),
        stub.raw(b'{"choices": {"0": 1}}'),
        stub.raw(b"x", Content_Encoding="gzip"),
    ],
    ids=["cut", "html", "bytes", "deep", "empty", "list", "no choice", "old", "parts", "object", "packed"],
)
def test_what_nobody_can_read_is_an_empty_answer_after_some_tries_and_is_paid_by_estimate(
    act: stub.Act,
) -> None:
    with policy(act, act, always=act, price_in=1, price_out=1) as (far, server):
        done = far.generate(asks(), nothing)
    assert [(one.text, one.n_tokens) for one in done] == [("", 0)]
    assert len(server.seen) == 2
    assert (account().answers, account().estimated) == (2, 2)


@pytest.mark.parametrize(
    ("act", "written", "estimated"),
    [
        (stub.cut(), 8, 2),
        (stub.raw(b"x" * 2000, Content_Encoding="gzip"), 8, 2),
        (stub.raw(b"<html>"), 2, 2),
        (
            stub.raw(
                b'{"choices": [{"message": {}}], "usage": {"prompt_tokens": 50, "completion_tokens": 300}}'
            ),
            300,
            0,
        ),
    ],
    ids=["cut", "packed", "html", "without content"],
)
def test_what_nobody_can_read_costs_what_the_server_counted_or_all_that_it_may_have_written(
    act: stub.Act, written: int, estimated: int
) -> None:
    with policy(act, act, always=act, price_out=1e6) as (far, _):
        far.generate(asks(), nothing)
    assert (account().tokens_written, account().estimated) == (2 * written, estimated)
    assert account().spent == 2 * written


def test_a_request_that_times_out_has_probably_been_written_and_is_paid() -> None:
    with policy(stub.stall(), timeout_seconds=1, price_out=1e6) as (far, server):
        assert texts(far) == ["It is 4."]
        assert len(server.seen) == 2
    assert (account().spent, account().estimated) == (8 + 5, 1)


def test_answers_that_came_are_paid_though_another_one_ends_the_call() -> None:
    def act(handler: stub.Handler, body: dict[str, Any]) -> None:
        if body["messages"][-1]["content"].startswith("What is 3"):
            time.sleep(0.4)
            stub.error(401)(handler, body)
        else:
            stub.answer()(handler, body)

    with policy(always=act, concurrency=4, price_out=1) as (far, _), pytest.raises(ModelError):
        far.generate(asks(4), nothing)
    assert account().answers == 3


@pytest.mark.parametrize("header", ["Mon, 01 Jan 99999999999 00:00:00 GMT", "1e308", "-5", "\u00e9"])
def test_a_senseless_retry_after_is_no_answer_to_when(header: str) -> None:
    with policy(stub.error(429, Retry_After=header)) as (far, server):
        far.generate(asks(), nothing)
        assert len(server.seen) == 2


def test_an_answer_longer_than_its_tokens_can_be_is_cut() -> None:
    with policy(stub.answer("\n" * 300_000)) as (far, _):
        [done] = far.generate(asks(), nothing)
    assert (len(done.text), done.stop) == (8 * 32, "length")


def test_the_next_address_is_tried_where_the_first_takes_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = endpoint_line.Line._post

    async def black_hole(line: endpoint_line.Line, found: str, body: bytes) -> Any:
        if found == "192.0.2.1":
            raise httpx2.ConnectTimeout("")
        return await post(line, found, body)

    async def two_addresses(*_: Any) -> list[str]:
        return ["192.0.2.1", "127.0.0.1"]

    monkeypatch.setattr(endpoint_line.Line, "_post", black_hole)
    monkeypatch.setattr(endpoint_line, "checked_addresses", two_addresses)
    with policy() as (far, server):
        assert texts(far) == ["It is 4."]
        assert len(server.seen) == 1


def test_one_unreadable_answer_is_asked_for_again() -> None:
    with policy(stub.raw(b"{")) as (far, _):
        assert texts(far) == ["It is 4."]


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_line, "LARGEST_BODY", 1000)
    with policy(always=stub.answer("x" * 2000)) as (far, _):
        assert texts(far) == [""]


def test_a_message_without_content_is_an_empty_answer_that_is_not_asked_for_again() -> None:
    with policy(always=stub.answer(None)) as (far, server):
        assert texts(far) == [""]
        assert len(server.seen) == 1


def test_a_server_that_drips_is_out_of_time_in_all() -> None:
    with policy(always=stub.drip(), timeout_seconds=1) as (far, _):
        began = time.monotonic()
        assert texts(far) == [""]
        assert time.monotonic() - began < 4


def test_a_server_that_is_down_ends_the_work_in_one_sentence() -> None:
    with policy() as (far, _):
        pass
    with pytest.raises(
        InfrastructureError, match=r"endpoint far cannot be reached.*3 requests in a row.*retry"
    ):
        far.generate(asks(5), nothing)


def test_one_lost_request_among_answered_ones_is_an_empty_answer() -> None:
    def one_is_cursed(handler: stub.Handler, body: dict[str, Any]) -> None:
        cursed = body["messages"][-1]["content"] == "What is 1 + 1?"
        (stub.error(500) if cursed else stub.echo())(handler, body)

    with policy(always=one_is_cursed) as (far, _):
        assert texts(far, 3) == ["What is 0 + 1?", "", "What is 2 + 1?"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            stub.error(401, f"Incorrect key {SECRET}"),
            r"refuses the key \(HTTP 401\): “Incorrect key \[key\]”",
        ),
        (stub.error(403), "refuses the key"),
        (stub.error(402), "wants to be paid"),
        (stub.error(404, "no model remote"), "knows no such path or model.*no model remote"),
        (stub.raw(b'{"detail": "not here"}', 404), "knows no such path or model.*not here"),
        (stub.raw(b"", 302, Location="http://169.254.169.254/latest"), "redirects are not followed"),
    ],
    ids=["401", "403", "402", "404", "404 detail", "redirect"],
)
def test_what_every_request_would_meet_ends_the_work_at_once(act: stub.Act, words: str) -> None:
    with policy(always=act) as (far, server):
        with pytest.raises(ModelError, match=words) as refused:
            far.generate(asks(), nothing)
        assert len(server.seen) == 1
    assert SECRET not in str(refused.value)


def test_a_request_that_the_server_refuses_is_not_repeated_and_three_end_the_work() -> None:
    long = f"too long\n\n{SECRET} " + "x" * 900
    with policy(always=stub.error(400, long)) as (far, server):
        assert texts(far, 2) == ["", ""]
        with pytest.raises(
            ModelError, match=r"refuses the request \(HTTP 400\): “too long \[key\] x"
        ) as refused:
            far.generate(asks(), nothing)
        assert len(server.seen) == 3
    assert len(refused.value.message) < 500


def test_the_key_is_in_nothing_that_is_shown_logged_or_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with policy(stub.error(500, SECRET), always=stub.answer(f"Your key is {SECRET}.")) as (far, _):
        assert texts(far) == ["Your key is [key]."]
        assert SECRET not in caplog.text
        assert SECRET not in repr(far.endpoint)
