from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from hedgerow.store import UTCDateTime, now

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)


@given(st.datetimes(timezones=ZONES), st.sampled_from(DIALECTS))
def test_times_come_back_the_same_and_in_utc(time: datetime, dialect: object) -> None:
    try:
        time.astimezone(UTC)
    except OverflowError:
        return
    column = UTCDateTime()
    stored = column.process_bind_param(time, dialect)
    back = column.process_result_value(stored, dialect)
    assert back is not None
    assert back.astimezone(UTC) == time.astimezone(UTC)
    assert back.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        UTCDateTime().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())


def test_other_zones_are_converted() -> None:
    time = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    stored = UTCDateTime().process_bind_param(time, sqlite.dialect())
    assert stored == datetime(2026, 1, 1, 10)
    assert now().tzinfo is UTC
