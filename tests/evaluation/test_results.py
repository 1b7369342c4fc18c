"""What an evaluation tells machines and people."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from hedgerow.evaluation import (
    SUITE,
    as_json,
    changes_table,
    headings,
    impostor_rows,
    markdown_table,
    rows,
    suite_table,
    threshold_rows,
    write,
)
from hedgerow.evaluation.page import render_page
from hedgerow.evaluation.picture_suite import PICTURE_EDITS
from hedgerow.evaluation.plots import draw
from hedgerow.evaluation.statistics import wilson
from hedgerow.evaluation.tables import per_cent
from hedgerow.evaluation.video_suite import VIDEO_EDITS

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def every_key(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from every_key(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_key(inner)


def test_shares_and_intervals_are_of_the_counts(results):
    for kind in ("pictures", "videos"):
        population = results[kind]
        assert population["copies"] == sum(edit["copies"] for edit in population["edits"])
        assert population["pairs"] == population["copies"] * (population["originals"] - 1)
        for edit in population["edits"]:
            decisive = "together" if kind == "pictures" else "video"
            assert len(edit["missed"]) == edit["copies"] - edit["methods"][decisive]["found"]
            for method in population["methods"]:
                found = edit["methods"][method["key"]]
                assert found["recall"] == pytest.approx(found["found"] / edit["copies"], abs=1e-4)
                expected = wilson(found["found"], edit["copies"])
                assert found["interval"] == pytest.approx(expected, rel=1e-3)
                assert len(found["by_threshold"]) == len(method["thresholds"])
                if method["key"] != "video":
                    at = method["thresholds"].index(method["threshold"])
                    assert found["by_threshold"][at] == found["found"]


def test_scores_are_of_all_pairs(results):
    population = results["pictures"]
    for method in population["methods"]:
        scores = method["scores"]
        assert sum(scores["genuine"]) == population["copies"]
        assert sum(scores["impostors"]) == population["pairs"]
        wrong = method["impostors"]
        assert wrong["matches"] == sum(
            edit["methods"][method["key"]]["mistaken"] for edit in population["edits"]
        )
        assert wrong["interval"][1] <= 1


def test_together_finds_at_least_what_each_tier_does(results):
    for edit in results["pictures"]["edits"]:
        found = {key: each["found"] for key, each in edit["methods"].items()}
        assert found["together"] >= max(found["plain"], found["cheap"], found["local"])
        assert found["cheap"] >= found["plain"]


def test_a_promise_is_met_or_not(results):
    for edit in results["pictures"]["edits"]:
        assert edit["met"] == (edit["methods"]["together"]["recall"] >= edit["goal"])


def test_names_of_files_stand_nowhere_unless_asked_for(run, folder):
    from hedgerow.evaluation.records import Wrong

    run.pictures.wrong.append(Wrong("mirrored", "pdq", 30, 0, 1, False))
    try:
        told, named = json.dumps(as_json(run)), as_json(run, names=True)
    finally:
        run.pictures.wrong.pop()
    for original in [*run.pictures.originals, *run.videos.originals]:
        assert original.path.stem not in told
    assert str(folder) not in told
    [wrong] = named["pictures"]["wrong"]
    originals = [each.name for each in run.pictures.originals]
    assert (wrong["of"], wrong["taken_for"]) == (originals[0], originals[1])
    assert str(folder) not in json.dumps(named)


def test_every_field_is_told_on_the_page_of_the_docs(results):
    told = set(re.findall(r"`([a-z_0-9]+)`", PAGE.read_text()))
    free = {edit.key for edit in SUITE} | set(results["files"]["refused"])
    tiers = {
        method["key"] for kind in ("pictures", "videos") for method in results[kind]["methods"]
    }
    assert set(every_key(results)) - told - free - tiers == set()
    ours = {method["key"] for method in results["pictures"]["methods"] if method["ours"]}
    assert ours <= told


def test_the_suite_on_the_page_of_the_docs_is_the_suite():
    page = PAGE.read_text()
    assert suite_table(PICTURE_EDITS) in page
    assert suite_table(VIDEO_EDITS) in page
    assert changes_table() in page


def test_tables_have_a_cell_for_each_heading(results):
    for kind in ("pictures", "videos"):
        head = headings(results[kind])
        assert {len(row) for row in rows(results[kind])} == {len(head)}
        assert len({len(row) for row in impostor_rows(results[kind])}) == 1
    table = markdown_table(headings(results["pictures"]), rows(results["pictures"]))
    assert len({line.count("|") for line in table.splitlines()}) == 1
    by_threshold = threshold_rows(results["pictures"], "cheap", (0, 31))
    assert by_threshold[0][0] == results["pictures"]["edits"][0]["name"]
    assert by_threshold[-1][1:] == ["0", "0"]


def test_only_all_of_it_is_a_hundred_per_cent():
    assert [per_cent(share) for share in (0, 1, 0.99999, 0.00001, 0.5)] == [
        "0 %", "100 %", "99.9 %", "0.1 %", "50 %",
    ]  # fmt: skip


class Outside(HTMLParser):
    """Whatever a page would load from elsewhere, and its images."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.images, self.tags = [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "srcset", "data", "action"}:
                is_image = tag == "img" and value.startswith("data:image/png;base64,")
                self.images += is_image
                self.loaded += [] if is_image else [value]


def test_everything_is_written_and_the_page_loads_nothing(results, tmp_path):
    out = tmp_path / "made" / "here"
    written = write(results, out, plots=True)
    assert set(written) == set(out.iterdir())
    names = {path.name for path in written}
    assert {"results.json", "table.md", "index.html", "pictures-recall.png"} <= names
    assert json.loads((out / "results.json").read_text()) == results
    page = Outside((out / "index.html").read_text())
    plots = [path for path in written if path.suffix == ".png"]
    assert page.loaded == []
    assert page.images == len(plots) == 8
    assert "script" not in page.tags
    for plot in plots:
        with Image.open(plot) as opened:
            assert min(opened.size) > 200
            # Drawn on, and not one colour.
            assert len(opened.convert("RGB").reduce(4).getcolors(10**6)) > 30


def test_the_same_results_give_the_same_plots(results, tmp_path):
    drawn = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        drawn.append([path.read_bytes() for path in draw(results | {"pictures": None}, folder)])
    assert len(drawn[0]) == 4
    assert drawn[0] == drawn[1]


def test_what_is_told_is_escaped(results):
    told = results | {"problems": ["<script>alert(1)</script>"]}
    page = render_page(told, [])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_pictures_alone_and_without_plots(results, tmp_path):
    written = write(results | {"videos": None}, tmp_path, plots=False)
    assert {path.name for path in written} == {"results.json", "table.md", "index.html"}
    assert "Videos" not in (tmp_path / "table.md").read_text()
