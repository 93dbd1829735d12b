"""What goes over the wire to an OpenAI-compatible server and what comes back; whatever it says is hostile."""

import json
import math
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Literal

from experiments.alignment.foreign import admit_text
from experiments.alignment.types import Ask, Completion

Kind = Literal["busy", "slow", "garbage", "refused", "fatal"]
"""Why there is no answer: to be asked again later, out of time, an answer that nobody can read, this request's fault,
every request's fault.
"""

AGAIN = frozenset({408, 409, 425, 429})
WRONG = {
    401: "refuses the key",
    402: "wants to be paid first",
    403: "refuses the key",
    404: "knows no such path or model",
    405: "knows no such path",
}
LETTERS_A_TOKEN = 4
LONGEST_WORDS = 4000
TOKENS_A_MESSAGE = 4
KEY_PART = 12
TEMPLATE_TOKENS = 16
LETTERS_AT_MOST = 32
"""Of one token: an answer that is longer than its tokens can be is cut, whatever the server counted."""
LONGEST_COUNT = 10**8


class Key:
    """A secret that shows itself to nobody but the server it is for."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "[key]"

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._value}"} if self._value else {}

    def scrub(self, text: str) -> str:
        """The text without the key, or any long part of it, which a server may say back, plain or in base64."""
        spans = sorted(span for part in self._parts for span in _places(part, text))
        kept, end = [], 0
        for start, stop in spans:
            if start > end or not end:
                kept += [text[end:start], "[key]"]
            end = max(end, stop)
        return "".join([*kept, text[end:]])

    @cached_property
    def _parts(self) -> frozenset[str]:
        """Every part of KEY_PART letters; of a shorter key the whole."""
        if not self._value:
            return frozenset()
        sent = [self._value.encode(), f"Bearer {self._value}".encode()]
        forms = [self._value, *(b64encode(one).decode().rstrip("=") for one in sent)]
        return frozenset(
            form[at : at + KEY_PART] for form in forms for at in range(max(1, len(form) - KEY_PART + 1))
        )


def _places(part: str, text: str) -> Iterator[tuple[int, int]]:
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + 1)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response as it came: `body` is None where it broke off, was packed or was too long."""

    status: int
    body: bytes | None
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written; `estimated` where the server did not count them."""

    read: int = 0
    written: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and what it took."""

    completion: Completion
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, with a clause that says what happened, and when to ask again where the server said so, in seconds.

    `usage` is what has to be paid all the same.
    """

    kind: Kind
    why: str
    wait: float | None = None
    usage: Usage | None = None


def request_of(ask: Ask, model: str) -> bytes:
    """The request's JSON. The seed is cut to 31 bits, which every server takes."""
    return json.dumps(
        {
            "model": model,
            "messages": [{"role": one.role, "content": one.content} for one in ask.messages],
            "max_tokens": ask.max_tokens,
            "temperature": ask.temperature,
            "top_p": ask.top_p,
            "seed": ask.seed % 2**31,
            "stream": False,
        }
    ).encode()


def prompt_estimate(ask: Ask) -> int:
    """Tokens of a prompt at four letters each: there is no tokenizer to count them by."""
    return sum(text_estimate(one.content) + TOKENS_A_MESSAGE for one in ask.messages)


def prompt_bound(ask: Ask) -> int:
    """The most tokens that a prompt can have: no tokenizer makes more than one of a byte, a template adds some."""
    return sum(len(one.content.encode(errors="replace")) + TEMPLATE_TOKENS for one in ask.messages)


def text_estimate(text: str) -> int:
    return math.ceil(len(text) / LETTERS_A_TOKEN)


def read_reply(reply: Reply, ask: Ask, key: Key) -> Answered | Failed:
    """What a response means. An error's words come from the server, without the key and cut short."""
    if 200 <= reply.status < 300:
        return _answer(reply, ask, key)
    said = _words(reply.body, key)
    code = f"HTTP {reply.status}"
    if 300 <= reply.status < 400:
        return Failed(
            "fatal", f"sends elsewhere ({code}), and redirects are not followed; register the final address"
        )
    if reply.status in WRONG:
        return Failed("fatal", f"{WRONG[reply.status]} ({code}){said}")
    if reply.status in AGAIN or reply.status >= 500:
        return Failed("busy", f"is not able to answer ({code}){said}", seconds_to_wait(reply.retry_after))
    return Failed("refused", f"refuses the request ({code}){said}")


def seconds_to_wait(header: str) -> float | None:
    """Retry-After in seconds, whether it is a number or a date; None where it is neither."""
    try:
        number = float(header)
    except ValueError:
        number = _until(header)
    return number if math.isfinite(number) and number >= 0 else None


def _until(date: str) -> float:
    try:
        found = parsedate_to_datetime(date)
        return max(0.0, (found.replace(tzinfo=found.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _words(body: bytes | None, key: Key) -> str:
    text = (body or b"").decode(errors="replace")
    try:
        told = json.loads(text)
        error = told.get("error") or told.get("detail") or told.get("message")
        text = error.get("message", "") if isinstance(error, dict) else error
    except (ValueError, AttributeError, RecursionError):
        pass
    said = " ".join(admit_text(key.scrub(str(text or "")[:LONGEST_WORDS])).split())[:200]
    return f": “{said}”" if said else ""


def _answer(reply: Reply, ask: Ask, key: Key) -> Answered | Failed:
    said: Any = None
    try:
        said = json.loads(reply.body or b"")
        choice = said["choices"][0]
        content = choice["message"]["content"]
        if not isinstance(content, str | None):
            raise TypeError
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return Failed("garbage", "gives answers that cannot be read", usage=_of_unread(reply, said, ask))
    longest = ask.max_tokens * LETTERS_AT_MOST
    answer = admit_text(key.scrub((content or "")[:longest]))
    usage = _usage(said.get("usage"), ask, answer)
    cut = choice.get("finish_reason") == "length" or len(content or "") > longest
    stop: Literal["end", "length"] = "length" if cut else "end"
    return Answered(Completion(answer, usage.written, None, stop), usage)


def _of_unread(reply: Reply, said: Any, ask: Ask) -> Usage:
    """What an answer that nobody can read has to be paid with: the server's count, else all that it may have written
    where its body is not there, else what there is of it.
    """
    counted = said.get("usage") if isinstance(said, dict) else None
    if reply.body is None:
        return whole_usage(ask)
    found = _usage(counted, ask, reply.body.decode(errors="replace"))
    return replace(found, written=min(found.written, ask.max_tokens)) if found.estimated else found


def whole_usage(ask: Ask) -> Usage:
    """The most that a request can have been answered with: nobody knows what the server wrote."""
    return Usage(prompt_estimate(ask), ask.max_tokens, estimated=True)


def _usage(counted: Any, ask: Ask, answer: str) -> Usage:
    read, written = (_count(counted, name) for name in ("prompt_tokens", "completion_tokens"))
    if read is None or written is None:
        return Usage(prompt_estimate(ask), text_estimate(answer), estimated=True)
    return Usage(read, written)


def _count(counted: Any, name: str) -> int | None:
    number = counted.get(name) if isinstance(counted, dict) else None
    sound = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LONGEST_COUNT
    return number if sound else None
