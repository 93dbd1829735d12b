"""In-app notices."""

from experiments.models import Notice, Run


def tell(user_id: int | None, text: str, run: Run | None = None) -> None:
    """Leaves a notice for a member; nobody to tell is no error."""
    if user_id:
        Notice.objects.create(user_id=user_id, run=run, text=text[:300])


def tell_owner(run: Run, text: str) -> None:
    """Leaves a notice for whoever started the run."""
    tell(run.created_by_id, text, run)
