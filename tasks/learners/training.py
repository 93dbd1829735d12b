"""What every learner shares: the arguments of TRL's trainers, when to stop, and adapters that come off again.

The trainers of TRL and Transformers run the loop, the optimiser and the schedule. Three things are our own: batches are
planned beforehand (a resumed run trains on the same ones), logits are computed for the answers' positions alone, and
samples may have weights and soft labels, which TRL's losses do not know.
"""

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

from experiments.alignment.errors import ModelError
from experiments.alignment.learners import Spec
from experiments.alignment.ports import Check, Progress
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import save_adapter
from tasks.learners.batches import Sequences
from tasks.learners.work import Work
from tasks.policies.loading import LoadedModel, forget_adapters
from tasks.policies.scoring import answer_logprobs

Row = dict[str, Any]
Loss = Callable[[Any, Row], Tensor]
Collate = Callable[[Sequence[Row]], Row]
Keep = Callable[[Any, Path, Checkpoint, Row], Checkpoint]
WARM_UP = 0.05  # share of the steps in which the learning rate rises


class Watch(TrainerCallback):
    """Asks before every step whether to go on, and says after it how far training is."""

    def __init__(self, check: Check, progress: Progress) -> None:
        self.check, self.progress = check, progress

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.check()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.progress(state.global_step, state.max_steps)
        self.check()


class Figures:
    """The figures of every step, in order, and those of the training as a whole."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float]] = []
        self.overall: dict[str, float] = {}

    def add(self, loss: torch.Tensor, **figures: float) -> None:
        """Raises ModelError when the loss is no number: training diverged and nothing of it can be used."""
        value = loss.item()
        if not math.isfinite(value):
            raise ModelError(
                f"Training diverged: the loss of step {len(self.steps) + 1} is {value}. Lower the learning rate."
            )
        self.steps.append({"loss": value, **figures})

    def summary(self) -> dict[str, float]:
        """First and last value of every figure, the overall figures, steps and tokens trained in all."""
        named = dict.fromkeys(name for step in self.steps for name in step if name != "tokens")
        values = {name: [step[name] for step in self.steps if name in step] for name in named}
        return {
            **{f"{name}_first": values[name][0] for name in named},
            **{f"{name}_last": values[name][-1] for name in named},
            **self.overall,
            "steps": float(len(self.steps)),
            "tokens": sum(step["tokens"] for step in self.steps),
        }


def arguments(work: Work[Any], steps: int) -> dict[str, Any]:
    """Settings common to TRL's configs: nothing written, nothing reported, batches as planned.

    One "sample" of the trainer is one planned batch. Mixed precision is entered in the losses, not here.
    """
    return {
        "output_dir": tempfile.gettempdir(),
        "per_device_train_batch_size": 1,
        "max_steps": steps,
        "learning_rate": work.spec.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": round(WARM_UP * steps),
        "train_sampling_strategy": "sequential",
        "remove_unused_columns": False,
        "gradient_checkpointing": False,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": False,
        "save_strategy": "no",
        "logging_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "bf16": False,
        "use_cpu": work.device.type == "cpu",
        "seed": work.seed % 2**32,
    }


def adapter_config(spec: Spec) -> LoraConfig:
    """Low-rank adapters on every linear layer but the head (arXiv 2106.09685)."""
    adapter = spec.adapter
    return LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,
        lora_dropout=adapter.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


class PlannedTrainer(Trainer):
    """Transformers' Trainer on planned batches, for losses whose TRL trainer samples or tokenises by itself."""

    loss: Loss

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> Tensor:
        """The learner's loss of one planned batch."""
        return self.loss(model, inputs)


def planned_trainer(
    model: nn.Module, work: Work[Any], plan: Sequence[Sequence[int]], collate: Collate, loss: Loss
) -> PlannedTrainer:
    """A trainer that takes the plan's batches one by one, as `collate` makes them, and lowers `loss`."""
    trainer = PlannedTrainer(
        model=model,
        args=TrainingArguments(**arguments(work, len(plan))),
        data_collator=collate,
        train_dataset=batch_table(plan),
    )
    trainer.loss = loss
    return trainer


def adapted(model: PreTrainedModel, work: Work[Any]) -> PeftModel:
    """The warm model with a new adapter on it, drawn by the work's seed."""
    set_seed(work.seed % 2**32)
    return get_peft_model(model, adapter_config(work.spec))


def one_batch(rows: Sequence[Row]) -> list[int]:
    """The sample indexes of the one planned batch that the trainer asks for."""
    (row,) = rows
    return row["batch"]


def batch_table(batches: Sequence[Sequence[int]]) -> Dataset:
    """The planned batches as the data set that TRL's trainers insist on: one row a batch."""
    return Dataset.from_dict({"batch": [list(batch) for batch in batches]})


@contextmanager
def precision(model: PreTrainedModel | PeftModel) -> Iterator[None]:
    """Computes in bfloat16 where the base is; the adapters themselves stay float32."""
    with torch.autocast(model.device.type, torch.bfloat16, enabled=model.dtype == torch.bfloat16):
        yield


def answer_sums(model: Any, batch: Sequences) -> Tensor:
    """Log-probability of each row's answer in nats, [rows]; differentiable."""
    with precision(model):
        return answer_logprobs(model, batch.ids, batch.mask, batch.answer).sum(dim=1)


@contextmanager
def borrowed(loaded: LoadedModel) -> Iterator[PreTrainedModel]:
    """Lends the warm model to a trainer and gives it back as it was, whatever happens in between."""
    model = loaded.model
    settings = (model.config.pad_token_id, model.generation_config.pad_token_id)
    wanted = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        yield model
    finally:
        _take_off(model)
        model.__dict__.pop("forward", None)
        model.config.pad_token_id, model.generation_config.pad_token_id = settings
        for parameter, requires_grad in wanted:
            parameter.requires_grad_(requires_grad)
            parameter.grad = None
        model.eval()


def train(
    work: Work[Any],
    make: Callable[[PreTrainedModel], Trainer],
    figures: Figures,
    keep: Keep = save_adapter,
) -> Trained:
    """Run the trainer that `make` builds on the initial checkpoint and save what it trained with `keep`.

    Raises ModelError when training diverged, and whatever `check` raises; the warm model is then as it was.
    """
    work.loaded.switch(work.init.adapters)
    with borrowed(work.loaded) as model:
        trainer = make(model)
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(Watch(work.check, work.progress))
        trainer.train()
        trained = trainer.model
        _check_finite(trained)
        note = {"learner": work.spec.model_dump(), "seed": work.seed, "samples": len(work.samples)}
        checkpoint = keep(trained, work.directory, work.init, note)
    return Trained(checkpoint, len(figures.steps), figures.summary())


def _check_finite(model: nn.Module) -> None:
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and not torch.isfinite(parameter).all():
            raise ModelError(f"Training diverged: {name} is not finite. Lower the learning rate.")


def _take_off(model: PreTrainedModel) -> None:
    """Put the base layers back where PEFT put its own around them."""
    for name, module in list(model.named_modules()):
        if hasattr(module, "get_base_layer"):
            model.set_submodule(name, module.get_base_layer())
    forget_adapters(model)
