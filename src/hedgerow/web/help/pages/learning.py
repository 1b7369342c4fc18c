"""Pages to read: the start, how it works, safety, who else can help."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.web.help.helplines import ADULT, UNDER_18, countries_of, for_country
from hedgerow.web.help.routing import page
from hedgerow.web.help.visit import Visit


@page("GET", "")
async def start(visit: Visit) -> Response:
    """The first page."""
    return visit.render("start.html")


@page("GET", "/how")
async def how(visit: Visit) -> Response:
    """How it works, what it can't do, and what is kept."""
    return visit.render("how.html", limits=visit.service.survivors.limits)


@page("GET", "/safety")
async def safety(visit: Visit) -> Response:
    """What remains in the browser, and how to leave."""
    return visit.render("safety.html")


@page("GET", "/people")
async def people(visit: Visit) -> Response:
    """Who else can help, by country."""
    age = visit.request.query_params.get("age", "")
    return show_people(visit, age if age in (UNDER_18, ADULT) else "", "people.html")


def show_people(visit: Visit, age: str, template: str) -> Response:
    """A page with the helplines of the country that its address names, for one age or for all."""
    helplines, code = visit.door.helplines, visit.language.code
    countries = countries_of(helplines, code)
    country = visit.request.query_params.get("country", "")
    if country not in {each for each, _ in countries}:
        country = ""
    here, everywhere = for_country(helplines, country, age)
    return visit.render(
        template,
        age=age,
        country=country,
        countries=countries,
        here=here,
        everywhere=everywhere,
    )
