"""The log: docs/accounts.md tells every action that this room writes there, and no other."""

import re
from pathlib import Path

from hedgerow import accounts

ROOM = Path(accounts.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "accounts.md"
ACTION = re.compile(r'"((?:person|key|set_up)\.[a-z_]+)"')


def test_the_page_tells_every_action() -> None:
    written = {
        found for file in ROOM.rglob("*.py") for found in ACTION.findall(file.read_text("utf-8"))
    }
    told = PAGE.read_text("utf-8").partition("## The log")[2].partition("\n## ")[0]
    written.discard("person.id")  # a column
    assert written == set(re.findall(r"`([a-z_]+\.[a-z_]+)`", told))
    assert len(written) > 20


def test_the_page_says_what_can_be_done_with_a_database(tmp_path) -> None:
    """Its examples run."""
    from hedgerow.store import Vault, open_database

    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    with open_database(f"sqlite:///{tmp_path}/hedgerow.db") as database:
        for block in blocks:
            exec(block, {"database": database, "vault": Vault(tmp_path / "vault.key")})
