"""The worker: Celery entry points, the journal, and the only code that imports torch.

Models and data are local files, so the libraries are told to stay off the network before they are first imported.
"""

import os

for _name, _value in {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}.items():
    os.environ.setdefault(_name, _value)
