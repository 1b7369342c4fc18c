"""What can go wrong with the database itself.

    StoreProblem
    ├── BadDatabaseURL        the URL can't be used
    ├── DatabaseUnavailable   it can't be opened or reached
    ├── DatabaseBusy          another writer held it for longer than the wait allowed
    ├── DatabaseOutdated      its tables are older than this package and upgrading was not asked
    ├── DatabaseTooNew        its tables are newer than this package
    ├── VaultProblem          what is kept encrypted can't be sealed or opened
    ├── NoSuchObject          a medium isn't kept, or no longer
    ├── NotKept               a medium can't be kept as it is asked
    ├── AuditProblem          an exported log or the file of checkpoints can't be read or written
    └── BadCopy               a backup can't be written, or can't be restored

    ValueError
    └── NotForTheLog          what must not be written in the log

No message repeats a password, a statement's parameters or a row.
"""


class StoreProblem(Exception):
    """Anything that goes wrong with the database itself."""


class BadDatabaseURL(StoreProblem):
    """The database URL can't be read, or names a database this package doesn't work with."""


class DatabaseUnavailable(StoreProblem):
    """The database can't be opened or reached."""


class DatabaseBusy(StoreProblem):
    """Another writer held the database for longer than `busy_seconds`."""


class DatabaseOutdated(StoreProblem):
    """The tables are older than this package."""


class DatabaseTooNew(StoreProblem):
    """The tables were made by a newer version of this package."""


class VaultProblem(StoreProblem):
    """The key file can't be used, or isn't the one that something was encrypted with."""


class NoSuchObject(StoreProblem):
    """There is no such medium: it never was, was destroyed, or its time is over."""


class NotKept(StoreProblem):
    """A medium is too large, its time too long, or its place can't be written to."""


class AuditProblem(StoreProblem):
    """An exported log, or the file of checkpoints, can't be read or written."""


class BadCopy(StoreProblem):
    """A backup can't be written where it should be, or isn't one that can be restored."""


class NotForTheLog(ValueError):
    """A picture's bytes, a hash or an endless text was about to be written in the log.

    A mistake of the caller, except for a reason that a person typed: show them the message.
    """
