"""The page of a scan: alone, escaped, true to the results, and without any picture."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.matching.signals import flipped, pdq
from tests.postgres import sqlite_only

from hedgerow import media
from hedgerow.matching import Findings, Limits, Result, Summary, render_page, scan, write_page
from hedgerow.matching.drawing import drawing_of
from hedgerow.signals import Signal

ONE, OTHER = pdq(1), flipped(pdq(1), 9, first=40)
NASTY = "<script>alert('&\"')</script><img src=http://evil.example/x onerror=1>"


def match(**more):
    return {
        "bank": "known",
        "content_id": 7,
        "action": "block",
        "signal_type": "pdq",
        "distance": 9,
        "threshold": 31,
        "transform": "none",
        "value": ONE.value,
        "banked_value": OTHER.value,
    } | more


def result(path="a.png", verdict="block", matches=(), **more):
    answer = {"verdict": verdict, "matches": list(matches), "signals": {}, "sequence": 1}
    return Result(path, (10, 1), answer | more)


def page_of(*results, limits=None):
    summary, findings = Summary(), Findings(limits or Limits())
    for each in results:
        summary.count(each)
        findings.take(each)
    return render_page(summary, findings)


class Reader(HTMLParser):
    """Tags, attributes and text of a page; complains of what isn't closed."""

    VOID = frozenset({"meta", "path"})

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def bits_of(path):
    """A drawing's path back to its 256 bits, as a number."""
    cells = re.findall(r"M(\d+) (\d+)h1v1h-1z", path)
    assert "".join(f"M{column} {row}h1v1h-1z" for column, row in cells) == path
    assert len(set(cells)) == len(cells)
    number = 0
    for column, row in cells:
        assert int(column) < 16
        assert int(row) < 16
        number |= 1 << (255 - 16 * int(row) - int(column))
    return number


@pytest.mark.parametrize("value", ["0" * 64, "f" * 64, "8" + "0" * 63, "0" * 63 + "1", ONE.value])
def test_drawings_are_the_bits_of_the_hashes(value):
    drawing = drawing_of(value, OTHER.value)
    assert bits_of(drawing.upload) == int(value, 16)
    assert bits_of(drawing.banked) == int(OTHER.value, 16)
    assert bits_of(drawing.different) == int(value, 16) ^ int(OTHER.value, 16)


def test_the_first_hexadecimal_digit_is_drawn_at_the_upper_left():
    assert drawing_of("8" + "0" * 63, "0" * 64).upload == "M0 0h1v1h-1z"
    assert drawing_of("0" * 63 + "1", "0" * 64).upload == "M15 15h1v1h-1z"


def test_a_match_is_drawn_with_where_it_differs():
    page = Reader(page_of(result(matches=[match()])))
    upload, banked, different = (bits_of(each["d"]) for each in page.all("path"))
    assert (upload, banked) == (int(ONE.value, 16), int(OTHER.value, 16))
    assert different == upload ^ banked
    assert different.bit_count() == 9
    assert "9 of 256 bits differ; the bank's threshold is 31" in page.text
    for value in (ONE.value, OTHER.value):
        assert value in page.text


def test_a_digest_is_not_drawn_as_if_it_were_a_pattern():
    """SHA-256 has as many digits as PDQ, and no pattern."""
    value = "a" * 64
    digest = match(signal_type="sha256", distance=0, threshold=0, value=value, banked_value=value)
    page = Reader(page_of(result(matches=[digest])))
    assert page.all("svg") == []
    assert "sha256: the very same file" in page.text


def test_the_page_stands_alone_and_loads_nothing():
    page = page_of(
        result(matches=[match(source="https", labels=["a"])], notes=["low_quality"]),
        result("b", "unchecked", error={"code": "empty", "message": "no bytes"}),
    )
    read = Reader(page)
    assert not {tag for tag, _attributes in read.tags} & {
        *("script", "img", "link", "iframe", "object", "embed", "video", "audio", "image", "use"),
        *("form", "a", "base", "picture", "source", "foreignobject"),
    }
    for _tag, attributes in read.tags:
        assert not set(attributes) & {"src", "href", "xlink:href", "action", "srcset", "data"}
        assert not any(name.startswith("on") for name in attributes)
    assert "url(" not in page
    assert "@import" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in next(
        each["content"] for each in read.all("meta") if "http-equiv" in each
    )


