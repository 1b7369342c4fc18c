"""What was found of a content, for telling the person in the picture: hosts alone, and days."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event
from tests.cases.making import ANN, answer, match, opened

from hedgerow.cases import Choice, Context, Found
from hedgerow.cases.found import host_of

BANK = 2


def uploaded(cases, content, url="", *, times=1, value="0" * 64, bank_id=BANK, **facts):
    """The number of the case that so many uploads come to."""
    for _ in range(times):
        received = cases.receive(
            answer(match(content_id=content, value=value, bank_id=bank_id), **facts),
            {},
            Context(url=url, uploader="quietfox"),
        )
    return received.case_id


def test_nothing_yet(cases):
    opened(cases)
    assert cases.found(BANK, [7]) == {}
    assert cases.found(BANK, []) == {}


def test_uploads_by_what_became_of_their_case(cases, clock):
    clock.at = datetime(2026, 11, 2, 23, 59, tzinfo=UTC)
    right = uploaded(cases, 7, "https://talk.example/quietfox/p/1", times=3)
    clock.forward(minutes=2)
    wrong = uploaded(cases, 7, "https://pics.example:8443/a?b", times=2, value="f" * 64)
    clock.forward(days=2)
    uploaded(cases, 7, "http://TALK.example./2", value="0f" * 32)
    uploaded(cases, 7, "quietfox/photo.jpg", value="f0" * 32, test=True)
    uploaded(cases, 8)
    uploaded(cases, 7, bank_id=BANK + 1)
    cases.decide(ANN, right, Choice.CONFIRM)
    cases.decide(ANN, wrong, Choice.DISPUTE, note="another")
    found = cases.found(BANK, [7, 8, 9])
    assert set(found) == {7, 8}
    assert found[7] == Found(
        uploads=6,
        confirmed=3,
        disputed=2,
        waiting=1,
        confirmations=1,
        disputes=1,
        first_on=date(2026, 11, 2),
        last_on=date(2026, 11, 5),
        places=(("talk.example", 4), ("pics.example", 2)),
    )
    assert (found[8].uploads, found[8].places) == (1, ())


def test_the_most_frequent_places_and_not_all(cases):
    for number in range(25):
        uploaded(cases, 7, f"https://p{number:02}.example/x", times=2 if number == 24 else 1)
    (found,) = cases.found(BANK, [7]).values()
    assert found.places[0] == ("p24.example", 2)
    assert len(found.places) == 20
    assert found.uploads == 26


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:word@talk.example/a/b?c#d", "talk.example"),
        (" HTTPS://Talk.Example ", "talk.example"),
        ("http://192.0.2.7/x", "192.0.2.7"),
        ("https://b\u00fccher.example/", "b\u00fccher.example"),
        ("https://localhost/", ""),
        ("https://[::1]/", ""),
        ("https://[broken/", ""),
        ("https://talk.example:port/", "talk.example"),
        ("https://quiet fox.example/", ""),
        (f"https://{'a' * 300}.example/", ""),
        ("talk.example/quietfox", ""),
        ("photo.jpg", ""),
        ("mailto:quietfox@talk.example", ""),
        ("javascript://talk.example/", ""),
        ("", ""),
    ],
)
def test_a_host_and_nothing_else(url, host):
    assert host_of(url) == host


def test_two_queries_by_the_content_alone(cases, database):
    """However many contents; and none of them goes through all cases of a bank."""
    opened(cases, 3)
    asked = []

    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    engine = database._reader.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        cases.found(BANK, range(1, 201))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    selects = [each for each in asked if each[0].startswith("SELECT")]
    assert len(selects) == 2
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            for statement, parameters in selects:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                told = " ".join(row[-1] for row in plan)
                assert "ix_review_case_content_id_id (content_id=?)" in told, told
