"""The OpenAPI document: what the framework finds, and what it can't know of."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from hedgerow.web.api.operations import EXAMPLES, TAKEN
from hedgerow.web.api.schemas import Problem

_ABOUT = """Recognises known pictures, even edited ones, by their hashes.

Every request carries an API key (`Authorization: Bearer hr_…`) with the scope that the route
names as `x-scope`. What is refused is answered by a problem document (RFC 9457) with a `code`.
"""

_TAGS = {
    "match": "Uploads in, verdicts out.",
    "banks": "The lists that uploads are compared with.",
    "content": "What is in a bank.",
    "lists": "Banks in and out, as a whole.",
    "cases": "What became of matches that people look at.",
    "keys": "API keys.",
    "service": "What is installed here, and how it is doing.",
}

_HEADERS: dict[str, dict[str, Any]] = {
    "Hedgerow-Sequence": {
        "description": "The state of the banks that this process compares with: the number of "
        "their last change. After a change, one that includes it.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Location": {"description": "Where what was made is.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` where nothing was done, as this key had done it before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Content-Disposition": {
        "description": "A name for the file.", "schema": {"type": "string"},
    },
}  # fmt: skip

_REFERENCE = "#/components/schemas/{model}"


def describe(app: FastAPI) -> None:
    """Have `/openapi.json` tell everything of the routes that `app` has when it is asked."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as the framework's documentation has it


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=_ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in _TAGS.items()],
    )
    components = document["components"]
    models = sorted(TAKEN | {Problem}, key=lambda model: model.__name__)
    _names, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REFERENCE
    )
    components["schemas"] |= schemas["$defs"]
    components["headers"] = _HEADERS
    for path, methods in document["paths"].items():
        if path.startswith("/api/"):
            for told in methods.values():
                _complete(told)
    return document


def _complete(told: dict[str, Any]) -> None:
    """Add to one route what all routes of the API have."""
    told["description"] += f"\n\nNeeds a key with the scope `{told['x-scope']}`."
    for each in [*told["responses"].values(), told.get("requestBody", {})]:
        content = each.get("content", {}).get("application/json")
        if content is not None:
            first = content["schema"].get("oneOf", [content["schema"]])[0]
            content["example"] = EXAMPLES[first["$ref"].rpartition("/")[2]]
    for answer in told["responses"].values():
        reference = {"$ref": "#/components/headers/Hedgerow-Sequence"}
        answer.setdefault("headers", {})["Hedgerow-Sequence"] = reference
