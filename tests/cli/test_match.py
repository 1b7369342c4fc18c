"""`hedgerow match`."""

MATCH_KEYS = {
    *("bank", "content_id", "action", "signal_type", "distance", "threshold", "transform"),
    *("value", "banked_value"),
}


def test_a_file_that_matches(filled, pictures):
    path = pictures / "uploads/more/coffee-mirrored.png"
    ran = filled.run("match", path, "--json")
    record = ran.record
    assert (ran.code, ran.err) == (0, "")
    assert (record["path"], record["verdict"]) == (str(path), "block")
    assert (record["media"], record["width"], record["height"]) == ("png", 240, 180)
    [match] = record["matches"]
    assert set(match) == {*MATCH_KEYS, "source"}
    assert (match["bank"], match["transform"], match["threshold"]) == ("known", "mirrored", 31)
    assert match["action"] == "block"
    assert set(record["signals"]) == {"pdq", "md5", "sha1", "sha256"}
    assert record["sequence"] == 5
    people = filled.run("match", path)
    assert people.out.splitlines()[0] == "block"
    assert "known, content 3: pdq, " in people.out
    assert "bits of 31, mirrored" in people.out


def test_the_file_itself_matches_by_every_type(filled, pictures):
    record = filled.run("match", pictures / "known/coffee.png", "--json").record
    assert [match["signal_type"] for match in record["matches"]] == ["pdq", "md5", "sha1", "sha256"]
    assert {match["distance"] for match in record["matches"]} == {0}


def test_a_file_that_does_not_match_is_clear(filled, pictures):
    ran = filled.run("match", pictures / "uploads/other.png", "--json")
    assert (ran.code, ran.record["verdict"], ran.record["matches"]) == (0, "clear", [])


def test_what_cannot_be_checked_is_unchecked_and_exit_code_1(filled, pictures):
    for name, code in (
        ("empty.jpg", "empty"),
        ("notes.txt", "unsupported_format"),
        (".", "not_a_file"),
    ):
        ran = filled.run("match", pictures / "uploads" / name, "--json")
        assert (ran.code, ran.record["verdict"]) == (1, "unchecked")
        assert ran.record["error"]["code"] == code
    people = filled.run("match", pictures / "uploads/empty.jpg")
    assert people.code == 1
    assert people.out.startswith("unchecked\n  empty: ")


def test_a_hash_is_looked_up(filled, pictures):
    record = filled.run("hash", "--json", pictures / "known/coffee.png").record
    pdq, md5 = (record["signals"][name]["value"] for name in ("pdq", "md5"))
    near = f"{int(pdq, 16) ^ 0b1111:064x}"
    ran = filled.run("match", "-s", f"pdq:{near.upper()}", "-s", f"md5:{md5}", "--json")
    assert ran.code == 0
    told = [(match["signal_type"], match["distance"]) for match in ran.record["matches"]]
    assert told == [("md5", 0), ("pdq", 4)]
    assert "path" not in ran.record
    far = f"{int(pdq, 16) ^ (2**32 - 1):064x}"
    assert filled.run("match", "-s", f"pdq:{far}", "--json").record["verdict"] == "clear"


def test_only_in_the_named_banks(filled, pictures):
    path = pictures / "known/coffee.png"
    assert filled.run("match", path, "--bank", "known", "--json").record["verdict"] == "block"
    ran = filled.run("match", path, "--bank", "unknown")
    assert (ran.code, ran.out) == (2, "")
    assert "'unknown'" in ran.err
