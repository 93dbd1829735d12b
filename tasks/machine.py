"""What a run is computed on. Device, data type and threads belong to the run's record: they decide its figures."""

import os
from functools import cache

from django.conf import settings

from experiments.models import LanguageModel, Run


@cache
def this_machine() -> tuple[str, str, int]:
    """Device, data type and threads of this worker: DEVICE or what torch finds; DTYPE and THREADS where set."""
    device = settings.DEVICE or _found()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return device, os.environ.get("DTYPE") or _fastest(device), int(os.environ.get("THREADS") or cores)


def _fastest(device: str) -> str:
    from tasks.policies.loading import default_dtype

    return str(default_dtype(device)).removeprefix("torch.")


def _found() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def adopt_run(run: Run) -> None:
    """Records this machine for a run that has none yet; notes it when a resumed run meets another device."""
    elsewhere = ("scripted" if run.simulated else "remote", "none", 1)
    device, dtype, threads = this_machine() if _computes(run) else elsewhere
    if not run.device:
        Run.objects.filter(pk=run.pk, device="").update(device=device, dtype=dtype, threads=threads)
        run.refresh_from_db()
    elif run.device != device:
        run.note(
            f"goes on on {device}; it began on {run.device}, so samples may differ from an uninterrupted run"
        )
        Run.objects.filter(pk=run.pk).update(device=device)
        run.refresh_from_db()


def _computes(run: Run) -> bool:
    """Whether any of its models is computed here: a scripted teacher leaves its student's training to the machine."""
    not_here = (LanguageModel.Kind.SCRIPTED, LanguageModel.Kind.ENDPOINT)
    return run.models.exclude(model__kind__in=not_here).exists()


def machine_of(run: Run) -> tuple[str, str, int]:
    """What the run's record says."""
    return run.device, run.dtype, run.threads or 1
