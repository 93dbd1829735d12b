"""More of a proxy: the estimates are those of brute force, planted peaks are found, and noise has none."""

import math
import random
from collections.abc import Callable, Sequence
from itertools import combinations
from statistics import fmean

import pytest

from experiments.alignment.diagnostics.alarms import alarms
from experiments.alignment.diagnostics.overoptimisation import best_of_n, best_of_n_kl, curve, powers
from experiments.alignment.diagnostics.sampling import pass_at
from experiments.alignment.evaluators.measures import best_of_n as measured_best_of_n
from experiments.alignment.evaluators.measures import overoptimisation as measured
from experiments.alignment.evaluators.record import Record
from experiments.alignment.registry import get_recipe
from experiments.alignment.types import Candidate, Evidence, Group, Metric, Prompt, Signal
from tests.kernel.runs import sums

Draw = Callable[[random.Random], float]
PROMPTS = sums("probe", 60)


def brute(scored: Sequence[tuple[float, float]], n: int) -> float:
    """The mean over all subsets of n, ties of the proxy shared."""
    found = []
    for some in combinations(scored, n):
        top = max(proxy for proxy, _ in some)
        found.append(fmean(value for proxy, value in some if proxy == top))
    return fmean(found)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_the_value_of_the_best_of_n_is_that_of_all_subsets(n: int) -> None:
    scored = [(0.3, 1.0), (2.0, 0.0), (-1.0, 1.0), (1.5, 0.5), (0.9, 0.0), (0.1, 1.0)]
    assert best_of_n(scored, n) == pytest.approx(brute(scored, n))


def test_values_within_a_tie_are_shared() -> None:
    assert best_of_n([(1.0, 1.0), (1.0, 0.0), (0.0, 0.0)], 3) == 0.5
    assert best_of_n([(1.0, 1.0), (1.0, 0.0)], 1) == 0.5


@pytest.mark.parametrize(("k", "right"), [(1, 2), (2, 2), (3, 1), (5, 0), (4, 5)])
def test_pass_at_k_is_the_share_of_subsets_with_a_right_one(k: int, right: int) -> None:
    samples = [index < right for index in range(5)]
    assert pass_at(k, 5, right) == pytest.approx(fmean(any(some) for some in combinations(samples, k)))


def test_sizes_double_and_the_divergence_of_one_sample_is_nothing() -> None:
    assert (powers(1), powers(8), powers(13)) == ([1], [1, 2, 4, 8], [1, 2, 4, 8])
    assert best_of_n_kl(1) == 0
    assert best_of_n_kl(4) == pytest.approx(math.log(4) - 0.75)


@pytest.mark.parametrize(
    ("form", "bend"),
    [("best-of-n", lambda d: d), ("reinforcement", math.log)],
    ids=["best-of-n", "reinforcement"],
)
def test_a_planted_peak_is_found_with_its_interval(form: str, bend: Callable[[float], float]) -> None:
    distances, rng = [0.4, 0.8, 1.2, 1.6], random.Random(3)
    alpha, beta = (0.6, 0.3) if form == "best-of-n" else (0.4, 0.4)
    gains = [[d * (alpha - beta * bend(d)) + rng.gauss(0, 0.05) for _ in range(200)] for d in distances]
    found = curve(form, distances, gains)  # type: ignore[arg-type]
    assert found is not None
    assert found.r2 > 0.9
    assert found.peak.value == pytest.approx(1.0, abs=0.15)
    assert found.peak.low is not None
    assert found.peak.high is not None
    assert found.peak.low < 1.0 < found.peak.high
    assert found.reached.value == pytest.approx(1.6 / (found.peak.value or 0))


@pytest.mark.parametrize("form", ["best-of-n", "reinforcement"])
def test_a_gain_below_nothing_at_every_distance_is_past_its_peak(form: str) -> None:
    rng = random.Random(5)
    falls = [[fall + rng.gauss(0, 0.05) for _ in range(60)] for fall in (-0.30, -0.42, -0.48)]
    found = curve(form, [1.0, 2.0, 3.0], falls)  # type: ignore[arg-type]
    assert found is not None
    assert found.reached.low is not None
    assert found.reached.low > 1
    rises = [[-value for value in gain] for gain in falls]
    rising = curve(form, [1.0, 2.0, 3.0], rises)  # type: ignore[arg-type]
    assert rising is not None
    assert rising.reached.value is None or rising.reached.value < 1.2


def test_few_prompts_have_no_curve() -> None:
    assert curve("best-of-n", [0.4, 0.8, 1.2], [[g] * 19 for g in (0.1, 0.2, 0.1)]) is None


def test_no_peak_is_stated_where_the_curve_does_not_fit_or_never_turns_down() -> None:
    jumps = curve("best-of-n", [0.4, 0.8, 1.2, 1.6], [[g] * 40 for g in (0.5, -0.5, 0.5, -0.5)])
    assert jumps is not None
    assert jumps.r2 < 0.8
    assert (jumps.peak.value, jumps.reached.value) == (None, None)
    rises = curve("best-of-n", [0.4, 0.8, 1.2], [[d * (0.1 + 0.2 * d)] * 40 for d in (0.4, 0.8, 1.2)])
    assert rises is not None
    assert rises.peak.value is None
    assert curve("reinforcement", [0.5, 1.0], [[0.1] * 40, [0.2] * 40]) is None


