"""What a warm model remembers: nothing is computed twice, and nothing grows without a bound."""

from experiments.alignment.types import Ask, Checkpoint, Message
from tasks.policies import transformers_policy
from tasks.policies.memory import Remembered
from tasks.workshop import LocalWorkshop
from tests.support.tiny_model import build_tiny_model

OPTIONS = ("negative", "positive")


def asks(*texts):
    return [Ask((Message("user", text),), 1) for text in texts]


def test_the_least_recently_used_is_forgotten_first():
    memory, made = Remembered(2, lambda value: 1), []

    def value(key):
        return memory.get(key, lambda: made.append(key) or key)

    for key in ("a", "b", "a", "c", "a", "b"):
        assert value(key) == key
    assert made == ["a", "b", "c", "b"]


def test_a_value_larger_than_the_memory_is_given_and_kept_alone():
    memory = Remembered(3, len)
    assert memory.get("long", lambda: "abcdef") == "abcdef"
    assert memory.get("short", lambda: "xy") == "xy"
    assert memory.held == 2


def test_the_same_choice_is_asked_of_the_model_once(tmp_path, monkeypatch):
    workshop = LocalWorkshop(tmp_path / "made", "cpu", "float32", threads=1)
    policy = workshop.policy("policy", Checkpoint("base", build_tiny_model(tmp_path / "tiny")))
    calls, real = [], transformers_policy.next_logprobs
    monkeypatch.setattr(transformers_policy, "next_logprobs", lambda *a: calls.append(1) or real(*a))
    first = policy.choose(asks("one", "two"), [OPTIONS] * 2, lambda: None)
    before = len(calls)
    assert policy.choose(asks("one", "two"), [OPTIONS] * 2, lambda: None) == first
    assert len(calls) == before
    policy.choose(asks("one", "three"), [OPTIONS] * 2, lambda: None)
    policy.choose(asks("one", "two"), [OPTIONS[::-1]] * 2, lambda: None)
    assert len(calls) > before + 1
