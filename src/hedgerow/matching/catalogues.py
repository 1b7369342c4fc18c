"""The indexes of what the banks have, one a signal type: opened, followed, and deleted.

What is encrypted at rest is in the clear in its index, so that index goes when the last of it
goes, and its files hold nothing that was removed. Where such a type can't be followed, because its
key is missing or its folder isn't safe, the other types are looked up all the same; why is told
with each answer that it matters to.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from hedgerow.banks import PartsFeed, Payloads, SignalFeed
from hedgerow.index import Catalogue, IndexProblem, delete_index
from hedgerow.matching.sealed import left_behind, private_folder
from hedgerow.signals import is_sealed, parts_type, registry
from hedgerow.store import Database, VaultProblem

_log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""After which what could not be followed or deleted is tried again."""

RETRY_RATIO = 20
"""Times as long as it took in vain that is waited at least."""


class Catalogues(Mapping[str, Catalogue]):
    """The open indexes by signal type. One thread at a time opens and follows; any number read.

    folder: where they lie, each in a folder of its own. sealed_folder: those of sealed types.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        payloads: Payloads,
        sealed_folder: Path | None,
        seal_at: int,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._database = database
        self._folder = folder
        self._payloads = payloads
        self._sealed_folder = sealed_folder
        self._seal_at = seal_at
        self._progress = progress
        self._open: dict[str, Catalogue] = {}
        self._faults: dict[str, str] = {}
        self._undeleted: set[str] = set()
        self._retry_at = 0.0

    def __getitem__(self, name: str) -> Catalogue:
        return self._open[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._open))

    def __len__(self) -> int:
        return len(self._open)

    @property
    def faults(self) -> Mapping[str, str]:
        """Why a sealed type is not as new as the banks, for a person; by type."""
        return dict(self._faults)

    def is_settled(self, types: Collection[str]) -> bool:
        """Whether `follow` would find nothing to do while the banks stand still."""
        if (self._faults or self._undeleted) and time.monotonic() >= self._retry_at:
            return False
        sealed = [name for name in types if _is_sealed(name) and name not in self._faults]
        return all(name in self._open and not self._is_behind(name) for name in sealed)

    def _is_behind(self, name: str) -> bool:
        try:
            return self._open[name].is_behind()
        except (IndexProblem, OSError):
            return True  # following it tells what is wrong

    def follow(self, types: Collection[str]) -> None:
        """Bring the indexes of these types, which the banks have, to what the banks hold now.

        Those of sealed types that the banks no longer have are deleted.
        """
        began = time.monotonic()
        may_retry = began >= self._retry_at
        for name in types:
            if not _is_sealed(name):
                self._follow(name)
            elif name not in self._faults or may_retry:
                self._follow_sealed(name)
        for name in filter(_is_sealed, registry()):
            if name not in types:
                self._faults.pop(name, None)
                self._delete(name)
        if may_retry and (self._faults or self._undeleted):
            took = time.monotonic() - began
            self._retry_at = time.monotonic() + max(RETRY_SECONDS, RETRY_RATIO * took)

    def purge(self, types: Collection[str]) -> None:
        """As `follow`, for sealed types alone, and only where they have an index already."""
        folder = self._sealed_folder
        self.follow(
            [
                name
                for name in types
                if _is_sealed(name) and folder is not None and left_behind(folder, name) is not None
            ]
        )

    def _follow(self, name: str) -> None:
        if name not in self._open:
            self._open[name] = self._catalogue(name)
        self._open[name].follow(self._progress)

    def _follow_sealed(self, name: str) -> None:
        try:
            self._follow(name)
            self._open[name].let_go()
        except VaultProblem as problem:
            self._note(name, problem)
            # Nothing found by it could be weighed, and what was removed can't be followed either.
            self._delete(name)
        except (IndexProblem, OSError) as problem:
            self._note(name, problem)
        else:
            self._faults.pop(name, None)

    def _note(self, name: str, problem: Exception) -> None:
        if self._faults.get(name) != str(problem):
            _log.warning("The banks' %s signatures can't be compared: %s", name, problem)
        self._faults[name] = str(problem)

    def _catalogue(self, name: str) -> Catalogue:
        """The index of one signal type. Raises VaultProblem where it has no safe place."""
        parts = parts_type(name)
        if parts is None:
            feed = SignalFeed(self._database, name)
            return Catalogue(self._folder / name, feed, seal_at=self._seal_at)
        feed = PartsFeed(self._database, name, self._payloads)
        if not parts.sealed:
            return Catalogue(self._folder / name, feed, seal_at=self._seal_at)
        if self._sealed_folder is None:
            raise VaultProblem(f"no folder was named for the index of {name} signatures")
        folder = private_folder(self._sealed_folder)
        return Catalogue(folder / name, feed, seal_at=self._seal_at, purge=True)

    def _delete(self, name: str) -> None:
        """Delete the index of a sealed type; where another process writes it, that one does."""
        catalogue = self._open.pop(name, None)
        left = None if self._sealed_folder is None else left_behind(self._sealed_folder, name)
        try:
            gone = catalogue.delete() if catalogue is not None else True
            gone = gone and (left is None or delete_index(left))
        except (IndexProblem, OSError) as problem:
            gone = False
            if name not in self._undeleted:
                _log.warning(
                    "The index of %s signatures in %s can't be deleted: %s. It holds them in the "
                    "clear: delete that folder",
                    name,
                    self._sealed_folder,
                    problem,
                )
        (self._undeleted.discard if gone else self._undeleted.add)(name)

    def close(self) -> None:
        """Let go of the indexes."""
        with ExitStack() as stack:
            for catalogue in list(self._open.values()):
                stack.callback(catalogue.close)


@cache
def _is_sealed(name: str) -> bool:
    """As `is_sealed`, which looks at the whole protocol each time: this is asked at each lookup."""
    return is_sealed(name)
