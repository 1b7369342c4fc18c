"""Every route: its path as HMA has it, its methods, and the scope that a key needs for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response

from hedgerow.accounts import Scope
from hedgerow.web.hma import (
    banking,
    banks,
    contents,
    exchanges,
    hashing,
    matching,
    status,
    types,
)
from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.places import Operation
from hedgerow.web.hma.refusals import json_response

Run = Callable[[Ask], Awaitable[Response]]


def _open(run: Run) -> Operation:
    return Operation(None, run)


def _match(run: Run) -> Operation:
    return Operation(Scope.MATCH, run)


def _read(run: Run) -> Operation:
    return Operation(Scope.READ, run)


def _write(run: Run) -> Operation:
    return Operation(Scope.WRITE, run)


async def _site_map(_ask: Ask) -> Response:
    """GET: all paths."""
    return json_response(list(ROUTES))


ROUTES: Mapping[str, Mapping[str, Operation]] = {
    "/status": {"GET": _open(status.status)},
    "/status/live": {"GET": _open(status.live)},
    "/site-map": {"GET": _open(_site_map)},
    "/h/hash": {"GET": _match(hashing.hash_url), "POST": _match(hashing.hash_file)},
    "/m/raw_lookup": {"GET": _match(matching.raw_lookup)},
    "/m/lookup": {"GET": _match(matching.lookup), "POST": _match(matching.lookup_file)},
    "/m/index/status": {"GET": _match(status.matcher_index)},
    "/m/compare": {"POST": _match(matching.compare)},
    "/c/banks": {"GET": _read(banks.list_banks), "POST": _write(banks.create_bank)},
    "/c/bank/{bank}": {
        "GET": _read(banks.show_bank),
        "PUT": _write(banks.change_bank),
        "DELETE": _write(banks.delete_bank),
    },
    "/c/bank/{bank}/content": {"POST": _write(banking.add_file)},
    "/c/bank/{bank}/signal": {"POST": _write(banking.add_signals)},
    "/c/bank/{bank}/content/{content}": {
        "GET": _read(contents.show_content),
        "PUT": _write(contents.change_content),
        "DELETE": _write(contents.delete_content),
    },
    "/c/exchanges/apis": {"GET": _read(exchanges.nothing)},
    "/c/exchanges/api/{api}": {
        "GET": _read(exchanges.no_api),
        "POST": _write(exchanges.no_api),
    },
    "/c/exchanges/api/{api}/schema": {"GET": _read(exchanges.no_api)},
    "/c/exchanges": {"GET": _read(exchanges.nothing), "POST": _write(exchanges.create)},
    "/c/exchange/{exchange}": {
        "GET": _read(exchanges.no_exchange),
        "PUT": _write(exchanges.no_exchange),
        "DELETE": _write(exchanges.delete),
    },
    "/c/exchange/{exchange}/status": {"GET": _read(exchanges.no_exchange)},
    "/c/signal_type": {"GET": _read(types.list_signal_types)},
    "/c/signal_type/index": {"GET": _read(status.curator_index)},
    "/c/signal_type/{signal_type}": {"PUT": _write(types.change_signal_type)},
    "/c/content_type": {"GET": _read(types.list_content_types)},
}
"""By path; a fixed part comes before one that is open."""
