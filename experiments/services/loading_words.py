"""How an exported checkpoint is loaded, as words and code for its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

REWARD = "reward-model"
CONTEXTS = frozenset({"constitution", "pool"})
NOT_ONE_MODEL = CONTEXTS | {"classifier", "verifier"}
"""Kinds of artefacts that are no whole model when they are merged; a kind that is neither is a language model."""
REWARD_READS = (
    "The reward of an answer is the product of the vector `head` in `reward_head.safetensors` with the last hidden "
    "state at the token that ends the answer. Only differences between answers to one prompt mean something."
)


SCORING = (
    "",
    "# The reward is read at the token that ends the answer: what a template writes after it is cut off.",
    'chat = [{"role": "user", "content": "QUESTION"}, {"role": "assistant", "content": "ANSWER"}]',
    'text = tokenizer.apply_chat_template(chat, tokenize=False).rstrip("\\n")',
    'reward = model(**tokenizer(text, add_special_tokens=False, return_tensors="pt")).logits[0, 0]',
)


@dataclass(frozen=True)
class Base:
    """What an adapter rests on: its name, the data type it was trained in, and whether its name is one of a hub."""

    name: str
    dtype: str
    on_hub: bool

    @property
    def lines(self) -> tuple[str, ...]:
        where = "" if self.on_hub else "  # the folder of that model, which has this name in Plumbline"
        auto = f"AutoModelForCausalLM.from_pretrained(base, dtype={self.dtype!r})"
        return (
            f"base = {self.name!r}{where}",
            "tokenizer = AutoTokenizer.from_pretrained(base)",
            f"model = {auto}  # as it was trained: in another one the numbers differ",
        )


def loading(
    kind: str, form: str, base: Base, adapters: Sequence[tuple[int, str]], places: Sequence[str]
) -> list[str]:
    """The section "Loading". `adapters` are (iteration, sha256), oldest first, `places` their folders."""
    return [
        "## Loading",
        "",
        *(_merged(kind, adapters) if form == "merged" else _parts(kind, base, adapters, places)),
    ]


def _merged(kind: str, adapters: Sequence[tuple[int, str]]) -> list[str]:
    auto = "AutoModelForSequenceClassification" if kind == REWARD else "AutoModelForCausalLM"
    count = len(adapters)
    adapted = f"{count} adapter{'' if count == 1 else 's'}, merged in this order:"
    words = (
        [
            "",
            "The one logit is the reward of the answer. Only differences between answers to one prompt mean something.",
        ]
        if kind == REWARD
        else []
    )
    return [
        f"A whole model with {adapted}",
        "",
        *_listed(adapters),
        "",
        *_code(
            f"from transformers import AutoTokenizer, {auto}",
            "",
            'tokenizer = AutoTokenizer.from_pretrained("PATH")',
            f'model = {auto}.from_pretrained("PATH", dtype="auto")',
            *(SCORING if kind == REWARD else ()),
        ),
        *words,
    ]


def _parts(kind: str, base: Base, adapters: Sequence[tuple[int, str]], places: Sequence[str]) -> list[str]:
    if kind in CONTEXTS:
        return [
            "No weights: a JSON file with the statements that models are given to read.",
            "",
            *_listed(adapters),
        ]
    if kind in NOT_ONE_MODEL:
        return [
            f"A {kind} as Plumbline stores it: safetensors, with `plumbline.json` saying how it was made and what "
            "its numbers mean. Other programs need code of their own to read it.",
            "",
            *_listed(adapters, places),
        ]
    how = (
        "One LoRA adapter. Load it on the base model with PEFT."
        if len(adapters) == 1
        else "Each adapter rests on the ones before it. Load and merge them in this order:"
    )
    return [
        how,
        "",
        *_listed(adapters, places),
        "",
        *_code(
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            "",
            *base.lines,
            f"for adapter in {['PATH' if place == '.' else f'PATH/{place}' for place in places]!r}:",
            "    model = PeftModel.from_pretrained(model, adapter).merge_and_unload()",
        ),
        *(["", REWARD_READS] if kind == REWARD else []),
    ]


def _listed(adapters: Sequence[tuple[int, str]], places: Sequence[str] = ()) -> list[str]:
    named = [f"`{place}`: " if place != "." else "" for place in places] or [""] * len(adapters)
    return [
        f"{number}. {place}iteration {iteration}, sha256 {sha256}"
        for number, (place, (iteration, sha256)) in enumerate(zip(named, adapters, strict=True), start=1)
    ]


def _code(*lines: str) -> list[str]:
    """A block of Python; a fence inside a name cannot end it."""
    return ["```python", *(line.replace("```", "") for line in lines), "```"]
