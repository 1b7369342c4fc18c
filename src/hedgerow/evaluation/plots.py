"""The results as pictures that are read at a glance. Needs Matplotlib, the extra `eval`.

Colours are those of M. Okabe and K. Ito, and cividis: told apart by people who are colour-blind;
what matters differs in shape or is written out too.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hedgerow.evaluation.methods import KINDS, MOST
from hedgerow.evaluation.results import Results, headline
from hedgerow.evaluation.tables import group_of
from hedgerow.evaluation.wording import counted, per_cent, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8a8f8c"

Counts = npt.NDArray[np.float64]

_ROW = 0.25  # inches of a line of text
_LINES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (ORANGE, ":"), ("#CC79A7", "-"))


def available() -> bool:
    """Whether Matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw(results: Results) -> dict[str, bytes]:
    """Draw every plot as PNG; gives the files by name, in the order to show them."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    made: dict[str, bytes] = {}
    with plt.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        for kind in KINDS:
            population = results[kind]
            if population is None:
                continue
            for name, drawing in (
                ("recall", _recall), ("scores", _scores), ("thresholds", _thresholds),
                ("cost", _cost),
            ):  # fmt: skip
                figure = drawing(plt, population, kind)
                if figure is not None:
                    file = io.BytesIO()
                    # No date and no software: the same results give the same file.
                    figure.savefig(file, format="png", dpi=130, metadata={"Software": None})
                    plt.close(figure)
                    made[f"{kind}-{name}.png"] = file.getvalue()
    return made


def _count_of(population: Results, kind: str) -> str:
    copies = counted(population["copies"], "edited copy", "edited copies")
    return f"{population['originals']:,} {kind}, {copies}"


def _recall(plt: Any, population: Results, kind: str) -> Figure:
    """Each edit's recall with its interval and goal; beside it what each method finds alone."""
    edits = population["edits"]
    besides = [each for each in population["methods"] if each["key"] != headline(population)]
    places, bounds = _places(edits)
    figure: Figure
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(7.2 + 0.72 * len(besides), _ROW * (max(places) + 3.5) + 1.1),
        width_ratios=(4, max(0.01, 0.72 * len(besides))), layout="constrained", sharey=True,
    )  # fmt: skip
    _recall_dots(left, population, places, bounds)
    _recall_cells(right, edits, besides, places)
    figure.suptitle(f"Recall by edit: {_count_of(population, kind)}", x=0.01, ha="left", size=12)
    return figure


def _places(edits: list[Results]) -> tuple[list[float], list[tuple[float, str]]]:
    """Where each edit's row is, from above, and where each group's heading."""
    places: list[float] = []
    heads: list[tuple[float, str]] = []
    at = 0.0
    for edit in edits:
        group = group_of(edit)
        if not heads or heads[-1][1] != group:
            at += 0.4 if heads else 0
            heads.append((at, group))
            at += 1
        places.append(at)
        at += 1
    return places, heads


def _recall_dots(
    axes: Axes, population: Results, places: list[float], heads: list[tuple[float, str]]
) -> None:
    key = headline(population)
    for place, edit in zip(places, population["edits"], strict=True):
        found = edit["methods"][key]
        low, high = (100 * end for end in found["interval"])
        colour, marker = (VERMILION, "D") if edit["met"] is False else (BLUE, "o")
        axes.plot([low, high], [place, place], color=colour, lw=2.5, alpha=0.45, zorder=2)
        axes.plot(100 * found["recall"], place, marker, color=colour, ms=5.5, zorder=3)
        if edit["goal"] is not None:
            goal = 100 * edit["goal"]
            axes.plot([goal, goal], [place - 0.42, place + 0.42], color="black", lw=1.2, zorder=4)
    for place, text in heads:
        axes.text(-0.02, place, text, transform=axes.get_yaxis_transform(), weight="bold",
                  ha="right", va="center")  # fmt: skip
    axes.set_yticks(places, [edit["name"] for edit in population["edits"]])
    axes.set_ylim(max(places) + 0.7, -0.7)
    axes.set_xlim(-2, 102)
    axes.set_xticks(range(0, 101, 20), [f"{at} %" for at in range(0, 101, 20)])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#dddddd", lw=0.7)
    axes.set_axisbelow(True)
    own = {
        "together": "all tiers together, in a bank with landmarks",
        "cheap": "PDQ, in a bank without landmarks",
        "video": "videos, as the banks find them",
    }[key]
    axes.set_title(f"{own}, 95 % interval\nblack line: what is promised; diamond: missed",
                   loc="left", size=9)  # fmt: skip


