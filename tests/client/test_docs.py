"""The examples of docs/client.md run as they stand, one after the other."""

import re
from pathlib import Path
from shutil import copyfile

import pytest
from tests import photographs
from tests.web.running import Running

PAGE = Path(__file__).parents[2] / "docs" / "client.md"


def examples() -> list[str]:
    """The indented blocks of the page, without their indent."""
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", PAGE.read_text(), re.MULTILINE)
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in blocks if block.strip()]


def test_the_examples_run(
    server: Running,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copyfile(photographs.folder() / "coffee.png", tmp_path / "upload.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDGEROW_KEY", server.keys["all"])
    names: dict[str, object] = {}
    for example in examples():
        code = example.replace("https://hedgerow.example.org", server.url)
        exec(compile(code, str(PAGE), "exec"), names)
    names["client"].close()
    said = capsys.readouterr().out
    assert len(examples()) >= 6
    assert "1 were there already" in said
    assert "bank_exists" in said
