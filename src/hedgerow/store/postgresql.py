"""What has to be said to PostgreSQL, and what it isn't let say."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, event, func, select
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError

from hedgerow.store.errors import DatabaseUnavailable
from hedgerow.store.sqlite import WAIT

CONNECT_SECONDS = 10
"""How long one attempt to reach the server may take; `connect_timeout` in the URL goes before."""

# A machine that vanishes in the middle of a change holds up all others until the server notices.
_NOTICE_THE_DEAD = {
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
# And a server that vanishes would hold up whoever waits for its answer. By libpq's names.
_NOTICE_THE_SERVER_GONE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}
_UPGRADE_LOCK = 0x6865646765726F77  # the only advisory lock; any number that stays the same


def connect_arguments(url: URL) -> dict[str, Any]:
    """Return what the driver is told beside the URL."""
    usual = {
        "application_name": "hedgerow",
        "connect_timeout": CONNECT_SECONDS,
        **_NOTICE_THE_SERVER_GONE,
    }
    chosen = {name: value for name, value in usual.items() if name not in url.query}
    return {"client_encoding": "utf8", **chosen}


def listen(engine: Engine, busy_seconds: float) -> None:
    """Have every connection prepared, and errors stripped of the rows they are about."""
    settings = {"lock_timeout": max(1, round(busy_seconds * 1000)), **_NOTICE_THE_DEAD}
    statement = "SELECT " + ", ".join(
        f"set_config('{name}', '{value}', false)" for name, value in settings.items()
    )

    def prepare(connection: Any, _record: object) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            msg = (
                f"the database is in {encoding} and can't hold every text; make another with "
                "createdb --encoding=UTF8 --locale=C --template=template0"
            )
            raise DatabaseUnavailable(msg)
        connection.autocommit = True
        connection.execute(statement)
        connection.autocommit = False

    def begin(connection: Connection) -> None:
        wait = connection.get_execution_options().get(WAIT)
        if wait is not None:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(1000 * wait))}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    event.listen(engine, "handle_error", _without_details)


def without_details(error: BaseException) -> None:
    """Leave of the server's message its first part: the others quote keys and rows."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if primary is not None:
        error.args = (primary,)


def lock_upgrades(connection: Connection) -> None:
    """Wait for others that change the tables; held until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))


def _without_details(context: ExceptionContext) -> BaseException | None:
    without_details(context.original_exception)
    wrapped = context.sqlalchemy_exception
    if not isinstance(wrapped, DBAPIError):
        return None
    # Made anew: it has already copied the message.
    return type(wrapped)(
        wrapped.statement,
        None,
        context.original_exception,
        hide_parameters=True,
        connection_invalidated=context.is_disconnect,
    )