def chosen_by(noise: Draw, samples: int = 32) -> dict[str, Metric]:
    """Best-of-n on 60 prompts whose answers have a quality; the proxy is that quality with noise."""
    rng, groups = random.Random(5), []
    for prompt in PROMPTS:
        qualities = [rng.gauss(0, 1) for _ in range(samples)]
        said = [
            signal
            for i, quality in enumerate(qualities)
            for signal in (
                Signal("judge", "j", (i,), quality + noise(rng)),
                Signal("gold", "number", (i,), float(quality > 0.5)),
            )
        ]
        groups.append(Group(prompt, tuple(Candidate(i, str(i), 1) for i in range(samples)), tuple(said)))
    recipe = get_recipe("best-of-n")
    record = Record(1, recipe.composition(recipe.config()), lambda part, at: groups)
    return {metric.name: metric for metric in measured_best_of_n.measure(record)}


def heavy(rng: random.Random) -> float:
    """Mostly little noise, seldom a large error, as a proxy makes that can be exploited."""
    return 40 * rng.random() if rng.random() < 0.08 else rng.gauss(0, 0.3)


def test_a_proxy_with_heavy_tails_peaks_and_falls_and_an_alarm_says_so() -> None:
    found = chosen_by(heavy)
    accuracies = {n: found[f"best_of_{n}_accuracy"].value or 0 for n in (1, 2, 4, 8, 16, 32)}
    peak = max(accuracies, key=lambda n: accuracies[n])
    assert 1 < peak < 16
    assert accuracies[peak] > accuracies[1] + 0.2
    assert accuracies[32] < accuracies[peak] - 0.1
    assert (found["best_of_n_last_step"].high or 0) < 0
    assert "best_of_n_past_peak" in {alarm.name for alarm in alarms(list(found.values()), [])}
    proxies = [found[f"best_of_{n}_proxy"].value or 0 for n in (1, 2, 4, 8, 16, 32)]
    assert proxies == sorted(proxies)


def test_ordinary_noise_has_no_peak_within_the_samples() -> None:
    found = chosen_by(lambda rng: rng.gauss(0, 1))
    accuracies = [found[f"best_of_{n}_accuracy"].value or 0 for n in (1, 2, 4, 8, 16, 32)]
    assert accuracies == sorted(accuracies)
    assert (found["best_of_n_last_step"].low or -1) > -0.02
    assert not alarms(list(found.values()), [])


def at_distance(kl: float, reward: float, share: float, prompt: Prompt, samples: int = 6) -> Group:
    """Answers of a policy that far from its start."""
    rng = random.Random(f"{prompt.id} {kl}")
    said = []
    for i in range(samples):
        scalar = reward + rng.gauss(0, 1)
        data = {"reward": scalar, "model": "rm", "kl": kl + rng.gauss(0, 0.01), "reference_logprob": -9.0}
        said.append(Signal("reward", "rm", (i,), scalar, evidence=Evidence("reward", data)))
        said.append(Signal("gold", "number", (i,), float(rng.random() < share)))
    return Group(prompt, tuple(Candidate(i, str(i), 1) for i in range(samples)), tuple(said))


ROUNDS = {1: (0.2, 0.5, 0.5), 2: (0.8, 1.0, 0.62), 3: (2.0, 1.6, 0.58), 4: (4.0, 2.4, 0.3)}
"""Divergence, reward and accuracy after each round: the reward always rises."""


def trained(iteration: int) -> dict[str, Metric]:
    def load(part: str, at: int) -> list[Group]:
        place = ROUNDS[at] if part == "operator" else (0.0, 0.0, 0.4)
        return [at_distance(*place, prompt) for prompt in sums("probe", 200)]

    recipe = get_recipe("reward-model-rl")
    record = Record(iteration, recipe.composition(recipe.config()), load)
    return {metric.name: metric for metric in measured.measure(record)}


def test_a_policy_past_its_peak_is_found_by_its_distance_from_the_start() -> None:
    found = trained(4)
    assert found["kl_to_start"].value == pytest.approx(4.0, abs=0.1)
    assert found["reward_gain"].value == pytest.approx(2.4, abs=0.3)
    assert (found["sample_gain"].high or 0) < 0
    assert (found["overoptimisation_fit"].value or 0) > 0.8
    assert 0.5 < (found["overoptimisation_peak"].value or 0) < 1.5
    assert (found["overoptimisation_peak_reached"].low or 0) > 1
    assert (found["reward_gain_slope"].low or 0) > 0
    falling = Metric("accuracy_slope", "probe", -0.1, -0.15, -0.05, 60)
    fired = {alarm.name for alarm in alarms([*found.values(), falling], [])}
    assert {"past_the_peak", "proxy_up_accuracy_not"} <= fired


def test_two_rounds_have_no_curve_and_no_trend() -> None:
    found = trained(2)
    assert {"kl_to_start", "reward_gain", "sample_gain", "sample_against_best_of_n"} == found.keys()
    assert (found["sample_gain"].low or 0) > 0


def test_search_in_the_start_is_compared_with_one_sample_of_the_policy() -> None:
    assert trained(2)["sample_against_best_of_n"].value == pytest.approx(0.62 - 0.4, abs=0.1)
