"""The matcher against brute force, over random small banks."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.matching.signals import flipped, md5, pdq, query

from hedgerow.banks import Banks
from hedgerow.matching import Limits, Matcher, Verdict
from hedgerow.store import open_database

CENTRES = [pdq(seed) for seed in range(3)]
NEAR = st.builds(
    flipped, st.sampled_from(CENTRES), st.integers(0, 40), first=st.integers(0, 3)
) | st.sampled_from([pdq(77)])
DIGESTS = st.sampled_from([md5(text) for text in "abc"])
# A bank: its action (none: known false positives), its threshold, its contents.
BANKS = st.tuples(
    st.sampled_from(["block", "review", "record", None]),
    st.sampled_from([None, 0, 5, 20, 31, 45]),
    st.lists(st.tuples(st.none() | NEAR, st.none() | DIGESTS).filter(any), max_size=6),
)
UPLOADS = st.tuples(NEAR, st.none() | NEAR, st.none() | DIGESTS, st.booleans())
STRICTNESS = ("block", "review", "record")


def distance(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def within(asked, contents, threshold):
    """Distances of an upload to contents: by the nearest variant for PDQ, 0 for a digest."""
    values = [asked["pdq"]["value"], *asked["pdq"].get("variants", {}).values()]
    for number, signals in contents:
        for one in filter(None, signals):
            if one.type == "md5":
                if asked.get("md5", {}).get("value") == one.value:
                    yield "md5", 0, number
            else:
                nearest = min(distance(value, one.value) for value in values)
                if nearest <= threshold:
                    yield "pdq", nearest, number


def expected(asked, banks, refused, compared):
    """The verdict and the matches that count, by the rules, one comparison at a time."""
    positive, negative = [], []
    for name, (action, threshold, contents) in banks.items():
        for type_name, bits, number in within(
            asked, contents, 31 if threshold is None else threshold
        ):
            found = (type_name, bits, name, number, action)
            (negative if action is None else positive).append(found)
    nearest = min((bits for _type, bits, *_rest in negative), default=257)
    counted = [each for each in positive if each[1] <= nearest]
    unmatched = Verdict.UNCHECKED if refused or not compared else Verdict.CLEAR
    actions = [each[4] for each in counted]
    verdict = min(actions, key=STRICTNESS.index, default=unmatched)
    return verdict, sorted(each[:4] for each in counted), len(positive) - len(counted)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    made=st.lists(BANKS, min_size=1, max_size=4),
    uploads=st.lists(UPLOADS, min_size=1, max_size=8),
    chosen=st.none() | st.sets(st.integers(0, 3)),
)
def test_the_matcher_answers_as_brute_force_does(make_database_url, made, uploads, chosen):
    with tempfile.TemporaryDirectory() as folder:
        compared = compare(make_database_url.again(), Path(folder), made, uploads, chosen)
    assert compared == len(uploads)


def compare(url, folder, made, uploads, chosen):
    with open_database(url) as database:
        banks = Banks(database)
        known = {}
        for number, (action, threshold, contents) in enumerate(made):
            own = {} if threshold is None else {"pdq": threshold}
            kind = "negative" if action is None else "positive"
            banks.create(f"bank{number}", action, kind, own)
            told = {
                banks.add_content(f"bank{number}", filter(None, signals)).content.id: signals
                for signals in contents
            }
            known[f"bank{number}"] = (action, threshold, list(told.items()))
        asked = chosen
        if chosen is not None:
            known = {
                f"bank{number}": known[f"bank{number}"] for number in chosen if number < len(made)
            }
            asked = list(known)
        finding = {
            one.type
            for action, _threshold, contents in known.values()
            for _number, signals in contents
            for one in filter(None, signals)
            if action is not None
        }
        queries = [
            query(
                *filter(None, (value, digest)),
                refused={"code": "corrupt", "message": "damaged"} if refused else None,
                variants=None if variant is None else {"mirrored": variant.value},
            )
            for value, variant, digest, refused in uploads
        ]
        with Matcher(database, folder / "index", Limits(seal_at=4)) as matcher:
            answers = matcher.match(queries, asked)
    for each, answer in zip(queries, answers, strict=True):
        verdict, counted, suppressed = expected(
            each.signals, known, each.refused, finding & each.signals.keys()
        )
        assert answer.verdict == verdict
        assert counted == sorted(
            (match.signal_type, match.distance, match.bank, match.content_id)
            for match in answer.matches
        )
        assert len(answer.suppressed) == suppressed
        assert [match.action for match in answer.matches] == sorted(
            (match.action for match in answer.matches), key=STRICTNESS.index
        )
    return len(answers)


def test_every_banked_hash_within_its_threshold_is_found(banks, make_matcher):
    """Recall 1.0 with enough hashes for sealed and merged segments, clustered ones among them."""
    rng = np.random.default_rng(1)
    signals = [pdq(seed) for seed in range(150)]
    signals += [flipped(signals[7], int(bits), first=3) for bits in rng.integers(0, 60, 150)]
    banks.create("known", "block")
    matcher = make_matcher(seal_at=16)
    numbers = {}
    for one in signals:
        numbers[banks.add_content("known", [one]).content.id] = one.value
        if len(numbers) % 50 == 0:
            matcher.match([query(one)])
    uploads = [flipped(one, int(bits), first=50) for one in signals for bits in (0, 30, 31, 32)]
    answers = make_matcher(max_matches=1000, seal_at=16).match([query(one) for one in uploads])
    stored = np.array([list(bytes.fromhex(value)) for value in numbers.values()], np.uint8)
    ids = np.array(list(numbers))
    found = 0
    for upload, answer in zip(uploads, answers, strict=True):
        differing = np.bitwise_count(stored ^ np.frombuffer(bytes.fromhex(upload.value), np.uint8))
        near = ids[differing.sum(axis=1, dtype=int) <= 31]
        assert sorted(match.content_id for match in answer.matches) == near.tolist()
        found += len(near)
    assert found > 5_000