def _recall_cells(
    axes: Axes, edits: list[Results], besides: list[Results], places: list[float]
) -> None:
    from matplotlib import colormaps

    colours = colormaps["cividis"]
    for column, method in enumerate(besides):
        for place, edit in zip(places, edits, strict=True):
            recall = edit["methods"][method["key"]]["recall"]
            axes.barh(place, 0.94, left=column - 0.47, height=0.92, color=colours(recall))
            ink = "black" if recall > 0.55 else "white"
            axes.text(column, place, _short(recall), ha="center", va="center", color=ink, size=7.5)
    axes.set_xlim(-0.5, max(len(besides), 1) - 0.5)
    axes.set_xticks(range(len(besides)), [_wrapped(each["title"]) for each in besides], size=7.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelleft=False)
    axes.spines[:].set_visible(False)
    if not besides:
        axes.set_axis_off()
    else:
        axes.set_xlabel("per cent found by each alone, at its own threshold", size=8)


def _short(share: float) -> str:
    """A share in per cent without more digits than it needs; only what is all of it is 100."""
    whole = round(100 * share)
    return f"{whole}" if whole not in (0, 100) or share in (0, 1) else f"{100 * share:.1f}"


def _wrapped(title: str) -> str:
    for before, after in ((", ", ",\n"), (" of ", "\nof "), (" phash", "\nphash"), (" P", "\nP")):
        title = title.replace(before, after)
    return title


