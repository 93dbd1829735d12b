"""Format rules with answers: every train row has one that keeps its rule, and held-out rows have none."""

from experiments.alignment.verifiers import verify
from experiments.rows import validate_rows
from experiments.starter.format_rules import format_answer_rows, format_rule_rows

ROWS = list(validate_rows(enumerate(format_answer_rows(), 1), "rule"))


def test_every_train_answer_keeps_its_rule_and_no_two_are_the_same():
    train = [row.reference() for row in ROWS if row.split == "train"]
    assert len({str(reference.answer) for reference in train}) == len(train) == 256
    assert all(verify("rule", str(reference.answer), reference).value == 1.0 for reference in train)


def test_only_train_rows_have_answers_and_the_prompts_are_those_of_the_format_rules():
    assert {row.split for row in ROWS if row.reference().answer is not None} == {"train"}
    bare = [{k: v for k, v in row.items() if k != "answer"} for row in format_answer_rows()]
    assert bare == list(format_rule_rows())
