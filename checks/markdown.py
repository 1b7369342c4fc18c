"""Just enough Markdown: sections by heading, and the rows of tables."""

import re
from collections.abc import Iterator

_RULE = re.compile(r"^[\s|:-]+$")


def without_code(text: str) -> str:
    """Return `text` with its fenced blocks emptied, so that no shell comment is a heading."""
    kept: list[str] = []
    fenced = False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        kept.append("" if fenced or fence else line)
    return "\n".join(kept)


def sections(text: str) -> dict[str, str]:
    """Return heading (plain, without marks and backticks) → the text up to the next heading."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line, bare in zip(text.splitlines(), without_code(text).splitlines(), strict=True):
        if match := re.match(r"#{1,6}\s+(.+)", bare):
            lines = found.setdefault(match[1].replace("`", "").strip(), [])
        else:
            lines.append(line)
    return {heading: "\n".join(body) for heading, body in found.items()}


def tables(text: str) -> Iterator[list[list[str]]]:
    """Yield every table as its rows of cells, the header row first."""
    table: list[list[str]] = []
    for line in [*without_code(text).splitlines(), ""]:
        if not line.lstrip().startswith("|"):
            if table:
                yield table
            table = []
        elif not _RULE.match(line):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            table.append([cell.strip() for cell in cells])


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of every row of every table, header rows included."""
    for table in tables(text):
        yield from table


def codes(text: str) -> list[str]:
    """Return what stands between backticks in `text`, in order."""
    return re.findall(r"`([^`\n]+)`", text)
