"""Solutions in steps, and what becomes of them when they are completed from each step on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.prompts.step_by_step import step_by_step
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Message, Prompt

COMPLETER = "completer"


@dataclass(frozen=True)
class _Begun:
    """The beginning of one solution: its first `turn` steps."""

    solution: Candidate
    turn: int
    text: str
    ask: Ask


@dataclass(frozen=True)
class CompleteSteps:
    """`n` solutions a prompt; the first `labelled` are completed `completions` times from the end of each step but the
    last, up to `most_steps` of them (arXiv 2312.08935).

    A completion is a candidate with the solution as its parent and the number of steps that it keeps as its turn; its
    text is the whole of both. Prompts without a reference get solutions alone, since nothing could say which
    completions are right. With `shown` the model sees worked examples, which nobody trains on.
    """

    n: int = 8
    labelled: int = 2
    completions: int = 4
    most_steps: int = 6
    temperature: float = 0.8
    max_tokens: int = 64
    shown: bool = True
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, COMPLETER)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt: its solutions, then the completions in order of solution and step."""
        groups = self._solutions(at, prompts)
        begun = [list(self._begun(at, group)) for group in groups]
        completer = at.policy(COMPLETER)
        answers = iter(completer.generate([one.ask for of_group in begun for one in of_group], at.check))
        return [
            self._completed(completer, group, of_group, answers)
            for group, of_group in zip(groups, begun, strict=True)
        ]

    def _solutions(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        solve = Sample(self.n, self.temperature, self.max_tokens, self.role)
        if not self.shown:
            return solve.propose(at, prompts)
        seen = [replace(prompt, messages=step_by_step(prompt.messages)) for prompt in prompts]
        return [
            Group(prompt, tuple(replace(c, context=group.prompt.messages) for c in group.candidates))
            for prompt, group in zip(prompts, solve.propose(at, seen), strict=True)
        ]

    def _begun(self, at: Round, group: Group) -> Iterator[_Begun]:
        if group.prompt.reference is None:
            return
        for solution in group.candidates[: self.labelled]:
            steps = solution_steps(solution.text)
            for turn in range(1, min(len(steps), self.most_steps + 1)):
                # A space at the end would be one more than a tokenizer expects before the next word.
                text = "".join(steps[:turn]).rstrip(" ")
                for number in range(self.completions):
                    yield _Begun(solution, turn, text, self._ask(at, group, solution, turn, number, text))

    def _ask(self, at: Round, group: Group, solution: Candidate, turn: int, number: int, text: str) -> Ask:
        seen = group.prompt.messages if solution.context is None else solution.context
        place = (at.seed, at.iteration, at.phase, COMPLETER, group.prompt.id, solution.index, turn, number)
        messages = (*seen, Message("assistant", text))
        return Ask(messages, self.max_tokens, self.temperature, seed=seed_at(*place))

    def _completed(
        self, completer: Policy, group: Group, begun: Sequence[_Begun], answers: Iterator[Completion]
    ) -> Group:
        made = [
            _completion(candidate(completer, COMPLETER, index, one.ask, next(answers)), one)
            for index, one in enumerate(begun, start=len(group.candidates))
        ]
        return replace(group, candidates=(*group.candidates, *made))


def _completion(made: Candidate, begun: _Begun) -> Candidate:
    return replace(
        made,
        text=begun.text + made.text,
        parent=begun.solution.index,
        turn=begun.turn,
        context=begun.ask.messages,
    )
