"""Sentences with every single human rating: tweets, film and product reviews, editorials.

Source: Hutto, C. J. & Gilbert, E. E. (2014). VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text. ICWSM-14. Read out of the source distribution of vaderSentiment 3.3.2 (MIT), which is fetched, not shipped.

Departures: sentences rated nearly neutral (|mean| < 0.5) and repeats of a sentence are left out; HTML entities are
resolved. For 196 tweets the published mean is not that of the published ratings, though the class is the same: `mean`
is the published one. The lexicon of the package was tuned on the tweets, so it is no weak labeller there.
"""

import html
import json
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from experiments.alignment.errors import InfrastructureError
from experiments.alignment.seeds import shuffled
from experiments.starter.packages import PackageFile, fetch_package

PACKAGE = PackageFile(
    requirement="vaderSentiment==3.3.2",
    filename="vaderSentiment-3.3.2.tar.gz",
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
)
INNER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
FILES = {
    "tweets": "tweets",
    "films": "movieReviewSnippets",
    "products": "amazonReviewSnippets",
    "editorials": "nytEditorialSnippets",
}
LONGEST_MEMBER = 16 << 20
CLEAR_MEAN = 0.5
HELD_OUT = {"gold": 1000, "probe": 400}
MOST_TRAIN = 2000
"""Train sentences of a data set of one domain: enough for a classifier, and quick to import."""
SYSTEM = "You tell whether a sentence is positive or negative. Reply with one word."


def rated_sentence_rows(downloads: Path) -> Iterator[dict[str, Any]]:
    """Yield one row a sentence, without a split; `meta` holds domain, mean and ratings (integers from -4 to 4).

    Raises InfrastructureError when the package cannot be fetched or does not hold what it should.
    """
    package = fetch_package(PACKAGE, downloads)
    seen: set[str] = set()
    for domain, stem in FILES.items():
        texts, ratings = _members(package, stem)
        for row in _domain_rows(domain, texts, ratings):
            if row["prompt"][-1]["content"] not in seen:
                seen.add(row["prompt"][-1]["content"])
                yield row


def domain_rows(domain: str, downloads: Path) -> Iterator[dict[str, Any]]:
    """The sentences of one domain, each with its split: gold and probe of the sizes in `HELD_OUT`, the rest train.

    Which sentence falls into which split depends on its id alone. Raises what `rated_sentence_rows` raises.
    """
    rows = {row["id"]: row for row in rated_sentence_rows(downloads) if row["meta"]["domain"] == domain}
    order = shuffled(list(rows), "sentences", domain)
    splits = [split for split, size in HELD_OUT.items() for _ in range(size)] + ["train"] * MOST_TRAIN
    for row_id, split in zip(order, splits, strict=False):
        yield rows[row_id] | {"split": split}


def _members(package: Path, stem: str) -> tuple[str, str]:
    """The two files of a domain, read in memory: nothing is unpacked, so no path inside can lead anywhere."""
    try:
        with tarfile.open(package) as outer, tarfile.open(fileobj=BytesIO(_read(outer, INNER))) as inner:
            folder = "hutto_ICWSM_2014"
            both = [
                _read(inner, f"{folder}/{stem}_{kind}.txt") for kind in ("GroundTruth", "anonDataRatings")
            ]
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise InfrastructureError(f"{package} cannot be read; delete it and try again.") from error
    texts, ratings = (content.decode("utf-8-sig", errors="replace") for content in both)
    return texts, ratings


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.getmember(name)
    file = archive.extractfile(member)
    if file is None or member.size > LONGEST_MEMBER:
        raise KeyError(name)
    return file.read()


def _domain_rows(domain: str, texts: str, ratings: str) -> Iterator[dict[str, Any]]:
    """Join the files by id; their order differs in one domain."""
    singles = {key: json.loads(listed) for key, _, _, listed in _cells(ratings, 4)}
    for key, published, text in _cells(texts, 3):
        mean = float(published)
        label = _class_of(mean)
        if label:
            meta = {"domain": domain, "mean": mean, "ratings": singles[key]}
            sentence = " ".join(html.unescape(text).split())
            yield {"id": f"{domain}-{key}", "prompt": _question(sentence), "answer": label, "meta": meta}


def _cells(content: str, columns: int) -> Iterator[list[str]]:
    for line in content.split("\n"):
        if line.strip():
            yield line.rstrip("\r").split("\t", columns - 1)


def _class_of(mean: float) -> str | None:
    if abs(mean) < CLEAR_MEAN:
        return None
    return "positive" if mean > 0 else "negative"


def _question(sentence: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": sentence}]
