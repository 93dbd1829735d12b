"""Limits a minute and waiting after failures, on a clock that the test turns."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tasks.policies.endpoint_pace import Pace, Patience
from tasks.policies.endpoint_wire import seconds_to_wait


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_requests_of_the_last_minute_are_limited() -> None:
    clock = Clock()
    pace = Pace(2, None, clock)
    for _ in range(2):
        assert pace.ready(1)
        pace.sent(1)
    assert not pace.ready(1)
    clock.now += 59
    assert not pace.ready(1)
    clock.now += 1
    assert pace.ready(1)


def test_tokens_of_the_last_minute_are_limited_by_what_they_turned_out_to_be() -> None:
    pace = Pace(None, 100, Clock())
    first = pace.sent(90)
    assert not pace.ready(20)
    first.tokens = 10
    assert pace.ready(20)
    assert not pace.ready(91)


def test_a_request_larger_than_the_limit_goes_alone() -> None:
    pace = Pace(None, 100, Clock())
    assert pace.ready(500)
    pace.sent(500)
    assert not pace.ready(1)


def test_a_server_that_asks_for_quiet_gets_it() -> None:
    clock = Clock()
    pace = Pace(None, None, clock)
    pace.be_quiet(5)
    pace.be_quiet(1)
    assert not pace.ready(1)
    clock.now += 5
    assert pace.ready(1)


def test_waits_double_are_drawn_apart_and_never_shorter_than_asked_for() -> None:
    patience = Patience(first=1, longest=8, longest_asked=60)
    for tries, most in ((1, 1), (2, 2), (3, 4), (4, 8), (9, 8)):
        drawn = [patience.after(tries, None) for _ in range(50)]
        assert most / 2 <= min(drawn) < max(drawn) <= most
    assert patience.after(1, 30) == 30
    assert patience.after(1, 10_000) == 60


def test_what_never_passes_is_not_tried_again() -> None:
    patience = Patience(attempts=6)
    kinds = ("busy", "slow", "garbage", "refused", "fatal")
    assert [patience.tries(kind) for kind in kinds] == [6, 3, 3, 1, 1]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3), ("0", 0), ("", None), ("soon", None), ("-1", None), ("nan", None), ("inf", None)],
)
def test_retry_after_in_seconds(header: str, seconds: float | None) -> None:
    assert seconds_to_wait(header) == seconds


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 <= (seconds_to_wait(later) or 0) <= 30
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
