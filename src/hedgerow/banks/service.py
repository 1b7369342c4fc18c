"""The banks as other rooms use them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hedgerow.banks import checks, contents, curation, exports, imports, sentinel, staging
from hedgerow.banks.errors import BadPage
from hedgerow.banks.formats import ImportOptions
from hedgerow.banks.imports import Progress
from hedgerow.banks.limits import DEFAULT_LIMITS, Limits
from hedgerow.banks.parts import LOCAL, Payloads
from hedgerow.banks.records import Added, Bank, BankDetails, Content, Format, ImportReport
from hedgerow.signals import Signal, registry
from hedgerow.store import Database, Vault, record

DEFAULT_OPTIONS = ImportOptions()

_MOST_TOLD = 500
"""Characters of a bank's thresholds in the log, which takes no longer text."""


class Banks:
    """The banks of a database. Safe to share between threads.

    Every method is a transaction of its own; all raise `store.StoreProblem` when the database
    can't be used. Those that change a bank raise `FixedBank`, a `BadBank`, where it is the test
    bank.

    Args:
        database: where they are.
        limits: what a bank takes.
        vault: where the key to local signatures is; None where no bank keeps any.
    """

    def __init__(
        self, database: Database, limits: Limits = DEFAULT_LIMITS, vault: Vault | None = None
    ) -> None:
        self.database = database
        self.limits = limits
        self._payloads = Payloads(vault)

    def create(
        self,
        name: str,
        action: str | None = None,
        kind: str = "positive",
        thresholds: Mapping[str, int] | None = None,
        description: str = "",
        *,
        local: bool = False,
    ) -> Bank:
        """Make a bank.

        Args:
            name: 1 to 64 ASCII letters, digits and `._-`, starting with none of `.-`.
            action: "block", "review" or "record"; "review" when not given. None for a negative
                bank.
            kind: "positive", or "negative" for known false positives.
            thresholds: distances in bits by signal type, where not the type's default.
            description: free text.
            local: whether it keeps local signatures of pictures, which find cut and pasted copies.

        Raises:
            BadBank: one of these isn't possible.
            BankExists: the name is taken.
            NumbersUsedUp: no more banks fit in an index key.
        """
        with self.database.write() as session:
            curation.create(
                session, name, action, kind, thresholds or {}, description, self.limits, local=local
            )
            made = curation.summary(session, name)
            record(
                session,
                "bank.created",
                f"bank:{made.id}",
                kind=made.kind,
                asks=made.action,
                thresholds=_in_words(made.thresholds),
                local=made.local,
            )
            return made

    def ensure_sentinel(self) -> None:
        """Make the test bank where there is none: one harmless picture that `block`s as a test.

        Called whenever an installation is opened. Where it is there, nothing is written; several
        processes may call it at once.
        """
        sentinel.ensure(self.database)

    def list(self) -> Sequence[Bank]:
        """Return all banks by name."""
        with self.database.read() as session:
            return curation.banks(session)

    def page(self, after: str = "", limit: int = 100) -> Sequence[Bank]:
        """Return banks by name.

        Args:
            after: only those with a name after this one: the last of the page before.
            limit: how many at most, up to `Limits.max_page`.

        Raises:
            BadPage: `limit` is outside its range.
        """
        self._check_page(limit)
        with self.database.read() as session:
            return curation.banks(session, after, limit)

    def get(self, name: str) -> BankDetails:
        """Return a bank with its counts by signal type and its unfinished imports.

        Raises:
            NoSuchBank: there is none.
        """
        with self.database.read() as session:
            return curation.details(session, name)

    def update(
        self,
        name: str,
        *,
        new_name: str | None = None,
        action: str | None = None,
        thresholds: Mapping[str, int | None] | None = None,
        description: str | None = None,
        local: bool | None = None,
    ) -> Bank:
        """Change a bank; what isn't given stays. Its kind can't change: make another bank.

        Args:
            name: which bank.
            new_name: as in `create`.
            action: as in `create`; positive banks only.
            thresholds: by signal type; None for a type takes the bank's own distance away, types
                that aren't named keep theirs.
            description: free text.
            local: whether it keeps local signatures from now on; False deletes those it has.

        Raises:
            NoSuchBank: there is none.
            BadBank: a value isn't possible; nothing is changed.
            BankExists: the new name is taken.
        """
        with self.database.write() as session:
            curation.change(
                session,
                name,
                new_name=new_name,
                action=action,
                thresholds=thresholds,
                description=description,
                local=local,
                limits=self.limits,
            )
            changed = curation.summary(session, new_name or name)
            record(
                session,
                "bank.changed",
                f"bank:{changed.id}",
                renamed=new_name is not None and new_name != name,
                asks=changed.action,
                thresholds=_in_words(changed.thresholds),
                local=changed.local,
            )
            return changed

    def delete(self, name: str) -> None:
        """Delete a bank and all that is in it, at once and for good.

        Raises:
            NoSuchBank: there is none.
        """
        with self.database.write() as session:
            number = curation.require(session, name).id
            curation.remove(session, name)
            record(session, "bank.deleted", f"bank:{number}")

    def add_content(
        self,
        bank: str,
        signals: Iterable[Signal],
        labels: Sequence[str] = (),
        note: str = "",
        source: str = "",
        reference: str = "",
    ) -> Added:
        """Put a content into a bank.

        When a content with the same signals is in the bank, that one is returned and stays as it
        is.

        Args:
            bank: name.
            signals: at least one, at most one of each type.
            labels: without '|', ';' or control characters.
            note: free text.
            source: who it came from.
            reference: how the source calls it.

        Raises:
            NoSuchBank: there is no such bank.
            BadContent: one of the others isn't possible.
            NumbersUsedUp: no more contents fit in an index key.
        """
        draft = checks.draft(signals, labels, note, source, reference, limits=self.limits)
        with self.database.write() as session:
            added = contents.add(session, bank, draft, self._payloads)
            if added.created:
                made = added.content
                record(session, "content.added", f"content:{made.id}", bank=made.bank_id)
            return added

    def types_kept(self, bank: str) -> frozenset[str]:
        """Return the signal types that a file's content in this bank has.

        Raises:
            NoSuchBank: there is no such bank.
        """
        with self.database.read() as session:
            kept = curation.require(session, bank).local_signatures
        return frozenset(registry()) - (set() if kept else {LOCAL})

    def content(self, bank: str, content_id: int) -> Content:
        """Return one content.

        Raises:
            NoSuchBank: there is no such bank.
            NoSuchContent: the bank has no such content.
        """
        with self.database.read() as session:
            return contents.get(session, bank, content_id)

    def list_content(self, bank: str, after: int = 0, limit: int = 100) -> Sequence[Content]:
        """Return contents of a bank in the order of their numbers.

        Args:
            bank: name.
            after: only those with a higher number: the last of the page before.
            limit: how many at most, up to `Limits.max_page`.

        Raises:
            NoSuchBank: there is no such bank.
            BadPage: `limit` is outside its range.
        """
        self._check_page(limit)
        with self.database.read() as session:
            return contents.page(session, bank, after, limit)

    def _check_page(self, limit: int) -> None:
        if not 1 <= limit <= self.limits.max_page:
            msg = f"a page has 1 to {self.limits.max_page} entries"
            raise BadPage(msg)

    def set_note(self, bank: str, content_id: int, note: str) -> None:
        """Give a content another note.

        Raises:
            NoSuchBank: there is no such bank.
            NoSuchContent: the bank has no such content.
            BadContent: the note is too long or has control characters.
        """
        checks.check_text("note", note, self.limits.max_note)
        with self.database.write() as session:
            contents.set_note(session, bank, content_id, note)
            record(session, "content.noted", f"content:{content_id}")

    def remove_content(self, bank: str, content_id: int) -> None:
        """Delete one content at once; only its number stays, in the change feed.

        Raises:
            NoSuchBank: there is no such bank.
            NoSuchContent: the bank has no such content.
        """
        with self.database.write() as session:
            contents.remove(session, bank, content_id)
            record(session, "content.removed", f"content:{content_id}")

    def remove_by_signal(self, bank: str, signal_type: str, value: str) -> Sequence[int]:
        """Delete all contents of a bank that have this very signal; return their numbers.

        Raises:
            NoSuchBank: there is no such bank.
            BadContent: it isn't a signal of that type.
        """
        signal = Signal(signal_type, checks.signal_value(signal_type, value, self.limits))
        with self.database.write() as session:
            removed = contents.remove_by_signal(session, bank, signal)
            for number in removed:
                record(session, "content.removed", f"content:{number}")
            return removed

    def import_file(
        self,
        bank: str,
        path: Path,
        options: ImportOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        name: str | None = None,
    ) -> ImportReport:
        """Import a file of signals: all of it or nothing, and visible all at once.

        An import that was broken off goes on when the same file is imported into the same bank
        with the same options.

        Args:
            bank: name.
            path: of the file; formats are described in docs/banks.md.
            options: how to read it.
            progress: called with the rows done and the rows in all, the latter None while the
                file is being checked.
            name: what the import is called, where not as the file.

        Raises:
            NoSuchBank: there is no such bank.
            BadImport: the file, its format or its header can't be used.
            ImportRefused: rows are bad; has their line numbers and reasons.
            ImportBroken: the file changed meanwhile, or another process does the same import.
            NoSuchImport: it was abandoned, or its bank deleted, meanwhile.
        """
        return imports.import_file(
            self.database,
            bank,
            path,
            options,
            self.limits,
            progress,
            path.name if name is None else name,
            self._payloads,
        )

    def abandon(self, import_id: int) -> None:
        """Delete what an unfinished import has staged.

        Raises:
            NoSuchImport: there is no such unfinished import.
        """
        staging.abandon(self.database, import_id)

    def export(self, bank: str, format: Format = Format.NDJSON) -> Iterator[str]:  # noqa: A002  # the users' word for it
        """Give a bank's contents as text, piece by piece, in the order of their numbers.

        NDJSON loses nothing when it is imported again, but for local signatures, which are never
        shared. CSV can't hold the frames of videos. Lines hold the signals of one value alone,
        each on a line of its own.

        Raises:
            NoSuchBank: there is no such bank; raised before the first piece.
            ExportBroken: CSV can't hold what is in the bank.
        """
        with self.database.read() as session:
            bank_id = curation.require(session, bank).id
        return exports.export(self.database, bank_id, Format(format), self._payloads)


def _in_words(thresholds: Mapping[str, int]) -> str:
    """A bank's own thresholds, for the log."""
    told = (f"{name} {distance}" for name, distance in sorted(thresholds.items()))
    return ", ".join(told)[:_MOST_TOLD]
