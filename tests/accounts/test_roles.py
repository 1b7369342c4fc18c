"""Roles: what each opens, to the letter."""

import pytest

from hedgerow.accounts import Permission, Role, permissions_of

# As docs/accounts.md has it, and the issue before: administrators and analysts see no media.
TABLE = {
    "moderator": {"numbers", "review", "reveal", "banks_read"},
    "lead": {"numbers", "review", "reveal", "banks_read", "lead", "banks_edit"},
    "administrator": {"numbers", "people", "keys", "webhooks", "settings", "banks_read"},
    "analyst": {"numbers"},
    "auditor": {"log"},
}


def test_the_table_has_every_role() -> None:
    assert set(TABLE) == set(Role)


@pytest.mark.parametrize("role", TABLE)
def test_what_a_role_opens(role: str) -> None:
    assert permissions_of([Role(role)]) == TABLE[role] | {"self"}


def test_every_permission_is_opened_by_some_role() -> None:
    assert permissions_of(Role) == set(Permission)


def test_several_roles_open_what_each_opens() -> None:
    both = permissions_of([Role.AUDITOR, Role.ANALYST])
    assert both == {Permission.LOG, Permission.NUMBERS, Permission.SELF}


def test_without_a_role_there_is_ones_own_account_alone() -> None:
    assert permissions_of([]) == {Permission.SELF}


@pytest.mark.parametrize("role", ["administrator", "analyst", "auditor"])
def test_who_does_not_review_sees_neither_cases_nor_media(role: str) -> None:
    assert not permissions_of([Role(role)]) & {Permission.REVIEW, Permission.REVEAL}


def test_the_page_tells_the_same_table() -> None:
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "accounts.md"
    rows = [line.split("|") for line in page.read_text("utf-8").splitlines() if "|" in line]
    told = {
        cells[1].strip(" `"): set(cells[2].replace("`", "").replace(",", " ").split())
        for cells in rows
        if len(cells) > 3 and cells[1].strip(" `") in TABLE
    }
    assert told == TABLE
