"""Exported checkpoints outside of Plumbline: `transformers`, or PEFT with it, loads them alone."""

import json
import subprocess
import sys

import pytest
import torch
from django.conf import settings
from safetensors.torch import load_file

from experiments.alignment.errors import ModelError
from experiments.alignment.learners import SFT, ConfidenceCE, RewardModel
from experiments.alignment.sample_kinds import Demonstration, Label
from experiments.alignment.types import Ask, Checkpoint, Message
from experiments.models import Artefact
from experiments.services import library, store
from experiments.services.exports import export
from experiments.services.merging import merge
from tasks.merging import padding_id
from tasks.policies.chat import ChatFormat
from tests.support.factories import make_run
from tests.support.lessons import QUICK, carry_on, comparisons, learn, local_workshop, user
from tests.support.tiny_model import build_tiny_model, byte_tokenizer

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
QUESTIONS = [f"question {n}" for n in range(4)]
TOKENS = 12
GENERATE = """
import json, sys
from transformers import AutoModelForCausalLM, AutoTokenizer
base, adapters, questions, tokens = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base, dtype="auto")
for adapter in adapters:
    from peft import PeftModel
    model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
answers = []
for question in questions:
    chat = [{"role": "user", "content": question}]
    ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    out = model.generate(**ids, do_sample=False, max_new_tokens=tokens)
    answers.append(tokenizer.decode(out[0, ids["input_ids"].shape[1]:], skip_special_tokens=True))
loaded = sorted(name for name in ("peft", "experiments", "tasks", "django") if name in sys.modules)
print(json.dumps({"answers": answers, "loaded": loaded}))
"""
REWARDS = """
import json, sys
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
path, pairs = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(path)
model = AutoModelForSequenceClassification.from_pretrained(path, dtype="auto").eval()
chats = [[{"role": "user", "content": q}, {"role": "assistant", "content": a}] for q, a in pairs]
texts = [tokenizer.apply_chat_template(chat, tokenize=False).rstrip("\\n") for chat in chats]
batch = tokenizer(texts, padding=True, return_tensors="pt", add_special_tokens=False)
with torch.no_grad():
    print(json.dumps(model(**batch).logits[:, 0].tolist()))
"""


