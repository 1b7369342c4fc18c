"""Photographs to measure with: the test data where it is, else scikit-image's own."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from bench.report import ROOT

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def folder() -> Path:
    """The folder of pictures; HEDGEROW_TEST_DATA names another."""
    named = os.environ.get("HEDGEROW_TEST_DATA")
    data = Path(named) if named else ROOT.parent / "shared" / "data"
    if data.is_dir():
        return data
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise SystemExit("no pictures to measure with: set HEDGEROW_TEST_DATA to a folder of them")
    return Path(found.origin).parent / "data"


def pictures() -> list[Path]:
    """Every picture below the folder, sorted."""
    return sorted(path for path in folder().rglob("*") if path.suffix.lower() in ENDINGS)


def photographs() -> list[Path]:
    """The JPEGs among them that are photographs, of one kind where there are enough."""
    jpegs = [path for path in pictures() if path.suffix.lower() in {".jpg", ".jpeg"}]
    alike = [path for path in jpegs if path.parent.name == "photos"]
    return alike or jpegs
