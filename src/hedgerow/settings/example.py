"""A file of settings to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from hedgerow.settings.catalogue import Entry, entries, groups
from hedgerow.settings.file import NAME

_HEAD = f"""\
# Settings of hedgerow, at their defaults. Keep this file as {NAME} in the home folder, or
# anywhere, and name it in HEDGEROW_CONFIG. Uncomment what you change, and nothing else: then a
# default that becomes better in a later version is yours too. See: hedgerow config check
#
# The home folder itself is set by --home or HEDGEROW_HOME.
"""

_WIDTH = 98


def example() -> str:
    """A TOML file that says all there is to set; the settings themselves are commented out."""
    lines = [_HEAD]
    for group in (None, *groups()):
        if group is not None:
            lines.append(f"[{group}]")
        for entry in entries():
            if entry.group == group and entry.key != "home":
                lines += _lines(entry)
        lines.append("")
    return "\n".join(lines)


def in_toml(value: Any) -> str:
    """A value as TOML has it; None, which it hasn't, is `unset`.

    Args:
        value: truth, number, text, or a list of these.
    """
    # JSON's texts are TOML's too, as long as there is no need for pairs of surrogates.
    return "unset" if value is None else json.dumps(value, ensure_ascii=False)


def _lines(entry: Entry) -> Iterator[str]:
    about = entry.about if entry.default is not None else f"{entry.about}, as in"
    yield from wrap(about, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    if entry.default is None:
        yield f"#     {entry.name} = {in_toml(entry.example)}"
    else:
        yield f"#{entry.name} = {in_toml(_plain(entry.default))}"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
