"""What a bank can refuse. Messages say what to do next.

BanksProblem
├── BadBank         a bank's name, kind, action or threshold is not possible
│   └── FixedBank       the test bank stays as it is
├── BankExists      the name is taken
├── NoSuchBank
├── BadContent      a signal, label or note is not possible
├── NoSuchContent
├── BadPage         a page outside its limits was asked for
├── ExportBroken    contents came in that don't fit the columns already written
├── NumbersUsedUp   no more banks or contents fit in an index key
└── ImportFailed
    ├── BadImport       the file or its format or header can't be used
    ├── ImportRefused   rows are bad, and nothing was imported; has the rows
    ├── ImportBroken    the file, the bank or another process came in between
    └── NoSuchImport    there is no such unfinished import
"""

from collections.abc import Sequence
from dataclasses import dataclass


class BanksProblem(Exception):
    """Anything that a bank refuses."""


class BadBank(BanksProblem):
    """A bank's name, kind, action or threshold is not possible."""


class FixedBank(BadBank):
    """The test bank stays as it is."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is the test bank and stays as it is; use a bank of your own")


class BankExists(BanksProblem):
    """The name is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a bank named {name!r} exists already; choose another name")


class NoSuchBank(BanksProblem):
    """No bank has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no bank named {name[:80]!r}; list the banks to see their names")


class BadContent(BanksProblem):
    """A signal, a label, a note or where it came from is not possible."""


class NoSuchContent(BanksProblem):
    """The bank has no such content."""


class BadPage(BanksProblem):
    """A page outside its limits was asked for."""


class ExportBroken(BanksProblem):
    """Contents came in that don't fit the columns already written."""


class NumbersUsedUp(BanksProblem):
    """No more banks, or no more contents, fit in an index key."""


class ImportFailed(BanksProblem):
    """An import didn't happen."""


class BadImport(ImportFailed):
    """The file, its format or its header can't be used."""


@dataclass(frozen=True)
class BadRow:
    """A row that can't be imported.

    Attributes:
        line: of the file, from 1; of a row over several lines, the last.
        reason: what is wrong with it.
    """

    line: int
    reason: str


class ImportRefused(ImportFailed):
    """Rows are bad, so nothing was imported.

    Attributes:
        total: how many rows are bad.
        rows: the first of them (`Limits.max_bad_rows_kept`).
    """

    def __init__(self, total: int, rows: Sequence[BadRow]) -> None:
        self.total = total
        self.rows = tuple(rows)
        first = f"; the first in line {rows[0].line}: {rows[0].reason}" if rows else ""
        super().__init__(
            f"{total} row(s) can't be imported, so nothing was{first}. "
            "Correct them, or import with skip_bad to leave them out"
        )


class ImportBroken(ImportFailed):
    """The file, the bank or another process came in between; what was staged stays staged."""


class NoSuchImport(ImportFailed):
    """There is no such unfinished import."""
