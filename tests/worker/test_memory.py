"""A worker holds no more memory than it needs."""

import psutil
import pytest

from tasks import runner
from tasks.memory import give_back_memory
from tests.support import loops

PIECES, SIZE = 4000, 60_000
"""Below the size that the C library maps by itself, so that freed pieces stay with the process."""


def resident() -> int:
    return psutil.Process().memory_info().rss


def test_freed_pieces_go_back_to_the_machine():
    pieces = [bytearray(b"x" * SIZE) for _ in range(PIECES)]
    last = pieces.pop()
    held = resident()
    del pieces
    give_back_memory()
    assert held - resident() > PIECES * SIZE // 2
    assert len(last) == SIZE


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_memory_back_after_every_step(monkeypatch):
    given: list[bool] = []
    monkeypatch.setattr(runner, "give_back_memory", lambda: given.append(True))
    loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    assert runner.work_until_idle() == len(given) > 1
