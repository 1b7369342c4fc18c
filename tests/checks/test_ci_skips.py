"""The hook in the root's conftest.py, on a small tree of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOOK = Path(__file__).parents[2] / "conftest.py"

SKIPPING = """
import pytest

def test_skips():
    pytest.skip("no data here")

@pytest.mark.skipif(True, reason="no root here")
def test_marked():
    pass

@pytest.mark.xfail(strict=True)
def test_expected():
    assert False

def test_fine():
    pass
"""


def _run(folder, source, ci):
    shutil.copy(HOOK, folder / "conftest.py")
    (folder / "test_it.py").write_text(source)
    environment = {**os.environ, "HEDGEROW_CI": ci}
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--color=no",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
    ]
    return subprocess.run(
        [*command, "--color=no", "--rootdir=.", "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_in_ci_a_skip_is_a_failure_with_its_reason(tmp_path):
    done = _run(tmp_path, SKIPPING, "1")
    assert done.returncode == 1
    assert "in CI that counts as failed: Skipped: no data here" in done.stdout
    assert "in CI that counts as failed: Skipped: no root here" in done.stdout
    closing = done.stdout.splitlines()[-1]
    assert "skipped" not in closing
    assert "1 passed, 1 xfailed" in closing


def test_elsewhere_a_skip_is_a_skip(tmp_path):
    done = _run(tmp_path, SKIPPING, "")
    assert done.returncode == 0
    assert "1 passed, 2 skipped, 1 xfailed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(("ci", "code"), [("1", 2), ("", 5)])
def test_a_file_that_skips_as_a_whole_counts_too(tmp_path, ci, code):
    source = 'import pytest\npytest.importorskip("nonesuch", reason="nonesuch is not here")\n'
    done = _run(tmp_path, source, ci)
    assert done.returncode == code
    assert ("counts as failed" in done.stdout) is (ci == "1")
