"""The headings of the survey (2406.01252), by which the catalogue is ordered: four paradigms and their leaves."""

PARADIGMS = {
    "inductive-bias": "Inductive bias",
    "behaviour-imitation": "Behaviour imitation",
    "model-feedback": "Model feedback",
    "environment-feedback": "Environment feedback",
}

PARADIGM_HELP = {
    "inductive-bias": "The signal comes from what the model assumes already, with nothing added.",
    "behaviour-imitation": "The signal is another model's behaviour, stronger or weaker.",
    "model-feedback": "The signal is what another model says about the answers.",
    "environment-feedback": "The signal comes from acting: on people, rules, tools or a world.",
}

LEAVES = {
    "1.1": "Uncertainty filtering",
    "1.2": "Self-judge and self-critique",
    "1.3": "Context distillation",
    "1.4": "Task decomposition",
    "1.5": "Self-play",
    "2.1": "Instruction construction",
    "2.2": "Strong to weak, by responses",
    "2.3": "Strong to weak, by preferences",
    "2.4": "Weak to strong",
    "3.1": "Scalar reward",
    "3.2": "Binary verifier",
    "3.3": "Text critic",
    "4.1": "Social interactions",
    "4.2": "Human values",
    "4.3": "Tool execution",
    "4.4": "Embodied environment",
}
