"""Whether every prompt of a data set fits a model's context, found out before a run starts."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from tokenizers import Tokenizer

from experiments.alignment.errors import DataError
from experiments.models import DatasetVersion, LanguageModel, Row

TEMPLATE_TOKENS = 64


def check_prompts_fit(model: LanguageModel, version: DatasetVersion, answer_tokens: int) -> None:
    """Raises DataError that names the first row whose prompt and answer exceed the model's context.

    A token is at least one byte, so short data sets pass without tokenising anything.
    """
    if not model.context_tokens:
        return
    room = model.context_tokens - answer_tokens - TEMPLATE_TOKENS
    if version.counts.get("longest_bytes", 0) <= room:
        return
    for row, tokens in _long_rows(model, version, room):
        raise DataError(
            f"{version}: the prompt of row {row.key!r} has about {tokens} tokens, but {model.name} has room for {room} "
            f"beside an answer of {answer_tokens}. Shorten it, or choose a model with a longer context.",
            field="dataset",
        )


def _long_rows(model: LanguageModel, version: DatasetVersion, room: int) -> Iterator[tuple[Row, int]]:
    tokenizer = Tokenizer.from_file(str(settings.DATA_DIR / "store" / model.directory / "tokenizer.json"))
    for row in version.rows.only("key", "messages").iterator():
        text = _text(row.messages)
        if len(text.encode()) > room and (tokens := len(tokenizer.encode(text).ids)) > room:
            yield row, tokens


def _text(messages: list[dict[str, Any]]) -> str:
    return "\n".join(str(message.get("content", "")) for message in messages)
