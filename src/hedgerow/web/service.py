"""What every request works with: opened once in each process, closed when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from hedgerow import accounts, banks, cases, fetch, matching, media, survivors
from hedgerow.accounts import Accounts, KeyRing, Keys, OpenIDOptions
from hedgerow.banks import Banks
from hedgerow.cases import Cases, Tally, WebhookLimits, Webhooks
from hedgerow.fetch import Fetcher
from hedgerow.matching import (
    Answer,
    Fresh,
    LiveLimits,
    Matcher,
    Overloaded,
    Query,
    Turns,
    hashing_workers,
)
from hedgerow.media import Outcome
from hedgerow.store import (
    BUSY_SECONDS,
    CONNECTIONS,
    AuditLog,
    MediaVault,
    StoreProblem,
    Vault,
    open_database,
)
from hedgerow.survivors import Survivors
from hedgerow.web.calls import Calls
from hedgerow.web.console.limits import Limits as ConsoleLimits
from hedgerow.web.help.limits import Options as HelpOptions
from hedgerow.web.keeping import Chore, Keeper
from hedgerow.web.limits import Limits, Logging, Options
from hedgerow.web.metrics import Metrics
from hedgerow.web.problems import overloaded


@dataclass(frozen=True)
class Plan:
    """What a service is made of.

    database_url, index_folder, incoming: where the database, the indexes and lists that are being
    imported are. vault_key, sealed_folder: where the key of what is encrypted is, and where the
    index of that may lie, in memory. checkpoints: the file that the log's signed checkpoints are
    written to once more. media_vault: where uploads are kept for review, as a folder or a URL; None
    for nowhere. jobs: worker processes that hash uploads. settings_shown: of each setting its name,
    value, where that came from, and what it means, for administrators to read.
    """

    database_url: str = field(repr=False)  # it may hold a password
    index_folder: Path
    incoming: Path
    vault_key: Path
    sealed_folder: Path
    checkpoints: Path | None = None
    media_vault: str | None = None
    jobs: int = 1
    busy_seconds: float = BUSY_SECONDS
    connections: int = CONNECTIONS
    web: Limits = field(default_factory=Limits)
    options: Options = field(default_factory=Options)
    log: Logging = field(default_factory=Logging)
    live: LiveLimits = field(default_factory=LiveLimits)
    fetch: fetch.Limits = field(default_factory=fetch.Limits)
    media: media.Limits = field(default_factory=media.Limits)
    banks: banks.Limits = field(default_factory=banks.Limits)
    matching: matching.Limits = field(default_factory=matching.Limits)
    accounts: accounts.Limits = field(default_factory=accounts.Limits)
    openid: OpenIDOptions = field(default_factory=OpenIDOptions)
    care: cases.Care = field(default_factory=cases.Care)
    intake: cases.Intake = field(default_factory=cases.Intake)
    cases: cases.Limits = field(default_factory=cases.Limits)
    webhooks: WebhookLimits = field(default_factory=WebhookLimits)
    survivors: survivors.Limits = field(default_factory=survivors.Limits)
    console: ConsoleLimits = field(default_factory=ConsoleLimits)
    help: HelpOptions = field(default_factory=HelpOptions)
    settings_shown: tuple[tuple[str, str, str, str], ...] = ()


class Service:
    """The rooms that requests ask, and the queues in front of them. A context manager."""

    def __init__(self, plan: Plan) -> None:
        """Open everything.

        Raises StoreProblem, WorkerStartError.
        """
        self.plan = plan
        self.limits = plan.web
        self.metrics = Metrics()
        self._uploads = 0
        self._fetches = 0
        self._bytes = 0
        with ExitStack() as stack:
            self.database = stack.enter_context(
                open_database(
                    plan.database_url,
                    busy_seconds=plan.busy_seconds,
                    connections=plan.connections,
                )
            )
            vault = Vault(plan.vault_key)
            self.banks = Banks(self.database, plan.banks, vault)
            self.banks.ensure_sentinel()
            self.keys = Keys(self.database)
            self.ring = KeyRing(self.keys)
            self.ring.refresh()
            self._open_review(plan, vault)
            self.viewers = (
                None
                if self.media is None
                else stack.enter_context(media.viewing_workers(plan.media, 1))
            )
            stack.enter_context(Keeper(self._chores(plan)))
            matcher = stack.enter_context(
                Matcher(
                    self.database,
                    plan.index_folder,
                    plan.matching,
                    vault=vault,
                    sealed_folder=plan.sealed_folder,
                )
            )
            self.workers = stack.enter_context(
                hashing_workers(plan.media, plan.jobs, variants=plan.options.orientations)
            )
            self.turns = stack.enter_context(Turns(self._compare, plan.live, self.metrics.stage))
            self.fresh = stack.enter_context(Fresh(matcher, plan.live, self._look))
            self.fetcher = Fetcher(plan.fetch)
            self.calls = stack.enter_context(Calls(plan.web))
            self._stack = stack.pop_all()

    def _open_review(self, plan: Plan, vault: Vault) -> None:
        """What people work with: accounts, cases, the log."""
        self.accounts = opened = Accounts(self.database, vault, plan.accounts, plan.openid)
        self.people, self.passwords, self.sessions = (
            opened.people, opened.passwords, opened.sessions,
        )  # fmt: skip
        self.audit = AuditLog(self.database, vault, plan.checkpoints)
        self.media = (
            None if plan.media_vault is None else MediaVault(self.database, vault, plan.media_vault)
        )
        self.cases = Cases(self.banks, plan.cases, plan.care, plan.intake, self.media)
        self.survivors = Survivors(self.database, self.banks, self.cases, vault, plan.survivors)
        if plan.help.enabled:
            self.survivors.prepare()
        self.webhooks = Webhooks(self.database, vault, plan.webhooks)
        self.tally = Tally(self.database)

    def _chores(self, plan: Plan) -> list[Chore]:
        return [
            Chore(self.ring.refresh, plan.live.poll_seconds, "the keys can't be read"),
            Chore(
                self.ring.flush,
                plan.web.uses_seconds,
                "when keys were last used can't be written",
                at_end=True,
            ),
            Chore(
                self.tally.flush,
                plan.web.tally_seconds,
                "how many uploads there were can't be written",
                at_end=True,
            ),
            Chore(
                self.audit.checkpoint,
                plan.web.checkpoint_seconds,
                "how far the log has come can't be signed, or not be written down",
                at_end=True,
            ),
            Chore(
                partial(self.cases.tend, self.people),
                plan.web.tend_seconds,
                "what was held for long enough can't be let wait again",
            ),
            Chore(
                self.survivors.tend,
                plan.web.tend_seconds,
                "removal notices can't be escalated, or wrong pictures not be paused",
            ),
            Chore(
                self.cases.forget_media,
                plan.web.forget_seconds,
                "what was kept for long enough can't be destroyed",
            ),
        ]

    @property
    def uploads(self) -> int:
        """Files that are being hashed or wait for it."""
        return self._uploads

    @property
    def bytes_held(self) -> int:
        """Bytes of bodies in memory."""
        return self._bytes

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """Account for the bytes of one body."""
        memory = Memory(self)
        try:
            yield memory
        finally:
            self._bytes -= memory.bytes

    def take(self, size: int) -> None:
        """Count `size` bytes more in memory; raises Problem where that is too much."""
        if self._bytes + size > self.limits.max_upload_bytes:
            raise overloaded("too many bytes of uploads at once", self.limits.retry_seconds)
        self._bytes += size

    async def hash(self, data: bytes, types: Collection[str] | None = None) -> Outcome:
        """Hash one file in a worker process, by default to all types that it is looked up by.

        Raises Problem where too many wait.
        """
        if self._uploads >= self.limits.max_uploads:
            raise overloaded("too many uploads wait to be hashed", self.limits.retry_seconds)
        self._uploads += 1
        try:
            with self.metrics.timing("hash"):
                wanted = self.fresh.matcher.types_looked_up if types is None else types
                options = {"types": sorted(wanted)}
                return await asyncio.wrap_future(self.workers.submit(data, options))
        finally:
            self._uploads -= 1

    async def fetch(self, url: str, memory: Memory) -> bytes:
        """The file at a URL. Raises FetchRefused, and Problem where too many are being fetched."""
        if self._fetches >= self.limits.max_fetches:
            raise overloaded("too many URLs are being fetched", self.limits.retry_seconds)
        self._fetches += 1
        try:
            with self.metrics.timing("fetch"):
                return await self.fetcher.fetch(url, memory.take)
        finally:
            self._fetches -= 1

    async def compare(
        self, queries: Sequence[Query], names: Collection[str] | None
    ) -> list[Answer]:
        """An answer for each query. Raises NoSuchBank, Overloaded."""
        loop = asyncio.get_running_loop()
        delivered: asyncio.Future[list[Answer]] = loop.create_future()

        def deliver(found: list[Answer] | Exception) -> None:
            loop.call_soon_threadsafe(_settle, delivered, found)

        self.turns.submit(queries, names, deliver)
        giving_up = loop.call_later(
            self.plan.live.give_up_seconds, _settle, delivered, Overloaded()
        )
        try:
            answers = await delivered
        finally:
            giving_up.cancel()
        for answer in answers:
            self.metrics.verdict(answer)
        return answers

    def _compare(self, queries: Sequence[Query], names: Collection[str] | None) -> list[Answer]:
        return self.fresh.compare(queries, names)

    def _look(self) -> None:
        self.metrics.look(self)

    async def problem(self) -> str | None:
        """Why an upload sent now could not be checked, for a person; None where it could."""
        why = self.fresh.problem() or self.turns.problem() or self.workers.problem()
        if why is not None:
            return why
        try:
            await self.calls.check(lambda: self.fresh.matcher.sequence)
        except StoreProblem as problem:
            return str(problem)
        return None

    def close(self) -> None:
        """Answer what was taken, write what is still in memory, and let go of everything."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _settle(waiting: asyncio.Future[list[Answer]], found: list[Answer] | Exception) -> None:
    if waiting.done():  # whoever waited was cancelled
        return
    if isinstance(found, Exception):
        waiting.set_exception(found)
    else:
        waiting.set_result(found)


class Memory:
    """What one request holds in memory of its body."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.bytes = 0

    def take(self, size: int) -> None:
        """Count `size` bytes more; raises Problem where all requests together hold too much."""
        self._service.take(size)
        self.bytes += size
