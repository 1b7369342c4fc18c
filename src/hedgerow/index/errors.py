"""What can go wrong with an index.

IndexProblem
├── IndexLocked     another process writes to it
├── IndexReadOnly   a reader was asked to write
└── IndexDamaged    the files are not what the manifest says
"""

from __future__ import annotations


class IndexProblem(Exception):
    """Anything that an index reports."""


class IndexLocked(IndexProblem):
    """Another process has this index open for writing."""


class IndexReadOnly(IndexProblem):
    """This index was opened for reading."""


class IndexDamaged(IndexProblem):
    """The files of this index don't fit together; it can be deleted and made again."""
