"""Sample, verify, keep what is right, retrain from the base."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig
from experiments.alignment.learners import SFT
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.signals.verify_outcome import VerifyOutcome


class RestEMConfig(TrainingConfig):
    """Settings of rest-em."""

    samples: int = Field(6, ge=1, le=64, description="Answers sampled for each prompt.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    per_prompt: int = Field(
        1, ge=1, le=64, description="Right answers kept of each prompt in a round, at most."
    )
    accumulate: bool = Field(
        True,
        description="Train on the kept answers of all rounds so far, not of this one alone.",
        json_schema_extra=FOLDED,
    )


@recipe(
    slug="rest-em",
    title="Keep what a verifier accepts",
    leaf="3.2",
    paper="2312.06585",
    summary="Sample answers, keep those that are verifiably right, retrain the base model on them, repeat.",
    config=RestEMConfig,
)
def rest_em(config: RestEMConfig) -> Composition:
    """The model learns from its own right answers.

    Each round the newest checkpoint answers every train prompt several times. The check of the data set (a
    number, a label, a rule) says which answers are right. At most a few right ones a prompt become
    demonstrations, and the *base* model is fine-tuned on them.

    This follows ReST-EM (arXiv 2312.06585), an expectation-maximisation view of self-training: sampling and
    filtering is the E step, fine-tuning the M step. As there, each round starts again from the base model,
    which limits drift, and the cap a prompt keeps easy prompts from filling the round.

    Departures: low-rank adapters instead of full fine-tuning; the kept answers of earlier rounds are used too
    (switch `accumulate` off for the paper's way); six answers a prompt and a cap of one, where the paper
    samples 32 or 64 and keeps up to ten.

    Reading it: gold accuracy should rise while answer length and diversity hold. The operator gain here is
    that of best-of-n with a perfect check, so it is never negative: what matters is whether training keeps
    it. A share of kept prompts that stays low means that there is little to learn from. Published runs peak
    after a few rounds and then overfit: compare rounds, not only the last.
    """
    learn = SFT(
        init_from="base", data="accumulated" if config.accumulate else "round", **config.learner_settings()
    )
    phase = Phase(
        propose=Sample(config.samples, config.temperature, config.max_tokens),
        signals=(VerifyOutcome(),),
        branches=(Branch(KeepCorrect(config.per_prompt), learn),),
    )
    return Composition((phase,), answer_tokens=config.max_tokens)
