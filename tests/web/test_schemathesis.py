"""Requests made from the OpenAPI document, right and wrong ones: never a fault, always as told."""

import os
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.web.running import plan_for

from hedgerow.web.app import create_app

_EXAMPLES = int(os.environ.get("HEDGEROW_TEST_EXAMPLES", "12"))
_SEED = int(os.environ.get("HEDGEROW_TEST_SEED", "20261122"))


@schemathesis.serializer("application/x-ndjson", "text/csv", "video/mp4")
def _as_it_is(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


schema = schemathesis.openapi.from_dict(create_app(plan_for(Path("/nowhere"))).openapi())
# Keys are tested one by one; here every request has one, whatever else is wrong with it.
schema.config.generation.with_security_parameters = False


@schema.parametrize()
@seed(_SEED)
@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_told(case, server):
    answer = case.call_and_validate(
        base_url=server.url,
        headers={"Authorization": f"Bearer {server.keys['all']}"},
        # What a schema can't say, such as which signal types there are, is refused rightly.
        excluded_checks=[positive_data_acceptance],
    )
    assert answer.status_code < 500
