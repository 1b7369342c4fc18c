"""All routes, one by one: their scope, what their OpenAPI says, and that docs/api.md tells them."""

import json
import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from pydantic import BaseModel
from tests.web.running import plan_for

import hedgerow.web.api
from hedgerow.accounts import Scope
from hedgerow.web.app import create_app
from hedgerow.web.problems import KINDS, Code

DOCUMENT = create_app(plan_for(Path("/nowhere"))).openapi()
PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
OPEN = {"/openapi.json", "/health/live", "/health/ready", "/metrics"}
"""What needs no key, or has its own way of asking for one."""

OPERATIONS = [
    pytest.param(path, method, told, id=told["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
    if path.startswith("/api/")
]
every = pytest.mark.parametrize(("path", "method", "told"), OPERATIONS)


def models():
    """Every model of the API by its name."""
    modules = [
        import_module(f"hedgerow.web.api.{one.name}")
        for one in iter_modules(hedgerow.web.api.__path__)
    ]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }


MODELS = models()


def request(server, key, path, method):
    """The plainest request to a route, with values that fit its path."""
    values = {
        "content_id": "1",
        "key_id": "999999",
        "case_id": "999999",
        "import_id": "1",
        "signal_type": "pdq",
    }
    filled = re.sub(r"{(\w+)}", lambda found: values.get(found[1], "nobody"), path)
    with server.client(key) as client:
        return client.request(method, filled)


def test_there_are_the_routes_of_the_contract():
    names = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, method, _ in
             (one.values for one in OPERATIONS)}  # fmt: skip
    assert names == {
        "POST /match", "POST /match/batch",
        "GET /banks", "POST /banks", "GET /banks/{name}", "PATCH /banks/{name}",
        "DELETE /banks/{name}",
        "GET /banks/{name}/content", "POST /banks/{name}/content",
        "GET /banks/{name}/content/{content_id}", "DELETE /banks/{name}/content/{content_id}",
        "DELETE /banks/{name}/signals/{signal_type}/{value}",
        "POST /banks/{name}/import", "DELETE /banks/{name}/imports/{import_id}",
        "GET /banks/{name}/export",
        "GET /cases", "GET /cases/{case_id}", "POST /cases/{case_id}/complaints",
        "GET /signal-types", "GET /status",
        "GET /keys", "POST /keys", "GET /keys/{key_id}", "DELETE /keys/{key_id}",
    }  # fmt: skip


def test_nothing_else_is_open():
    others = {path for path in DOCUMENT["paths"] if not path.startswith(("/api/v1/", "/hma"))}
    assert others <= OPEN


@every
def test_a_route_asks_for_its_one_scope(server, path, method, told):
    scope = told["x-scope"]
    assert told["security"] == [{"key": [scope]}]
    assert request(server, None, path, method).status_code == 401
    for other in Scope:
        answer = request(server, str(other), path, method)
        assert (answer.status_code == 403) == (other != scope), (other, answer.text)


@every
def test_a_route_says_what_it_does(path, method, told):
    assert told["summary"][0].isupper()
    assert told["description"]
    assert f"`{told['x-scope']}`" in told["description"]
    assert re.fullmatch("[a-z_]+", told["operationId"])
    assert told["tags"]
    for parameter in told.get("parameters", ()):
        assert parameter.get("description"), parameter["name"]


@every
def test_a_route_tells_its_problems(path, method, told):
    answers = told["responses"]
    assert {"401", "403", "429", "500", "503"} <= set(answers)
    if "requestBody" in told:
        assert {"400", "408", "413", "415", "422"} <= set(answers)
    if "{" in path:
        assert "404" in answers
    for status, answer in answers.items():
        assert "Hedgerow-Sequence" in answer["headers"]
        if status < "400":
            continue
        (kind,) = answer["content"]
        assert kind == "application/problem+json"
        schema = answer["content"][kind]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
        for name, example in answer["content"][kind]["examples"].items():
            value = example["value"]
            assert (value["code"], value["status"]) == (name, int(status))
            assert KINDS[Code(name)].status == int(status)
            MODELS["Problem"].model_validate(value)
        assert ("Retry-After" in answer["headers"]) == (status in ("429", "503"))


def valid(content):
    """Check each example of a body or an answer by its model; returns how many there were."""
    checked = 0
    for kind, one in content.items():
        if kind == "application/json":
            schemas = one["schema"].get("oneOf", [one["schema"]])
            fits = MODELS[schemas[0]["$ref"].rpartition("/")[2]]
            made = fits.model_validate_json(json.dumps(one["example"]))
            assert one["example"].keys() <= set(type(made).model_fields)
            checked += 1
        elif kind.startswith("text/") or kind.endswith("ndjson"):
            assert isinstance(one["example"], str)
            checked += 1
    return checked


@every
def test_the_examples_of_a_route_fit_their_schemas(path, method, told):
    answers = [one for status, one in told["responses"].items() if status in ("200", "201")]
    bodies = [told["requestBody"]] if "requestBody" in told else []
    for each in [*answers, *bodies]:
        assert valid(each["content"]) > 0
    assert answers or "204" in told["responses"]


@every
def test_the_page_tells_a_route(path, method, told):
    heading = f"### `{method.upper()} {path.removeprefix('/api/v1')}`"
    assert PAGE.count(heading + "\n") == 1
    section = PAGE.partition(heading)[2].partition("\n##")[0]
    assert f"scope `{told['x-scope']}`" in section
    for parameter in told.get("parameters", ()):
        if parameter["in"] != "path":
            assert f"`{parameter['name']}`" in section, parameter["name"]


def test_the_page_tells_no_other_route():
    told = re.findall(r"^### `(.+)`$", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, method, _ in (one.values for one in OPERATIONS)
    )


def test_the_page_tells_every_code():
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", PAGE, re.MULTILINE))
    assert rows == {str(code): str(kind.status) for code, kind in KINDS.items()}


def test_the_document_is_served(server):
    with server.client(None) as client:
        answer = client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["paths"].keys() == DOCUMENT["paths"].keys()


def test_nothing_in_the_document_leads_nowhere():
    text = str(DOCUMENT)
    named = set(re.findall(r"#/components/(\w+)/([\w-]+)", text))
    assert len(named) > 20
    assert all(name in DOCUMENT["components"][kind] for kind, name in named)
