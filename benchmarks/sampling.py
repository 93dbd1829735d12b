"""Tokens per second of the product's policy against `generate()`: same prompts, same model, same run.

    python -m benchmarks.sampling MODEL [--prompts 64] [--dtype bfloat16] [--threads 1]

Both sides sample in the same chunks at the same temperature; the plain side repeats each prompt by
`num_return_sequences`. Chunks of the two sides alternate, so that a busy machine slows both alike.
"""

import tempfile
from pathlib import Path

import tasks  # noqa: F401 - keeps the libraries off the network
from benchmarks.work import Clock, chunks, options, plain_generate, plain_model, report, sums
from experiments.alignment.types import Ask, Checkpoint
from tasks.workshop import LocalWorkshop


def main() -> None:
    arguments = options(__doc__.splitlines()[0]).parse_args()
    prompts = [messages for messages, _ in sums(arguments.prompts, seed=0)]
    with tempfile.TemporaryDirectory() as directory:
        workshop = LocalWorkshop(Path(directory), "cpu", arguments.dtype, arguments.threads)
        policy = workshop.policy("policy", Checkpoint("base", arguments.model))
        model, tokenizer = plain_model(arguments.model, arguments.dtype)
        ours, theirs = Clock(), Clock()
        tokens = {"ours": 0, "plain": 0}
        for number, chunk in enumerate(chunks(prompts, arguments.chunk)):
            asks = [
                Ask(messages, arguments.tokens, 0.8, seed=number * 1_000_000 + index * 1_000 + sample)
                for index, messages in enumerate(chunk)
                for sample in range(arguments.samples)
            ]
            with ours.stage("sample"):
                tokens["ours"] += sum(c.n_tokens for c in policy.generate(asks, lambda: None))
            with theirs.stage("sample"):
                tokens["plain"] += plain_generate(
                    model,
                    tokenizer,
                    chunk,
                    arguments.tokens,
                    do_sample=True,
                    temperature=0.8,
                    top_k=0,
                    num_return_sequences=arguments.samples,
                )[1]
    print(f"{arguments.dtype}, {arguments.threads} thread(s), {len(prompts)} prompts × {arguments.samples}")
    report(
        "tokens per CPU second", tokens["ours"] / ours.cpu["sample"], tokens["plain"] / theirs.cpu["sample"]
    )
    report("tokens per second", tokens["ours"] / ours.wall["sample"], tokens["plain"] / theirs.wall["sample"])


if __name__ == "__main__":
    main()
