"""Roles: what each opens, to the letter."""

from itertools import combinations

import pytest
from sqlalchemy import update

from hedgerow.accounts import Accounts, BadPerson, Permission, Role, permissions_of
from hedgerow.accounts.models import PersonRow
from hedgerow.accounts.roles import checked_roles

# As docs/accounts.md has it, and the issue before: administrators and analysts see no media.
TABLE = {
    "moderator": {"numbers", "review", "reveal", "banks_read"},
    "companion": {"numbers", "review", "reveal", "banks_read", "survivors"},
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
    assert set().union(*(permissions_of([role]) for role in Role)) == set(Permission)


def test_several_roles_open_what_each_opens() -> None:
    both = permissions_of([Role.AUDITOR, Role.ANALYST])
    assert both == {Permission.LOG, Permission.NUMBERS, Permission.SELF}


REVIEWERS = ("moderator", "companion", "lead")


@pytest.mark.parametrize("reviewer", REVIEWERS)
def test_nobody_is_given_the_log_and_cases_to_decide(accounts: Accounts, reviewer: str) -> None:
    """The log tells what the first said of a case before the second has."""
    with pytest.raises(BadPerson, match="moderator, companion or lead as well"):
        accounts.people.invite("bob", "Bob", ["auditor", reviewer])
    assert accounts.people.list() == []
    bob, _ = accounts.people.invite("bob", "Bob", ["auditor"])
    with pytest.raises(BadPerson, match="leave one out"):
        accounts.people.change_roles(bob.id, ["administrator", reviewer, "auditor"])
    assert accounts.people.get(bob.id).roles == {Role.AUDITOR}


@pytest.mark.parametrize("reviewer", REVIEWERS)
def test_who_has_both_from_before_reviews_and_reads_no_log(
    accounts: Accounts, reviewer: str
) -> None:
    bob, _ = accounts.people.invite("bob", "Bob", [reviewer, "analyst"])
    with accounts.people._database.write() as session:
        session.execute(update(PersonRow).values(roles=f"{reviewer} analyst auditor"))
    both = accounts.people.get(bob.id)
    assert both.roles == {Role(reviewer), Role.ANALYST, Role.AUDITOR}
    assert both.permissions == permissions_of([Role(reviewer)])
    assert not both.may(Permission.LOG)
    assert accounts.people.rename(bob.id, "Robert").name == "Robert"
    assert accounts.people.change_roles(bob.id, ["auditor"]).may(Permission.LOG)


def test_every_other_pair_goes_together() -> None:
    for pair in combinations(Role, 2):
        if Role.AUDITOR in pair and set(pair) & set(REVIEWERS):
            continue
        assert checked_roles(pair) == pair
        assert permissions_of(pair) == permissions_of([pair[0]]) | permissions_of([pair[1]])


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
