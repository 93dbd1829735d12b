"""Episodes of adversarial taboo: one policy plays both sides against itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.reference import demonstration
from experiments.alignment.taboo import ATTACKER, DEFENDER, TIE, Outcome, Side, credits, decide, view
from experiments.alignment.types import Ask, Candidate, Capability, Group, Prompt, Turn


@dataclass
class Game:
    """One episode under way."""

    prompt: Prompt
    word: str
    index: int
    turns: list[Turn] = field(default_factory=list)
    n_tokens: int = 0
    outcome: Outcome | None = None


@dataclass(frozen=True)
class PlayTaboo:
    """Plays `n` episodes about each train prompt's answer, at most `rounds` moves a side (arXiv 2404.10642).

    An episode is one candidate. Its winner's turns carry the prompts that they can be trained on, each with its
    share of the reward; the loser's carry none. Held-out words are never played, since their answers are not known
    here.
    """

    n: int = 2
    rounds: int = 4
    temperature: float = 1.0
    max_tokens: int = 48
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()
    needs_reference: ClassVar[bool] = True

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with n candidates. Raises DataError for a prompt without an answer."""
        policy = at.policy(self.role)
        games = [[Game(p, demonstration(p), index) for index in range(self.n)] for p in prompts]
        every = [game for of_prompt in games for game in of_prompt]
        for _ in range(self.rounds):
            self._move(at, policy, every, ATTACKER)
            self._move(at, policy, every, DEFENDER)
        return [
            Group(prompt, tuple(self._candidate(at, policy, game) for game in of_prompt))
            for prompt, of_prompt in zip(prompts, games, strict=True)
        ]

    def _move(self, at: Round, policy: Policy, games: Sequence[Game], side: Side) -> None:
        """One move in every game that is not over."""
        going = [game for game in games if game.outcome is None]
        asks = [self._ask(at, game, side) for game in going]
        answers = policy.generate(asks, at.check) if asks else []
        for game, ask, answer in zip(going, asks, answers, strict=True):
            turn = Turn(side, answer.text.strip(), ask.messages, answer.logprob)
            game.turns.append(turn)
            game.n_tokens += answer.n_tokens
            game.outcome = decide(game.word, [turn])

    def _ask(self, at: Round, game: Game, side: Side) -> Ask:
        seed = self._seed(at, game, len(game.turns))
        return Ask(view(game.word, side, game.turns), self.max_tokens, self.temperature, seed=seed)

    def _seed(self, at: Round, game: Game, move: int) -> int:
        return seed_at(at.seed, at.iteration, at.phase, "propose", game.prompt.id, game.index, move)

    def _candidate(self, at: Round, policy: Policy, game: Game) -> Candidate:
        return Candidate(
            index=game.index,
            text="\n".join(f"{turn.author}: {turn.text}" for turn in game.turns),
            n_tokens=game.n_tokens,
            role=self.role,
            model=policy.name,
            seed=self._seed(at, game, 0),
            turns=credited(game.turns, game.outcome or TIE),
        )


def credited(turns: Sequence[Turn], outcome: Outcome) -> tuple[Turn, ...]:
    """The turns with the winner's credits; those of the loser, and all in a tie, are not for training."""
    shares = iter(credits(sum(turn.author == outcome.winner for turn in turns)))
    return tuple(
        replace(turn, credit=next(shares))
        if turn.author == outcome.winner
        else replace(turn, prompt=(), credit=0.0)
        for turn in turns
    )
