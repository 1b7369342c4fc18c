"""`hedgerow serve`."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hedgerow.cli.opening import Opened
    from hedgerow.settings import Settings
    from hedgerow.web import Listening, Plan


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port; 0 for any that is free.", show_default="8080"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes that answer.", show_default="1")
    ] = None,
    tls_certificate: Annotated[
        Path | None, typer.Option("--tls-certificate", help="Certificate with its chain, PEM.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its private key, PEM.")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="Say that a proxy in front does TLS.")
    ] = False,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Answer over HTTP: match uploads, keep the banks."""
    from hedgerow import web
    from hedgerow.cli.ending import UNCHECKED
    from hedgerow.cli.opening import opened

    given = {
        "host": host, "port": port, "workers": workers,
        "tls_certificate": tls_certificate and str(tls_certificate),
        "tls_key": tls_key and str(tls_key), "behind_proxy": behind_proxy or None,
    }  # fmt: skip
    with opened(home) as place:
        settings = place.settings
        web.check_files(settings.help)
        if settings.help.enabled:
            _prepare_help(place)
        listening = _listening(settings, given)
        taken = web.bind(listening, settings.web)
        url = web.url_of(taken, listening)
        _tell(
            url,
            _first_key(place, listening),
            _set_up_link(place, url),
            _help_pages(settings, url),
            as_json=as_json,
        )
    # Each process reads the settings anew, and is to find the same ones.
    os.environ["HEDGEROW_HOME"] = str(settings.home)
    os.environ["HEDGEROW_LISTEN__WORKERS"] = str(listening.workers)
    web.prepare_metrics(settings.home / "metrics", listening.workers)
    config = web.config_for("hedgerow.cli.serve:application", listening, settings.web)
    # What this process says of the courier goes where the others' lines go.
    web.configure(settings.log)
    with taken, _courier(settings):
        if not web.run(config, taken):
            raise typer.Exit(UNCHECKED)


def application() -> FastAPI:
    """The application of one process, by the settings that it finds."""
    from multiprocessing import parent_process

    from hedgerow.lazy import start_swiftly

    start_swiftly()
    from hedgerow.media import die_with
    from hedgerow.settings import load_settings
    from hedgerow.web import configure, create_app

    parent = parent_process()
    if parent is not None and parent.pid is not None:
        die_with(parent.pid)  # or it would keep the port where that one is killed
    settings = load_settings()
    configure(settings.log)
    return create_app(plan_of(settings, settings_shown()), alone=True)


def settings_shown() -> tuple[tuple[str, str, str, str], ...]:
    """Of each setting its name, its value, where that came from, and what it means."""
    from hedgerow.settings import in_toml, load, value_shown

    return tuple(
        (entry.key, in_toml(value_shown(entry, value)), str(source), entry.about)
        for entry, value, source in load()
    )


def plan_of(settings: Settings, shown: tuple[tuple[str, str, str, str], ...] = ()) -> Plan:
    """What one of the service's processes is made of."""
    from dataclasses import replace

    from hedgerow.web import Plan

    workers = settings.listen.workers
    cores = len(os.sched_getaffinity(0))
    searching = max(settings.matching.search_threads, cores // workers)
    return Plan(
        database_url=settings.resolved_database_url,
        index_folder=settings.index_folder,
        incoming=settings.home / "incoming",
        vault_key=settings.resolved_vault_key,
        sealed_folder=settings.resolved_sealed_index,
        checkpoints=settings.home / "audit-checkpoints.ndjson",
        media_vault=settings.media_vault,
        jobs=max(1, settings.resolved_jobs // workers),
        busy_seconds=settings.busy_seconds,
        connections=settings.database_connections,
        web=settings.web,
        options=settings.service,
        log=settings.log,
        live=settings.live,
        fetch=settings.fetch,
        media=settings.media,
        banks=settings.banks,
        openid=settings.openid,
        matching=replace(settings.matching, search_threads=searching),
        accounts=settings.accounts,
        intake=settings.intake,
        cases=settings.cases,
        care=settings.care,
        webhooks=settings.webhooks,
        survivors=settings.survivors,
        console=settings.console,
        help=settings.help,
        settings_shown=shown,
    )


def _prepare_help(place: Opened) -> None:
    """Make what the survivors' pages need; raises UnfitBank where it can't be had."""
    from hedgerow.banks import Banks
    from hedgerow.cases import Cases
    from hedgerow.store import Vault
    from hedgerow.survivors import Survivors

    settings = place.settings
    vault, banks = Vault(settings.resolved_vault_key), Banks(place.database, settings.banks)
    Survivors(place.database, banks, Cases(banks), vault, settings.survivors).prepare()


def _listening(settings: Settings, given: dict[str, Any]) -> Listening:
    from dataclasses import replace

    try:
        said = {name: value for name, value in given.items() if value is not None}
        return replace(settings.listen, **said)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None


def _first_key(place: Opened, listening: Listening) -> str | None:
    """A key for whoever starts the service on a machine of their own, where there is none yet."""
    from hedgerow.accounts import Keys, Scope

    keys = Keys(place.database)
    if not listening.is_loopback or keys.any():
        return None
    return keys.create("first key", Scope)[1]


def _set_up_link(place: Opened, url: str) -> str | None:
    """Where the first person makes their account, for as long as nobody has one."""
    from hedgerow.accounts import Accounts
    from hedgerow.store import Vault

    settings = place.settings
    accounts = Accounts(place.database, Vault(settings.resolved_vault_key), settings.accounts)
    token = accounts.people.setup_link_token()
    if token is None:
        return None
    return f"{(settings.service.public_url or url).rstrip('/')}/console/set-up/{token}"


def _help_pages(settings: Settings, url: str) -> str | None:
    """Where the pages for the people in the pictures are, where those are switched on."""
    if not settings.help.enabled:
        return None
    return f"{(settings.service.public_url or url).rstrip('/')}/help"


def _courier(settings: Settings) -> AbstractContextManager[object]:
    """The process that tells platforms what became of cases: one for all that answer here."""
    from hedgerow.cases import Courier, CourierPlan

    if not settings.webhooks.enabled:
        return nullcontext()
    return Courier(
        CourierPlan(
            settings.resolved_database_url,
            settings.resolved_vault_key,
            settings.home,
            settings.webhooks,
            settings.busy_seconds,
        )
    )


def _tell(
    url: str, key: str | None, link: str | None, help_pages: str | None, *, as_json: bool
) -> None:
    from hedgerow.cli.output import print_json, print_line, say

    if as_json:
        told = {"url": url, "key": key, "set_up": link, "help": help_pages}
        print_json({name: value for name, value in told.items() if value})
        return
    say(f"Hedgerow listens on {url}. Stop it with Ctrl-C.")
    if help_pages:
        say(f"The pages for the people in the pictures are at {help_pages}.")
    # What opens something goes to standard output alone: the other one may be a log.
    if link:
        say("Nobody has an account yet. Open this link to make the first one; it works once:")
        print_line(link)
    if key:
        say("Its first API key, with all scopes. It is shown this once, so keep it:")
        print_line(key)