def test_everything_from_outside_is_escaped():
    nasty = match(
        bank=NASTY, labels=[NASTY], source=NASTY, reference=NASTY, transform=NASTY, value=ONE.value
    )
    by = nasty | {"distance": 2}
    page = page_of(
        result(NASTY, matches=[nasty]),
        result(NASTY, "clear", suppressed=[nasty | {"suppressed_by": by}]),
        result(NASTY, "unchecked", error={"code": "empty", "message": NASTY}),
    )
    plain = Reader(page_of(result(matches=[match()])))
    read = Reader(page)
    assert {tag for tag, _attributes in read.tags} - {tag for tag, _ in plain.tags} <= {
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert "<script" not in page
    assert "<img" not in page
    # Three file names, twice bank, label, source, reference and transform, twice who suppresses.
    assert read.text.count(NASTY) >= 10


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("new\nline\x1b[31m", "new\nline\x1b[31m"),
        ("\udcff\udc00.png", "??.png"),
        ("x" * 5000, "x" * 5000),
        ("\x00.png", "\x00.png"),
    ],
)
def test_file_names_may_be_anything(name, shown, tmp_path):
    summary, findings = Summary(), Findings(Limits())
    findings.take(result(name, matches=[match()]))
    write_page(tmp_path / "page.html", summary, findings)
    assert shown in Reader((tmp_path / "page.html").read_text(encoding="utf-8")).texts


def counts(page):
    return {
        name: int(number.replace(",", ""))
        for number, name in re.findall(r"<b>([\d,]+)</b>(\w+)</li>", page)
    }


def test_the_counts_are_those_of_the_results():
    results = [result(f"{number}", matches=[match()]) for number in range(3)]
    results += [result(f"r{number}", "review", matches=[match()]) for number in range(2)]
    results += [result(f"c{number}", "clear") for number in range(1200)]
    results += [result("u", "unchecked", error={"code": "empty", "message": "no bytes"})]
    page = page_of(*results)
    assert counts(page) == {"block": 3, "review": 2, "record": 0, "clear": 1200, "unchecked": 1}
    assert "1,206 files" in page
    widths = [float(width) for width in re.findall(r'<i class="\w+" style="width: ([\d.]+)%', page)]
    assert sum(widths) == pytest.approx(100, abs=0.01)


def test_a_scan_of_nothing_has_a_page():
    page = Reader(page_of())
    assert "0 files" in page.text
    assert "None: every file could be compared." in page.text


def test_limits_say_how_many_there_are():
    limits = Limits(max_files_shown=2, max_matches_shown=3)
    many = [match(content_id=number) for number in range(5)]
    refusal = {"code": "empty", "message": "no bytes"}
    page = page_of(
        *(result(f"match-{number}", matches=many) for number in range(4)),
        *(result(f"refused-{number}", "unchecked", error=refusal) for number in range(3)),
        limits=limits,
    )
    read = Reader(page)
    assert page.count("<article>") == 2
    assert "The first 2 of 4 files" in read.text
    assert "The first 2 of 3 files" in read.text
    assert "match-1" in page
    assert "match-2" not in page
    assert "refused-1" in page
    assert "refused-2" not in page
    assert page.count("<svg") == 2 * 3 * 3
    assert read.text.count("and 2 more in the results file") == 2
    assert counts(page)["block"] == 4


def test_findings_keep_no_more_than_they_show():
    findings = Findings(Limits(max_files_shown=2))
    for number in range(50):
        findings.take(result(str(number), matches=[match()]))
    assert (len(findings.matched), findings.matched_files) == (2, 50)


def test_what_suppressed_a_match_is_told():
    by = match(bank="harmless", content_id=3, distance=2, action=None)
    page = Reader(page_of(result(verdict="clear", suppressed=[match() | {"suppressed_by": by}])))
    assert "Doesn't count: nearer (2 bits) to a known false positive in harmless" in page.text


def test_what_could_not_be_compared_of_a_match_is_told():
    digest = match(
        signal_type="md5", distance=0, threshold=0, value="a" * 32, banked_value="a" * 32
    )
    error = {"code": "corrupt", "message": "the file is damaged"}
    page = Reader(page_of(result(matches=[digest], error=error)))
    assert "corrupt: the file is damaged" in page.text
    assert "None: every file could be compared." in page.text


