"""The queue in front of comparing: in order, bounded, fair, and never silent."""

import logging
import threading
import time
from queue import SimpleQueue

import pytest

from hedgerow.matching import Answer, LiveLimits, Match, Overloaded, Query, Turns, Verdict

PATIENCE = 60


def some_query(name, variants=0):
    signal = {"value": name, "variants": {str(number): "" for number in range(variants)}}
    return Query({"pdq": signal})


def answer_to(query):
    return Answer(Verdict.CLEAR, 1, signals=query.signals)


class Comparer:
    """Compares when it is let, and notes what it was asked in each turn."""

    def __init__(self):
        self.turns = []
        self.began = SimpleQueue()
        self.open = threading.Event()
        self.open.set()
        self.broken_by = None

    def __call__(self, queries, banks):
        names = [query.signals["pdq"]["value"] for query in queries]
        self.turns.append((names, banks))
        self.began.put(names)
        assert self.open.wait(PATIENCE)
        if self.broken_by in names:
            raise KeyError(self.broken_by)
        return [answer_to(query) for query in queries]


@pytest.fixture
def comparer():
    return Comparer()


@pytest.fixture
def make(comparer):
    made = []

    def make_turns(told=None, **limits):
        made.append(Turns(comparer, LiveLimits(**limits), told))
        return made[-1]

    yield make_turns
    comparer.open.set()
    for turns in made:
        turns.close()


def ask(turns, names, banks=None, variants=0):
    """Submit, and return the box that the answer comes into."""
    box = SimpleQueue()
    turns.submit([some_query(name, variants) for name in names], banks, box.put)
    return box


def told_in(box):
    found = box.get(timeout=PATIENCE)
    if isinstance(found, Exception):
        return found
    return [answer.signals["pdq"]["value"] for answer in found]


def hold(turns, comparer):
    """Let the thread be busy with a question of its own, so that others gather."""
    comparer.open.clear()
    box = ask(turns, ["first"])
    assert comparer.began.get(timeout=PATIENCE) == ["first"]
    return box


def test_answers_come_in_the_order_of_the_queries(make):
    names = [f"{number}" for number in range(1000)]
    assert told_in(ask(make(turn_codes=7), names)) == names


def test_no_queries_no_answers(make):
    assert told_in(ask(make(), [])) == []


def test_what_waits_is_compared_together(make, comparer):
    turns = make()
    first = hold(turns, comparer)
    boxes = [ask(turns, [f"{number}"]) for number in range(5)]
    comparer.open.set()
    assert told_in(first) == ["first"]
    assert [told_in(box) for box in boxes] == [[f"{number}"] for number in range(5)]
    assert comparer.turns[1:] == [(["0", "1", "2", "3", "4"], None)]


def test_other_banks_are_another_turn(make, comparer):
    turns = make()
    hold(turns, comparer)
    boxes = [ask(turns, [name], banks) for name, banks in (("a", ["x"]), ("b", ["y"]), ("c", None))]
    comparer.open.set()
    assert [told_in(box) for box in boxes] == [["a"], ["b"], ["c"]]
    assert [banks for _names, banks in comparer.turns[1:]] == [{"x"}, {"y"}, None]


def test_a_large_question_does_not_hold_up_a_small_one(make, comparer):
    turns = make(turn_codes=10)
    hold(turns, comparer)
    large = ask(turns, [f"{number}" for number in range(100)])
    small = ask(turns, ["small"])
    comparer.open.set()
    assert told_in(small) == ["small"]
    assert told_in(large) == [f"{number}" for number in range(100)]
    asked_at = [number for number, (names, _banks) in enumerate(comparer.turns) if "small" in names]
    assert asked_at == [2]  # the first, ten of the large one, then the small one


def test_orientations_count_as_hashes(make, comparer):
    turns = make(turn_codes=32)
    hold(turns, comparer)
    boxes = [ask(turns, [f"{number}"], variants=15) for number in range(5)]
    assert turns.queued == 80
    comparer.open.set()
    assert [told_in(box) for box in boxes] == [[f"{number}"] for number in range(5)]
    assert [len(names) for names, _banks in comparer.turns] == [1, 2, 2, 1]
    assert turns.queued == 0


