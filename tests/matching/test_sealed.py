"""Where the index of what is encrypted at rest may lie."""

import os

import pytest

from hedgerow.matching.sealed import private_folder
from hedgerow.store import VaultProblem


def test_a_new_folder_is_for_its_owner_alone(tmp_path):
    folder = private_folder(tmp_path / "deep" / "sealed")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert private_folder(folder) == folder


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o770, 0o707, 0o755])
def test_a_folder_that_is_open_to_others_is_refused(tmp_path, mode):
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(VaultProblem, match="not a folder of this user alone"):
        private_folder(folder)


def test_a_folder_of_others_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "sealed"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(VaultProblem, match="not a folder of this user alone"):
        private_folder(folder)


def test_a_link_is_refused_wherever_it_leads(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "sealed").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VaultProblem):
        private_folder(tmp_path / "sealed")


def test_a_place_where_nothing_can_be_made_is_told_with_the_setting(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultProblem, match="sealed_index"):
        private_folder(tmp_path / "file" / "sealed")
