"""`hedgerow bank …`, one step after the other as somebody would take them."""

import json
import stat

import pytest
from tests.cli.running import Newcomer

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def test_a_bank_from_its_making_to_its_end(newcomer, pictures):
    run = newcomer.run
    ran = run("bank", "list")
    assert ran.code == 0
    assert ran.out.split("\n")[1].split()[:3] == ["HEDGEROW_TEST", "block", "(test)"]
    assert "hedgerow bank create" in ran.err

    made = run(
        *("bank", "create", "known", "--action", "block", "--threshold", "pdq=24"),
        *("--description", "for tests", "--json"),
    )
    assert made.code == 0
    created = made.record
    assert {**created, "created_at": None} == {
        "id": 2,
        "name": "known",
        "kind": "positive",
        "action": "block",
        "thresholds": {"pdq": 24},
        "description": "for tests",
        "contents": 0,
        "created_at": None,
        "test": False,
        "local": False,
    }
    assert created["created_at"].endswith("+00:00")
    assert stat.S_IMODE(newcomer.kept.stat().st_mode) == 0o700

    again = run("bank", "create", "known")
    assert (again.code, again.out) == (2, "")
    assert "choose another name" in again.err

    added = run(
        *("bank", "add", "known", pictures / "known", "--label", "A1", "--source", "tests"),
        "--json",
    )
    assert added.code == 0
    first, second = added.records
    assert first["path"] == str(pictures / "known/astronaut.png")
    assert (first["bank"], first["created"]) == ("known", True)
    assert set(first["signals"]) == {"pdq", "md5", "sha1", "sha256"}
    assert set(first["signals"]["pdq"]) == {"value", "quality"}
    assert first["content_id"] < second["content_id"]

    twice = run("bank", "add", "known", pictures / "known")
    assert twice.code == 0
    assert twice.out.count("in the bank already") == 2

    by_hash = run("bank", "add", "known", "--signal", f"pdq:{A.upper()}", "--json")
    assert by_hash.record["signals"] == {"pdq": {"value": A}}

    shown = run("bank", "show", "known", "--json", "--limit", "2").record
    assert (shown["contents"], shown["signals"]) == (
        3,
        dict.fromkeys(("md5", "sha1", "sha256"), 2) | {"pdq": 3},
    )
    assert [each["id"] for each in shown["content"]] == [first["content_id"], second["content_id"]]
    assert shown["content"][0]["labels"] == ["A1"]
    assert shown["content"][0]["source"] == "tests"
    people = run("bank", "show", "known", "--limit", "2")
    assert f"more: hedgerow bank show known --after {second['content_id']}" in people.out
    assert run("bank", "show", "known", "--limit", "0").code == 0

    changed = run(
        *("bank", "update", "known", "--rename", "renamed", "--action", "review"),
        *("--threshold", "pdq=20", "--json"),
    ).record
    assert (changed["name"], changed["action"], changed["thresholds"]) == (
        "renamed",
        "review",
        {"pdq": 20},
    )
    assert changed["description"] == "for tests"
    listed, test = run("bank", "list", "--json").records
    assert (listed["name"], listed["contents"]) == ("renamed", 3)
    assert (test["name"], test["test"]) == ("HEDGEROW_TEST", True)
    assert "There are no other banks" not in run("bank", "list").err

    removed = run(
        *("bank", "remove", "renamed", "--id", first["content_id"], "--id", first["content_id"]),
        *("--signal", f"pdq:{A}", "--json"),
    )
    assert removed.record == {
        "bank": "renamed",
        "removed": [first["content_id"], by_hash.record["content_id"]],
    }
    nothing = run("bank", "remove", "renamed", "--signal", f"pdq:{A}")
    assert nothing.code == 1

    refused = run("bank", "delete", "renamed")
    assert refused.code == 1
    assert run("bank", "show", "renamed", "--json").record["contents"] == 1
    asked = run("bank", "delete", "renamed", "--json", stdin="y\n")
    assert asked.record == {"bank": "renamed", "deleted": True}
    assert run("bank", "delete", "renamed", "--yes").code == 2
    assert [each["test"] for each in run("bank", "list", "--json").records] == [True]


def test_nothing_is_removed_where_a_part_of_it_is_wrong(newcomer):
    newcomer.run("bank", "create", "known")
    content = newcomer.run("bank", "add", "known", "-s", f"pdq:{A}", "--json").record["content_id"]
    for more in (["--id", "99"], ["--signal", "pdq:xyz"], ["--signal", "unknown:00"]):
        ran = newcomer.run("bank", "remove", "known", "--id", content, *more)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("error: ")
    assert newcomer.run("bank", "show", "known", "--json").record["contents"] == 1


