"""Who may do what: each route names the one scope that it needs."""

from __future__ import annotations

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from hedgerow.accounts import ApiKey, Scope
from hedgerow.store import Actor, ActorKind, act_as
from hedgerow.web.problems import Code, Problem
from hedgerow.web.service import Service


def service_of(request: Request) -> Service:
    """The service that a request works with."""
    service: Service = request.app.state.service
    return service


class _BearerKey(SecurityBase):
    """The dependency of every route: the API key of the request, if it has the route's scope."""

    def __init__(self) -> None:
        self.model = HTTPBearer(description="An API key, as `hedgerow key create` shows it.")
        self.scheme_name = "key"

    async def __call__(self, request: Request, needed: SecurityScopes) -> ApiKey:
        return allowed(request, bearer_of(request), Scope(needed.scopes[0]))


bearer_key = _BearerKey()


def bearer_of(request: Request) -> str:
    """The key that a request carries in its header; "" for none."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key if kind.lower() == "bearer" else ""


def allowed(request: Request, key: str, scope: Scope) -> ApiKey:
    """The API key, if it is one and has the scope.

    Raises:
        Problem: unauthorised, forbidden, or too many requests of this key.
    """
    found = service_of(request).ring.find(key.strip())
    if found is None:
        raise Problem(
            Code.UNAUTHORISED,
            "send a key that is not revoked as “Authorization: Bearer hr_…”; "
            "`hedgerow key create` makes one",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if scope not in found.scopes:
        has = ", ".join(sorted(found.scopes))
        raise Problem(Code.FORBIDDEN, f"this needs a key with the scope {scope}; this has {has}")
    request.scope["hedgerow.visit"].enter(found)
    act_as(Actor(ActorKind.KEY, found.id))
    return found
