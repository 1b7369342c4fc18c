"""Where the index of what is encrypted at rest may lie."""

import os
from pathlib import Path

import pytest

from hedgerow.matching import sealed
from hedgerow.matching.sealed import is_in_memory, left_behind, private_folder
from hedgerow.store import VaultProblem


def test_a_new_folder_is_for_its_owner_alone(tmp_path):
    folder = private_folder(tmp_path / "sealed")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert private_folder(folder) == folder


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o770, 0o707, 0o755])
def test_a_folder_that_is_open_to_others_is_refused(tmp_path, mode):
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(VaultProblem, match="not a folder of this user alone"):
        private_folder(folder)


def another(monkeypatch, path):
    """Make a path another user's than ours: by giving it away, or by being somebody else."""
    if os.getuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)


def test_a_folder_of_others_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "sealed"
    folder.mkdir(mode=0o700)
    another(monkeypatch, folder)
    with pytest.raises(VaultProblem, match=r"not a folder of this user alone|can rename"):
        private_folder(folder)


def test_a_link_is_refused_wherever_it_leads(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "sealed").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VaultProblem):
        private_folder(tmp_path / "sealed")


@pytest.mark.parametrize("place", ["file/sealed", "missing/sealed", "dangling/sealed"])
def test_a_place_that_is_not_there_is_told_with_the_setting_and_not_made(tmp_path, place):
    """A mount that is missing would be a folder on the disk."""
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(VaultProblem, match="sealed_index"):
        private_folder(tmp_path / place)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "dangling"}


class TestWhoCanReplaceIt:
    @pytest.mark.parametrize("depth", ["", "deeper"])
    def test_a_parent_of_another_user(self, tmp_path, monkeypatch, depth):
        theirs = tmp_path / "theirs"
        (theirs / depth).mkdir(parents=True)
        another(monkeypatch, theirs)
        with pytest.raises(VaultProblem, match="another user can rename what is in"):
            private_folder(theirs / depth / "sealed")
        assert not (theirs / depth / "sealed").exists()

    def test_a_link_into_a_folder_of_another_user(self, tmp_path, monkeypatch):
        theirs = tmp_path / "theirs"
        theirs.mkdir()
        (tmp_path / "link").symlink_to(theirs)
        another(monkeypatch, theirs)
        with pytest.raises(VaultProblem, match="another user can rename what is in"):
            private_folder(tmp_path / "link" / "sealed")
        assert list(theirs.iterdir()) == []

    @pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777, 0o1770])
    def test_a_parent_that_others_can_write_to_has_to_be_sticky(self, tmp_path, mode):
        parent = tmp_path / "shared"
        parent.mkdir()
        parent.chmod(mode)
        if mode & 0o1000:
            assert private_folder(parent / "sealed") == parent / "sealed"
        else:
            with pytest.raises(VaultProblem, match="chmod go-w"):
                private_folder(parent / "sealed")

    def test_a_link_of_ours_is_gone_through_once(self, tmp_path):
        """What is used is where it led when it was looked at."""
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real")
        assert private_folder(tmp_path / "link" / "sealed") == tmp_path / "real" / "sealed"


class TestInMemory:
    def test_file_systems_are_told_apart(self, tmp_path):
        """By the kernel's own list of what is mounted where."""
        kinds = {}
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            before, _, after = line.partition(" - ")
            kinds[before.split()[4]] = after.split()[0]
        for folder in ("/proc", "/sys", "/dev/shm", "/"):
            if folder in kinds:
                expected = kinds[folder] in {"tmpfs", "ramfs"}
                assert is_in_memory(Path(folder)) == expected, folder
        with pytest.raises(VaultProblem, match="sealed_index"):
            is_in_memory(tmp_path / "missing")

    def test_on_a_disk_that_a_setting_names_it_is_warned_of(self, tmp_path, monkeypatch, caplog):
        monkeypatch.setattr(sealed, "is_in_memory", lambda _folder: False)
        private_folder(tmp_path / "sealed")
        assert f"lies in {tmp_path}, which is not in memory" in caplog.text
        assert "encrypted" in caplog.text

    def test_in_memory_nothing_is_said(self, tmp_path, monkeypatch, caplog):
        monkeypatch.setattr(sealed, "is_in_memory", lambda _folder: True)
        private_folder(tmp_path / "sealed")
        assert caplog.text == ""

    @pytest.mark.parametrize("linked", [False, True])
    def test_the_usual_place_has_to_be_in_memory(self, tmp_path, monkeypatch, linked):
        usual = tmp_path / "shm"
        if linked:
            (tmp_path / "real").mkdir()
            usual.symlink_to(tmp_path / "real")
        else:
            usual.mkdir()
        monkeypatch.setattr(sealed, "USUAL", usual)
        monkeypatch.setattr(sealed, "is_in_memory", lambda _folder: False)
        with pytest.raises(VaultProblem, match="mount a tmpfs there, or name another place by"):
            private_folder(usual / "sealed")
        assert not (usual / "sealed").exists()

    def test_it_is_the_place_that_the_settings_have(self):
        from hedgerow.settings import Settings

        assert Settings().resolved_sealed_index.parent == sealed.USUAL


class TestLeftBehind:
    def test_ours_is_found_and_nothing_is_made(self, tmp_path):
        assert left_behind(tmp_path / "sealed", "local") is None
        assert list(tmp_path.iterdir()) == []
        (tmp_path / "sealed" / "local").mkdir(parents=True)
        assert left_behind(tmp_path / "sealed", "local") == tmp_path / "sealed" / "local"

    def test_what_is_not_ours_is_left_alone(self, tmp_path, monkeypatch):
        (tmp_path / "sealed").mkdir()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "sealed" / "local").symlink_to(tmp_path / "elsewhere")
        assert left_behind(tmp_path / "sealed", "local") is None
        (tmp_path / "sealed" / "local").unlink()
        (tmp_path / "sealed" / "local").mkdir()
        another(monkeypatch, tmp_path / "sealed")
        assert left_behind(tmp_path / "sealed", "local") is None
