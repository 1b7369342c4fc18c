"""Which contents exist for everyone: not those of an import that isn't finished."""

from sqlalchemy import ColumnElement, or_, select

from hedgerow.banks.models import ContentRow, ImportRow

UNFINISHED = "unfinished"
FINISHED = "finished"
ABANDONED = "abandoned"


def visible() -> ColumnElement[bool]:
    """Return the condition on `content` that every reading of contents carries.

    Unfinished imports are few, so their list is made once a statement.
    """
    hidden = select(ImportRow.id).where(ImportRow.status != FINISHED)
    return or_(ContentRow.import_id.is_(None), ContentRow.import_id.not_in(hidden))
