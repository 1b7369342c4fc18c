from dataclasses import dataclass, field
from pathlib import Path

import pytest
from checks.settings import compare, fields, shown
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True)
class Limits:
    max_bytes: int = 100
    max_seconds: float = 20.0


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HEDGEROW_", env_nested_delimiter="__")

    home: Path = Path.home() / ".hedgerow"
    database_url: str | None = None
    limits: Limits = field(default_factory=Limits)


FOUND = dict(fields(Settings))

GOOD = """
| Setting | Default | |
| --- | --- | --- |
| `HEDGEROW_HOME` | `~/.hedgerow` | where |
| `HEDGEROW_DATABASE_URL` | `unset` | |
| `HEDGEROW_LIMITS__MAX_BYTES` | `100` | bytes |
| `HEDGEROW_LIMITS__MAX_SECONDS` | `20.0` | seconds |
"""


def test_a_page_that_tells_all_passes():
    assert compare(FOUND, GOOD).problems == []


def test_groups_of_settings_are_gone_into():
    assert FOUND["HEDGEROW_LIMITS__MAX_BYTES"] == "100"


def test_a_missing_row_is_named_with_its_default():
    page = GOOD.replace("| `HEDGEROW_DATABASE_URL` | `unset` | |\n", "")
    assert compare(FOUND, page).problems == [
        "docs/settings.md has no row for `HEDGEROW_DATABASE_URL` (default `unset`)"
    ]


def test_a_wrong_default_is_named():
    problems = compare(FOUND, GOOD.replace("`100`", "`101`")).problems
    assert problems == ["docs/settings.md, `HEDGEROW_LIMITS__MAX_BYTES`: the default is `100`"]


def test_a_setting_that_is_gone_may_not_be_told():
    page = GOOD + "| `HEDGEROW_OLD` | `1` | |\n"
    assert compare(FOUND, page).problems == [
        "docs/settings.md tells `HEDGEROW_OLD`, which is no setting"
    ]


def test_no_setting_at_all_is_no_success():
    assert compare({}, GOOD).problems[0] == "Settings has no field"


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (None, "unset"),
        (True, "true"),
        (0.5, "0.5"),
        (("a", "b"), "a,b"),
        ((), "empty"),
        ("", "empty"),
    ],
)
def test_defaults_are_spelled(value, spelled):
    assert shown(value) == spelled
