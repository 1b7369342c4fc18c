"""`hedgerow demo`, and the commands it names."""

import json
import re


def test_the_demo_shows_the_main_job(newcomer):
    process = newcomer.start("demo", settings={"HEDGEROW_DATABASE_URL": "sqlite:///real.db"})
    out, err = (stream.decode() for stream in process.communicate(timeout=120))
    assert process.returncode == 0, err
    folder = newcomer.folder / "hedgerow-demo"
    assert {path.name for path in folder.iterdir()} == {
        *(".hedgerow-demo", "home", "uploads", "report.html")
    }
    # Whatever is set, the demo's photographs get into no real database.
    assert not (newcomer.folder / "real.db").exists()
    assert not newcomer.kept.exists()
    told = {
        name: int(number)
        for number, name in (
            re.findall(r"^ *(\d+) +(block|review|record|clear|unchecked)\b", out, re.M)
        )
    }
    uploads = sum(1 for _path in (folder / "uploads").iterdir())
    assert sum(told.values()) == uploads
    assert told["unchecked"] == 2
    # Every edit of a banked photograph is recognised; nothing else is.
    records = newcomer.run("scan", folder / "uploads", "--json", "--home", folder / "home").records
    edited = ("astronaut-", "chelsea-", "coffee-", "rocket-", "camera-", "moon-")
    for record in records:
        name = record["path"].rpartition("/")[2]
        if record["verdict"] != "unchecked":
            assert (record["verdict"] == "block") == name.startswith(edited), json.dumps(record)
    assert "exit code 1" in err
    assert str(folder.name + "/report.html") in err


def test_the_demo_spares_a_folder_that_is_not_its_own(newcomer):
    folder = newcomer.folder / "mine"
    folder.mkdir()
    (folder / "precious").touch()
    ran = newcomer.run("demo", "mine")
    assert ran.code == 2
    assert "not the demo's" in ran.err
    assert (folder / "precious").exists()
