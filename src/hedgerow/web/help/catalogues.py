"""The languages: catalogues of gettext, read with Babel when a language is first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "locale"

SOURCE = "en"
"""The language that the pages are written in; it needs no catalogue."""

STATUS = "Translation status"
"""What the comment at the head of a catalogue tells: draft or checked."""

CHECKED = "checked"
"""The status of a catalogue that somebody who speaks the language has read whole."""


@dataclass(frozen=True)
class Language:
    """One language that the pages can be read in.

    code: as in the path. name: in itself. direction: "ltr" or "rtl". checked: whether somebody who
    speaks it has read the translation whole. words: what translates.
    """

    code: str
    name: str
    direction: str
    checked: bool
    words: NullTranslations


@cache
def language(code: str) -> Language:
    """A language by its code. Raises OSError where it has no catalogue."""
    locale = Locale.parse(code)
    direction = "rtl" if locale.character_order == "right-to-left" else "ltr"
    name = (locale.get_display_name(code) or code).capitalize()
    if code == SOURCE:
        return Language(code, name, direction, checked=True, words=NullTranslations())
    catalogue = read_catalogue(code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    checked = status_of(catalogue) == CHECKED
    return Language(code, name, direction, checked, Translations(compiled))


def status_of(catalogue: Catalog) -> str:
    """How far a translation is; "" where its catalogue doesn't say."""
    lines = (line.lstrip("# ").partition(":") for line in catalogue.header_comment.splitlines())
    return next((value.strip() for name, _, value in lines if name == STATUS), "")


def read_catalogue(code: str) -> Catalog:
    """The catalogue of a language as it is in its file."""
    with (FOLDER / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)
