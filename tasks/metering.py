"""Counts what the models and learners of one step do: tokens, seconds, bought answers.

Amounts are handed over with the chunk that they belong to, so that a chunk that is lost takes its counts with it. Only
seconds are handed over sooner, each time the lease is renewed: a device that worked for nothing worked all the same.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar, cast

from experiments.alignment.learners import Lesson
from experiments.alignment.ports import Check, Policy, Progress, Workshop
from experiments.alignment.spending import Purpose, Spent
from experiments.alignment.types import Ask, Capability, Checkpoint, Completion, Message, Trained

Tally = dict[Purpose, Spent]
Bill = Callable[[], tuple[int, float]]
T = TypeVar("T")


class Meter:
    """What was spent since it was last taken; the main thread adds, the lease's thread may take the seconds."""

    def __init__(self, purpose: Purpose) -> None:
        self.purpose: Purpose = purpose
        self._tally: Tally = {}
        self._depth = 0
        self._since = 0.0
        self._lock = threading.RLock()

    @contextmanager
    def running(self, purpose: Purpose | None = None, local: bool = True) -> Iterator[None]:
        """Time in here is device time, once where calls are nested; not where the model runs elsewhere."""
        before = self.purpose
        with self._lock:
            self._settle()
            self.purpose = purpose or before
            self._depth += local
        try:
            yield
        finally:
            with self._lock:
                self._settle()
                self._depth -= local
                self.purpose = before

    def add(self, spent: Spent) -> None:
        with self._lock:
            self._tally[self.purpose] = self._tally.get(self.purpose, Spent()) + spent

    def take(self) -> Tally:
        """Everything since the last time; the meter is at 0 then."""
        with self._lock:
            self._settle()
            taken, self._tally = self._tally, {}
        return {purpose: spent for purpose, spent in taken.items() if spent}

    def take_seconds(self) -> Tally:
        """The seconds alone, those of a call that is still under way included."""
        with self._lock:
            self._settle()
            taken = {p: Spent(device_seconds=spent.device_seconds) for p, spent in self._tally.items()}
            self._tally = {p: replace(spent, device_seconds=0.0) for p, spent in self._tally.items()}
        return {purpose: spent for purpose, spent in taken.items() if spent}

    def _settle(self) -> None:
        """Books the time since the last booking, where a call is under way."""
        now = time.monotonic()
        if self._depth:
            self.add(Spent(device_seconds=now - self._since))
        self._since = now


class MeteredPolicy:
    """A policy that counts. Whatever else it can do passes through, and completions among it are counted too.

    Tokens read are those of the prompts asked and the answers scored, as `prompt_tokens` and `text_tokens` of the
    policy count them (words where it has no such methods), whether or not a cache answered. A policy with a method
    `bill` buys its answers: it says how many since the last bill, and what they cost; its time is no device time.
    """

    def __init__(self, policy: Policy, meter: Meter) -> None:
        self._policy, self._meter = policy, meter
        self._lengths: dict[tuple[Message, ...], int] = {}

    @property
    def name(self) -> str:
        return self._policy.name

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._policy.capabilities

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        return self._call(self._policy.generate, asks, (), asks, check)

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return self._call(self._policy.score, prompt, continuations, prompt, continuations, check)

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        return self._call(self._policy.choose, asks, (), asks, options, check)

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        return self._call(self._policy.reward, asks, answers, asks, answers, check)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._policy, name)
        if not callable(found) or name.startswith("_"):
            return found
        return lambda *given, **named: self._call(found, _all(Ask, given), _all(str, given), *given, **named)

    def _call(
        self, method: Callable[..., Any], asks: Sequence[Ask], texts: Sequence[str], *given: Any, **named: Any
    ) -> Any:
        bill = cast(Bill | None, getattr(self._policy, "bill", None))
        with self._meter.running(local=bill is None):
            result = method(*given, **named)
        answers, money = bill() if bill else (0, 0.0)
        read = sum(map(self._length, asks)) + sum(map(self._text_length, texts))
        self._meter.add(
            Spent(tokens_generated=_generated(result), tokens_read=read, bought=answers, money=money)
        )
        return result

    def _length(self, ask: Ask) -> int:
        if ask.messages not in self._lengths:
            count = getattr(self._policy, "prompt_tokens", _words_of)
            self._lengths[ask.messages] = count(ask.messages)
        return self._lengths[ask.messages]

    def _text_length(self, text: str) -> int:
        count = getattr(self._policy, "text_tokens", _words_in)
        return int(count(text))


class MeteredWorkshop:
    """A workshop whose policies and learners are counted; `aside` are the roles that are trained to compare with."""

    def __init__(self, workshop: Workshop, meter: Meter, aside: frozenset[str] = frozenset()) -> None:
        self._workshop, self._meter, self._aside = workshop, meter, aside

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        return MeteredPolicy(self._workshop.policy(role, checkpoint), self._meter)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return self._workshop.statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        """A learner's figure `tokens` says what it trained on: the tokens in its loss, every pass counted."""
        with self._meter.running("measurement" if lesson.spec.role in self._aside else None):
            trained = self._workshop.learn(lesson, check, progress)
            self._meter.add(Spent(tokens_trained=round(trained.figures.get("tokens", 0))))
        return trained


def _all(kind: type[T], given: Sequence[Any]) -> list[T]:
    """What is of a kind in the lists among the arguments of a call."""
    lists = [one for one in given if isinstance(one, list | tuple)]
    return [item for one in lists for item in one if isinstance(item, kind)]


def _generated(result: Any) -> int:
    listed = result if isinstance(result, list | tuple) else [result]
    return sum(one.n_tokens for one in listed if isinstance(one, Completion))


def _words_of(messages: Sequence[Message]) -> int:
    return sum(_words_in(message.content) for message in messages)


def _words_in(text: str) -> int:
    return len(text.split())
