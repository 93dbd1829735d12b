"""What is to be learned, as frozen specifications: no arithmetic here. `tasks/learners` has one file for each.

`makes` is the kind of artefact that comes out; a role that another run may take is named like its kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from experiments.alignment.sample_kinds import Sample
from experiments.alignment.types import Checkpoint, SampleKind


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
    makes: ClassVar[str] = "checkpoint"

    role: str = "policy"
    init_from: Literal["base", "previous", "current"] = "previous"
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


class Critic(SFT):
    """Fine-tuning on critiques. What comes out is a critic, which other runs may take."""

    makes: ClassVar[str] = "critic"
    kind: Literal["critic"] = "critic"  # type: ignore[assignment]
    role: str = "critic"
    init_from: Literal["base", "previous", "current"] = "base"


class DPO(Spec):
    """Direct preference optimisation (arXiv 2305.18290); the reference is the checkpoint that training starts from."""

    consumes: ClassVar[SampleKind] = "preference"
    kind: Literal["dpo"] = "dpo"
    beta: float = Field(0.1, gt=0, le=10)
    loss: Literal["sigmoid", "ipo", "hinge"] = "sigmoid"


class KTO(Spec):
    """Kahneman–Tversky optimisation (arXiv 2402.01306): answers that are good or not, each for itself.

    The reference is the checkpoint that training starts from. `desirable` and `undesirable` weigh the two kinds of
    loss; the paper keeps (desirable · good answers) : (undesirable · bad ones) between 1:1 and 4:3.
    """

    consumes: ClassVar[SampleKind] = "unpaired"
    kind: Literal["kto"] = "kto"
    beta: float = Field(0.1, gt=0, le=10)
    desirable: float = Field(1.0, gt=0, le=100)
    undesirable: float = Field(1.0, gt=0, le=100)


class RewardModel(Spec):
    """A scalar head on the model, fitted to preferences: −[p·log σ(Δ) + (1−p)·log σ(−Δ)] (Bradley–Terry)."""

    consumes: ClassVar[SampleKind] = "preference"
    makes: ClassVar[str] = "reward-model"
    kind: Literal["reward-model"] = "reward-model"
    role: str = "reward-model"
    init_from: Literal["base", "previous", "current"] = "base"


class StepVerifier(Spec):
    """A scalar head on the model that says after each step how likely a right answer is: binary cross-entropy.

    On solutions of one step it is an outcome verifier (arXiv 2110.14168), else a process one (arXiv 2312.08935).
    """

    consumes: ClassVar[SampleKind] = "steps"
    makes: ClassVar[str] = "verifier"
    kind: Literal["step-verifier"] = "step-verifier"
    role: str = "verifier"
    init_from: Literal["base", "previous", "current"] = "base"


class Extrapolate(Spec):
    """No training: θ = θ_after + alpha·(θ_after − θ_before), the weights gone on in the same direction (ExPO).

    `of` is the role whose newest checkpoint is θ_after; θ_before is its `before`, of which θ_after must be a
    continuation. arXiv 2404.16792.
    """

    consumes: ClassVar[SampleKind] = "demonstration"
    kind: Literal["extrapolate"] = "extrapolate"
    of: str = "policy"
    before: Literal["base", "previous"] = "base"
    alpha: float = Field(0.5, ge=0, le=20)


class PolicyGradient(Spec):
    """Clipped policy gradient on recorded rollouts (PPO's objective, arXiv 1707.06347, group advantages of 2402.03300).

    `kl_beta` weighs the k3 estimate of KL to the `reference`: the checkpoint that this round's training starts from, as
    in iterative GRPO, or the role's base, the same one in all rounds. `entropy` rewards spread over closed options.
    """

    consumes: ClassVar[SampleKind] = "rollout"
    kind: Literal["policy-gradient"] = "policy-gradient"
    clip: float = Field(0.2, gt=0, lt=1)
    kl_beta: float = Field(0.0, ge=0, le=10)
    reference: Literal["round", "base"] = "round"
    entropy: float = Field(0.0, ge=0, le=1)


class ConfidenceCE(Spec):
    """Cross-entropy of a classifier on hard or soft labels, with the confidence loss of arXiv 2312.09390.

    The target is (1 − α)·label + α·[own hardened prediction], its threshold such that hardened predictions have the
    labels' class balance. `ramp` is the share of the steps in which α rises from 0 to `alpha`: "published" rises
    smoothly, "code" rises to alpha·ramp and jumps, as the authors' program does. On `head` the model's features stay
    frozen and a linear head is trained on them; `words` puts the head on counts of words instead, without the model.
    `depth` is the layer whose features are read, as a share of all.
    """

    consumes: ClassVar[SampleKind] = "label"
    makes: ClassVar[str] = "classifier"
    kind: Literal["confidence-ce"] = "confidence-ce"
    train: Literal["head", "lora", "words"] = "head"
    depth: float = Field(0.53, gt=0, le=1)
    alpha: float = Field(0.0, ge=0, le=1)
    ramp: float = Field(0.2, ge=0, le=1)
    schedule: Literal["published", "code"] = "published"


class CommitContext(Spec):
    """No weights at all: the kept texts become the role's context, one statement each, versioned by their hash.

    `keep` adds to what the role holds already, instead of replacing it.
    """

    consumes: ClassVar[SampleKind] = "demonstration"
    makes: ClassVar[str] = "constitution"
    kind: Literal["commit-context"] = "commit-context"
    role: str = "constitution"
    keep: bool = False


class CommitPool(CommitContext):
    """A context that grows: the kept texts are added to a pool of instructions."""

    makes: ClassVar[str] = "pool"
    kind: Literal["commit-pool"] = "commit-pool"  # type: ignore[assignment]
    role: str = "pool"
    keep: bool = True


LearnerSpec = Annotated[
    SFT
    | Critic
    | DPO
    | KTO
    | RewardModel
    | StepVerifier
    | Extrapolate
    | PolicyGradient
    | ConfidenceCE
    | CommitContext
    | CommitPool,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training to be done: what, from which samples and starting where.

    `reference` is the checkpoint that DPO's margins and the policy gradient's KL are measured against.
    """

    spec: LearnerSpec
    samples: Sequence[Sample]
    init: Checkpoint
    reference: Checkpoint
    seed: int
