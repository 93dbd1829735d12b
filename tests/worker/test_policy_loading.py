import json

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from experiments.alignment.errors import ModelError
from tasks.policies.loading import LoadedModel
from tests.support.tiny_model import build_tiny_model


@pytest.fixture
def directory(tmp_path):
    return build_tiny_model(tmp_path / "tiny")


def random_adapter(directory, target, seed):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(directory)
    wrapped = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    wrapped.save_pretrained(target)
    return target


def weights(loaded):
    return {name: weight.detach().clone() for name, weight in loaded.model.named_parameters()}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_switching_back_restores_the_base_weights_bit_for_bit(directory, tmp_path, dtype):
    loaded = LoadedModel(directory, "cpu", dtype)
    before = weights(loaded)
    adapters = [random_adapter(directory, tmp_path / f"adapter{seed}", seed) for seed in (1, 2)]
    loaded.switch(adapters)
    assert any(not torch.equal(before[name], weight) for name, weight in weights(loaded).items())
    loaded.switch([])
    after = weights(loaded)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_chain_of_adapters_adds_up(directory, tmp_path):
    loaded = LoadedModel(directory, "cpu", torch.float32)
    name = "model.layers.0.self_attn.q_proj.weight"
    base = weights(loaded)[name]
    adapters = [random_adapter(directory, tmp_path / f"adapter{seed}", seed) for seed in (1, 2)]
    single = []
    for adapter in adapters:
        loaded.switch([adapter])
        single.append(weights(loaded)[name] - base)
    loaded.switch(adapters)
    assert torch.allclose(weights(loaded)[name], base + single[0] + single[1], atol=1e-5)


def test_a_directory_of_pickles_is_refused(directory):
    torch.save(load_file(directory / "model.safetensors"), directory / "pytorch_model.bin")
    (directory / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="pickle files, which are never opened"):
        LoadedModel(directory, "cpu", torch.float32)


def test_a_directory_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"not a model directory: it has no config\.json"):
        LoadedModel(tmp_path, "cpu", torch.float32)


def test_a_directory_without_weights_is_refused(directory):
    (directory / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no safetensors weights"):
        LoadedModel(directory, "cpu", torch.float32)


def test_missing_weights_are_not_made_up(directory):
    tensors = load_file(directory / "model.safetensors")
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights \(model\.layers\.1\.mlp\.up_proj\.weight\)"):
        LoadedModel(directory, "cpu", torch.float32)


def test_damaged_weights_are_refused(directory):
    path = directory / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        LoadedModel(directory, "cpu", torch.float32)


def test_code_that_a_model_brings_along_is_not_run(directory, tmp_path):
    witness = tmp_path / "ran"
    (directory / "modeling_evil.py").write_text(f"open({str(witness)!r}, 'w')\n")
    config = json.loads((directory / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {"AutoModelForCausalLM": "modeling_evil.Evil"}}
    (directory / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="cannot be loaded"):
        LoadedModel(directory, "cpu", torch.float32)
    assert not witness.exists()


def test_a_directory_that_is_no_adapter_is_refused_and_the_base_stays(directory, tmp_path):
    loaded = LoadedModel(directory, "cpu", torch.float32)
    before = weights(loaded)
    good = random_adapter(directory, tmp_path / "good", 1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="empty is not an adapter"):
        loaded.switch([good, tmp_path / "empty"])
    assert all(torch.equal(before[name], weight) for name, weight in weights(loaded).items())


def test_an_adapter_of_another_model_is_refused(directory, tmp_path):
    good = random_adapter(directory, tmp_path / "good", 1)
    tensors = load_file(good / "adapter_model.safetensors")
    renamed = {key.replace("layers.1", "layers.7"): value for key, value in tensors.items()}
    save_file(renamed, good / "adapter_model.safetensors")
    loaded = LoadedModel(directory, "cpu", torch.float32)
    with pytest.raises(ModelError, match="which tiny does not have"):
        loaded.switch([good])
