import pytest
from checks.traces import check

# Put together here, so that the check does not find them in this file.
TRACES = [
    "/".join(["", "root", "project", "x.py"]),
    "/".join(["", "home", "alice", "x.py"]),
    "/".join(["", "tmp", "dev"]),
    "//".join(["https:", ".".join(["pypi", "org"])]),
    ".".join(["files", "pythonhosted", "org"]),
]


@pytest.mark.parametrize("trace", TRACES)
def test_a_trace_is_named_with_its_line(tree, trace):
    problems = check(tree({"a.md": f"fine\n({trace})\n"})).problems
    assert len(problems) == 1
    assert problems[0].startswith("a.md:2 has ")


def test_ordinary_words_and_addresses_pass(tree):
    text = "example.org/home/page, /root, ~/home/x, PyPI, /tmp/device, a/root/b\n"
    assert check(tree({"a.md": text})).problems == []


def test_files_that_are_no_text_are_left_alone(tree):
    project = tree({"a.md": "fine\n"})
    (project.root / "b.bin").write_bytes(b"\xff\xfe" + TRACES[0].encode())
    report = check(project)
    assert report.problems == []
    assert report.looked_at.startswith("1 files")


def test_no_file_fails(tree):
    assert check(tree({})).problems == ["there is no file"]
