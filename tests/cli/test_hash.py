"""`hedgerow hash`."""

import hashlib

from tests.cli.running import controls


def test_a_picture_is_hashed_by_every_type(newcomer, pictures):
    path = pictures / "known" / "astronaut.png"
    ran = newcomer.run("hash", "--json", path)
    record = ran.record
    assert (ran.code, ran.err) == (0, "")
    data = path.read_bytes()
    pdq = record["signals"].pop("pdq")
    assert record == {
        "path": str(path),
        "bytes": len(data),
        "media": "png",
        "width": 240,
        "height": 180,
        "truncated": False,
        "more_frames": False,
        "signals": {
            name: {"value": hashlib.new(name, data).hexdigest()}
            for name in ("md5", "sha1", "sha256")
        },
    }
    assert set(pdq) == {"value", "quality"}
    assert len(bytes.fromhex(pdq["value"])) == 32
    assert 50 <= pdq["quality"] <= 100
    # Nothing is kept by hashing.
    assert not newcomer.kept.exists()


def test_what_cannot_be_hashed_is_told_by_name_and_is_exit_code_1(newcomer, pictures):
    missing = newcomer.folder / "missing.png"
    ran = newcomer.run("hash", "--json", "--jobs", "2", pictures / "uploads", missing)
    assert ran.code == 1
    errors = {
        record["path"].rpartition("/")[2]: record["error"]["code"]
        for record in ran.records
        if "error" in record
    }
    assert errors == {
        "empty.jpg": "empty",
        "notes.txt": "unsupported_format",
        "missing.png": "not_found",
    }
    assert [record["path"] for record in ran.records][-1] == str(missing)
    assert len(ran.records) == 8
    assert all(record["error"]["message"] for record in ran.records if "error" in record)


def test_for_people(newcomer, pictures):
    ran = newcomer.run("hash", pictures / "known/coffee.png", pictures / "uploads/empty.jpg")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == str(pictures / "known/coffee.png")
    assert lines[1] == "  png, 240x180"
    assert any(line.startswith("  pdq") and "quality" in line for line in lines)
    assert lines[-1].startswith("  not hashed: empty: ")


def test_only_the_types_asked_for(newcomer, pictures):
    path = pictures / "known/coffee.png"
    ran = newcomer.run("hash", "--json", "-t", "md5", "-t", "pdq", path)
    assert set(ran.record["signals"]) == {"md5", "pdq"}
    ran = newcomer.run("hash", "-t", "photodna", path)
    assert (ran.code, ran.out) == (2, "")
    assert "photodna" in ran.err
    assert "sha256" in ran.err  # what there is


def test_a_name_cannot_speak_to_the_terminal(newcomer, pictures):
    folder = newcomer.folder / "odd"
    folder.mkdir()
    names = sorted(["new\nline.png", "\x1b[31mred\x07.png", "\udcff\udcfe.png"])
    for name in names:
        (folder / name).write_bytes((pictures / "known/coffee.png").read_bytes())
    as_json = newcomer.run("hash", "--json", folder)
    assert [record["path"] for record in as_json.records] == [str(folder / name) for name in names]
    for settings in ({}, {"PYTHONIOENCODING": "ascii"}):
        ran = newcomer.run("hash", folder, **settings)
        assert ran.code == 0
        assert len(ran.out.splitlines()) == 6 * len(names)
        assert controls(ran.out) == []
