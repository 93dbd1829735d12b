"""What can be taken out of a run: samples as TRL's data set types, and checkpoints."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from experiments.access import member, members, researchers
from experiments.alignment.errors import ConfigError, DataError
from experiments.services.export_page import checkpoint_files, checkpoint_offers, sample_offers
from experiments.services.exports import SAMPLES, as_line
from experiments.services.run_page import visible_run
from experiments.services.zipping import zipped


@members
@require_GET
def run_exports(request: HttpRequest, pk: int) -> HttpResponse:
    """Every kind of samples that the run has and the newest checkpoint of each role."""
    run = get_object_or_404(visible_run(member(request), pk))
    context = {"run": run, "samples": sample_offers(run), "checkpoints": checkpoint_offers(run)}
    return render(request, "runs/exports.html", context)


@members
@require_GET
def samples_jsonl(request: HttpRequest, pk: int, what: str) -> StreamingHttpResponse:
    """One kind of samples as JSON lines, written while they are read."""
    run = get_object_or_404(visible_run(member(request), pk))
    rows = SAMPLES[what](run, "") if what in SAMPLES else iter(())
    first = next(rows, None)
    if first is None:
        raise Http404
    lines = map(as_line, chain([first], rows))
    return _download(f"run-{run.pk}-{what}.jsonl", "application/x-ndjson; charset=utf-8", lines)


@researchers
@require_GET
def checkpoint_zip(request: HttpRequest, pk: int, role: str) -> StreamingHttpResponse:
    """The newest checkpoint of a role as it is stored, with all that it rests on and its card."""
    run = get_object_or_404(visible_run(member(request), pk))
    try:
        files = checkpoint_files(run, role)
    except (ConfigError, DataError) as error:
        raise Http404 from error
    return _download(f"run-{run.pk}-{role}.zip", "application/zip", zipped(files))


def _download(name: str, content_type: str, pieces: Iterable[str | bytes]) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)
