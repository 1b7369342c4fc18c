"""Database URLs, and the SQLAlchemy engine for one."""

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from hedgerow.store import postgresql, sqlite
from hedgerow.store.errors import BadDatabaseURL

CONNECTIONS = 20
"""Most connections of one process to its database; who needs one more waits."""

_KEPT = 5  # connections that stay open while nobody needs them
_DIALECTS = ("sqlite", "postgresql")
_DRIVERS = ("postgresql", "postgresql+psycopg")
_SECRET = ("password", "sslpassword", "passfile")


def read_url(text: str) -> URL:
    """Parse and check a database URL.

    Raises:
        BadDatabaseURL: it can't be parsed, or isn't for a file of SQLite or for PostgreSQL. The
            message doesn't repeat the URL, which may hold a password.
    """
    if text.startswith("postgres://"):  # as many hosts of databases write it
        text = "postgresql" + text.removeprefix("postgres")
    try:
        url = make_url(text)
        dialect = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        # "from None": the original message may quote the URL
        msg = (
            "the database URL can't be read; write it like sqlite:////srv/hedgerow/hedgerow.db "
            "or postgresql://user:password@host/database"
        )
        raise BadDatabaseURL(msg) from None
    if dialect not in _DIALECTS:
        msg = f"databases of kind {dialect!r} are not supported; use sqlite or postgresql"
        raise BadDatabaseURL(msg)
    if dialect == "sqlite":
        return _of_a_file(url)
    if url.drivername not in _DRIVERS:
        msg = f"the driver of {url.drivername} is not supported; begin the URL with postgresql://"
        raise BadDatabaseURL(msg)
    return url.set(drivername="postgresql+psycopg")


def _of_a_file(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        msg = (
            "a database in memory is lost with its process and seen by no other; "
            "name a file, like sqlite:////srv/hedgerow/hedgerow.db"
        )
        raise BadDatabaseURL(msg)
    return url


def shown(url: URL) -> str:
    """Return a URL as it may be shown, and given to PostgreSQL's own tools: without secrets."""
    kind = url.get_backend_name()
    plain = url.set(drivername=kind).difference_update_query(_SECRET)
    return plain._replace(password=None).render_as_string(hide_password=True)


def make_engine(url: URL, busy_seconds: float, connections: int = CONNECTIONS) -> Engine:
    """Make the engine for a checked URL; nothing is opened yet except that SQLite's file is made.

    Args:
        url: from `read_url`.
        busy_seconds: how long a writer waits for another one, and anybody for a connection.
        connections: most connections at a time.

    Raises:
        BadDatabaseURL: the driver the URL asks for isn't installed.
        ValueError: `connections` is below 1.
        DatabaseUnavailable: SQLite is too old, or its file can't be made.
    """
    if connections < 1:  # which the pool would take for "as many as you like"
        msg = f"a database can't be used with {connections} connections; allow at least 1"
        raise ValueError(msg)
    on_sqlite = url.get_backend_name() == "sqlite"
    if on_sqlite:
        sqlite.check_version()
        sqlite.make_private_file(sqlite.file_of(url))
    kept = min(_KEPT, connections)
    try:
        # hide_parameters: an error message must not carry the hash or the note it was about
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=kept,
            max_overflow=connections - kept,
            pool_timeout=busy_seconds,
            # A server that was started anew has forgotten the connections that are kept here.
            pool_pre_ping=not on_sqlite,
            connect_args=(
                {"timeout": busy_seconds} if on_sqlite else postgresql.connect_arguments(url)
            ),
        )
    except (ImportError, NoSuchModuleError):
        msg = f"the driver for {url.drivername} is not installed; install it or name another"
        raise BadDatabaseURL(msg) from None
    if on_sqlite:
        sqlite.listen(engine, busy_seconds)
    else:
        postgresql.listen(engine, busy_seconds)
    return engine
