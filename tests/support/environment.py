"""A pytest plugin that is loaded before the settings: tests never touch the data of an installation."""

import atexit
import os
import shutil
import tempfile

DATA_DIR = tempfile.mkdtemp(prefix="plumbline-test-")
OWNER = os.getpid()
os.environ.update(
    DATA_DIR=DATA_DIR, SECRET_KEY="for tests only", DEVICE="cpu", TOKENIZERS_PARALLELISM="false"
)
for name in ("BROKER_URL", "HOST", "PORT", "ALLOWED_HOSTS", "ENDPOINT_HOSTS", "ENDPOINT_KEYS"):
    os.environ.pop(name, None)


@atexit.register
def remove_data() -> None:
    """Leave nothing behind; forked children inherit this hook and must not run it."""
    if os.getpid() == OWNER:
        shutil.rmtree(DATA_DIR, ignore_errors=True)
