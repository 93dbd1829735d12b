"""Exported samples train in plain TRL scripts, with no code between the file and the trainer."""

import json
import subprocess
import sys

import pytest

from experiments.services.exports import export
from tests.support.factories import make_candidate, make_run, make_selection
from tests.support.tiny_model import build_tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
TRAIN = """
import json, sys
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
import trl
for model, kind, path, folder, trainer in json.load(sys.stdin):
    rows = load_dataset(kind, data_files=path, split="train")
    config = getattr(trl, f"{trainer}Config")(
        output_dir=folder, max_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True, bf16=False,
        gradient_checkpointing=False, disable_tqdm=True, logging_steps=1, save_strategy="no",
    )
    one = getattr(trl, f"{trainer}Trainer")(
        model=AutoModelForCausalLM.from_pretrained(model), args=config, train_dataset=rows,
        processing_class=AutoTokenizer.from_pretrained(model),
    )
    one.train()
    print(json.dumps({"trained": trainer, "rows": len(rows), "loss": one.state.log_history[0]["loss"]}))
"""
EXPORTS = (
    ("pairs", "jsonl", "DPO", 3),
    ("pairs", "parquet", "DPO", 3),
    ("demonstrations", "jsonl", "SFT", 3),
    ("conversations", "parquet", "SFT", 3),
    ("unpaired", "jsonl", "KTO", 6),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def run():
    run = make_run()
    for trace in run.iterations.get(index=1).trace_rows.filter(part="train"):
        index = make_candidate(trace, "Rain, without a comma.").index
        make_selection(trace, [index], "kept", "right answer")
    return run


def test_trl_trains_on_every_export_as_it_is(run, model, tmp_path):
    requests = []
    for what, file_format, trainer, _ in EXPORTS:
        path = export(run, what, tmp_path / f"{what}.{file_format}", file_format).path
        kind = "json" if file_format == "jsonl" else file_format
        requests.append([str(model), kind, str(path), str(tmp_path / f"out-{len(requests)}"), trainer])
    told = subprocess.run(
        [sys.executable, "-c", TRAIN],
        input=json.dumps(requests), cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    results = [json.loads(line) for line in told.stdout.splitlines() if line.startswith('{"trained"')]
    assert [(one["trained"], one["rows"]) for one in results] == [(name, rows) for *_, name, rows in EXPORTS]
    assert all(0 < one["loss"] < 100 for one in results)
