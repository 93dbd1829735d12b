"""Policy gradient with groups of samples as their own baseline, by any scalar."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, with_default
from experiments.alignment.learners import SFT, PolicyGradient
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.reward_learning import JUDGES, GradientConfig, Scalar, scalar_source
from experiments.alignment.selectors.best_of_n import BestOfN
from experiments.alignment.selectors.group_norm import GroupNorm
from experiments.alignment.selectors.keep_correct import KeepCorrect


class GroupPolicyGradientConfig(GradientConfig):
    """Settings of the group policy gradient."""

    signal: Scalar = Field(
        "check",
        description="What rewards the answers: the check, another run's reward-model, a judge, or a panel of three.",
    )
    clip: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="How far an answer's probability may move in a round before its gradient ends.",
        json_schema_extra=FOLDED,
    )
    kl_beta: float = with_default(
        GradientConfig, "kl_beta", 0.05, "Weight of the divergence from the round's first policy."
    )
    control: bool = Field(
        True,
        description="Also train the control: SFT on the right (or best) ones of the same answers.",
        json_schema_extra=FOLDED,
    )

    @property
    def control_selector(self) -> KeepCorrect | BestOfN:
        """All right answers by the check; by another scalar the best one of each group."""
        kind = scalar_source(self.signal).kind
        return KeepCorrect(self.samples) if self.signal == "check" else BestOfN(kind)

    @property
    def clipped_gradient(self) -> PolicyGradient:
        """What the policy learns by."""
        return PolicyGradient(clip=self.clip, kl_beta=self.kl_beta, **self.learner_settings())


@recipe(
    slug="group-policy-gradient",
    title="Better than the group",
    leaf="3.2",
    paper="2402.03300",
    summary="Reward groups of samples and make those likelier that did better than their group, within a clip.",
    config=GroupPolicyGradientConfig,
    roles=(
        POLICY,
        *JUDGES,
        Role("reward-model", "The reward model that is taken from another run; leave it empty."),
    ),
    takes=("reward-model",),
)
def group_policy_gradient(config: GroupPolicyGradientConfig) -> Composition:
    """Reinforcement without a value model: an answer's siblings are its baseline.

    Each round the newest checkpoint answers every train prompt several times, and each answer gets a reward: by
    default 1 or 0 from the check of the data set, else the scalar of a reward model, a judge or a panel. The
    advantage of an answer is its reward relative to its group, in standard deviations. The policy makes answers of
    positive advantage likelier and the others less likely, within a clip of the probability ratio and with a
    penalty on the divergence from the round's first policy. A group whose answers all did alike carries no
    gradient.

    This follows GRPO (arXiv 2402.03300); with the check as the signal it is reinforcement by verifiable rewards.
    Departures: one batch of samples a round, used for `epochs` passes; the divergence is from the round's first policy,
    where the paper keeps one reference for several rounds; no reward for the form of an answer; low-rank adapters.

    The trained control is supervised fine-tuning on the right answers among the same samples, so that what it lacks
    are the wrong ones as something to move away from.

    Reading it: the share of groups that teach nothing says how much of the sampling is spent in vain; prompts that are
    too easy or too hard are most of it. Then pass@1 beside pass@k: published runs raise the first and the majority's
    accuracy, and hardly the second. A pass@k below that of the start is a narrowing of what the model can answer. With
    a learned signal, accuracy that stays where rewards rise is over-optimisation.
    """
    source = scalar_source(config.signal)
    branches = [Branch(GroupNorm(source.kind), config.clipped_gradient)]
    if config.control:
        learn = SFT(role="control", **config.learner_settings())
        branches.append(Branch(config.control_selector, learn))
    return Composition(
        (Phase(config.sample(), (source,), tuple(branches)),),
        answer_tokens=config.max_tokens,
        measures=("group_rewards",),
    )
