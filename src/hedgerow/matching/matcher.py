"""The front door: signals in, verdicts out, as fresh as the database."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from sqlalchemy.orm import Session

from hedgerow.banks import (
    CONTENT_BITS,
    LOCAL,
    Content,
    NoSuchBank,
    Payloads,
    Policy,
    bank_of,
    content_of,
    contents_by_id,
    exact_matches,
    latest,
    mark_of,
    policies,
    signal_types_by_bank,
    signal_types_in_use,
)
from hedgerow.index import Grouping, codes_from_hex, codes_to_hex
from hedgerow.matching.catalogues import Catalogues
from hedgerow.matching.forms import UNCHANGED, forms_of
from hedgerow.matching.limits import Limits
from hedgerow.matching.parts import Parts
from hedgerow.matching.records import WHOLE, Answer, Match, Query, Seen, Verdict
from hedgerow.matching.verdicts import decide, is_digest
from hedgerow.matching.videos import PDQ, VPDQ
from hedgerow.signals import ordinary_types
from hedgerow.store import Database, Vault


@dataclass(frozen=True)
class _Banks:
    """What is remembered of the banks while their feed stands still."""

    sequence: int
    mark: str
    policies: Mapping[int, Policy]
    types: frozenset[str]
    types_by_bank: Mapping[int, Collection[str]]
    faults: Mapping[str, str]

    def holds(self, name: str, asked: Mapping[int, Policy]) -> bool:
        """Whether any of these banks has signals of this type."""
        return any(name in self.types_by_bank.get(number, ()) for number in asked)

    def finding(self, asked: Mapping[int, Policy]) -> set[str]:
        """The signal types by which something can be found in these banks, tests apart."""
        return {
            name
            for number, policy in asked.items()
            if policy.action is not None and not policy.test
            for name in self.types_by_bank.get(number, ())
        }


class Matcher:
    """Compares uploads with the banks of one database. Safe for several threads.

    `folder` holds the indexes, one a signal type; it may be deleted and comes back.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        limits: Limits | None = None,
        progress: Callable[[int], None] | None = None,
        *,
        vault: Vault | None = None,
        sealed_folder: Path | None = None,
    ) -> None:
        """`progress` is told of codes taken into an index that is catching up.

        vault, sealed_folder: the key to local signatures, and where their index may lie, which
        holds them in the clear; both are needed once a bank has some.
        """
        self.limits = limits or Limits()
        payloads = Payloads(vault)
        self._database = database
        self._catalogues = Catalogues(
            database, folder, payloads, sealed_folder, self.limits.seal_at, progress
        )
        self._parts = Parts(database, payloads, self._catalogues, self.limits)
        self._refreshing = threading.Lock()
        self._known = _Banks(-1, "", {}, frozenset(), {}, {})

    @property
    def types_in_use(self) -> frozenset[str]:
        """What an upload must be hashed to: the types of which any bank has signals.

        Pictures are compared with the frames of videos, so where a bank has one of the two an
        upload is hashed to both: a still picture has no frames to hash, and takes no longer.
        """
        with self._database.read() as session:
            return _with_counterparts(self._refreshed(session).types)

    @property
    def types_looked_up(self) -> frozenset[str]:
        """The types that an upload is hashed to: the ordinary ones, and what banks have besides.

        At the state of the last `refresh`.
        """
        return ordinary_types() | self._known.types

    @property
    def codes(self) -> dict[str, int]:
        """How many signals each index holds, by signal type."""
        return {name: len(catalogue) for name, catalogue in list(self._catalogues.items())}

    @property
    def sequence(self) -> int:
        """The number of the last change of the banks."""
        with self._database.read() as session:
            return latest(session)

    def _refreshed(self, session: Session) -> _Banks:
        """The banks at the state that `session` sees, with every index at least as new."""
        now = latest(session)
        known = self._known
        # Another mark: the database was put back from a copy while this runs.
        same = known.sequence == now and known.mark == mark_of(session, now)
        if same and self._catalogues.is_settled(known.types):
            return known
        with self._refreshing:
            types = frozenset(signal_types_in_use(session))
            by_bank = signal_types_by_bank(session)
            mark, found = mark_of(session, now), policies(session)
            self._catalogues.follow([name for name in types if not is_digest(name)])
            known = _Banks(now, mark, found, types, by_bank, self._catalogues.faults)
            self._known = known
            return known

    def prepare(self, ending: Callable[[], bool] = lambda: False) -> None:
        """Take in what is new in the banks, and load what searching needs.

        The very first search on a machine is compiled, which takes some seconds; and the first
        ones after a start would wait for the disk, for each of some thousand places. `ending` is
        asked while the disk is read, and a yes is the end of that.
        """
        with self._database.read() as session:
            self._refreshed(session)
        for catalogue in list(self._catalogues.values()):
            catalogue.warm(ending)
            catalogue.search(codes_from_hex(["0" * 64]), 0)

    def refresh(self) -> int:
        """Take in what is new in the banks; returns the number of their last change."""
        with self._database.read() as session:
            return self._refreshed(session).sequence

    def compact(self) -> None:
        """Begin to make searching quicker, in the background: for quiet hours."""
        self.purge()
        for catalogue in list(self._catalogues.values()):
            catalogue.compact()

    def purge(self) -> None:
        """See that no file in the clear holds what was removed of what the banks keep encrypted.

        For who has removed something and isn't going to match. Where another process writes that
        index, it does this by itself; otherwise `close` waits until it is done.
        """
        with self._refreshing, self._database.read() as session:
            # Read within the lock: what another thread has just begun to follow is not deleted.
            self._catalogues.purge(signal_types_in_use(session))

    def match(self, queries: Sequence[Query], banks: Collection[str] | None = None) -> list[Answer]:
        """One answer for each query, in order, at the state that the banks have now.

        `banks` names the banks to compare with; all where it is None. Raises NoSuchBank for a
        name that no bank has.
        """
        self.refresh()
        return self.compare(queries, banks)

    def finding(self, banks: Collection[str] | None = None) -> set[str]:
        """The signal types by which something can be found in these banks, tests apart.

        At the state of the last `refresh` or a newer one. Raises NoSuchBank.
        """
        known = self._known
        return known.finding(_asked(known.policies, banks))

    def compare(
        self, queries: Sequence[Query], banks: Collection[str] | None = None
    ) -> list[Answer]:
        """As `match`, at the state of the last `refresh` or a newer one.

        The database is asked only where something was found or a digest is looked up.
        """
        known = self._known
        asked = _asked(known.policies, banks)
        found: list[list[Match]] = [[] for _query in queries]
        for name in known.types:
            if not is_digest(name) and name != LOCAL:
                # A picture may be a frame of a banked video.
                self._near(name, queries, asked, found, by=PDQ if name == VPDQ else name)
        local = known.holds(LOCAL, asked)
        queries = [
            self._parts.add_to(matches, query, asked, local=local, fault=known.faults.get(LOCAL))
            for query, matches in zip(queries, found, strict=True)
        ]
        self._verify(known, queries, asked, found)
        finding = known.finding(asked)
        return [
            decide(
                query,
                matches,
                sequence=known.sequence,
                at_most=self.limits.max_matches,
                compared=finding & _with_counterparts(query.signals),
            )
            for query, matches in zip(queries, found, strict=True)
        ]

    def _verify(
        self,
        known: _Banks,
        queries: Sequence[Query],
        asked: Mapping[int, Policy],
        found: list[list[Match]],
    ) -> None:
        """Add the matches that the database finds, and what it says of all; drop what is gone."""
        digests = any(
            name in known.types and is_digest(name) for one in queries for name in one.signals
        )
        if not digests and not any(found):
            return
        # Read anew, after the search: what was withdrawn in the meantime is not to be shown.
        with self._database.read() as session:
            if digests:
                self._equal(session, known, queries, asked, found)
            _complete(session, found)

    def _near(
        self,
        name: str,
        queries: Sequence[Query],
        asked: Mapping[int, Policy],
        found: list[list[Match]],
        *,
        by: str,
    ) -> None:
        """Add the matches with one type of signal, each of one code, of the uploads' codes `by`."""
        radius = max((policy.thresholds[name] for policy in asked.values()), default=None)
        rows = [
            (position, form)
            for position, query in enumerate(queries)
            if by in query.signals
            for form in forms_of(query.signals[by])
        ]
        if radius is None or not rows:
            return
        hits = self._catalogues[name].search(
            codes_from_hex([form.value for _position, form in rows]),
            radius,
            # One more than is shown, to know that there are more.
            grouping=Grouping(CONTENT_BITS, self.limits.max_matches + 1),
            threads=self.limits.search_threads,
        )
        if not len(hits):
            return
        best: dict[tuple[int, int], Match] = {}
        columns = zip(
            hits.query.tolist(), hits.key.tolist(), hits.distance.tolist(), codes_to_hex(hits.code),
            strict=True,
        )  # fmt: skip
        for row, key, distance, banked in columns:
            policy = asked.get(bank_of(key))
            if policy is None or distance > policy.thresholds[name]:
                continue
            position, form = rows[row]
            earlier = best.get((position, key))
            if earlier is not None and earlier.distance <= distance:
                continue
            best[position, key] = Match(
                bank=policy.name,
                bank_id=policy.bank_id,
                content_id=content_of(key),
                action=None if policy.action is None else Verdict(policy.action),
                signal_type=name,
                distance=distance,
                threshold=policy.thresholds[name],
                transform=form.transform,
                value=form.value,
                banked_value=banked,
                test=policy.test,
                upload_quality=form.quality,
                seen=WHOLE if form.box is None else Seen(box=form.box),
            )
        for (position, _key), match in best.items():
            found[position].append(match)

    def _equal(
        self,
        session: Session,
        known: _Banks,
        queries: Sequence[Query],
        asked: Mapping[int, Policy],
        found: list[list[Match]],
    ) -> None:
        """Add the matches by types of signal that are the same or not."""
        positions: dict[tuple[str, str], list[int]] = defaultdict(list)
        wanted: dict[str, set[str]] = defaultdict(set)
        for position, query in enumerate(queries):
            for name, signal in query.signals.items():
                if name in known.types and is_digest(name):
                    positions[name, signal["value"]].append(position)
                    wanted[name].add(signal["value"])
        # One more than is shown, to know that there are more.
        at_most = self.limits.max_matches + 1
        for match in exact_matches(session, wanted, at_most) if wanted else ():
            policy = asked.get(match.bank_id)
            if policy is None:
                continue
            for position in positions[match.signal_type, match.value]:
                found[position].append(
                    Match(
                        bank=policy.name,
                        bank_id=policy.bank_id,
                        content_id=match.content_id,
                        action=None if policy.action is None else Verdict(policy.action),
                        signal_type=match.signal_type,
                        distance=0,
                        threshold=0,
                        transform=UNCHANGED,
                        value=match.value,
                        banked_value=match.value,
                        test=policy.test,
                    )
                )

    def close(self) -> None:
        """Let go of the indexes."""
        self._catalogues.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _asked(known: Mapping[int, Policy], banks: Collection[str] | None) -> Mapping[int, Policy]:
    if banks is None:
        return known
    names = {policy.name for policy in known.values()}
    for bank in banks:
        if bank not in names:
            raise NoSuchBank(bank)
    return {number: policy for number, policy in known.items() if policy.name in banks}


def _with_counterparts(types: Collection[str]) -> frozenset[str]:
    """These types and those that they are compared with: pictures with frames, and the reverse."""
    both = frozenset({PDQ, VPDQ})
    return both.union(types) if not both.isdisjoint(types) else frozenset(types)


def _complete(session: Session, found: list[list[Match]]) -> None:
    """Add what the banks say of each matched content; drop what was withdrawn meanwhile."""
    wanted = {match.content_id for matches in found for match in matches}
    if not wanted:
        return
    contents = contents_by_id(session, wanted)
    for matches in found:
        matches[:] = [
            _with_content(match, contents[match.content_id])
            for match in matches
            if match.content_id in contents
        ]


def _with_content(match: Match, content: Content) -> Match:
    quality = next((one.quality for one in content.signals if one.type == match.signal_type), None)
    return replace(
        match,
        quality=quality,
        labels=content.labels,
        source=content.source,
        reference=content.reference,
    )
