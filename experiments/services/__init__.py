"""The verbs that cross nouns. Pages, commands and workers all go through these."""
