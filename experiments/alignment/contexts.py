"""Committed contexts: the statements of a constitution or a memory as a checkpoint directory with one JSON file.

A context is stored, versioned by its hash and passed on like any other checkpoint; it holds no weights.
"""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from experiments.alignment.errors import ModelError
from experiments.alignment.learners import CommitContext
from experiments.alignment.sample_kinds import Demonstration, Sample
from experiments.alignment.seeds import digest
from experiments.alignment.types import Checkpoint, Trained

FILE = "statements.json"


def commit(spec: CommitContext, samples: Sequence[Sample], init: Checkpoint, directory: Path) -> Trained:
    """Writes the samples' texts below the directory as the role's new context; equal statements stand once."""
    new = [sample.answer.strip() for sample in samples if isinstance(sample, Demonstration)]
    held = read_statements(init) if spec.keep else ()
    statements = list(dict.fromkeys(text for text in (*held, *new) if text))
    sha256 = digest(statements)
    target = directory / sha256
    target.mkdir(parents=True, exist_ok=True)
    beside = target / f"{FILE}.{os.getpid()}"
    beside.write_text(json.dumps(statements, ensure_ascii=False, indent=1))
    beside.replace(target / FILE)
    return Trained(
        Checkpoint(sha256, init.model, (target,)), len(new), {"statements": float(len(statements))}
    )


def read_statements(checkpoint: Checkpoint) -> tuple[str, ...]:
    """The statements of a context; nothing for a checkpoint that is none. Raises ModelError for a damaged file."""
    last = next(iter(checkpoint.adapters[-1:]), None)
    if last is None or not (last / FILE).is_file():
        return ()
    try:
        return tuple(_texts(json.loads((last / FILE).read_text())))
    except (OSError, ValueError) as error:
        raise ModelError(f"The context {last.name} is damaged; commit it again.") from error


def _texts(stored: object) -> Iterable[str]:
    if not isinstance(stored, list) or not all(isinstance(text, str) for text in stored):
        raise ValueError("not a list of texts")
    return stored
