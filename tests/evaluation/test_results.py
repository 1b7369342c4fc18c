"""What an evaluation tells machines and people."""

import errno
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from hedgerow.evaluation import (
    SUITE,
    SURROUNDINGS,
    as_json,
    changes_table,
    headings,
    impostor_rows,
    markdown_table,
    rows,
    suite_table,
    summary,
    surrounding_headings,
    surrounding_rows,
    threshold_rows,
    write,
)
from hedgerow.evaluation.page import render_page
from hedgerow.evaluation.picture_suite import PICTURE_EDITS
from hedgerow.evaluation.plots import draw, edges_of
from hedgerow.evaluation.records import Tally, Wrong
from hedgerow.evaluation.video_suite import VIDEO_EDITS
from hedgerow.evaluation.wording import counted, per_cent, short
from hedgerow.matching import wilson

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


@pytest.mark.parametrize(("found", "met"), [(189_999, False), (190_000, True)])
def test_a_promise_is_of_the_share_itself_not_of_the_rounded_one(run, found, met):
    population = run.pictures
    tally = Tally(population.tallies[0].edit, copies=200_000)
    tally.methods["together"].found = found
    told = as_json(replace(run, pictures=replace(population, tallies=[tally])))
    [edit] = told["pictures"]["edits"]
    assert (edit["goal"], edit["met"]) == (0.95, met)
    assert edit["methods"]["together"]["recall"] == pytest.approx(0.95, abs=1e-4)


def test_surroundings_are_told_by_tier(results):
    population = results["pictures"]
    assert [each["key"] for each in population["surroundings"]] == [
        edit.key for edit in SURROUNDINGS
    ]
    assert results["videos"]["surroundings"] == []
    head, body = surrounding_headings(population), surrounding_rows(population)
    assert len(body) == len(SURROUNDINGS)
    assert {len(row) for row in body} == {len(head)} == {3 + 4}
    for each in population["surroundings"]:
        assert (each["pictures"], each["pairs"]) == (5, 20)
        assert set(each["methods"]) == {"plain", "cheap", "local", "together"}
    changed = json.loads(json.dumps(population))
    changed["surroundings"][1]["methods"]["local"]["mistaken"] = 7
    assert surrounding_rows(changed)[1] == ["same caption above", "5", "20", "0", "0", "7 (35 %)",
                                            surrounding_rows(population)[1][-1]]  # fmt: skip


def test_what_was_mistaken_and_missed_is_listed_by_name_where_names_are_told(run, tmp_path):
    wrong = Wrong("mirrored", "pdq", 30, 0, 1, True)
    tallies = [replace(run.pictures.tallies[0], missed=[2]), *run.pictures.tallies[1:]]
    odd = replace(run.pictures.originals[2], name="a|b\n<i>.jpg")
    originals = [*run.pictures.originals[:2], odd, *run.pictures.originals[3:]]
    population = replace(run.pictures, wrong=[wrong], tallies=tallies, originals=originals)
    changed = replace(run, pictures=population)
    write(as_json(changed, names=True), tmp_path / "named", plots=False)
    write(as_json(changed), tmp_path / "plain", plots=False)
    table, page = ((tmp_path / "named" / name).read_text() for name in ("table.md", "index.html"))
    first, second = (each.name for each in originals[:2])
    assert f"| mirrored | {first} | {second} | pdq | 30 | yes |" in table
    assert "| jpeg-quality-10 | a\\|b &lt;i>.jpg |" in table
    assert f"<td>{first}</td><td>{second}</td>" in page
    assert "a|b\n&lt;i&gt;.jpg" in page
    for path in (tmp_path / "plain").iterdir():
        assert not [each for each in originals if each.name in path.read_text()]


def test_words_fit_their_numbers(results):
    assert [counted(count, "file") for count in (0, 1, 2000)] == [
        "0 files",
        "1 file",
        "2,000 files",
    ]
    assert [counted(count, "copy", "copies") for count in (1, 2)] == ["1 copy", "2 copies"]
    assert [short(value) for value in (0.2961, 2.5, 40_912.3, 176_000)] == [
        "0.296", "2.5", "40,912", "176,000",
    ]  # fmt: skip
    videos = results["videos"]
    [edit, _other] = videos["edits"]
    assert "2 of 2 promises met" in summary(videos, "videos")
    alone = summary(videos | {"edits": [edit | {"goal": None, "met": None}]}, "videos")
    assert "1 edit, " in alone
    assert alone.endswith("nothing is promised of these")


def test_it_is_told_whether_the_bank_keeps_landmarks(results):
    assert "in a bank that keeps landmarks (--local; off" in summary(
        results["pictures"], "pictures"
    )
    assert "landmarks" not in summary(results["videos"], "videos")
    without = [each for each in results["pictures"]["methods"] if each["key"] in {"plain", "cheap"}]
    told = summary(results["pictures"] | {"methods": without}, "pictures")
    assert "in a bank without landmarks" in told


@pytest.mark.parametrize(
    ("first", "last", "width", "cut"),
    [(0, 256, 4, 32), (0, 256, 4, 41), (0, 64, 2, 11), (0, 12, 2, 11), (6, 130, 2, 9),
     (6, 40, 1, 9), (0, 32, 2, 32)],
)  # fmt: skip
def test_no_bar_holds_both_what_matches_and_what_does_not(first, last, width, cut):
    edges = edges_of(first, last, width, cut).tolist()
    assert cut in edges
    assert (edges[0], edges[-1]) == (first, last + 1)
    assert all(0 < after - before <= width for before, after in pairwise(edges))


def test_a_reader_never_sees_half_a_file(results, tmp_path, monkeypatch):
    write(results, tmp_path, plots=False)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path, data):
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        patched.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            write(results | {"seed": 7}, tmp_path, plots=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_names_of_files_stand_nowhere_unless_asked_for(run, folder):
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
    free = {edit.key for edit in (*SUITE, *SURROUNDINGS)} | set(results["files"]["refused"])
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
    assert suite_table(SURROUNDINGS) in page
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


def test_the_same_results_give_the_same_plots(results):
    drawn = [draw(results | {"pictures": None}) for _ in range(2)]
    assert len(drawn[0]) == 4
    assert drawn[0] == drawn[1]


def test_what_is_told_is_escaped(results):
    told = results | {"problems": ["<script>alert(1)</script>"]}
    page = render_page(told, {})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_pictures_alone_and_without_plots(results, tmp_path):
    written = write(results | {"videos": None}, tmp_path, plots=False)
    assert {path.name for path in written} == {"results.json", "table.md", "index.html"}
    assert "Videos" not in (tmp_path / "table.md").read_text()
