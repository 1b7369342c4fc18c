"""The examples on docs/index.md do what they say, and its numbers are the code's."""

import re
from pathlib import Path

from hedgerow.index import SEAL_AT, catalogue, maintenance, plan, tables
from hedgerow.index import index as index_module

PAGE = (Path(__file__).parents[2] / "docs" / "index.md").read_text()


def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 1
    for example in examples:
        exec(compile(example, "docs/index.md", "exec"), {})
    assert (tmp_path / "my-index").is_dir()


def test_the_limits_are_told_with_their_defaults():
    rows = dict(re.findall(r"^\| `?([\w ]+?)`? \| ([\w.,]+) \|", PAGE, re.MULTILINE))
    assert rows.pop("seal_at") == f"{SEAL_AT:,}"
    for module in (index_module, maintenance, catalogue, plan, tables):
        for name in [name for name in rows if hasattr(module, name) and name.isupper()]:
            assert rows.pop(name) == f"{getattr(module, name):,}", name
    assert not [name for name in rows if name.isupper()]
    limits = {name for name in vars(maintenance) if re.fullmatch(r"[A-Z][A-Z_]+", name)}
    assert all(f"`{name}`" in PAGE for name in limits - {"TYPE_CHECKING"})