def test_where_it_came_from_is_told():
    text = Reader(page_of(result(matches=[match(source="hotline", reference="12")]))).text
    assert "from hotline (12)" in text
    assert "(12)" in Reader(page_of(result(matches=[match(reference="12")]))).text


def test_the_page_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    findings = Findings(Limits())
    write_page(path, Summary(), findings)
    before = path.read_text()
    findings.take(result(matches=[match()]))
    monkeypatch.setattr("hedgerow.matching.page.drawing_of", lambda *_values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_page(path, Summary(), findings)
    assert path.read_text() == before
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


@sqlite_only("looks at the bytes of its files")
def test_no_piece_of_any_picture_is_kept_or_shown(banks, matcher, photographs, tmp_path, database):
    """Neither the files' bytes nor their pixels, in the folder of the run or on the page."""
    names = ("astronaut.png", "rocket.jpg", "retina.jpg")
    banks.create("known", "block")
    from hedgerow.matching import hashing_workers

    with hashing_workers(media.Limits(), 1, variants=False) as workers:
        for outcome in workers.run(photographs / name for name in names):
            signals = outcome.value["signals"].items()
            banks.add_content("known", [Signal(name, one["value"]) for name, one in signals])
    summary, findings = Summary(), Findings(Limits())
    for each in scan([photographs / name for name in names], matcher, media.Limits()):
        summary.count(each)
        findings.take(each)
    write_page(tmp_path / "page.html", summary, findings)
    database.close()
    assert summary.verdicts["block"] == 3
    folders = (tmp_path, Path(str(database.engine.url.database)).parent)
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    kept = {path: path.read_bytes() for path in files}
    assert {path.name for path in kept} >= {"page.html", "hedgerow.db"}
    # An empty database has 580 kB of it, and the smallest of the pictures 110 kB.
    assert sum(map(len, kept.values())) < 650_000
    for name in names:
        data = (photographs / name).read_bytes()
        pixels = media.decode(data, media.Limits()).pixels.tobytes()
        for source in (data, pixels):
            # Pieces of varied bytes: flat areas would be found anywhere.
            step = len(source) // 200
            pieces = [source[at : at + 16] for at in range(0, len(source) - 16, step)]
            telling = [piece for piece in pieces if len(set(piece)) > 8]
            assert len(telling) > 10
            for path, content in kept.items():
                for piece in telling:
                    assert piece not in content, path
    page = kept[tmp_path / "page.html"]
    assert b"base64" not in page
    assert b"data:" not in page


def test_a_test_is_no_find_on_the_page():
    test = match(bank="HEDGEROW_TEST", labels=["test"], test=True)
    page = page_of(
        result("copy.png", matches=[test], test=True), result("both.png", matches=[test, match()])
    )
    assert (counts(page)["block"], counts(page)["test"]) == (1, 1)
    copy, both = page.split("<article>")[1:]
    assert "A test, and no find:" in copy
    assert '<span class="tag test">test</span>' in copy
    assert "no find" not in both
    assert both.count("the test bank") == 1
    assert "test" not in counts(page_of(result(matches=[match()])))


LOCAL_SEEN = {
    "landmarks": 33,
    "scale": 0.5,
    "angle": 12.5,
    "box": [119, 79, 482, 323],
    "banked_box": [10, 20, 964, 646],
}
VIDEO_SEEN = {
    "seconds": [65.0, 92.0],
    "banked_seconds": [0.0, 27.0],
    "frames": 28,
    "share": 0.25,
    "banked_share": 1.0,
}


def of_parts(name, seen, **more):
    return match(signal_type=name, distance=33, threshold=26, banked_value="", seen=seen) | more


class TestSeenInPart:
    def test_a_match_by_landmarks_is_told_and_drawn_where_it_was_seen(self):
        found = of_parts("local", LOCAL_SEEN, transform="mirrored")
        page = page_of(result(matches=[found], width=800, height=600))
        read = Reader(page)
        for words in (
            "33 landmarks of the banked picture lie in the upload",
            "differ by 33 of 256 bits at most",
            "mirrored, scaled to 50 %, turned 12.5° clockwise",
            "Seen in a part of the upload: 482×323 pixels, 119 from the left, 79 from the top.",
            "That shows of the banked picture: 964×646 pixels, 10 from the left, 20 from the top.",
        ):
            assert words in read.text
        assert "threshold is" not in read.text
        assert f"banked {OTHER.value}" not in read.text
        paths = [each["d"] for each in read.all("path")]
        assert paths == [
            "M0 0h800v600h-800z",
            "M119 79h482v323h-482z",
            "M974 0h-974v666",  # only as far as it is known
            "M10 20h964v646h-964z",
        ]
        views = [list(map(int, each["viewbox"].split())) for each in read.all("svg")]
        assert views == [[-32, -32, 864, 664], [-39, -39, 1052, 744]]

    def test_a_match_by_frames_is_told_with_its_stretch(self):
        read = Reader(page_of(result(matches=[of_parts("vpdq", VIDEO_SEEN)], partial="time")))
        for words in (
            "Seen from 65 s to 92 s of the upload.",
            "The banked video shows it from 0 s to 27 s.",
            "28 frames match: 25 % of the upload's and 100 % of the banked video's",
            "in part only: time",
        ):
            assert words in read.text
        assert read.all("path") == []
        assert "the very same file" not in read.text

    def test_a_frame_that_shows_a_picture(self):
        seen = {"seconds": [12.0, 12.0], "frames": 1, "box": [0, 10, 100, 50]}
        read = Reader(page_of(result(matches=[match(seen=seen)])))
        assert len(read.all("svg")) == 4  # three of bits, one of the place
        assert "1 frame match" in read.text

    def test_a_file_whose_size_is_not_known(self):
        read = Reader(page_of(result(matches=[of_parts("local", {"box": [5, 5, 10, 10]})])))
        assert [each["d"] for each in read.all("path")] == ["M15 0h-15v15", "M5 5h10v10h-10z"]

    def test_a_false_positive_with_more_landmarks(self):
        by = of_parts("local", LOCAL_SEEN | {"landmarks": 90}, bank="harmless")
        found = of_parts("local", LOCAL_SEEN) | {"suppressed_by": by}
        read = Reader(page_of(result(verdict="clear", suppressed=[found])))
        assert "nearer (90 landmarks) to a known false positive in harmless" in read.text

    @pytest.mark.parametrize("value", ["", "f" * 63, "g" * 64])
    def test_what_is_no_hash_of_256_bits_is_not_drawn(self, value):
        for name in ("value", "banked_value"):
            assert Reader(page_of(result(matches=[match(**{name: value})]))).all("path") == []


def test_a_scan_that_finds_landmarks_and_frames_leaves_a_page(
    database, tmp_path, photographs, monkeypatch
):
    from PIL import Image
    from tests.media.videos import animation, scenes

    from hedgerow.banks import Banks
    from hedgerow.matching import Matcher, banked_signals, hashing_workers
    from hedgerow.store import Vault

    vault = Vault(tmp_path / "vault.key")
    banks = Banks(database, vault=vault)
    banks.create("known", "block", local=True)
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    with Image.open(photographs / "coffee.png") as opened:
        opened.crop((120, 60, 520, 360)).save(uploads / "part.png")
    (uploads / "piece.gif").write_bytes(animation(scenes(12)[4:], "GIF"))
    (tmp_path / "whole.gif").write_bytes(animation(scenes(12), "GIF"))
    with hashing_workers(
        media.Limits(), 1, types=banks.types_kept("known"), variants=False
    ) as workers:
        for outcome in workers.run([photographs / "coffee.png", tmp_path / "whole.gif"]):
            banks.add_content("known", banked_signals(outcome.value["signals"]))
    summary, findings = Summary(), Findings(Limits())
    with Matcher(
        database, tmp_path / "index", vault=vault, sealed_folder=tmp_path / "sealed"
    ) as matcher:
        for each in scan(sorted(uploads.iterdir()), matcher, media.Limits()):
            summary.count(each)
            findings.take(each)
    found = [{one["signal_type"] for one in each.answer["matches"]} for each in findings.matched]
    assert "local" in found[0]
    assert "vpdq" in found[1]
    write_page(tmp_path / "page.html", summary, findings)
    read = Reader((tmp_path / "page.html").read_text())
    assert "landmarks of the banked picture lie in the upload" in read.text
    assert "of the upload's" in read.text
