import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.media import File, Limits
from hedgerow.signals import BadSignal, Comparison, signal_type

NAMES = ("md5", "sha1", "sha256")


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(min_size=1, max_size=300))
def test_a_digest_is_of_all_the_bytes(name, data):
    computed = signal_type(name).compute(File(data, Limits()))
    assert computed.value == hashlib.new(name, data).hexdigest()
    assert signal_type(name).parse(computed.value.upper()) == computed.value


@pytest.mark.parametrize("name", NAMES)
def test_a_digest_is_equal_or_not(name):
    kind = signal_type(name)
    assert kind.comparison is Comparison.EQUAL
    assert (kind.max_distance, kind.default_threshold, kind.needs_picture) == (0, 0, False)


@pytest.mark.parametrize(("name", "digits"), [("md5", 32), ("sha1", 40), ("sha256", 64)])
def test_a_digest_has_its_length(name, digits):
    assert signal_type(name).parse("A" * digits) == "a" * digits
    for wrong in ("a" * (digits - 1), "a" * (digits + 1), "", "z" * digits):
        with pytest.raises(BadSignal, match=name):
            signal_type(name).parse(wrong)
