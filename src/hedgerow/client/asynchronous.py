"""`AsyncClient`: `Client` for asyncio; thin as well."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Self, TypeVar

import httpx2

from hedgerow.client import bank_calls, case_calls, match_calls, service_calls
from hedgerow.client.bank_calls import Facts, Signals
from hedgerow.client.bodies import Body, File, Lines
from hedgerow.client.calls import Call
from hedgerow.client.case_records import Case, CaseDetails, CaseStatus, Context
from hedgerow.client.connection import Newest, Place
from hedgerow.client.conversation import Patience, Send, Steps, converse
from hedgerow.client.errors import ClientError, Unreachable
from hedgerow.client.match_calls import Banks, BatchSignal
from hedgerow.client.pages import Page
from hedgerow.client.records import (
    Action,
    Added,
    Answer,
    ApiKey,
    Bank,
    BankDetails,
    Batch,
    Content,
    Imported,
    Kind,
    ListFormat,
    NewApiKey,
    Scope,
    SignalType,
    Status,
)

Result = TypeVar("Result")
Item = TypeVar("Item")


class AsyncClient:
    """Asks one service, from asyncio. An async context manager.

    base_url: such as "https://hedgerow.example.org". key: an API key with the scopes that the
    methods need. timeout: seconds to wait for an answer to begin, and for each piece of it.
    retries: further tries where that is safe; max_wait: seconds to wait before one. ssl_context:
    instead of the system's certificates. transport: instead of the network.

    Every method raises ClientError, most of all ApiProblem and Unreachable.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        max_wait: float = 10.0,
        ssl_context: ssl.SSLContext | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises ValueError for values that can't be."""
        self._place = Place(base_url, key, timeout, Patience(retries, max_wait), ssl_context)
        self._newest = Newest()
        self._http = httpx2.AsyncClient(**self._place.settings(), transport=transport)

    @property
    def sequence(self) -> int:
        """The newest state of the banks that an answer told of: after a change, one with it."""
        return self._newest.sequence

    async def check(
        self,
        file: File | None = None,
        *,
        signals: Mapping[str, str] | None = None,
        url: str | None = None,
        banks: Banks = None,
        context: Context | None = None,
    ) -> Answer:
        """Check an upload by its file, its hashes or its URL; for code that stands in its way.

        context: what you know of it, for whoever reviews its case where it matches. What can't be
        checked is answered `unchecked` with the reason in `error`, also where the service can't be
        reached. Raises ValueError, and ApiProblem for a mistake of the caller's: a wrong key, a
        bank that isn't there, an impossible hash, too long a context.
        """
        call = match_calls.match_one(file, signals, url, banks, context)
        try:
            return await self._do(call)
        except ClientError as error:
            return match_calls.unchecked(error)

    async def match_file(
        self, file: File, *, banks: Banks = None, context: Context | None = None
    ) -> Answer:
        """Check a file: its bytes, its path, or an open file."""
        return await self._do(match_calls.match_file(file, banks, context))

    async def match_signals(
        self,
        signals: Mapping[str, str],
        *,
        banks: Banks = None,
        context: Context | None = None,
    ) -> Answer:
        """Check hashes: `{"pdq": "…"}`; with a context, be it empty, as those of an upload."""
        return await self._do(match_calls.match_signals(signals, banks, context))

    async def match_url(
        self, url: str, *, banks: Banks = None, context: Context | None = None
    ) -> Answer:
        """Check what is behind a URL, which the service fetches."""
        return await self._do(match_calls.match_url(url, banks, context))

    async def match_batch(self, signals: Sequence[BatchSignal], *, banks: Banks = None) -> Batch:
        """Check many hashes, each of an upload of its own: up to 10,000 at once."""
        return await self._do(match_calls.match_batch(signals, banks))

    async def bank(self, name: str) -> BankDetails:
        """One bank, with how many signals it has."""
        return await self._do(bank_calls.get_bank(name))

    async def create_bank(
        self,
        name: str,
        *,
        action: Action | None = None,
        kind: Kind | None = None,
        thresholds: Mapping[str, int] | None = None,
        description: str | None = None,
    ) -> Bank:
        """Make a bank."""
        return await self._do(bank_calls.create_bank(name, action, kind, thresholds, description))

    async def change_bank(
        self,
        name: str,
        *,
        new_name: str | None = None,
        action: Action | None = None,
        thresholds: Mapping[str, int | None] | None = None,
        description: str | None = None,
    ) -> Bank:
        """Change what is given; None as a threshold takes the bank's own away."""
        return await self._do(
            bank_calls.change_bank(name, new_name, action, thresholds, description)
        )

    async def delete_bank(self, name: str) -> None:
        """Delete a bank and all that is in it, at once and for good."""
        await self._do(bank_calls.delete_bank(name))

    async def content(self, bank: str, content_id: int) -> Content:
        """One content of a bank."""
        return await self._do(bank_calls.get_content(bank, content_id))

    async def add_content(
        self,
        bank: str,
        signals: Signals,
        *,
        labels: Sequence[str] = (),
        note: str = "",
        source: str = "",
        reference: str = "",
    ) -> Added:
        """Bank a content by its signals."""
        return await self._do(
            bank_calls.add_content(bank, signals, Facts(labels, note, source, reference))
        )

    async def add_file(
        self,
        bank: str,
        file: File,
        *,
        labels: Sequence[str] = (),
        note: str = "",
        source: str = "",
        reference: str = "",
    ) -> Added:
        """Bank a content by a file, which is hashed and not kept."""
        return await self._do(
            bank_calls.add_file(bank, file, Facts(labels, note, source, reference))
        )

    async def remove_content(self, bank: str, content_id: int) -> None:
        """Withdraw a content, at once and for good."""
        await self._do(bank_calls.remove_content(bank, content_id))

    async def remove_signal(self, bank: str, signal_type: str, value: str) -> tuple[int, ...]:
        """Withdraw all contents that have this very signal; their numbers."""
        return await self._do(bank_calls.remove_signal(bank, signal_type, value))

    async def import_list(
        self,
        bank: str,
        source: Lines,
        *,
        list_format: ListFormat = "ndjson",
        signal_type: str | None = None,
        labels: Sequence[str] = (),
        origin: str | None = None,
        skip_bad: bool = False,
    ) -> Imported:
        """Import a list of hashes, all of it or nothing; streamed, so it may be large.

        source: a path, an open file, bytes, or its lines. Where it was broken off, import the
        same list again with the same options: it goes on. origin: who contents are from that
        don't say.
        """
        return await self._do(
            service_calls.import_list(
                bank, source, list_format, signal_type, labels, origin, skip_bad
            )
        )

    async def abandon_import(self, bank: str, import_id: int) -> None:
        """Abandon an import that was broken off."""
        await self._do(service_calls.abandon_import(bank, import_id))

    async def case(self, case_id: int) -> CaseDetails:
        """One case, with the latest of its uploads."""
        return await self._do(case_calls.get_case(case_id))

    async def complain(self, case_id: int, text: str) -> CaseDetails:
        """Hand in what the uploader says against a case; somebody else looks at it anew.

        However often it has to be sent, it is taken in once.
        """
        return await self._do(case_calls.complain(case_id, text))

    async def signal_types(self) -> tuple[SignalType, ...]:
        """The kinds of hashes that the service knows."""
        return await self._do(service_calls.signal_types())

    async def key(self, key_id: int) -> ApiKey:
        """What is known of an API key."""
        return await self._do(service_calls.get_key(key_id))

    async def create_key(self, name: str, scopes: Sequence[Scope]) -> NewApiKey:
        """Make an API key. The key itself is shown in the answer, once."""
        return await self._do(service_calls.create_key(name, scopes))

    async def revoke_key(self, key_id: int) -> None:
        """Revoke an API key."""
        await self._do(service_calls.revoke_key(key_id))

    async def status(self) -> Status:
        """How the process that answers is doing."""
        return await self._do(service_calls.get_status())

    async def is_ready(self) -> bool:
        """Whether uploads can be called clear; needs no scope."""
        return await self._do(service_calls.is_ready())

    def banks(self, *, page: int = 100) -> AsyncIterator[Bank]:
        """All banks, by name. Asked for page by page, as they are taken."""
        return self._all(lambda cursor: service_calls.banks_page(page, cursor))

    def contents(self, bank: str, *, page: int = 100) -> AsyncIterator[Content]:
        """All contents of a bank, by number. Asked for page by page, as they are taken."""
        return self._all(lambda cursor: service_calls.contents_page(bank, page, cursor))

    def cases(
        self,
        status: CaseStatus | None = None,
        *,
        reference: str = "",
        uploader: str = "",
        page: int = 100,
    ) -> AsyncIterator[Case]:
        """All cases that stand there, the most urgent first; decided ones the latest first.

        status: waiting unless given. reference, uploader: only those of the upload that you call
        so, or of what this uploader sent, exactly; wherever they stand unless a status is given,
        the newest first.

        Asked for page by page, as they are taken. One that becomes more urgent meanwhile is left
        out: the list is a look at the queue, and no account of it.
        """
        return self._all(partial(case_calls.cases_page, status, reference, uploader, page))

    def keys(self, *, page: int = 100) -> AsyncIterator[ApiKey]:
        """All API keys, revoked ones too. Asked for page by page, as they are taken."""
        return self._all(lambda cursor: service_calls.keys_page(page, cursor))

    async def export_bank(
        self, bank: str, *, list_format: ListFormat = "ndjson"
    ) -> AsyncIterator[bytes]:
        """A bank as a list, in pieces as they come; whole only if nothing is raised."""
        response = await self._do(service_calls.export_bank(bank, list_format))
        try:
            async for piece in response.aiter_bytes():
                yield piece
        except httpx2.RequestError as error:
            raise Unreachable("the export was cut off; export again") from error
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _all(self, page: Callable[[str | None], Call[Page[Item]]]) -> AsyncIterator[Item]:
        cursor = None
        while True:
            found = await self._do(page(cursor))
            for item in found.items:
                yield item
            cursor = found.next
            if cursor is None:
                return

    async def _do(self, call: Call[Result]) -> Result:
        steps: Steps[Result] = converse(call, self._place.patience)
        outcome: httpx2.Response | httpx2.RequestError | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                result: Result = done.value
                return result
            if isinstance(step, Send):
                outcome = await self._send(call)
            else:
                await asyncio.sleep(step.seconds)
                outcome = None

    async def _send(self, call: Call[Any]) -> httpx2.Response | httpx2.RequestError:
        content = None if call.body is None else _content(call.body)
        request = self._http.build_request(**self._place.request(call), content=content)
        try:
            response = await self._http.send(request, stream=call.stream)
            if response.status_code not in call.statuses:
                await response.aread()
        except httpx2.RequestError as error:
            return error
        self._newest.note(response)
        return response


def _content(body: Body) -> bytes | AsyncIterator[bytes]:
    return _pieces(body.pieces()) if body.at_hand is None else body.at_hand


async def _pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece is read in a thread: the source may be a slow disk."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
