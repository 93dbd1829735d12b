"""The alignment kernel: vocabulary, plug points, the one loop and the recipes.

Plain Python and pydantic. It knows no web framework, no queue and no tensor library, and it reads like the survey
(arXiv 2406.01252): propose, read a signal, select, learn, evaluate, repeat.
"""