def _scores(plt: Any, population: Results, kind: str) -> Figure:
    """How far copies are from their own original, and from all others."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    methods = [each for each in population["methods"] if each["key"] != "together"]
    figure: Figure
    figure, rows = plt.subplots(
        len(methods),
        1,
        figsize=(8, 1.75 * len(methods) + 1),
        squeeze=False,
        layout=ConstrainedLayoutEngine(h_pad=0.09),
    )
    for axes, method in zip(rows[:, 0], methods, strict=True):
        _score_axes(axes, method)
    figure.legend(
        *rows[0, 0].get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False
    )
    figure.suptitle(
        f"A copy and its own original, and all others: {_count_of(population, kind)}",
        x=0.01, ha="left", size=12,
    )  # fmt: skip
    return figure


def _score_axes(axes: Axes, method: Results) -> None:
    genuine, impostors = (
        np.array(method["scores"][name], float) for name in ("genuine", "impostors")
    )
    at_least = method["match"] == "at_least"
    # Of hashes with as many ones as noughts, two differ by an even number of bits: two to a bar.
    # Landmarks are only counted from the lowest threshold on.
    first = method["thresholds"][0] if at_least else 0
    shown = np.flatnonzero(genuine + impostors)
    last = max(int(shown.max(initial=0)), method["threshold"] + 1)
    width = (1, 2)[last >= 100] if at_least else (2, 4)[last >= 100]
    edges = edges_of(first, last, width, method["threshold"] + (not at_least))
    for counts, colour, name, hatch in (
        (impostors, VERMILION, "with other originals", "//"),
        (genuine, BLUE, "with its own original", None),
    ):
        total = int(counts.sum())
        inside = np.histogram(np.arange(len(counts)), edges, weights=counts)[0]
        share = 100 * inside / max(total, 1)
        label = f"{name}, n = {total:,} pairs"
        axes.stairs(
            share, edges - 0.5, color=colour, fill=True, alpha=0.35, hatch=hatch, label=label
        )
        axes.stairs(share, edges - 0.5, color=colour, lw=1.3)
    axes.set_yscale("log")
    # A bar of a single pair has a height too.
    least = min(100 / max(int(counts.sum()), 1) for counts in (genuine, impostors))
    axes.set_ylim(least / 2, 100)
    axes.axvline(method["threshold"] + (-0.5 if at_least else 0.5), color="black", lw=1.2, ls="--")
    sign = "≥" if at_least else "≤"
    axes.text(method["threshold"] + 1 + last * 0.005, 0.98, f"match: {sign} {method['threshold']}",
              transform=axes.get_xaxis_transform(), va="top", size=8)  # fmt: skip
    mistaken = method["impostors"]["matches"]
    axes.set_title(f"{method['title']}: {mistaken:,} others taken for it", loc="left", size=9.5)
    axes.set_xlabel(_score_label(method, genuine, impostors), size=8)
    axes.set_ylabel("% of pairs", size=8)


def edges_of(first: int, last: int, width: int, cut: int) -> npt.NDArray[np.int64]:
    """Where the bars of the scores from `first` to `last` begin, and the end of the last one.

    One begins at `cut`, so that none holds both what matches and what doesn't.
    """
    end = min(last, MOST) + 1
    edges = np.arange(cut - width * ((cut - first) // width + 1), end + width, width)
    return np.unique(np.clip(edges, first, end))


def _score_label(method: Results, genuine: Counts, impostors: Counts) -> str:
    if method["match"] == "at_most":
        return f"{method['unit']} that differ"
    first = method["thresholds"][0]
    fewer = [per_cent(each[:first].sum() / max(each.sum(), 1)) for each in (genuine, impostors)]
    return (
        f"{method['unit']}; under {first}, and not shown: "
        f"{fewer[0]} of its own, {fewer[1]} of others"
    )


def _thresholds(plt: Any, population: Results, kind: str) -> Figure | None:
    """What each threshold finds, and what it mistakes, by method."""
    methods = [each for each in population["methods"] if each["ours"] and each["key"] != "plain"]
    promised = [edit for edit in population["edits"] if edit["goal"] is not None]
    if not promised:
        return None
    figure: Figure
    figure, rows = plt.subplots(
        2, len(methods), figsize=(max(3.4 * len(methods) + 0.6, 7.6), 5), layout="constrained",
        squeeze=False, sharex="col", height_ratios=(3, 2),
    )  # fmt: skip
    for (above, below), method in zip(rows.T, methods, strict=True):
        _threshold_axes(above, below, method, promised)
    figure.legend(
        *rows[0, 0].get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False
    )
    rows[0, 0].set_ylabel("% of copies found")
    rows[1, 0].set_ylabel("others taken for it")
    figure.suptitle(
        f"By threshold: {_count_of(population, kind)}, {population['pairs']:,} pairs with others",
        x=0.01, ha="left", size=12,
    )  # fmt: skip
    return figure


def _threshold_axes(above: Axes, below: Axes, method: Results, promised: list[Results]) -> None:
    at = method["thresholds"]
    groups: dict[str, list[list[float]]] = {}
    for edit in promised:
        found = edit["methods"][method["key"]]["by_threshold"]
        groups.setdefault(group_of(edit), []).append([100 * n / edit["copies"] for n in found])
    for (name, each), (colour, line) in zip(groups.items(), _LINES, strict=False):
        mean = np.mean(each, axis=0)
        above.plot(at, mean, line, color=colour, lw=2, label=f"{name} (mean of {len(each)})")
    above.set_ylim(0, 103)
    above.set_title(method["title"], loc="left", size=9.5)
    wrong = method["impostors"]["by_threshold"]
    below.step(at, wrong, color=VERMILION, lw=2, where="mid")
    if not any(wrong):
        below.text(
            0.5,
            0.5,
            "none, at any of these",
            transform=below.transAxes,
            ha="center",
            va="center",
            backgroundcolor="white",
        )
    below.set_yscale("symlog", linthresh=1)
    below.set_ylim(bottom=0, top=max(10, 2 * max(wrong)))
    below.set_xlabel(f"threshold, {method['unit']}")
    for axes in (above, below):
        axes.axvline(method["threshold"], color="black", lw=1, ls="--")
        axes.grid(color="#e4e4e4", lw=0.6)
        axes.set_axisbelow(True)


def _cost(plt: Any, population: Results, kind: str) -> Figure | None:
    """Milliseconds of processor time that each tier takes for a file."""
    titles = {each["key"]: each["title"] for each in population["methods"]}
    tiers = [key for key in titles if key in population["cost"]]
    if not tiers:
        return None
    figure: Figure
    figure, axes = plt.subplots(figsize=(7.5, 0.55 * len(tiers) + 1.5), layout="constrained")
    hashing, lookup = (
        np.array([population["cost"][tier][name] for tier in tiers])
        for name in ("hash_ms", "lookup_ms")
    )
    axes.barh(range(len(tiers)), hashing, color=BLUE, label="to hash")
    axes.barh(range(len(tiers)), lookup, left=hashing, color=ORANGE, hatch="//", label="to look up")
    totals = hashing + lookup
    for place, total in enumerate(totals):
        times = f", {total / totals[0]:.1f}×" if place else ""
        axes.text(total + max(totals) * 0.012, place, f"{short(total)} ms{times}", va="center")
    axes.set_yticks(range(len(tiers)), [titles[tier] for tier in tiers])
    axes.invert_yaxis()
    axes.set_xlim(0, max(totals) * 1.2)
    axes.set_xlabel(
        f"milliseconds of one core for a file, among {population['originals']:,} {kind}"
    )
    # Below the bars: a single one may be as long as the plot is wide.
    figure.legend(loc="outside lower right", ncols=2, frameon=False)
    figure.suptitle("What each tier costs", x=0.01, ha="left", size=12)
    return figure
