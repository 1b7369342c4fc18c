"""Every limit and option of this room, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Browsers take passkeys and secure cookies by TLS alone, and from localhost.
_PUBLIC = re.compile(r"(https://[\w.-]+|http://localhost)(:\d{1,5})?/?")

LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Limits:
    """What the service takes, and how much of it at once.

    max_requests: requests under way; more are answered 503.
    max_requests_per_key: of one API key; more are answered 429.
    max_uploads: files that are being hashed or wait for it; more are answered 503.
    max_fetches: URLs that are being fetched; more are answered 503.
    max_upload_bytes: bytes of all files and other bodies in memory; more are answered 503.
    max_json_bytes: bytes of a body of JSON.
    max_import_bytes: bytes of an imported list, which is kept in the home folder meanwhile.
    max_calls: of the database at once that only read; each has a thread.
    max_writes: changes at once; each has a thread.
    max_intakes: uploads that become cases at once, which may wait for the media vault; likewise.
    max_outside_calls: of other services at once, such as an OpenID provider; each has a thread, and
        four times as many wait for one.
    max_queued_calls: calls that wait for a thread, of each kind; more are answered 503.
    max_imports: lists that are taken in at once; more are answered 503.
    max_batch: hashes in one batch.
    max_page: entries of one page of a list.
    backlog: connections that the system keeps waiting until a process takes them.
    keep_alive_seconds: that an idle connection stays open for another request.
    max_connections: open at once in a process; more are answered 503 and closed.
    max_head_bytes: bytes of a request's head.
    head_seconds: for a request's head to arrive in full.
    stall_seconds: that a client may send nothing of its body, or take nothing of the answer.
    body_bytes_a_second: what a body has to arrive at, on average, after `stall_seconds`.
    shutdown_seconds: for requests under way when the service is told to stop, and as much again
        for what they began; then it ends as it is.
    retry_seconds: what Retry-After says.
    uses_seconds: between two times that the last uses of the keys are written.
    tally_seconds: between two times that the numbers of uploads by verdict are written.
    checkpoint_seconds: between two times that the log's end is signed, where it has grown.
    forget_seconds: between two looks for uploads that were kept for long enough.
    tend_seconds: between two looks for cases that were held for long enough.
    answers_hours: for which the answer to an idempotency key is kept.
    """

    max_requests: int = 512
    max_requests_per_key: int = 256
    max_uploads: int = 64
    max_fetches: int = 16
    max_upload_bytes: int = 1_073_741_824
    max_json_bytes: int = 4_194_304
    max_import_bytes: int = 8_589_934_592
    max_calls: int = 6
    max_writes: int = 2
    max_intakes: int = 2
    max_outside_calls: int = 2
    max_queued_calls: int = 256
    max_imports: int = 2
    max_batch: int = 10_000
    max_page: int = 1000
    backlog: int = 1024
    keep_alive_seconds: int = 30
    max_connections: int = 4096
    max_head_bytes: int = 65_536
    head_seconds: float = 10.0
    stall_seconds: float = 20.0
    body_bytes_a_second: int = 8_192
    shutdown_seconds: float = 30.0
    retry_seconds: int = 1
    uses_seconds: float = 60.0
    tally_seconds: float = 10.0
    checkpoint_seconds: float = 60.0
    forget_seconds: float = 60.0
    tend_seconds: float = 60.0
    answers_hours: float = 24.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} must be above 0, not {value!r}")


@dataclass(frozen=True)
class Options:
    """How the service does what it does.

    orientations: whether uploads are also looked up turned, mirrored and negative.
    open_metrics: whether `/metrics` needs no key.
    public_url: where people's browsers reach the service, such as https://hedgerow.example.org;
        passkeys and signing in at an OpenID provider need it unless that is localhost.
    """

    orientations: bool = True
    open_metrics: bool = False
    public_url: str = ""

    def __post_init__(self) -> None:
        if self.public_url and not _PUBLIC.fullmatch(self.public_url):
            raise ValueError(
                f"public_url must be like https://hedgerow.example.org, without a path; or "
                f"http://localhost for this machine alone; not {self.public_url!r}"
            )


@dataclass(frozen=True)
class Logging:
    """What is logged.

    level: debug, info, warning or error, and what is graver.
    requests: whether each request leaves a line.
    details: whether lines may hold names, hashes, addresses and the messages of exceptions.
    """

    level: str = "info"
    requests: bool = True
    details: bool = False

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {self.level!r}")
