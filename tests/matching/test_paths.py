"""Which files a scan looks at: all, each once, none in silence."""

import os
from pathlib import Path

import pytest

from hedgerow.matching import files_under


def listed(*paths):
    unreadable = []
    files = list(files_under(paths, lambda folder, problem: unreadable.append((folder, problem))))
    return files, unreadable


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "uploads"
    for name in ("b/2", "b/10", "a/x/deep", "c", "a.z"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).touch()
    (made / "empty").mkdir()
    return made


def test_files_come_sorted_by_folder(folder):
    files, unreadable = listed(folder)
    assert [str(path.relative_to(folder)) for path in files] == [
        "a.z",
        "c",
        "a/x/deep",
        "b/10",
        "b/2",
    ]
    assert unreadable == []


def test_paths_come_in_the_order_given_and_missing_ones_too(folder):
    missing = folder / "missing"
    assert listed(folder / "c", missing, folder / "b", folder / "c")[0] == [
        folder / "c",
        missing,
        folder / "b/10",
        folder / "b/2",
        folder / "c",
    ]


def test_an_unreadable_folder_is_told_and_the_rest_is_found(folder, monkeypatch):
    """To root every folder is readable, so the system's answer is put in its place."""
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    files, unreadable = listed(folder)
    assert [path.name for path in files] == ["a.z", "c", "deep"]
    [(where, problem)] = unreadable
    assert (where, problem.strerror) == (folder / "b", "Permission denied")


def test_a_path_below_an_unreadable_folder_is_still_given(folder, monkeypatch):
    stat = os.stat

    def refusing(path, *arguments, **options):
        if str(path).endswith("b/10"):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", refusing)
    assert listed(folder / "b/10") == ([folder / "b/10"], [])


def test_loops_of_links_have_an_end(folder):
    (folder / "self").symlink_to("self")
    (folder / "a/up").symlink_to(folder)
    (folder / "a/x/beside").symlink_to(folder / "b")
    files, unreadable = listed(folder)
    # Each file once; the link that leads to itself is a path that can't be read, so it is told.
    assert sorted(path.name for path in files) == ["10", "2", "a.z", "c", "deep", "self"]
    assert unreadable == []


def test_a_link_that_leads_out_is_given_so_that_it_is_refused_by_name(folder, tmp_path):
    outside = tmp_path / "uploads-of-others"  # its name begins like the folder's own
    outside.mkdir()
    (outside / "unseen").touch()
    (folder / "b/11").symlink_to(outside)
    files, _unreadable = listed(folder)
    assert folder / "b/11" in files
    assert not any("unseen" in str(path) for path in files)


def test_a_folder_that_is_named_is_looked_into_even_through_a_link(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder / "b")
    assert listed(link)[0] == [link / "10", link / "2"]


def test_links_to_files_are_given(folder, tmp_path):
    target = tmp_path / "target"
    target.touch()
    (folder / "b/1").symlink_to(target)
    (folder / "b/broken").symlink_to(tmp_path / "nothing")
    assert [path.name for path in listed(folder / "b")[0]] == ["1", "10", "2", "broken"]


def test_names_may_be_anything(folder):
    names = [b"new\nline", b"\xff\xfe", b"<script>", b" ", b"-o", "ü".encode(), b"\x1b[31m"]
    for name in names:
        (folder / os.fsdecode(name)).touch()
    found = {os.fsencode(path.name) for path in listed(folder)[0]}
    assert found >= set(names)


def test_a_name_that_is_too_long_is_given(folder):
    too_long = folder / ("x" * 300)
    assert listed(too_long) == ([too_long], [])
