"""Templates: everything is escaped and translated, and a name that isn't given is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from hedgerow.web.help.catalogues import SOURCE, Language, language
from hedgerow.web.help.static_files import FILES
from hedgerow.web.html.forms import TOKEN

if TYPE_CHECKING:
    from hedgerow.web.help.visit import Visit


class Templates:
    """The templates of the survivors' pages. Every one may use, beside what its page gives it:

    visit, options, language; languages: those offered; static(name); own_words(place): the
    operator's; the filters `day`, `moment`, `number` and `apart`. Each sentence is in `_()` or
    `ngettext()`.
    """

    def render(self, name: str, visit: Visit, context: Mapping[str, Any]) -> str:
        """A page as text."""
        here = visit.language
        common = {
            "visit": visit,
            "options": visit.options,
            "language": here,
            "languages": [language(code) for code in visit.options.languages],
            "english": SOURCE,
            "own_words": lambda place: visit.door.texts.get(here.code, place),
        }
        return _environment(here.code).get_template(name).render({**common, **context})


@cache
def _environment(code: str) -> Environment:
    here = language(code)
    made = Environment(
        loader=PackageLoader("hedgerow.web.help"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(here.words, newstyle=True)  # type: ignore[attr-defined] # by the extension
    made.filters.update(day=_day, moment=_moment, number=_number, apart=_apart)
    made.globals.update(static=FILES.path, modules=FILES.names("js/"), TOKEN=TOKEN)
    return made


def _apart(text: str) -> str:
    """A text of its own direction within a sentence (Unicode's isolates)."""
    return f"\u2068{text}\u2069"


@pass_context
def _day(context: Context, at: date) -> str:
    """A day in words."""
    return format_date(at, "long", locale=_code(context))


@pass_context
def _moment(context: Context, at: datetime) -> str:
    """A day and a time without seconds, which is UTC."""
    code = _code(context)
    pattern = str(get_datetime_format("long", locale=code)).replace("'", "")
    day, time = format_date(at, "long", locale=code), format_time(at, "short", locale=code)
    return pattern.replace("{0}", f"{time} UTC").replace("{1}", day)


@pass_context
def _number(context: Context, value: int) -> str:
    """A number as it is written in the language."""
    return format_decimal(value, locale=_code(context))


def _code(context: Context) -> str:
    here: Language = context["language"]
    return here.code
