"""Recipes with a teacher on real weights: rules that grow and are lent, a corrector behind the policy, best of n."""

from pathlib import Path

import pytest

from experiments import models as m
from experiments.alignment.metrics_table import METRICS
from experiments.alignment.prompts.red_team import Violation
from experiments.alignment.registry import get_recipe
from experiments.services.launch import LaunchRequest, launch
from experiments.services.traces import trace_documents
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support.trials import make_trial, required_roles
from tests.worker.test_every_recipe import SETTINGS, one_thread

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

__all__ = ["one_thread"]


def done(
    slug: str,
    model: m.LanguageModel,
    folder: Path,
    use: dict[str, int],
    teacher: str = "",
    **settings: object,
) -> m.Run:
    recipe = get_recipe(slug)
    request = LaunchRequest(
        recipe=slug,
        model=model.name,
        dataset=make_trial(recipe, folder).dataset.name,
        roles=required_roles(recipe, teacher or model.name),
        settings=SETTINGS | settings,
        use=use,
    )
    run = launch(request, None)
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_message) == ("succeeded", "")
    assert set(m.Metric.objects.filter(run=run).values_list("name", flat=True)) <= METRICS.keys()
    return run


def rules_held(run: m.Run) -> list[float | None]:
    found = m.Metric.objects.filter(run=run, name="rules_held").order_by("iteration")
    return list(found.values_list("value", flat=True))


def test_rules_accumulate_over_rounds_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tiny model says of an answer cannot be read, so words of the test's own stand for its rules."""
    words = iter(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho".split() * 9
    )
    monkeypatch.setattr(
        "experiments.alignment.proposers.red_team.read_violation",
        lambda text: Violation(1.0, "found", f"{next(words)} {next(words)}"),
    )
    model = loops.make_tiny(tmp_path)
    few = {"prompts": 3, "operator_prompts": 0, "iterations": 2}
    first = done("iterative-constitution", model, tmp_path, {}, **few)
    assert rules_held(first) == [0, 3, 6]
    revised = m.Candidate.objects.filter(trace__iteration__run=first, trace__part="train", parent=0)
    assert revised.count() == 6
    assert first.artefacts.filter(kind="constitution").count() == 2
    second = done(
        "iterative-constitution", model, tmp_path, {"constitution": first.pk}, **few | {"iterations": 1}
    )
    assert rules_held(second) == [6, 9]


def test_a_corrector_stands_behind_the_policy(tmp_path: Path) -> None:
    run = done("refine-distillation", loops.make_tiny(tmp_path), tmp_path, {}, learner="corrector")
    assert set(run.artefacts.values_list("role", flat=True)) == {"corrector", "control"}
    answered = [d["candidates"][0] for d in trace_documents(run, 1) if d["part"] == "gold"]
    assert {candidate["role"] for candidate in answered} == {"corrector"}


def test_the_best_rewarded_is_imitated(tmp_path: Path) -> None:
    settings = {"learner": "best-of-n", "iterations": 2, "samples": 2}
    run = done("source-ranking", loops.make_tiny(tmp_path), tmp_path, {}, **settings)
    assert set(run.artefacts.values_list("role", flat=True)) >= {"reward-model", "policy"}
    vetoed = m.Metric.objects.get(run=run, name="order_vetoed", iteration=1)
    assert vetoed.n in (0, 6)


def test_a_scripted_teacher_teaches_a_real_student(tmp_path: Path) -> None:
    teacher = loops.make_scripted("teacher", skill=1.0)
    student = loops.make_tiny(tmp_path)
    run = done(
        "response-distillation", student, tmp_path, {}, teacher=teacher.name, gold_prompts=6, samples=2
    )
    assert (run.simulated, run.device) == (True, "cpu")
    assert run.artefacts.filter(role="policy").exists()
    kept = m.Selection.objects.filter(iteration__run=run, role="policy", fate="kept")
    assert kept.count() == SETTINGS["prompts"]
