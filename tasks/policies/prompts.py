"""Prompts as token ids that fit a model's context."""

from experiments.alignment.errors import DataError
from experiments.alignment.types import Ask
from tasks.policies.loading import LoadedModel


def fitting_prompt(loaded: LoadedModel, number: int, ask: Ask, answer_tokens: int) -> list[int]:
    """The prompt's ids. Raises DataError where they and the answer are longer than the context.

    `number` is the ask's place in its batch, from 1, for the error's sentence.
    """
    ids = loaded.chat.prompt_ids(ask.messages)
    context = loaded.context
    if context is not None and len(ids) + answer_tokens > context:
        start = next((m.content for m in reversed(ask.messages) if m.role == "user"), "")[:60]
        raise DataError(
            f"Prompt {number} of this batch (“{start}…”) has {len(ids)} tokens; with {answer_tokens} tokens of "
            f"answer the model {loaded.directory.name} takes at most {max(0, context - answer_tokens)}. "
            "Shorten the prompt or ask for a shorter answer."
        )
    return ids