def test_what_cannot_be_banked_is_told_and_the_rest_is_banked(newcomer, pictures):
    newcomer.run("bank", "create", "known")
    ran = newcomer.run("bank", "add", "known", pictures / "uploads", "--json")
    assert ran.code == 1
    errors = [record["error"]["code"] for record in ran.records if "error" in record]
    assert sorted(errors) == ["empty", "unsupported_format"]
    assert newcomer.run("bank", "show", "known", "--json").record["contents"] == 5
    assert newcomer.run("bank", "add", "unknown", pictures / "uploads").code == 2


def test_export_and_import_bring_the_same_back(newcomer):
    run = newcomer.run
    run("bank", "create", "one")
    run("bank", "add", "one", "-s", f"pdq:{A}", "-l", "x", "--note", "n", "--reference", "r")
    run("bank", "add", "one", "-s", f"pdq:{B}", "-s", "md5:" + "0" * 32)
    exported = run("bank", "export", "one")
    assert [sorted(each["signals"]) for each in exported.records] == [["pdq"], ["md5", "pdq"]]
    for number, kind in enumerate(("ndjson", "csv")):
        out = newcomer.folder / f"list.{kind}"
        assert run("bank", "export", "one", "--format", kind, "--out", out).out == ""
        run("bank", "create", f"copy{number}")
        ran = run("bank", "import", f"copy{number}", out, "--json")
        assert ran.record == {
            "bank": f"copy{number}",
            "import_id": number + 1,
            "added": 2,
            "duplicates": 0,
            "bad": 0,
            "resumed": False,
        }
        assert run("bank", "export", f"copy{number}").out == exported.out
    assert not list(newcomer.folder.glob("*.new"))


def test_a_list_with_bad_rows_is_refused_by_line(newcomer):
    run = newcomer.run
    listed = newcomer.folder / "list.txt"
    listed.write_text(f"{A}\nnot a hash\n{B}\nff\n")
    run("bank", "create", "known")
    ran = run("bank", "import", "known", listed)
    assert (ran.code, ran.out) == (1, "")
    assert f"{listed}:2: " in ran.err
    assert f"{listed}:4: " in ran.err
    assert "--skip-bad" in ran.err
    assert run("bank", "show", "known", "--json").record["contents"] == 0
    ran = run("bank", "import", "known", listed, "--skip-bad", "--label", "L", "--json")
    assert (ran.code, ran.record["added"], ran.record["bad"]) == (0, 2, 2)
    assert f"left out {listed}:2: " in ran.err
    assert run("bank", "show", "known", "--json").record["content"][0]["labels"] == ["L"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    person = Newcomer(tmp_path_factory.mktemp("begun"))
    person.run("bank", "create", "known")
    (person.folder / "picture.png").write_bytes(b"\x89PNG")
    (person.folder / "list.txt").write_text(A)
    return person


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["import", "known", "missing.txt"], 1),
        (["import", "known", "."], 1),
        (["import", "known", "picture.png"], 1),
        (["import", "known", "--abandon", "7"], 1),
        (["import", "known", "list.txt", "--type", "unknown"], 1),
        (["export", "unknown"], 2),
        (["show", "unknown"], 2),
        (["update", "unknown", "--action", "block"], 2),
        (["create", "../etc"], 2),
        (["create", "x", "--negative", "--action", "block"], 2),
        (["create", "x", "--threshold", "pdq=9999"], 2),
        (["create", "x", "--threshold", "unknown=1"], 2),
        (["add", "known", "--signal", "pdq:00"], 2),
        (["export", "known", "--out", "missing/list.csv"], 1),
    ],
)
def test_what_is_refused_says_so_on_one_line(begun, words, code):
    ran = begun.run("bank", *words)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1


def test_negative_banks_suppress(newcomer):
    run = newcomer.run
    run("bank", "create", "known", "--action", "block")
    run("bank", "create", "harmless", "--negative")
    run("bank", "add", "known", "-s", "pdq:" + A[:-1] + "b")
    run("bank", "add", "harmless", "-s", f"pdq:{A}")
    ran = run("match", "--signal", f"pdq:{A}", "--json")
    assert (ran.code, ran.record["verdict"], ran.record["matches"]) == (0, "clear", [])
    [suppressed] = ran.record["suppressed"]
    assert suppressed["suppressed_by"]["bank"] == "harmless"
    assert "suppressed by harmless" in run("match", "--signal", f"pdq:{A}").out
    assert "suppresses" in run("bank", "list").out
    assert json.loads(run("bank", "show", "harmless", "--json").out)["action"] is None
