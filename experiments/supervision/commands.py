"""The command lines of the long-lived processes; docker-compose.yml starts the same ones."""

import sys

WEB_THREADS = 8
# Longer than the two seconds between the polls of a live page, so that a page keeps its connection.
KEEP_ALIVE = 15
# Celery warns of pickled messages on every start as root; only JSON is accepted here.
NO_ROOT_WARNING = "ignore:You're running the worker with superuser privileges"


def web(host: str, port: int) -> list[str]:
    """The web server: one process, WEB_THREADS threads."""
    return [
        *(sys.executable, "-m", "gunicorn", "alignment_web.wsgi:application", "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS)),
        *("--keep-alive", str(KEEP_ALIVE), "--graceful-timeout", "3", "--timeout", "60"),
        *("--no-control-socket", "--log-level", "warning"),
    ]


def worker(queue: str) -> list[str]:
    """A Celery worker of one process for `queue`; solo on macOS, where billiard's pool cannot start tasks."""
    pool = ["--pool", "solo"] if sys.platform == "darwin" else ["--pool", "prefork", "--concurrency", "1"]
    return [
        *(
            sys.executable,
            "-W",
            NO_ROOT_WARNING,
            "-m",
            "celery",
            "--app",
            "alignment_web",
            "--quiet",
            "worker",
            *pool,
        ),
        *("--queues", queue, "--hostname", f"{queue}@%h", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle"),
    ]


def manage(*arguments: str) -> list[str]:
    """A management command of this installation."""
    return [sys.executable, "manage.py", *arguments]