def elsewhere(program, request, folder):
    """What a script prints that runs apart from this repository."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(request), cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return local_workshop(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def trained(base, workshop):
    """Two rounds of training, the second resting on the first."""
    checkpoint = Checkpoint("base", base)
    for answer in ("yes, of course", "no"):
        samples = [Demonstration(user(question), f"{answer} {n}") for n, question in enumerate(QUESTIONS * 2)]
        checkpoint = learn(workshop, SFT(**QUICK | {"epochs": 3}), samples, checkpoint).checkpoint
    return checkpoint


@pytest.fixture(scope="module")
def whole(base, trained, tmp_path_factory):
    """Both rounds merged into the base."""
    folder = tmp_path_factory.mktemp("merged") / "whole"
    merge(base, trained.adapters, "float32", folder)
    return folder


@pytest.fixture
def run(base, trained):
    """A run with the two checkpoints in its store, and the model that it began with."""
    model = library.register_local_model("tiny", base)
    run = make_run(iterations=1, traces=False, model=model)
    parent = None
    for number, folder in enumerate(trained.adapters, 1):
        parent = stored(run, folder, iteration=number, parent=parent)
    return run


def stored(run, folder, **fields):
    sha256, directory = store.take_in("checkpoints", {path.name: path for path in folder.iterdir()})
    return Artefact.objects.create(run=run, sha256=sha256, directory=directory, **fields)


def own_answers(workshop, checkpoint):
    asks = [Ask(user(question), TOKENS) for question in QUESTIONS]
    return [answer.text for answer in workshop.policy("policy", checkpoint).generate(asks, carry_on)]


def test_transformers_alone_writes_what_our_policy_writes(run, workshop, trained, base, tmp_path):
    done = export(run, "checkpoint", tmp_path / "whole", form="merged")
    told = elsewhere(GENERATE, [str(done.path), [], QUESTIONS, TOKENS], tmp_path)
    assert told == {"answers": own_answers(workshop, trained), "loaded": []}
    assert told["answers"] != own_answers(workshop, Checkpoint("base", base))
    assert "A whole model with 2 adapters" in done.card.read_text()


def test_peft_merges_the_exported_adapters_in_the_order_that_the_card_tells(
    run, workshop, trained, base, tmp_path
):
    done = export(run, "checkpoint", tmp_path / "parts")
    adapters = [str(done.path / f"adapter-{number}") for number in (1, 2)]
    told = elsewhere(GENERATE, [str(base), adapters, QUESTIONS, TOKENS], tmp_path)
    assert told == {"answers": own_answers(workshop, trained), "loaded": ["peft"]}
    assert "for adapter in ['PATH/adapter-1', 'PATH/adapter-2']:" in done.card.read_text()


def test_a_merged_checkpoint_registers_as_a_model_of_its_own(whole, workshop, trained):
    teacher = library.register_local_model("teacher", whole, source="a run")
    assert (teacher.status, teacher.architecture, teacher.chat_template) == (
        "ready",
        "LlamaForCausalLM",
        True,
    )
    own = Checkpoint(teacher.sha256, store.locate(teacher.directory))
    assert own_answers(workshop, own) == own_answers(workshop, trained)


def test_a_merged_reward_model_scores_as_a_plain_sequence_classifier(run, workshop, base, tmp_path):
    spec = RewardModel(**QUICK | {"epochs": 3})
    reward = learn(workshop, spec, comparisons(), Checkpoint("base", base)).checkpoint
    stored(run, reward.adapters[-1], iteration=1, kind="reward-model", role="reward-model")
    done = export(run, "checkpoint", tmp_path / "reward", form="merged", role="reward-model")
    pairs = [("question 1", "stone river!"), ("question 1", "stone river, but longer."), ("question 2", "a")]
    asks = [Ask((Message("user", question),), 1) for question, _ in pairs]
    own = workshop.policy("reward-model", reward).reward(asks, [answer for _, answer in pairs], carry_on)
    assert elsewhere(REWARDS, [str(done.path), pairs], tmp_path) == pytest.approx(own, abs=1e-4)
    assert "AutoModelForSequenceClassification" in done.card.read_text()


def test_files_beside_the_weights_are_the_bases_own(whole, base):
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"):
        assert (whole / name).read_bytes() == (base / name).read_bytes()
    assert not list(whole.glob("adapter*"))


def test_the_weights_have_the_dtype_that_is_asked_for(base, trained, tmp_path):
    merge(base, trained.adapters, "bfloat16", tmp_path / "half")
    weights = load_file(tmp_path / "half" / "model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.bfloat16}


def test_what_is_more_than_one_model_is_refused_in_a_sentence(workshop, base, tmp_path):
    labels = [Label(user(question), ("a", "b"), (1.0, 0.0)) for question in QUESTIONS]
    labels += [Label(user(f"other {n}"), ("a", "b"), (0.0, 1.0)) for n in range(4)]
    made = learn(workshop, ConfidenceCE(role="student"), labels, Checkpoint("base", base)).checkpoint
    with pytest.raises(ModelError, match="export it as adapter"):
        merge(base, made.adapters, "float32", tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


def test_an_adapter_of_another_model_is_refused_in_a_sentence(trained, tmp_path):
    (tmp_path / "other").mkdir()
    with pytest.raises(ModelError, match="not a model directory"):
        merge(tmp_path / "other", trained.adapters, "float32", tmp_path / "whole")


def test_the_token_that_ends_answers_never_pads_a_scorer():
    tokenizer = byte_tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    chat = ChatFormat(tokenizer)
    assert chat.pad_id == chat.end_id
    assert tokenizer.convert_ids_to_tokens(padding_id(chat)) == "<|endoftext|>"


def test_the_program_is_where_the_app_looks_for_it():
    done = subprocess.run(
        [sys.executable, "-m", "tasks.merging"],
        input=json.dumps({"model": "/nowhere", "adapters": [], "dtype": "float32", "to": "/nowhere/else"}),
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("nowhere is not a model directory")
