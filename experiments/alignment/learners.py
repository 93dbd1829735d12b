"""What is to be learned, as frozen specifications: no arithmetic here. `tasks/learners` has one file for each."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from experiments.alignment.types import SampleKind


class Adapter(BaseModel):
    """Low-rank adapters on the attention and feed-forward matrices (LoRA, arXiv 2106.09685)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = Field(16, ge=1, le=256, description="Rank of the adapter matrices.")
    alpha: int = Field(
        32, ge=1, le=512, description="Scale of the adapter: its output is multiplied by alpha / rank."
    )
    dropout: float = Field(0.0, ge=0, le=0.5, description="Dropout on the adapter's input while training.")


class Spec(BaseModel):
    """What every learner is told. `role` names whose checkpoint this makes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    consumes: ClassVar[SampleKind]

    role: str = "policy"
    init_from: Literal["base", "previous"] = "previous"
    data: Literal["round", "accumulated"] = "round"
    adapter: Adapter = Adapter()
    learning_rate: float = Field(2e-4, gt=0, le=1)
    epochs: int = Field(1, ge=1, le=50)
    batch_size: int = Field(16, ge=1, le=512)
    max_length: int = Field(
        512, ge=16, le=32768, description="Longest sample in tokens; longer ones are refused."
    )


class SFT(Spec):
    """Supervised fine-tuning: cross-entropy on the answer's tokens."""

    consumes: ClassVar[SampleKind] = "demonstration"
    kind: Literal["sft"] = "sft"


class DPO(Spec):
    """Direct preference optimisation (arXiv 2305.18290); the reference is the checkpoint that training starts from."""

    consumes: ClassVar[SampleKind] = "preference"
    kind: Literal["dpo"] = "dpo"
    beta: float = Field(0.1, gt=0, le=10)
    loss: Literal["sigmoid", "ipo", "hinge"] = "sigmoid"


LearnerSpec = Annotated[SFT | DPO, Field(discriminator="kind")]
