"""Signals of many parts in exports and imports: videos travel, local signatures stay."""

import json

import numpy as np
import pytest

from hedgerow.banks import Banks, ExportBroken, Format, ImportRefused
from hedgerow.media import File, Limits
from hedgerow.signals import BankedVideo, Signal
from hedgerow.signals.frames import BANKED_ROW
from hedgerow.signals.local import LOCAL
from hedgerow.signals.sentinel import sentinel_png
from hedgerow.signals.vpdq import video_signal
from hedgerow.store import Vault


@pytest.fixture
def banks(database, tmp_path):
    made = Banks(database, vault=Vault(tmp_path / "vault.key"))
    made.create("known", "block", local=True)
    made.create("other", "block")
    return made


@pytest.fixture
def video():
    numbers = np.random.default_rng(1)
    frames = np.zeros(50, BANKED_ROW)
    frames["frame"] = np.arange(50) * 30
    frames["seconds"] = frames["until"] = np.arange(50)
    frames["quality"] = 90
    frames["code"] = numbers.integers(0, 256, (50, 32))
    return video_signal(BankedVideo(frames, 50.0))


def exported(banks, name, form=Format.NDJSON):
    return "".join(banks.export(name, form))


def test_a_video_comes_back_as_it_went(banks, video, tmp_path):
    banks.add_content("known", [video, Signal("md5", "0" * 32)], ["A1"])
    (tmp_path / "list.ndjson").write_text(exported(banks, "known"))
    assert banks.import_file("other", tmp_path / "list.ndjson").record.added == 1
    assert exported(banks, "other") == exported(banks, "known")
    assert banks.get("other").signals == {"md5": 1, "vpdq": 1}
    # and to the same bank it is the same content
    assert banks.import_file("known", tmp_path / "list.ndjson").record.duplicates == 1


def test_local_signatures_stay_here(banks, tmp_path):
    computed = LOCAL.compute(File(sentinel_png(), Limits()))
    local = Signal("local", computed.value, computed.quality, computed.payload)
    banks.add_content("known", [local, Signal("pdq", "f" * 64, 100)])
    for form in Format:
        text = exported(banks, "known", form)
        assert "f" * 64 in text
        assert "local" not in text
        assert computed.value not in text
    row = {"signals": {"local": {"value": computed.value, "payload": "TE1CMQ=="}}}
    (tmp_path / "list.ndjson").write_text(json.dumps(row))
    (tmp_path / "list.csv").write_text(f"local\r\n{computed.value}\r\n")
    (tmp_path / "list.txt").write_text(f"local {computed.value}\n")
    for name, why in [
        ("ndjson", "never exchanged"),
        ("csv", "by its parts"),
        ("txt", "by its parts"),
    ]:
        with pytest.raises(ImportRefused) as refused:
            banks.import_file("known", tmp_path / f"list.{name}")
        assert why in refused.value.rows[0].reason


def test_csv_says_that_it_cannot_hold_videos(banks, video):
    banks.add_content("known", [video, Signal("md5", "0" * 32)])
    with pytest.raises(ExportBroken, match="ndjson"):
        exported(banks, "known", Format.CSV)
    assert exported(banks, "known", Format.LINES) == f"md5 {'0' * 32}\n"


@pytest.mark.parametrize(
    ("payload", "why"),
    [(None, "by its parts"), ("!", "no base64"), (7, "no base64"), ("AAAA", "not the frames")],
)
def test_frames_that_are_none_are_refused(banks, video, tmp_path, payload, why):
    signal = {"value": video.value} | ({} if payload is None else {"payload": payload})
    (tmp_path / "list.ndjson").write_text(json.dumps({"signals": {"vpdq": signal}}))
    with pytest.raises(ImportRefused) as refused:
        banks.import_file("known", tmp_path / "list.ndjson")
    assert why in refused.value.rows[0].reason
