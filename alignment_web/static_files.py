"""Publishes the two scripts that come with Python packages, and nothing else of their folders."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PUBLISHED = {
    "vendor/plotly.min.js": ("plotly", "package_data"),
    "vendor/htmx-2.min.js": ("django_htmx", "static/django_htmx"),
}


def _folder(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed: run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / inside


class PackagedScripts(BaseFinder):
    """Staticfiles finder of `vendor/plotly.min.js` and `vendor/htmx-2.min.js`."""

    def find(self, path: str, find_all: bool = False, **options: Any) -> Any:
        """The file behind `path`; an empty list when `path` is none of the published names."""
        if path not in PUBLISHED:
            return []
        found = str(_folder(*PUBLISHED[path]) / Path(path).name)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every published name with the storage that holds it."""
        for path, place in PUBLISHED.items():
            storage = FileSystemStorage(location=_folder(*place))
            storage.prefix = "vendor"  # type: ignore[attr-defined]
            yield Path(path).name, storage