# By itself a question is never too long: where nothing else waits, it is taken.
@pytest.mark.parametrize("length", [20, 50])
def test_too_much_is_refused_at_once_and_taken_again_later(make, comparer, length):
    turns = make(max_queued_codes=20)
    hold(turns, comparer)
    box = ask(turns, ["x"] * length)
    with pytest.raises(Overloaded):
        ask(turns, ["one more"])
    comparer.open.set()
    assert told_in(box) == ["x"] * length
    assert told_in(ask(turns, ["again"])) == ["again"]
    assert turns.queued == 0


def test_what_waited_too_long_is_told_so(make, comparer):
    turns = make(max_wait_seconds=1e-9)
    assert isinstance(told_in(ask(turns, ["late"])), Overloaded)
    assert turns.queued == 0
    assert comparer.turns == []


def test_a_failure_is_of_the_one_whose_it_is(make, comparer):
    turns = make()
    hold(turns, comparer)
    boxes = [ask(turns, [name]) for name in ("a", "bad", "c")]
    comparer.broken_by = "bad"
    comparer.open.set()
    found = [told_in(box) for box in boxes]
    assert isinstance(found[1], KeyError)
    assert [found[0], found[2]] == [["a"], ["c"]]
    assert told_in(ask(turns, ["on it goes"])) == ["on it goes"]


def test_a_failure_in_the_middle_of_a_large_question(make, comparer):
    turns = make(turn_codes=10)
    comparer.broken_by = "25"
    assert isinstance(told_in(ask(turns, [f"{number}" for number in range(100)])), KeyError)
    assert turns.queued == 0


def test_who_cannot_take_the_answer_harms_nobody_else(make, caplog):
    def broken(_found):
        raise RuntimeError("gone")

    turns = make()
    with caplog.at_level(logging.ERROR):
        turns.submit([some_query("a")], None, broken)
        assert told_in(ask(turns, ["b"])) == ["b"]
    assert "could not be delivered" in caplog.text


def test_what_was_taken_is_answered_at_the_end(make, comparer):
    turns = make(turn_codes=3)
    hold(turns, comparer)
    boxes = [ask(turns, [f"{number}"] * 5) for number in range(3)]
    ending = threading.Thread(target=turns.close)
    ending.start()
    comparer.open.set()
    ending.join(PATIENCE)
    assert [told_in(box) for box in boxes] == [[f"{number}"] * 5 for number in range(3)]
    with pytest.raises(Overloaded):
        ask(turns, ["too late"])


def test_stages_are_told(make):
    stages = []
    turns = make(lambda stage, seconds: stages.append((stage, seconds >= 0)))
    assert told_in(ask(turns, ["a"])) == ["a"]
    assert stages == [("queue", True), ("compare", True)]


def test_measuring_that_fails_stops_nothing(make, caplog):
    def told(_stage, _seconds):
        raise OSError("no room for the figures")

    turns = make(told)
    assert told_in(ask(turns, ["a"])) == ["a"]
    assert told_in(ask(turns, ["b"])) == ["b"]
    assert "could not be noted" in caplog.text


def test_it_tells_where_comparing_does_not_end(make, comparer):
    turns = make(max_wait_seconds=0.5)
    idle = turns.problem()
    hold(turns, comparer)
    until = time.monotonic() + PATIENCE
    while (stuck := turns.problem()) is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert idle is None
    assert "has not come to an end" in stuck


def test_it_tells_where_its_thread_has_ended(make):
    turns = make()
    turns.close()
    assert "start the service anew" in turns.problem()


def test_all_answers_to_a_question_give_no_more_evidence_than_there_is_room_for(make, monkeypatch):
    match = Match("known", 1, 1, Verdict.BLOCK, "pdq", 0, 31, "none", "", "")
    full = Answer(Verdict.BLOCK, 1, (match,) * 4)
    turns = make(max_matches_at_once=10, turn_codes=2)
    monkeypatch.setattr(turns, "_compare", lambda queries, _banks: [full] * len(queries))
    answers = ask(turns, ["a"] * 6).get(timeout=PATIENCE)
    assert [len(answer.matches) for answer in answers] == [4, 4, 2, 1, 1, 1]
    assert [answer.more_matches for answer in answers] == [False] * 2 + [True] * 4
    assert {answer.verdict for answer in answers} == {Verdict.BLOCK}
