"""Whether what is set works: the places are there, private and writable, the database answers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hedgerow.settings import environment
from hedgerow.settings.loading import Loaded, Source
from hedgerow.settings.model import Settings
from hedgerow.store import StoreProblem, database_state, read_url

_OWN_CONNECTIONS = 5
"""Of one process of the service, beside those of requests: comparing, following, the keys' two
threads, and whoever asks whether it is ready."""

_OTHERS = 0o077
_OTHERS_READ = 0o044
_OTHERS_WRITE = 0o022


class State(StrEnum):
    """What a check came to. A warning is for somebody to look at; all works without that."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what was looked at.
        state: what it came to.
        message: what was found, and what to do about it.
    """

    name: str
    state: State
    message: str


def check(loaded: Loaded) -> Iterator[Check]:
    """Look at everything, one by one; nothing is changed or made."""
    settings = loaded.settings
    yield _environment()
    yield _file(loaded)
    yield _folder("home", settings.home, "--home or HEDGEROW_HOME")
    yield _folder("index", settings.index_folder, "--home or HEDGEROW_HOME")
    yield _database(settings)
    yield _limits(settings)
    yield _help(settings)


def _environment() -> Check:
    if strange := environment.unknown():
        names = ", ".join(strange)
        message = f"{names}: this is no setting and does nothing; correct its name or unset it"
        return Check("environment", State.WARNING, message)
    return Check("environment", State.OK, "every variable that looks like a setting is one")


def _file(loaded: Loaded) -> Check:
    path = loaded.file
    if path is None:
        return Check("file", State.OK, "there is none; hedgerow config example shows one")
    mode = path.stat().st_mode
    if mode & _OTHERS_READ and _holds_password(loaded):
        message = f"{path} holds the database's password and others can read it: chmod 600 {path}"
        return Check("file", State.WARNING, message)
    if mode & _OTHERS_WRITE:
        message = f"others can change {path}, and with it every setting: chmod go-w {path}"
        return Check("file", State.WARNING, message)
    return Check("file", State.OK, str(path))


def _holds_password(loaded: Loaded) -> bool:
    url = loaded.sources[Source.FILE].get("database_url")
    try:
        read = None if url is None else read_url(url)
    except StoreProblem:
        return True  # for all we know
    return read is not None and bool(read.password or {"password", "sslpassword"} & {*read.query})


def _folder(name: str, folder: Path, setting: str) -> Check:
    """A folder that has to be writable and closed to others, or one that can be made."""
    folder = folder.absolute()
    try:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as problem:
        message = (
            f"{folder} can't be written in ({problem.strerror}); let the user that runs hedgerow "
            f"write there, or name another folder with {setting}"
        )
        return Check(name, State.FAILED, message)
    if there != folder:
        return Check(name, State.OK, f"{folder} isn't there yet; it is made at the first use")
    if name == "home" and folder.stat().st_mode & _OTHERS:
        message = f"{folder} is open to others on this machine: chmod 700 {folder}"
        return Check(name, State.FAILED, message)
    return Check(name, State.OK, str(folder))


def _database(settings: Settings) -> Check:
    try:
        state = database_state(settings.resolved_database_url, busy_seconds=settings.busy_seconds)
    except StoreProblem as problem:
        return Check("database", State.FAILED, str(problem))
    if state.revision is None and not _can_be_made(settings):
        message = f"{state.url} can't be made: make its folder first, or correct the URL"
        return Check("database", State.FAILED, message)
    if state.revision is None:
        message = f"{state.url} has no tables yet; they are made at the first use"
    elif not state.pending:
        message = f"{state.url} is up to date"
    elif state.kind == "sqlite":
        message = f"{state.url} is of an older version; it is brought up to date at the next use"
    else:
        message = (
            f"{state.url} is {len(state.pending)} migration(s) behind this version; make a "
            "backup, stop what still runs an older version, then run: hedgerow db upgrade"
        )
        return Check("database", State.FAILED, message)
    return Check("database", State.OK, message)


def _limits(settings: Settings) -> Check:
    """Limits that are each allowed, and together can't do what they say."""
    web, live = settings.web, settings.live
    taking = web.max_intakes + web.max_imports + web.max_outside_calls
    threads = web.max_calls + web.max_writes + taking + _OWN_CONNECTIONS
    if settings.database_connections < threads:
        message = (
            "web.max_calls, web.max_writes, web.max_intakes, web.max_imports and "
            f"web.max_outside_calls need {threads} connections of the database and "
            f"database_connections is {settings.database_connections}: raise it, or lower them, "
            "or requests wait for a connection"
        )
        return Check("limits", State.WARNING, message)
    if live.max_queued_codes < web.max_batch:
        message = (
            f"web.max_batch is {web.max_batch} and live.max_queued_codes is "
            f"{live.max_queued_codes}: a batch of that size is always refused; raise the latter"
        )
        return Check("limits", State.WARNING, message)
    return Check("limits", State.OK, "they go together")


def _help(settings: Settings) -> Check:
    """The files of the pages for the people in the pictures, where those are switched on."""
    if not settings.help.enabled:
        return Check("help", State.OK, "the pages under /help are switched off")
    from hedgerow.web import BadFile, check_files

    try:
        check_files(settings.help)
    except BadFile as problem:
        return Check("help", State.FAILED, str(problem))
    return Check("help", State.OK, "the pages under /help have all their files")


def _can_be_made(settings: Settings) -> bool:
    """Whether there is a folder for the file of SQLite; the home folder is looked at by itself."""
    url = None if settings.database_url is None else read_url(settings.database_url)
    if url is None or url.get_backend_name() != "sqlite":
        return True
    return os.access(Path(str(url.database)).absolute().parent, os.W_OK | os.X_OK)
