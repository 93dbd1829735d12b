"""What a verifier that was trained by DPO says: how likely it finds an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.signals.likelihood import Likelihood
from experiments.alignment.types import Capability, Evidence, Group, Signal


@dataclass(frozen=True)
class ImplicitReward:
    """One signal a candidate, in nats: log π(answer) under the verifier (as V-STaR ranks, arXiv 2402.06457).

    With a `reference`, the role of the model that the verifier was trained from, it is log π − log π_ref, DPO's own
    reward without its scale β (arXiv 2305.18290). Both are sums over tokens without the end token, so the first one
    favours short answers. What no log-probability can be given of is unscored.
    """

    role: str = "verifier"
    reference: str = ""
    kind: ClassVar[str] = "verifier"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.reference) if self.reference else (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order."""
        sides = [Likelihood(role).read(at, groups) for role in self.roles]
        name = at.policy(self.role).name
        return [
            tuple(self._signal(name, said) for said in zip(*of_group, strict=True))
            for of_group in zip(*sides, strict=True)
        ]

    def _signal(self, model: str, said: Sequence[Signal]) -> Signal:
        """`said` are the log-probabilities under the verifier and, where there is one, the reference."""
        known = [signal.value for signal in said if signal.value is not None]
        if len(known) < len(said):
            error = next(signal.error for signal in said if signal.value is None)
            return Signal(self.kind, self.role, said[0].about, None, parsed=False, error=error)
        value = known[0] - sum(known[1:])
        evidence = Evidence("reward", {"reward": value, "model": model})
        return Signal(self.kind, self.role, said[0].about, value, evidence=evidence)
