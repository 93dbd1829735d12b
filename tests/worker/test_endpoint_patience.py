"""How long is waited after failures, and what a server may ask for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tasks.policies.endpoint_patience import Patience
from tasks.policies.endpoint_wire import seconds_to_wait


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
