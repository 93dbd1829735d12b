"""Chat messages to token ids and back, one way for sampling and for training.

What people and models write is text: a control token spelled out inside a message is encoded letter by letter and
never becomes the token. A model without a chat template reads the contents joined by newlines.
"""

import re
from collections.abc import Sequence

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from experiments.alignment.errors import DataError
from experiments.alignment.types import Message

ROLES = ("system", "user", "assistant")
PRIVATE_USE = range(0xE000, 0xF8FF)


class ChatFormat:
    """The token ids of prompts and answers for one tokenizer, and the text of ids that a model wrote."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, stop_ids: Sequence[int] = ()) -> None:
        """`stop_ids` are the end tokens that the model's generation config names."""
        self.tokenizer = tokenizer
        self._controls = _alternatives(_control_tokens(tokenizer))
        self.end_id = self._end_of_answer(stop_ids)
        known = [*stop_ids, tokenizer.eos_token_id, self.end_id]
        self.stop_ids = frozenset(token for token in known if token is not None)
        self.pad_id = next((t for t in (tokenizer.pad_token_id, tokenizer.eos_token_id) if t is not None), 0)

    def prompt_ids(self, messages: Sequence[Message]) -> list[int]:
        """The prompt up to the point where the answer begins. Raises DataError for messages that do not fit.

        A last message of the assistant is the beginning of the answer: the model goes on with it.
        """
        if not messages:
            raise DataError("A prompt has no messages; every prompt needs at least one.")
        if len(messages) > 1 and messages[-1].role == "assistant":
            return self.prompt_ids(messages[:-1]) + self.text_ids(messages[-1].content)
        for message in messages:
            if message.role not in ROLES:
                raise DataError(f"A message has the role {message.role!r}; use one of {', '.join(ROLES)}.")
        if not self.tokenizer.chat_template:
            return self.text_ids("\n".join(m.content for m in messages) + "\n", first=True)
        mark = _absent_character(messages)
        rendered = self._render([(m.role, self._defuse(m.content, mark)) for m in messages])
        if mark not in rendered:
            return self.tokenizer.encode(rendered, add_special_tokens=False)
        return self._runs_ids(rendered, mark)

    def answer_ids(self, text: str) -> list[int]:
        """The answer's tokens with the token that ends it, where the model has one."""
        end = [] if self.end_id is None else [self.end_id]
        return self.text_ids(text) + end

    def text(self, ids: Sequence[int]) -> str:
        """The text of an answer, control tokens left out."""
        return self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def _render(self, turns: Sequence[tuple[str, str]], generation: bool = True) -> str:
        chat = [{"role": role, "content": content} for role, content in turns]
        try:
            return self.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=generation)
        except TemplateError as error:
            roles = ", ".join(role for role, _ in turns)
            raise DataError(
                f"The model's chat template refuses messages with the roles {roles}: {error}."
            ) from error

    def _defuse(self, content: str, mark: str) -> str:
        """The content with a mark inside every spelled-out control token, so that the template's own stand out."""
        return self._controls.sub(lambda found: found[0][0] + mark + found[0][1:], content)

    def _runs_ids(self, rendered: str, mark: str) -> list[int]:
        """Encodes the template's control tokens as tokens and every run of text between them as text."""
        ids: list[int] = []
        start = 0
        for found in self._controls.finditer(rendered):
            ids += self.text_ids(rendered[start : found.start()].replace(mark, ""))
            ids.append(self.tokenizer.convert_tokens_to_ids(found[0]))
            start = found.end()
        return ids + self.text_ids(rendered[start:].replace(mark, ""))

    def text_ids(self, text: str, first: bool = False) -> list[int]:
        """The tokens of plain text; `first` lets the tokenizer put its start token before it."""
        if not text and not first:
            return []
        return self.tokenizer.encode(text, add_special_tokens=first, split_special_tokens=True)

    def _end_of_answer(self, stop_ids: Sequence[int]) -> int | None:
        """The control token that the chat template writes after an answer, else the tokenizer's end token."""
        default = self.tokenizer.eos_token_id
        if default is None and stop_ids:
            default = stop_ids[0]
        if not self.tokenizer.chat_template:
            return default
        answer = chr(PRIVATE_USE[0])
        rendered = self._render([("user", "?"), ("assistant", answer)], generation=False)
        found = self._controls.match(rendered.partition(answer)[2].lstrip())
        return self.tokenizer.convert_tokens_to_ids(found[0]) if found else default


def _control_tokens(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    added = tokenizer.added_tokens_decoder.values()
    return sorted({token.content for token in added if token.special}, key=len, reverse=True)


def _alternatives(tokens: Sequence[str]) -> re.Pattern[str]:
    """Matches any of the tokens, the longest first; nothing where there are none."""
    return re.compile("|".join(map(re.escape, tokens)) or r"(?!)")


def _absent_character(messages: Sequence[Message]) -> str:
    """A private-use character that stands in no message."""
    used = {character for message in messages for character in message.content}
    return next(chr(code) for code in PRIVATE_USE if chr(code) not in used)
