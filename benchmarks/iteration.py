"""One iteration of rejection sampling and fine-tuning against a plain transformers + TRL script doing the same work.

    python -m benchmarks.iteration MODEL [--prompts 192] [--evaluated 200] [--dtype bfloat16] [--threads 1]

Three stages: sample several answers to each prompt, fine-tune for two epochs on one answer a prompt, answer held-out
prompts greedily with the new adapter. The plain side is SFTTrainer with LoRA of the same rank and rate on the same
samples, without gradient checkpointing, in the same precision. Both train on the same right answers, so that the
work is equal whatever was sampled.
"""

import tempfile
from pathlib import Path

from datasets import Dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

import tasks  # noqa: F401 - keeps the libraries off the network
from benchmarks.work import Clock, chunks, options, plain_generate, plain_model, report, sums
from experiments.alignment.learners import SFT, Lesson
from experiments.alignment.sample_kinds import Demonstration
from experiments.alignment.types import Ask, Checkpoint
from tasks.workshop import LocalWorkshop

STAGES = ("sample", "train", "evaluate")


def answer(text: str) -> str:
    return f"The answer is {text}."


def ours(arguments, train: list, held_out: list, directory: Path) -> Clock:
    """The product's own path: policy, learner, policy with the new adapter."""
    clock = Clock()
    workshop = LocalWorkshop(directory, "cpu", arguments.dtype, arguments.threads)
    base = Checkpoint("base", arguments.model)
    policy = workshop.policy("policy", base)
    with clock.stage("sample"):
        for start, chunk in enumerate(chunks(train, arguments.chunk)):
            policy.generate(
                [
                    Ask(messages, arguments.tokens, 0.8, seed=start * 1_000_000 + index * 1_000 + sample)
                    for index, (messages, _) in enumerate(chunk)
                    for sample in range(arguments.samples)
                ],
                lambda: None,
            )
    samples = [Demonstration(messages, answer(text)) for messages, text in train]
    with clock.stage("train"):
        trained = workshop.learn(
            Lesson(SFT(learning_rate=5e-4, epochs=2, batch_size=16), samples, base, base, 1),
            lambda: None,
            lambda *_: None,
        )
    with clock.stage("evaluate"):
        tuned = workshop.policy("policy", trained.checkpoint)
        answers = [
            completion.text
            for chunk in chunks(held_out, 64)
            for completion in tuned.generate(
                [Ask(messages, arguments.tokens) for messages, _ in chunk], lambda: None
            )
        ]
    print_accuracy("ours", answers, held_out)
    return clock


def plain(arguments, train: list, held_out: list, directory: Path) -> Clock:
    """A script of the kind people write: generate(), SFTTrainer, merge, generate()."""
    clock = Clock()
    model, tokenizer = plain_model(arguments.model, arguments.dtype)
    with clock.stage("sample"):
        for chunk in chunks(train, arguments.chunk):
            plain_generate(
                model,
                tokenizer,
                [messages for messages, _ in chunk],
                arguments.tokens,
                do_sample=True,
                temperature=0.8,
                top_k=0,
                num_return_sequences=arguments.samples,
            )
    with clock.stage("train"):
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(
                output_dir=str(directory),
                learning_rate=5e-4,
                num_train_epochs=2,
                per_device_train_batch_size=16,
                gradient_checkpointing=False,
                bf16=arguments.dtype == "bfloat16",
                use_cpu=True,
                report_to="none",
                save_strategy="no",
                logging_strategy="no",
                disable_tqdm=True,
                warmup_steps=2,
            ),
            train_dataset=plain_samples(train),
            processing_class=tokenizer,
            peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
        )
        trainer.train()
    tokenizer.padding_side = "left"
    with clock.stage("evaluate"):
        tuned = trainer.model.merge_and_unload().eval()
        answers = [
            text
            for chunk in chunks(held_out, 64)
            for text in plain_generate(
                tuned, tokenizer, [messages for messages, _ in chunk], arguments.tokens, do_sample=False
            )[0]
        ]
    print_accuracy("plain", answers, held_out)
    return clock


def plain_samples(train: list) -> Dataset:
    return Dataset.from_list(
        [
            {
                "prompt": [{"role": m.role, "content": m.content} for m in messages],
                "completion": [{"role": "assistant", "content": answer(text)}],
            }
            for messages, text in train
        ]
    )


def print_accuracy(side: str, answers: list[str], held_out: list) -> None:
    right = sum(answer(text) == found.strip() for found, (_, text) in zip(answers, held_out, strict=True))
    print(f"{side}: {right} of {len(held_out)} held-out answers right after training")


def main() -> None:
    parser = options(__doc__.splitlines()[0])
    parser.add_argument("--evaluated", type=int, default=200, help="held-out prompts answered greedily")
    arguments = parser.parse_args()
    train, held_out = sums(arguments.prompts, seed=0), sums(arguments.evaluated, seed=1)
    with tempfile.TemporaryDirectory() as directory:
        one = ours(arguments, train, held_out, Path(directory) / "ours")
        two = plain(arguments, train, held_out, Path(directory) / "plain")
    for unit, left, right in (("CPU seconds", one.cpu, two.cpu), ("seconds", one.wall, two.wall)):
        for stage in STAGES:
            report(f"{stage}, {unit}", left[stage], right[stage])
        report(f"iteration, {unit}", sum(left.values()), sum(right.values()))


if __name__ == "__main__":
    main()
