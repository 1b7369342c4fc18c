"""Words of the operator's own, shown beside ours.

A file is TOML: a table for each language with any of the places below. Where a language has none,
the first language of the file that has is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hedgerow.web.help.errors import BadFile
from hedgerow.web.help.helplines import read_toml
from hedgerow.web.help.limits import LANGUAGES

PLACES = ("welcome", "about", "after", "safety", "complain")
"""welcome: below the heading of the first page. about: on who runs this. after: once a case is
open. safety: on the safety page. complain: where else to complain of an answer to a notice."""


class Texts:
    """The operator's words, by language and place."""

    def __init__(self, by_language: Mapping[str, Mapping[str, str]]) -> None:
        self._by_language = by_language

    def get(self, language: str, place: str) -> str:
        """The words for a place; "" where there are none."""
        own = self._by_language.get(language, {})
        others = (each[place] for each in self._by_language.values() if place in each)
        return own.get(place) or next(others, "")


def read_texts(path: Path) -> Texts:
    """The words of a file. Raises BadFile."""
    data = read_toml(path)
    for language, words in data.items():
        if language not in LANGUAGES:
            raise BadFile(f"{path}, {language}: the languages are {', '.join(LANGUAGES)}")
        if not isinstance(words, dict):
            raise BadFile(f"{path}, {language}: write a table for each language, such as [en]")
        for place, text in words.items():
            if place not in PLACES or not isinstance(text, str):
                raise BadFile(f"{path}, {language}.{place}: the places are {', '.join(PLACES)}")
    return Texts(data)
