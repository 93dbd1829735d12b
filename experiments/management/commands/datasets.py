"""`manage.py datasets`: lists data sets; `datasets import` reads a file in, `datasets starter` one that comes along."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from experiments.management.base import PlumblineCommand, add_verb
from experiments.models import Dataset, DatasetVersion
from experiments.services import datasets
from experiments.services.import_options import SHARES, SPLITS, ImportOptions, read_mapping, read_shares
from experiments.services.starter import find_starter, import_starter
from experiments.starter.catalogue import STARTER_DATASETS


class Command(PlumblineCommand):
    """A list of data sets with their versions, or one fresh version."""

    help = "List the data sets, or register one: datasets import NAME FILE, datasets starter NAME."
    columns = ("name", "version", "status", "verifier", "rows", "sha256")

    def arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", title="verbs")
        add = add_verb(verbs, "import", "Import JSONL, CSV or Parquet: all rows or none.")
        add.add_argument("name", metavar="NAME", help="An existing name makes a new version.")
        add.add_argument("file", metavar="FILE")
        add.add_argument("--map", nargs="+", action="extend", default=[], metavar="FIELD=COLUMN")
        add.add_argument("--verifier", default="none", help="number, exact, label, rule or none (default)")
        add.add_argument(
            "--split", metavar="train=0.8,probe=0.1,gold=0.1", help="Shares for rows that name no split."
        )
        add.add_argument("--seed", type=int, default=0)
        add.add_argument("--title", default="")
        add.add_argument("--licence", default="")
        add.add_argument("--source", default="")
        starter = add_verb(verbs, "starter", "Register a data set that comes with Plumbline.")
        starter.add_argument("name", metavar="NAME", help=", ".join(one.name for one in STARTER_DATASETS))

    def run(self, **options: Any) -> Any:
        if options["verb"] is None:
            versions = DatasetVersion.objects.select_related("dataset").order_by("dataset__name", "number")
            return [document(version) for version in versions]
        if options["verb"] == "starter":
            import_starter(find_starter(options["name"]))
            latest = Dataset.objects.get(name=options["name"]).latest()
            return document(latest) if latest else None
        return document(self.read_in(options))

    def read_in(self, options: dict[str, Any]) -> DatasetVersion:
        """Imports what the options name, here and now."""
        shares = read_shares(options["split"]) if options["split"] else SHARES
        how = ImportOptions(
            verifier=options["verifier"],
            shares=shares,
            seed=options["seed"],
            mapping=read_mapping(options["map"]),
        )
        about = {name: options[name] for name in ("title", "licence", "source")}
        return datasets.import_file(options["name"], Path(options["file"]), how, about)


def document(version: DatasetVersion) -> dict[str, Any]:
    """A version as scripts read it."""
    dataset: Dataset = version.dataset
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "version": version.number,
        "status": version.status,
        "error": version.error or None,
        "verifier": version.verifier,
        "sha256": version.sha256 or None,
        "rows": {split: version.counts.get(split, 0) for split in SPLITS} if version.counts else None,
        "title": dataset.title or None,
        "licence": dataset.licence or None,
        "source": dataset.source or None,
        "created": version.created_at,
    }
