"""A whole evaluation, from an operator's folder to what was found."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.evaluation.conftest import PICTURE_KEYS, VIDEO_KEYS

from hedgerow import matching
from hedgerow.evaluation import (
    SURROUNDINGS,
    NoPlace,
    Options,
    TooFewFiles,
    UnknownEdit,
    as_json,
    chosen,
    evaluate,
)
from hedgerow.matching import files_under


def quiet(*_):
    pass


def found(run, key):
    """Copies that were found, by tier, as the matcher says and as the comparison of all pairs."""
    [tally] = [tally for tally in run.pictures.tallies if tally.edit.key == key]
    assert tally.copies == 5
    for method in run.pictures.methods:
        if method.ours:
            histogram = tally.methods[method.key]
            assert histogram.found == method.counted(histogram.genuine, method.own)
    return {
        method.key: tally.methods[method.key].found
        for method in run.pictures.methods
        if method.ours
    }


def test_files_are_counted_and_what_cannot_be_used_is_told(run):
    assert run.seen == 10
    assert run.refused == {"empty": 1, "unsupported_format": 1}
    assert len(run.pictures.originals) == 5
    assert run.pictures.alike == 1
    assert len(run.videos.originals) == 2
    assert run.problems == []


def test_each_tier_finds_what_it_can(run):
    assert found(run, "jpeg-quality-10") == {"plain": 5, "cheap": 5, "local": 5, "together": 5}
    assert found(run, "mirrored") == {"plain": 0, "cheap": 5, "local": 5, "together": 5}
    cropped = found(run, "crop-to-60-centre")
    assert (cropped["plain"], cropped["cheap"]) == (0, 0)
    assert cropped["together"] == cropped["local"] >= 4
    framed = found(run, "frame-10")
    assert framed["plain"] == 0
    assert framed["cheap"] >= 4


def test_the_index_finds_just_what_the_comparison_of_all_pairs_does(run):
    assert run.pictures.disagreements == 0


def test_no_other_picture_is_taken_for_one(run):
    assert run.pictures.wrong == []
    for tally in run.pictures.tallies:
        for histogram in tally.methods.values():
            assert histogram.genuine.sum() == 5
            assert histogram.impostors.sum() == 5 * 4


def test_videos_are_found(run):
    assert [tally.edit.key for tally in run.videos.tallies] == VIDEO_KEYS
    for tally in run.videos.tallies:
        assert tally.copies == 2
        assert not tally.refused
        histogram = tally.methods["video"]
        assert (histogram.found, histogram.mistaken) == (2, 0)


def test_different_pictures_in_the_same_surroundings_are_compared(run):
    assert [each.tallies[0].edit for each in run.pictures.surrounded] == list(SURROUNDINGS)
    for each in run.pictures.surrounded:
        [tally] = each.tallies
        assert tally.copies == 5
        for method in each.methods:
            histogram = tally.methods[method.key]
            assert method.ours
            assert histogram.found == 5  # each finds itself
            assert histogram.impostors.sum() == 5 * 4
        assert each.disagreements == 0


def test_what_was_written_by_an_earlier_run_is_no_picture(folder, tmp_path):
    for name in ("astronaut", "coffee", "chelsea"):
        shutil.copy(folder / f"{name}.jpg", tmp_path)
    out = tmp_path / "measured"
    out.mkdir()
    shutil.copy(folder / "motorcycle_left.jpg", out / "pictures-scores.png")
    edits, _ = chosen(["mirrored"])
    quick = Options(edits=edits, video_edits=[], surroundings=(), peers=False, local=False)
    for without, seen in ((None, 4), (out, 3), (tmp_path.parent, 4), (tmp_path / "other", 4)):
        run = evaluate(tmp_path, replace(quick, without=without), quiet)
        assert (run.seen, len(run.pictures.originals)) == (seen, seen)


def test_a_kind_without_edits_is_not_hashed(folder):
    _, video_edits = chosen(["video-mirrored"])
    options = Options(edits=[], video_edits=video_edits[:0], peers=False)
    with pytest.raises(TooFewFiles, match="8 of them are of a kind that none of these edits"):
        evaluate(folder, options, quiet)
    edits, _ = chosen(["mirrored"])
    options = Options(edits=edits, video_edits=[], surroundings=(), peers=False, local=False)
    run = evaluate(folder, options, quiet)
    assert (run.unasked, len(run.videos.originals), run.refused) == (
        2, 0, {"empty": 1, "unsupported_format": 1},
    )  # fmt: skip
    assert run.videos.cost == {}


def test_originals_are_in_the_order_of_their_names_whatever_chance_takes(folder):
    edits, _ = chosen(["mirrored"])
    options = Options(
        edits=edits, video_edits=[], surroundings=(), limit=5, peers=False, local=False
    )
    run = evaluate(folder, options, quiet)
    taken = [each.path for each in run.pictures.originals]
    everything = list(files_under([folder], quiet))
    assert len(taken) >= 4
    assert taken == [path for path in everything if path in set(taken)]


def test_costs_are_taken(run):
    assert set(run.pictures.cost) == set(run.pictures.lookup) == {"plain", "cheap", "local"}
    assert all(seconds > 0 for seconds in run.pictures.cost.values())
    assert set(run.videos.cost) == {"video"}


def counts(run):
    return [
        (edit["key"], {key: method["by_threshold"] for key, method in edit["methods"].items()})
        for edit in as_json(run)["pictures"]["edits"]
    ]


def test_the_same_again_gives_the_same(run, folder):
    edits = run.options.edits[:2]
    again = evaluate(
        folder, replace(run.options, edits=edits, video_edits=[], surroundings=(), jobs=1), quiet
    )
    assert counts(again) == counts(run)[:2]


def test_a_limit_takes_some_by_chance(folder, tmp_path):
    for name in ("astronaut", "coffee", "chelsea", "motorcycle_left"):
        shutil.copy(folder / f"{name}.jpg", tmp_path)
    edits, _ = chosen(["mirrored"])
    names = []
    for seed in range(2):
        options = Options(edits=edits, surroundings=(), limit=2, seed=seed, peers=False)
        run = evaluate(tmp_path, options, quiet)
        names.append({each.name for each in run.pictures.originals})
    assert [len(each) for each in names] == [2, 2]
    assert names[0] != names[1]


def test_the_limits_of_production_hold_and_nothing_is_left_behind(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    edits, _ = chosen(["crop-to-60-centre"])
    strict = matching.Limits(min_landmarks=1000)
    memory = tmp_path / "memory"
    memory.mkdir()
    options = Options(
        edits=edits, video_edits=[], surroundings=(), matching=strict, peers=False, sealed=memory
    )
    run = evaluate(folder, options, quiet)
    [tally] = run.pictures.tallies
    assert tally.methods["local"].found == 0
    assert tally.methods["local"].genuine[10:].sum() >= 4  # counted all the same
    assert list(tmp_path.iterdir()) == [memory]
    assert list(memory.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_place_in_memory_that_is_not_there_is_not_made(folder, tmp_path):
    with pytest.raises(NoPlace, match="sealed_index"):
        evaluate(folder, Options(peers=False, sealed=tmp_path / "memory"), quiet)
    assert not (tmp_path / "memory").exists()


def test_too_few_files(tmp_path, folder):
    with pytest.raises(TooFewFiles, match="has 0 files"):
        evaluate(tmp_path, Options(), quiet)
    for name in ("coffee.jpg", "coffee-again.png"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(TooFewFiles, match="at least 2 pictures"):
        evaluate(tmp_path, Options(), quiet)


def test_edits_are_chosen_by_name():
    edits, videos = chosen([*PICTURE_KEYS, *VIDEO_KEYS])
    assert {edit.key for edit in edits} == set(PICTURE_KEYS)
    assert [edit.key for edit in videos] == VIDEO_KEYS
    with pytest.raises(UnknownEdit, match="'crop'"):
        chosen(["crop"])
    with pytest.raises(UnknownEdit, match="no edit is named"):
        chosen([])


def test_files_of_one_name_are_told_apart_by_their_folders(folder, run):
    assert str(Path("more") / "rocket <b>.jpg") in {each.name for each in run.pictures.originals}
