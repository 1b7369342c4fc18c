from checks.locks import check

PYPROJECT = """
[build-system]
requires = ["hatchling>=1.27"]
[project]
name = "hedgerow"
dependencies = ["numpy>=2.4"]
[project.optional-dependencies]
dev = ["hedgerow[demo]", "pytest>=9"]
demo = ["scikit-image>=0.26"]
bench = ["pdqhash"]
"""


def _pin(name, version, *, hashed=True):
    digest = " \\\n    --hash=sha256:00" if hashed else ""
    return (
        f"{name}=={version}{digest}\n    # via\n    #   hedgerow (pyproject.toml)\n    #   other\n"
    )


BASE = _pin("hatchling", "1.30") + _pin("numpy", "2.4.6 ; python_version < '3.12'")
BASE += _pin("numpy", "2.5 ; python_version >= '3.12'") + _pin("scikit-image", "0.26")
GOOD = {
    "pyproject.toml": PYPROJECT,
    "requirements/build.in": "# why\nhatchling>=1.27\n",
    "requirements/demo.txt": BASE,
    "requirements/dev.txt": BASE + _pin("pytest", "9.2"),
    "requirements/bench.txt": BASE + _pin("pdqhash", "0.2"),
}


def _problems(tree, path, old, new):
    return check(tree({**GOOD, path: GOOD[path].replace(old, new)})).problems


def test_locks_that_fit_pass(tree):
    assert check(tree(GOOD)).problems == []


def test_a_missing_package_is_named(tree):
    problems = _problems(tree, "requirements/dev.txt", _pin("scikit-image", "0.26"), "")
    assert problems == ["requirements/dev.txt lacks scikit-image: run `make lock`"]


def test_a_version_that_does_not_fit_is_named_for_every_python(tree):
    problems = _problems(tree, "requirements/demo.txt", "numpy==2.5", "numpy==2.3")
    assert problems == ["requirements/demo.txt has numpy 2.3, not >=2.4: run `make lock`"]


def test_a_pin_without_a_hash_is_named(tree):
    bare = _pin("pdqhash", "0.2", hashed=False)
    problems = _problems(tree, "requirements/bench.txt", _pin("pdqhash", "0.2"), bare)
    assert problems == ["requirements/bench.txt: pdqhash has no hash"]


def test_a_package_no_longer_asked_for_is_named(tree):
    problems = _problems(tree, "pyproject.toml", ', "pytest>=9"', "")
    assert problems == [
        "requirements/dev.txt has pytest, which pyproject.toml no longer asks for: run `make lock`"
    ]


def test_the_build_backend_must_be_pinned_as_asked(tree):
    problems = _problems(tree, "requirements/build.in", "1.27", "1.26")
    assert problems == ["requirements/build.in lacks hatchling>=1.27, which build-system asks for"]
