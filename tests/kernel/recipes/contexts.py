"""Scripted models that heed a context: each word of theirs that stands in the system message changes their skill."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from experiments.alignment.ports import Check
from experiments.alignment.scripted import ScriptedPolicy, ScriptedWorkshop, script_of
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask, Capability, Checkpoint, Completion

WRONG_ANSWERS = 5


@dataclass(frozen=True)
class Heedful(ScriptedPolicy):
    """Has the skill of the word that its system message begins with, if any; its probabilities follow its skill."""

    heeds: Mapping[str, float] = field(default_factory=dict)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return super().capabilities | {"score"}

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        return [self._under(ask).generate([ask], check)[0] for ask in asks]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [self._logprob(ask, text) for ask, text in zip(prompt, continuations, strict=True)]

    def _under(self, ask: Ask) -> ScriptedPolicy:
        first = ask.messages[0]
        word = first.content.split()[0] if first.role == "system" else ""
        return ScriptedPolicy(replace(self.script, skill=self.heeds.get(word, self.script.skill)), self.name)

    def _logprob(self, ask: Ask, text: str) -> float:
        skill = self._under(ask).script.skill
        right = is_right(ask.messages[-1].content, text)
        return math.log(skill if right else (1 - skill) / WRONG_ANSWERS)


@dataclass(frozen=True)
class HeedfulWorkshop(ScriptedWorkshop):
    heeds: Mapping[str, float] = field(default_factory=dict)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> ScriptedPolicy:
        assert checkpoint is not None
        return Heedful(script_of(checkpoint), role, self.heeds)
