"""Episodes, debates and games step by step, as their page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_TURNS = 120
MOST_OPTIONS = 24
KNOWN = frozenset({"observation", "reward", "side", "done", "said", "note", "valid"})


@dataclass(frozen=True)
class Option:
    """One thing that could be chosen, how likely it was (None where nobody said), and whether it was."""

    label: str
    share: float | None
    chosen: bool


@dataclass(frozen=True)
class TurnView:
    """One move. `seen` is what its author was shown; `column` the place of its author among the sides, from 0."""

    number: int
    author: str
    side: str
    column: int
    text: str
    seen: list[dict[str, str]]
    observation: str
    said: str
    note: str
    reward: float | None
    done: bool
    credit: float
    options: list[Option]
    more: dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """A candidate's turns; `sides` are their authors where there are several, which then get a column each."""

    turns: list[TurnView]
    sides: list[str]
    hidden: int


def replay(stored: Sequence[Any]) -> Replay | None:
    """The turns of a stored candidate; None for a plain answer. What does not look like a turn is left out."""
    kept = [turn for turn in stored if isinstance(turn, dict)]
    if not kept:
        return None
    authors = list(dict.fromkeys(_words(turn.get("author")) for turn in kept))
    sides = authors if len(authors) > 1 else []
    views = [_view(n, turn, authors) for n, turn in enumerate(kept[:MOST_TURNS], start=1)]
    return Replay(views, sides[:MOST_OPTIONS], max(0, len(kept) - MOST_TURNS))


def _view(number: int, turn: dict[str, Any], authors: list[str]) -> TurnView:
    data = turn.get("data")
    known = data if isinstance(data, dict) else {}
    author = _words(turn.get("author"))
    return TurnView(
        number=number,
        author=author,
        side=_words(known.get("side")),
        column=min(authors.index(author), 1),
        text=_words(turn.get("text")),
        seen=_messages(turn.get("prompt")),
        observation=_words(known.get("observation")),
        said=_words(known.get("said")),
        note=_words(known.get("note")),
        reward=_figure(known.get("reward")),
        done=bool(known.get("done")),
        credit=_figure(turn.get("credit", 1.0)) or 0.0,
        options=_options(turn),
        more={key: value for key, value in known.items() if key not in KNOWN},
    )


def _options(turn: dict[str, Any]) -> list[Option]:
    """The likeliest first where there are more than a page holds; else in the order in which they were offered."""
    labels, shares = _listed(turn.get("options")), _listed(turn.get("probabilities"))
    known = [_figure(share) for share in shares] + [None] * len(labels)
    chosen = _words(turn.get("text"))
    found = [Option(_words(o), p, _words(o) == chosen) for o, p in zip(labels, known, strict=False)]
    if len(found) > MOST_OPTIONS:
        found.sort(key=lambda option: (not option.chosen, -(option.share or 0.0)))
    return found[:MOST_OPTIONS]


def _messages(stored: Any) -> list[dict[str, str]]:
    messages = [one for one in _listed(stored) if isinstance(one, dict)]
    return [{"role": _words(m.get("role")), "content": _words(m.get("content"))} for m in messages]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _figure(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _words(value: Any) -> str:
    return "" if value is None else str(value)
