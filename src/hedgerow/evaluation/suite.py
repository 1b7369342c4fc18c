"""The whole published suite, by name and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.evaluation.edits import Edit
from hedgerow.evaluation.films import VideoEdit
from hedgerow.evaluation.picture_suite import PICTURE_EDITS
from hedgerow.evaluation.records import AnyEdit, UnknownEdit
from hedgerow.evaluation.surrounding_suite import SURROUNDINGS
from hedgerow.evaluation.tables import markdown_table
from hedgerow.evaluation.video_suite import VIDEO_EDITS
from hedgerow.evaluation.wording import per_cent

SUITE: tuple[AnyEdit, ...] = (*PICTURE_EDITS, *VIDEO_EDITS)
"""Every edit, of pictures and of videos."""


def chosen(keys: Sequence[str] | None) -> tuple[list[Edit], list[VideoEdit]]:
    """The edits of these keys, those of pictures and those of videos; all where it is None.

    Raises UnknownEdit, also where there is no key.
    """
    if keys is not None and not keys:
        raise UnknownEdit("no edit is named; hedgerow eval --list shows all of them")
    known = {edit.key: edit for edit in SUITE}
    for key in keys or ():
        if key not in known:
            raise UnknownEdit(f"no edit is called {key!r}; hedgerow eval --list shows all")
    wanted = set(known if keys is None else keys)
    return (
        [edit for edit in PICTURE_EDITS if edit.key in wanted],
        [edit for edit in VIDEO_EDITS if edit.key in wanted],
    )


def suite_table(edits: Sequence[AnyEdit]) -> str:
    """Edits with goal and parameters, in Markdown."""
    body = [
        [f"`{edit.key}`", "" if edit.goal is None else per_cent(edit.goal), f"`{edit.parameters}`"]
        for edit in edits
    ]
    return markdown_table(["edit", "goal", "what is done"], body).replace(" ---: |", " --- |")


def changes_table() -> str:
    """What each change does that the suite is made of, in Markdown: its own docstring."""
    steps = [
        step
        for edit in (*SUITE, *SURROUNDINGS)
        for step in (edit.steps if isinstance(edit, Edit) else edit.recipe.steps)
    ]
    changes = {step.change.__name__: step.change for step in steps}
    body = [
        [f"`{name}`", " ".join((change.__doc__ or "").split())]
        for name, change in sorted(changes.items())
    ]
    return markdown_table(["step", "what it does"], body).replace(" ---: |", " --- |")
