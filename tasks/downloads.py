"""Fetches a model from the Hugging Face hub: files only, never code, never pickles."""

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

from experiments.alignment.errors import InfrastructureError, ModelError

WANTED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]


def download_hub_model(hub_id: str, cache: Path | None = None) -> Path:
    """The folder of a snapshot in the hub's cache (`cache`, or where HF_HOME says).

    Raises:
        ModelError: the hub has no such model, or does not give it without an agreement.
        InfrastructureError: the hub cannot be reached, or the disk is full.
    """
    try:
        return Path(snapshot_download(hub_id, allow_patterns=WANTED, cache_dir=cache))
    except GatedRepoError as error:
        raise ModelError(
            f"The hub gives {hub_id} only after an agreement: accept it there and set HF_TOKEN."
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelError(f"The hub has no model {hub_id}: check its id.") from error
    except OSError as error:
        raise InfrastructureError(
            f"{hub_id} could not be downloaded ({_cause(error)}): "
            "check the network, HF_ENDPOINT and the disk, then try again."
        ) from error


def _cause(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0].rstrip(".")[:200]
