"""Evidence of every kind as recipes record it, with one text of the test's own wherever a model's words stand."""

from __future__ import annotations

from typing import Any

from experiments import models as m
from tests.support.trace_factories import make_candidate, make_signal


def sample_evidence(words: str = "words") -> dict[str, dict[str, Any]]:
    """One piece of evidence a kind."""
    return {
        "rubric": {"name": words, "version": 3, "sha256": "a" * 64, "low": 0, "high": 5},
        "votes": {"counts": {words: 5, "items": 2, "8": 1}, "winner": words, "share": 0.625, "entropy": 0.9},
        "critique": {"principle": words, "critique": f"It breaks it. {words}"},
        "pairwise": {
            "first": 1,
            "second": 0,
            "p_first": 0.3,
            "rubric": words,
            "version": 1,
            "sha256": "b" * 64,
        },
        "tree": {
            "nodes": [
                {
                    "id": 0,
                    "parent": None,
                    "depth": 0,
                    "question": f"1 + 2 + 3 {words}",
                    "answer": "6",
                    "value": None,
                },
                {"id": 1, "parent": 0, "depth": 1, "question": "3 + 3", "answer": words, "value": 1.0},
                {"id": 2, "parent": 1, "depth": 2, "question": "1 + 2", "answer": "3", "value": 1.0},
            ]
        },
        "tool": {
            "attempt": 2,
            "exit_code": 1,
            "stdout": words,
            "stderr": f"NameError {words}",
            "killed": "",
            "tests": [
                {"test": f"assert f(1) == 2 {words}", "passed": False, "hidden": False},
                {"test": "hidden test 1", "passed": True, "hidden": True},
            ],
        },
        "episode": {"environment": words, "version": "1", "seed": 7, "reached": True, "return": 0.82},
        "observers": {
            "ratings": [
                {"persona": words, "before": 3.2, "after": 4.4, "comment": f"Too curt. {words}"},
                {"persona": "a teacher", "before": 4.0, "after": 3.5, "comment": ""},
            ]
        },
        "opinions": {
            "people": 8,
            "simulated": True,
            "groups": [{"size": 5, "agreement": [0.9]}, {"size": 3, "agreement": [None]}],
            "statements": [{"text": words, "consensus": 0.7, "for": 6, "against": 1, "passed": 1}],
        },
        "weak": {"labels": ["positive", words], "weak": [0.2, 0.8], "student": words},
        "principle": {"name": "brevity", "text": words},
        "reward": {"reward": -1.25, "model": words, "kl": 0.5, "reference_logprob": -7.25},
        "statements": {"statements": [words, "Be brief."]},
        "steps": {
            "steps": [
                {"text": f"3 + 14 = 17 {words}", "label": 0.75, "n": 4, "right": 3, "score": 0.8},
                {"text": words, "label": 1.0, "score": 0.25},
            ]
        },
        "aspects": {
            "aspects": [
                {"name": words, "rating": 4, "rationale": f"It is right. {words}"},
                {"name": "honesty", "rating": None, "rationale": words},
            ],
            "source": words,
        },
        "instruction": {
            "instruction": words,
            "parents": [f"Name three rivers. {words}", words],
            "operator": words,
            "nearest": f"Name a river. {words}",
            "similarity": 0.57,
            "verdict": f"novelty: 0.57 like “{words}”",
        },
        "filter": {"name": words, "value": 0.83, "limit": 0.7, "passed": False, "note": f"like “{words}”"},
    }


def make_every_evidence(trace: m.Trace, words: str = "words") -> list[m.Signal]:
    """A signal with evidence of each kind."""
    return [
        make_signal(trace, kind=kind, source=kind, raw="", evidence_kind=kind, evidence=data, about=[0])
        for kind, data in sample_evidence(words).items()
    ]


def make_pair(trace: m.Trace, straight: float | None, swapped: float | None) -> list[m.Signal]:
    """Both presentations of answers 1 and 2 to a judge; each figure is how likely answer 1 is the better one."""
    shown = [(0, 0, 1, straight), (1, 1, 0, None if swapped is None else 1 - swapped)]
    return [
        make_signal(
            trace,
            kind="judge_pair",
            source="helpful v1",
            about=[0, 1],
            order=order,
            value=p if p is None or order == 0 else 1 - p,
            raw="",
            evidence_kind="pairwise",
            evidence={"first": first, "second": second, "p_first": p, "rubric": "Which is better?"},
        )
        for order, first, second, p in shown
    ]


def make_episode(trace: m.Trace, words: str = "words", steps: int = 3) -> m.Candidate:
    """An answer that is an episode: at each step four moves to choose from."""
    return make_candidate(
        trace, "east\n" * steps, role="policy", turns=[_step(n, steps, words) for n in range(steps)]
    )


def _step(number: int, steps: int, words: str) -> dict[str, Any]:
    return {
        "author": "policy",
        "text": "east",
        "prompt": [{"role": "user", "content": f"Which move is next? {words}"}],
        "options": ["north", "east", "south", words],
        "probabilities": [0.1, 0.7, 0.15, 0.05],
        "data": {"observation": f"#####\n#@.G#\n##### {words}", "reward": -0.01, "done": number == steps - 1},
    }


def make_debate(trace: m.Trace, words: str = "words") -> list[m.Candidate]:
    """Two answers, each with the debate in which its side speaks first."""
    return [
        make_candidate(trace, answer, role="side", turns=[_said(letter, words) for letter in order * 2])
        for answer, order in (("12", ["A", "B"]), ("13", ["B", "A"]))
    ]


def _said(letter: str, words: str) -> dict[str, Any]:
    side = {"A": "12", "B": "13"}[letter]
    return {
        "author": letter,
        "text": f"{side} is right, since {words}.",
        "data": {"side": side, "note": words},
    }
