"""The plan of a run and the chunks of its steps."""

from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment.registry import get_recipe
from experiments.alignment.steps import Step, chunks, plan, prompt_order

SELF = get_recipe("self-rewarding")
COUNTS = {"train": 50, "probe": 40, "gold": 30}


def test_a_run_measures_first_then_repeats_the_five_stages() -> None:
    steps = plan(SELF.composition(SELF.configure({})), 2)
    assert steps[0] == Step(0, 0, "evaluate")
    stages = ["propose", "signal", "select", "learn", "evaluate"]
    assert [(s.iteration, s.stage) for s in steps[1:]] == [(i, stage) for i in (1, 2) for stage in stages]


def test_no_iterations_still_measures_the_model_once() -> None:
    assert plan(SELF.composition(SELF.configure({})), 0) == [Step(0, 0, "evaluate")]


@given(
    prompts=st.integers(1, 90),
    size=st.integers(1, 40),
    stage=st.sampled_from(["propose", "signal", "evaluate"]),
)
def test_chunks_cover_every_position_of_every_part_once(prompts: int, size: int, stage: str) -> None:
    config = SELF.configure({"prompts": prompts, "chunk_prompts": size})
    made = chunks(Step(1, 0, stage), SELF.composition(config), config, COUNTS)  # type: ignore[arg-type]
    assert [chunk.index for chunk in made] == list(range(len(made)))
    for part in {chunk.part for chunk in made}:
        positions = [p for c in made if c.part == part for p in range(c.start, c.stop)]
        assert positions == list(range(len(positions)))
        assert len(positions) == {"train": min(prompts, 50), "operator": 32}.get(part, len(positions))


def test_the_learn_stage_has_one_chunk_a_branch_that_learns() -> None:
    for control, n in ((True, 2), (False, 1)):
        config = SELF.configure({"control": control})
        assert len(chunks(Step(1, 0, "learn"), SELF.composition(config), config, COUNTS)) == n


def test_the_control_is_measured_only_where_it_was_trained() -> None:
    def parts(iteration: int, control: bool) -> set[str]:
        config = SELF.configure({"control": control})
        return {
            c.part for c in chunks(Step(iteration, 0, "evaluate"), SELF.composition(config), config, COUNTS)
        }

    assert parts(1, True) == {"probe", "gold", "operator", "control_probe", "control_gold"}
    assert parts(0, True) == parts(1, False) == {"probe", "gold", "operator"}


def test_train_prompts_are_answered_in_evaluate_only_for_signals_that_need_references() -> None:
    recipe = get_recipe("rest-em")
    config = recipe.configure({"probe_prompts": 7})
    made = chunks(Step(0, 0, "evaluate"), recipe.composition(config), config, COUNTS)
    assert [(c.start, c.stop) for c in made if c.part == "proxy"] == [(0, 7)]


def test_train_prompts_are_drawn_anew_each_round_and_measured_ones_never() -> None:
    ids = [str(i) for i in range(30)]
    assert prompt_order("train", ids, 0, 1) != prompt_order("train", ids, 0, 2)
    assert prompt_order("train", ids, 0, 1) == prompt_order("train", ids[::-1], 0, 1)
    assert prompt_order("probe", ids, 0, 1) == prompt_order("operator", ids, 5, 9)
    assert prompt_order("gold", ids, 0, 1) == prompt_order("control_gold", ids, 0, 2)
