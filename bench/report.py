"""What a benchmark found, and how it is told: on the terminal, as JSON, in the README, drawn."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- benchmark: made by `make bench` -->", "<!-- end of benchmark -->"


@dataclass(frozen=True)
class Row:
    """One claim and what was measured.

    `ours` and `peer` are the figures compared, in `unit`; `ratio` is how many times better ours
    is (or the bare figure where there is no peer); `met` is None where no goal was set.
    """

    group: str
    what: str
    peer_name: str
    peer: float | None
    ours: float
    unit: str
    ratio: float | None
    goal: str
    met: bool | None


def number(value: float | None) -> str:
    if value is None:
        return ""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def told(met: bool | None) -> str:
    return {True: "yes", False: "NO", None: ""}[met]


def cells(row: Row) -> list[str]:
    ratio = (
        ""
        if row.ratio is None
        else f"{row.ratio:,.2f}×"
        if row.ratio < 10
        else f"{row.ratio:,.0f}×"
    )
    return [
        row.what,
        f"{number(row.ours)} {row.unit}",
        f"{row.peer_name}: {number(row.peer)} {row.unit}"
        if row.peer is not None
        else row.peer_name,
        ratio,
        row.goal,
        told(row.met),
    ]


HEADINGS = ("what", "Hedgerow", "peer, same run", "ratio", "goal", "met")


def print_table(rows: list[Row]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            table.add_row(f"[bold]{group}[/]")
        style = "red" if row.met is False else None
        table.add_row(*cells(row), style=style)
    Console(width=150).print(table)


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")),
        platform.machine(),
    )  # fmt: skip
    return f"{model}, Python {platform.python_version()}"


def markdown(rows: list[Row]) -> str:
    lines = ["| " + " | ".join(HEADINGS) + " |", "| " + " | ".join("---" for _ in HEADINGS) + " |"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    lines.append(f"\nOn {machine()}; one thread unless it says otherwise.")
    return "\n".join(lines)


def put_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two marks; raises ValueError where they are missing."""
    before, begun, rest = path.read_text().partition(begin)
    _old, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"{path} has no place for this: {begin} … {end}")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def write_readme(rows: list[Row]) -> None:
    """Put the table into the README."""
    put_between(ROOT / "README.md", BEGIN, END, markdown(rows))


def write_json(rows: list[Row], path: Path) -> None:
    found = {"machine": machine(), "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(found, indent=1) + "\n")


def draw(rows: list[Row], path: Path) -> None:
    """One bar a comparison: how many times better than the peer, with the goal as a line."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = [row for row in rows if row.ratio is not None and row.peer is not None]
    if not shown:
        return
    figure, axes = plt.subplots(figsize=(9, 0.5 * len(shown) + 1.6), layout="constrained")
    names = [f"{row.what}\nagainst {row.peer_name}" for row in shown]
    colours = ["#b8860b" if row.met is False else "#3a7d44" for row in shown]
    axes.barh(names, [row.ratio or 0 for row in shown], color=colours, height=0.6)
    for position, row in enumerate(shown):
        axes.text((row.ratio or 0) * 1.05, position, cells(row)[3], va="center", fontsize=9)
        if row.goal.startswith("≥ "):
            goal = float(row.goal.removeprefix("≥ ").partition("×")[0])
            axes.plot([goal, goal], [position - 0.42, position + 0.42], color="#a4243b", lw=2)
    axes.set_xscale("log")
    axes.set_xlim(0.8, 3 * max(row.ratio or 1 for row in shown))
    axes.axvline(1, color="#888", lw=0.8)
    legend = "red line: the goal; amber: missed"
    axes.set_xlabel(f"times better than the peer in the same run\n({legend})")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
