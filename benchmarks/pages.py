"""How fast pages, search and ingest are, and whether that grows with the table.

    python -m benchmarks.pages                     1,000 and 100,000 traces on SQLite in a scratch folder
    python -m benchmarks.pages --a-run 100000      the same, all of them in one run
    DATABASE_URL=postgresql://… python -m benchmarks.pages    in a database that is empty and stays filled

Prints one table: the 95th percentile of warm requests in milliseconds, and traces written a second.
"""

import argparse
import os
import tempfile
import time
from statistics import quantiles
from typing import Any

REQUESTS = 60
CHUNK = 50
PAGES = ("runs", "list", "list by change", "one trace", "prompt", "search, rare word", "search, common word")
WORDS = "rain river cloud train apple stone garden window letter number sentence comma roof light".split()


def main() -> None:
    options = _options()
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="plumbline-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alignment_web.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}, {options.a_run:,} traces a run, {REQUESTS} warm requests each\n")
    print(f"| traces | traces written a second | {' | '.join(PAGES)} |")
    print("|---" * (2 + len(PAGES)) + "|")
    filled = 0
    for size in options.sizes:
        rate = fill(size - filled, options.a_run)
        filled = size
        print(
            f"| {size:,} | {rate:,.0f} | " + " | ".join(f"{p:.0f} ms" for p in measure()) + " |",
            flush=True,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--a-run", type=int, default=1_000)
    return parser.parse_args()


def fill(traces: int, a_run: int) -> float:
    """Writes so many traces the way a worker does, chunk by chunk; returns traces a second."""
    started = time.perf_counter()
    for start in range(0, traces, a_run):
        _fill_run(min(a_run, traces - start))
    return traces / (time.perf_counter() - started)


def _fill_run(traces: int) -> None:
    from experiments.models import Row
    from tests.support.factories import make_dataset, make_run

    version = make_dataset(train=0, probe=0, gold=0)
    asked = traces // 4
    rows = Row.objects.bulk_create([_row(version, n) for n in range(asked)], batch_size=500)
    run = make_run(version=version, iterations=4, traces=False)
    for iteration in run.iterations.order_by("index"):
        for start in range(0, asked, CHUNK):
            _write_chunk(iteration, start, rows[start : start + CHUNK])
        type(iteration).objects.filter(pk=iteration.pk).update(traces=asked)


def _row(version: Any, position: int) -> Any:
    from experiments.models import Row

    text = f"Write about {WORDS[position % len(WORDS)]}, number {position}."
    messages = [{"role": "user", "content": text}]
    return Row(
        version=version, position=position, key=str(position), split="probe", title=text, messages=messages
    )


def _write_chunk(iteration: Any, start: int, rows: list[Any]) -> None:
    from django.db import transaction

    from experiments.search import index_traces
    from experiments.services.trace_writer import write_groups

    groups = [_group(row, start + n, iteration.index) for n, row in enumerate(rows)]
    with transaction.atomic():
        written = write_groups(iteration, 0, "probe", start, rows, groups)
        index_traces([trace.pk for trace in written])


def _group(row: Any, place: int, index: int) -> Any:
    from experiments.alignment.types import Candidate, Group, Signal
    from experiments.services.groups import to_prompt

    rare = " zeppelin" if place % 500 == 0 else ""
    texts = [" ".join(WORDS[(place * 7 + k * n) % len(WORDS)] for k in range(40)) + rare for n in (3, 5)]
    value = float((place + index) % 3 == 0)
    signals = [
        Signal("gold", "rule", (0,), value),
        Signal("judge_rating", "judge", (0,), 3.0, raw="Fine. Score: 3"),
    ]
    return Group(
        to_prompt(row), tuple(Candidate(n, text, 40) for n, text in enumerate(texts)), tuple(signals)
    )


def measure() -> list[float]:
    """The 95th percentile of each page on the newest run, in milliseconds."""
    from django.test import Client
    from django.urls import reverse

    from experiments.models import Run, Trace
    from tests.support.factories import make_user

    client = Client(headers={"host": "localhost"})
    client.force_login(make_user("reviewer"))
    run = Run.objects.latest("pk")
    trace = Trace.objects.filter(iteration__run=run).latest("pk")
    listed = reverse("trace-list", args=[run.pk])
    urls = (
        reverse("run-list"),
        listed,
        f"{listed}?iteration=2&part=probe&sort=-change",
        reverse("trace-detail", args=[trace.pk]),
        f"{reverse('prompt-detail', args=[run.pk, trace.row_id])}?part=probe",
        f"{listed}?q=zeppelin",
        f"{listed}?q=garden",
    )
    return [_percentile(client, url) for url in urls]


def _percentile(client: Any, url: str) -> float:
    times = []
    for turn in range(REQUESTS + 5):
        started = time.perf_counter()
        response = client.get(url)
        assert response.status_code == 200, response.status_code
        if turn >= 5:
            times.append(1_000 * (time.perf_counter() - started))
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
