"""How cases are reviewed: for one bank, or for all that have no policy of their own."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import DEFAULTS, BadDecision, ReviewPolicy
from hedgerow.web.console.banking import deciders_of, known
from hedgerow.web.console.pages.banks import show_bank
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.forms import Form


def policy_of(form: Form, bank_id: int) -> ReviewPolicy:
    """The policy that was filled in. Raises Refusal where the hours are no number."""
    return ReviewPolicy(
        bank_id,
        form.ticked("second_for_confirm"),
        form.ticked("second_for_dispute"),
        form.number("keep_media_hours") or 0,
        form.ticked("trained"),
    )


@page("GET", "/policy", needs=Permission.LEAD)
async def general(visit: Visit) -> Response:
    """What holds for all banks without a policy of their own."""
    return await _general(visit)


async def _general(visit: Visit, problem: str = "") -> Response:
    cases = visit.service.cases
    service = visit.service
    found, banks, reviewers = await visit.read(
        lambda: (
            cases.policies(),
            service.banks.list(),
            deciders_of(cases.policy(DEFAULTS), service.people),
        )
    )
    return visit.render(
        "policy.html",
        422 if problem else 200,
        policy=found[DEFAULTS],
        own=[bank for bank in banks if bank.id in found],
        keeps_media=cases.keeps_media,
        reviewers=reviewers,
        problem=problem,
    )


@page("POST", "/policy", needs=Permission.LEAD)
async def set_general(visit: Visit) -> Response:
    """Let it hold from now on."""
    cases, lead, policy = visit.service.cases, visit.person, policy_of(visit.form, DEFAULTS)
    try:
        await visit.write(lambda: cases.set_policy(lead, policy))
    except BadDecision as mistake:
        return await _general(visit, sentence(mistake))
    return visit.redirect("/console/policy", "The general review policy is set.")


@page("POST", "/banks/{name}/policy", needs=Permission.LEAD)
async def set_own(visit: Visit, name: str) -> Response:
    """Give a bank a policy of its own, or let the general one count again."""
    form, service, lead = visit.form, visit.service, visit.person

    def given() -> None:
        with known():
            bank = service.banks.get(name)
        if form.ticked("general"):
            service.cases.clear_policy(lead, bank.id)
        else:
            service.cases.set_policy(lead, policy_of(form, bank.id))

    try:
        await visit.write(given)
    except BadDecision as mistake:
        return await show_bank(visit, name, sentence(mistake), 422)
    return visit.redirect(f"/console/banks/{name}", "The review policy is set.")
