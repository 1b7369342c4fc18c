"""Templates: everything is escaped, and a name that isn't given is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hedgerow import __version__
from hedgerow.accounts import Permission
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.navigation import is_current, menu_for
from hedgerow.web.console.static_files import modules, static
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import FILTERS
from hedgerow.web.html.forms import TOKEN


class Templates:
    """The console's templates. Every one may use, beside what its page gives it:

    visit; signed_in: whether the menu is shown; me: the person, or None; may(permission), with
    `Permission`; menu; notice: kind and words, or None; console: the prefix of all paths;
    static(name); modules, to preload; the filters in `wording`. Forms are begun by the macro
    `ui.form` alone.
    """

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("hedgerow.web.console"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(FILTERS)
        self._environment.globals.update(
            console=PREFIX,
            static=static,
            modules=modules(),
            version=__version__,
            TOKEN=TOKEN,
            Permission=Permission,
        )

    def render(self, name: str, visit: Visit, context: Mapping[str, Any]) -> str:
        """A page as text."""
        signed_in = visit.may(Permission.SELF)
        common = {
            "visit": visit,
            "signed_in": signed_in,
            "me": visit.person if signed_in else None,
            "may": visit.may,
            "menu": menu_for(visit) if signed_in else [],
            "is_current": partial(is_current, visit),
            "notice": visit.take_notice(),
        }
        return self._environment.get_template(name).render({**common, **context})
