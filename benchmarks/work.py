"""What the model benchmarks share: the same prompts, the same model, and a clock for both sides."""

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from experiments.alignment.types import Message

SYSTEM = "Answer with the number alone."


@dataclass
class Clock:
    """Wall and processor seconds of one side, by stage. Processor seconds are the steadier on a busy machine."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - cpu


def options(description: str) -> argparse.ArgumentParser:
    """The arguments that every model benchmark takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", type=Path, help="a local model directory with a chat template")
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--prompts", type=int, default=192, help="prompts that are sampled")
    parser.add_argument("--samples", type=int, default=6, help="answers to each prompt")
    parser.add_argument("--tokens", type=int, default=48, help="longest answer")
    parser.add_argument("--chunk", type=int, default=32, help="prompts in one call")
    return parser


def sums(count: int, seed: int) -> list[tuple[tuple[Message, ...], str]]:
    """Prompts that ask for a + b with 0 to 20 each, and their answers."""
    draw = random.Random(seed)
    pairs = [(draw.randint(0, 20), draw.randint(0, 20)) for _ in range(count)]
    return [
        ((Message("system", SYSTEM), Message("user", f"What is {a} + {b}?")), str(a + b)) for a, b in pairs
    ]


def chunks(items: list, size: int) -> Iterator[list]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def plain_model(directory: Path, dtype: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model as a careful script would load it, with the slow product of sliced hidden states removed."""
    model = AutoModelForCausalLM.from_pretrained(
        directory, dtype=getattr(torch, dtype), local_files_only=True
    )
    model.get_output_embeddings().register_forward_pre_hook(lambda _, inputs: (inputs[0].contiguous(),))
    tokenizer = AutoTokenizer.from_pretrained(directory, padding_side="left", local_files_only=True)
    return model.eval(), tokenizer


def plain_generate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: list, tokens: int, **settings: object
) -> tuple[list[str], int]:
    """`generate()` on one padded batch: texts, and the number of tokens up to each answer's end."""
    chats = [[{"role": m.role, "content": m.content} for m in messages] for messages in prompts]
    batch = tokenizer.apply_chat_template(
        chats, add_generation_prompt=True, return_dict=True, return_tensors="pt", padding=True
    )
    with torch.inference_mode():
        output = model.generate(
            **batch, max_new_tokens=tokens, pad_token_id=tokenizer.pad_token_id, **settings
        )
    answers = output[:, batch["input_ids"].shape[1] :]
    ends = (answers == tokenizer.eos_token_id).int()
    lengths = torch.where(ends.any(dim=1), ends.argmax(dim=1) + 1, answers.shape[1])
    return tokenizer.batch_decode(answers, skip_special_tokens=True), int(lengths.sum())


def report(label: str, ours: float, theirs: float) -> None:
    print(f"{label:<28} ours {ours:8.2f}   plain {theirs:8.2f}   ours / plain {ours / theirs:5.2f}")
