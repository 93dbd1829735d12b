"""Settings that every recipe has. Declared once; the form, the shell, the catalogue and the docs derive from them."""

from copy import copy
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from experiments.alignment.learners import Adapter

FOLDED: dict[str, Any] = {"folded": True}


class RecipeConfig(BaseModel):
    """The common settings. A recipe's config extends them; `folded` ones stand behind "more settings" in the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iterations: int = Field(
        3, ge=0, le=50, description="Rounds of propose, signal, select, learn and evaluate."
    )
    prompts: int = Field(192, ge=1, le=100_000, description="Train prompts asked in each round.")
    max_tokens: int = Field(48, ge=1, le=4096, description="Longest answer, in tokens.")
    probe_prompts: int = Field(
        96,
        ge=1,
        le=100_000,
        description="Probe prompts measured after each round; gates decide by them.",
        json_schema_extra=FOLDED,
    )
    gold_prompts: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Gold prompts measured after each round; nothing decides by them.",
        json_schema_extra=FOLDED,
    )
    operator_prompts: int = Field(
        32,
        ge=0,
        le=10_000,
        description="Probe prompts on which the operator gain is measured; 0 leaves it out.",
        json_schema_extra=FOLDED,
    )
    chunk_prompts: int = Field(
        32,
        ge=1,
        le=4096,
        description="Prompts that are sampled and committed together.",
        json_schema_extra=FOLDED,
    )
    error_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="A stage fails when more than this share of its responses are errors.",
        json_schema_extra=FOLDED,
    )
    on_alarm: Literal["warn", "pause", "stop"] = Field(
        "warn",
        description="What an alarm does to the run: only warn, pause it for approval, or stop it.",
        json_schema_extra=FOLDED,
    )


class TrainingConfig(RecipeConfig):
    """Settings of recipes that train adapters."""

    learning_rate: float = Field(5e-4, gt=0, le=1, description="Peak learning rate of the adapters.")
    epochs: int = Field(2, ge=1, le=50, description="Passes over the samples of a round.")
    batch_size: int = Field(
        16, ge=1, le=512, description="Samples in one training step.", json_schema_extra=FOLDED
    )
    lora_rank: int = Field(
        16, ge=1, le=256, description="Rank of the adapters (LoRA).", json_schema_extra=FOLDED
    )

    @property
    def adapter(self) -> Adapter:
        """The adapters that learners train, of scale 2."""
        return Adapter(rank=self.lora_rank, alpha=2 * self.lora_rank)

    def learner_settings(self) -> dict[str, Any]:
        """What every learner's specification takes from these settings, so that none of them stays without effect."""
        return {
            "adapter": self.adapter,
            "learning_rate": self.learning_rate,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
        }


def with_default(config: type[RecipeConfig], name: str, default: Any, description: str = "") -> Any:
    """A common setting with a recipe's own default, and its own help line where one is given; its bounds stay."""
    field = copy(config.model_fields[name])
    field.default = default
    if description:
        field.description = description
    return field
