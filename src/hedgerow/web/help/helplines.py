"""Who else can help, by country: data that an operator can edit.

A file is TOML, a table `[[helpline]]` for each with `name`, `url`, `phone`, `countries` (ISO 3166
codes; "*" for everywhere), `ages` ("under_18", "adult"; both unless given), `what` (plain words in
English, or by language) and `hours`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from babel import Locale
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from hedgerow.web.help.catalogues import SOURCE
from hedgerow.web.help.errors import BadFile
from hedgerow.web.help.limits import LANGUAGES

EVERYWHERE = "*"
UNDER_18 = "under_18"
ADULT = "adult"

OURS = Path(__file__).parent / "helplines.toml"


class Helpline(BaseModel):
    """One place that helps. what: by language, "en" always."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(min_length=1)
    url: str = Field("", pattern=r"^(https://\S+)?$")
    phone: str = Field("", pattern=r"^[0-9 +()/-]{0,40}$")
    countries: list[Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")]] = Field(min_length=1)
    ages: list[Literal["under_18", "adult"]] = ["under_18", "adult"]
    what: dict[str, str]
    hours: str = ""

    @field_validator("what", mode="before")
    @classmethod
    def _by_language(cls, given: object) -> object:
        """One text is English."""
        return {SOURCE: given} if isinstance(given, str) else given

    @field_validator("countries")
    @classmethod
    def _known(cls, given: list[str]) -> list[str]:
        """A country that nobody can choose would help nobody, such as UK, which is GB here."""
        unknown = [code for code in given if code != EVERYWHERE and code not in _territories()]
        if unknown:
            raise ValueError(f"there is no country {', '.join(unknown)} in ISO 3166")
        return given

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.what.get(SOURCE):
            raise ValueError("say in English what it does (en)")
        if not self.what.keys() <= set(LANGUAGES):
            raise ValueError(f"what is said in some of {', '.join(LANGUAGES)}")
        if not (self.url or self.phone):
            raise ValueError("it needs a url or a phone")
        return self

    def says(self, language: str) -> str:
        """What it does, in this language where there are words for it, or in English."""
        return self.what.get(language, self.what[SOURCE])

    @property
    def dial(self) -> str:
        """Its number for a link."""
        return re.sub(r"[^0-9+]", "", self.phone)


def read_helplines(path: Path) -> tuple[Helpline, ...]:
    """The helplines of a file, in its order. Raises BadFile."""
    data = read_toml(path)
    try:
        read = _Helplines.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadFile(f"{path}, {place}: {first['msg']}; correct it there") from None
    return tuple(read.helpline)


@cache
def _territories() -> frozenset[str]:
    return frozenset(Locale.parse(SOURCE).territories)


class _Helplines(BaseModel):
    model_config = ConfigDict(extra="forbid")

    helpline: list[Helpline] = Field(min_length=1)


def read_toml(path: Path) -> dict[str, Any]:
    """What a file of TOML says. Raises BadFile."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise BadFile(f"{path}: this can't be read ({problem.strerror})") from problem
    except ValueError as problem:
        raise BadFile(f"{path}: this is not TOML in UTF-8: {problem}") from problem


def countries_of(helplines: Sequence[Helpline], language: str) -> list[tuple[str, str]]:
    """The countries that have helplines, each with its name in a language, by that name."""
    names = Locale.parse(language).territories
    codes = {each for one in helplines for each in one.countries} - {EVERYWHERE}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1])


def for_country(
    helplines: Sequence[Helpline], country: str, age: str = ""
) -> tuple[list[Helpline], list[Helpline]]:
    """Those of a country, and those of everywhere; age: for whom, "" for all."""
    fit = [one for one in helplines if not age or age in one.ages]
    here = [one for one in fit if country in one.countries]
    return here, [one for one in fit if EVERYWHERE in one.countries]
