"""Dividing the train prompts between a supervisor that learns from their labels and a student that must not."""

from experiments.alignment.seeds import seed_at


def in_own_part(prompt_id: str, share: float) -> bool:
    """Whether a prompt belongs to the supervisor's own share (0 to 1) of the train prompts; by its id alone."""
    return seed_at("own part", prompt_id) < share * 2**63
