"""Asks an endpoint many things at once: who goes next, who tries again, and when there is no point any more."""

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace

from experiments.alignment.errors import InfrastructureError, ModelError
from experiments.alignment.ports import Check
from experiments.alignment.types import Ask, Completion
from tasks.policies.endpoint_line import Line
from tasks.policies.endpoint_patience import Patience
from tasks.policies.endpoint_purse import Purse
from tasks.policies.endpoint_wire import (
    Answered,
    Failed,
    Key,
    Reply,
    Usage,
    read_reply,
    request_of,
    whole_usage,
)

LOOK_SECONDS = 0.1
HOPELESS = 3
"""So many requests in a row that came to nothing, with all their tries, and the server is given up."""
NOTHING = Completion("", 0)


@dataclass
class Call:
    """One ask with its tries; `not_before` is when it may go out again, on the purse's clock."""

    number: int
    ask: Ask
    tries: int = 0
    not_before: float = 0.0
    ticket: int = 0


@dataclass
class Health:
    """How many requests came to nothing since the last answer; shared by all calls of a policy."""

    lost: int = 0


class Calls:
    """The asks of one call of a policy. Everything but the sending happens on the caller's thread."""

    def __init__(
        self, name: str, model: str, key: Key, purse: Purse, patience: Patience, health: Health
    ) -> None:
        self.name, self.model, self.key = name, model, key
        self.purse, self.patience, self.health = purse, patience, health

    def run(self, asks: list[Ask], line: Line, concurrency: int, check: Check) -> list[Completion]:
        """One completion an ask; an empty one where the server gave nothing that can be read, however often asked.

        Raises ModelError where every request would fail alike, InfrastructureError where the server seems to be
        down, ConfigError at the cap, and whatever `check` raises; it is called at least ten times a second.
        """
        waiting = deque(Call(number, ask) for number, ask in enumerate(asks))
        under_way: dict[Future[Reply | Failed], Call] = {}
        answers = [NOTHING] * len(asks)
        try:
            while waiting or under_way:
                check()
                self._send(waiting, under_way, line, concurrency)
                if not under_way:
                    time.sleep(LOOK_SECONDS / 2)
                    continue
                done, _ = wait(under_way, LOOK_SECONDS, FIRST_COMPLETED)
                for future in done:
                    call = under_way.pop(future)
                    answers[call.number] = self._take(call, future, waiting)
                self.purse.write_down()
        finally:
            for future, call in under_way.items():
                self.purse.settle(call.ticket, self._came_of(call, future))
            self.purse.write_down()
        return answers

    def _send(
        self,
        waiting: deque[Call],
        under_way: dict[Future[Reply | Failed], Call],
        line: Line,
        concurrency: int,
    ) -> None:
        for _ in range(len(waiting)):
            call = waiting[0]
            if len(under_way) >= concurrency:
                return
            if call.not_before > self.purse.clock():
                waiting.rotate(-1)
                continue
            ticket = self.purse.admit(call.ask)
            if ticket is None:
                return
            waiting.popleft()
            call.tries += 1
            call.ticket = ticket
            under_way[line.send(request_of(call.ask, self.model))] = call

    def _came_of(self, call: Call, future: "Future[Reply | Failed]") -> Usage | None:
        """What a request that nobody waits for any more has to be paid with: its answer, if it came."""
        if not future.done() or future.cancelled() or future.exception():
            return None
        return self._read(future.result(), call).usage

    def _read(self, got: Reply | Failed, call: Call) -> Answered | Failed:
        """What came, with what it has to be paid with: a server that was slow has probably written all the same."""
        if isinstance(got, Reply):
            return read_reply(got, call.ask, self.key)
        return replace(got, usage=whole_usage(call.ask)) if got.kind == "slow" else got

    def _take(self, call: Call, future: "Future[Reply | Failed]", waiting: deque[Call]) -> Completion:
        """The answer of a call that ended; one that may try again waits, and its answer is empty until then."""
        try:
            outcome = self._read(future.result(), call)
        except BaseException:
            self.purse.settle(call.ticket, None)
            raise
        self.purse.settle(call.ticket, outcome.usage)
        if isinstance(outcome, Answered):
            self.health.lost = 0
            return outcome.completion
        if outcome.kind == "fatal":
            raise ModelError(self._sentence(outcome, "Look at its page"))
        if call.tries < self.patience.tries(outcome.kind):
            self._again(call, outcome, waiting)
        else:
            self._give_up(call, outcome)
        return NOTHING

    def _again(self, call: Call, failed: Failed, waiting: deque[Call]) -> None:
        call.not_before = self.purse.clock() + self.patience.after(call.tries, failed.wait)
        if failed.wait:
            self.purse.be_quiet(self.patience.quiet(failed.wait))
        waiting.append(call)

    def _give_up(self, call: Call, failed: Failed) -> None:
        """An answer that cannot be read is the answer's own matter; requests that all come to nothing end the run."""
        if failed.kind == "garbage":
            return
        self.health.lost += 1
        if self.health.lost < HOPELESS:
            return
        said = f"{HOPELESS} requests in a row came to nothing"
        if failed.kind == "refused":
            raise ModelError(self._sentence(failed, f"{said}; look at its page"))
        raise InfrastructureError(
            self._sentence(failed, f"{said}, each tried {call.tries} times; see to the server")
        )

    def _sentence(self, failed: Failed, then: str) -> str:
        return f"The endpoint {self.name} {failed.why}. {then}, then retry the run."
