"""Codes in words: every way of typing one, and what can't be one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic

from hedgerow.survivors import UnreadableCode
from hedgerow.survivors.words import LISTS, WORDS, in_groups, in_words, new_code, readings

VECTORS = {
    # Looked up in the published lists of BIP 39: the word of line n + 1 is the number n.
    "en": ("abandon", "ability", "zoo", "legal", "winner", "thank"),
    "es": ("ábaco", "abdomen", "zurdo", "ligero", "vista", "talar"),
    "fr": ("abaisser", "abandon", "zoologie", "implorer", "visage", "sonnette"),
}
CODE = "000000012047101920151790"

numbers = st.lists(st.integers(0, 2047), min_size=WORDS, max_size=WORDS)
languages = st.sampled_from(sorted(LISTS))


def code_of(values: list[int]) -> str:
    return "".join(f"{each:04}" for each in values)


def without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFD", text)
    return "".join(each for each in spread if not unicodedata.combining(each))


@pytest.mark.parametrize("language", LISTS)
def test_the_words_of_a_code_are_those_of_the_published_list(language):
    words = Mnemonic(LISTS[language]).wordlist
    there = in_words(CODE, language)
    assert there == VECTORS[language]
    assert [words.index(unicodedata.normalize("NFKD", each)) for each in there] == [
        0, 1, 2047, 1019, 2015, 1790,
    ]  # fmt: skip


@pytest.mark.parametrize("language", LISTS)
def test_four_letters_without_accents_tell_the_words_of_a_list_apart(language):
    words = Mnemonic(LISTS[language]).wordlist
    assert len({without_accents(each)[:4] for each in words}) == len(words) == 2048


def test_who_reads_no_list_gets_english_words_and_the_digits_beside():
    assert in_words(CODE, "ar") == VECTORS["en"]
    assert in_groups(CODE) == ("0000", "0001", "2047", "1019", "2015", "1790")


@given(numbers, languages)
def test_words_are_read_back(values, language):
    code = code_of(values)
    assert code in readings(" ".join(in_words(code, language)))


@given(numbers, languages, st.data())
def test_however_they_are_typed(values, language, data):
    code = code_of(values)
    ways = st.sampled_from(
        [
            str.upper,
            str.title,
            without_accents,
            lambda word: without_accents(word)[:4],
            lambda word: word[:4],
            lambda word: unicodedata.normalize("NFD", word),
            lambda word: word,
        ]
    )
    between = st.sampled_from([" ", "  ", "-", "\n", ", ", ". ", "\t", "\u00a0", " – ", "_", "/"])
    typed = "".join(data.draw(ways)(word) + data.draw(between) for word in in_words(code, language))
    assert code in readings(f"  {typed}")


@given(numbers, st.sampled_from("0٠۰०০๐０"), st.sampled_from(["", " ", "-", " · "]))
def test_digits_of_any_script(values, zero, between):
    code = code_of(values)
    typed = between.join(in_groups(code)).translate(
        {ord(str(each)): chr(ord(zero) + each) for each in range(10)}
    )
    assert readings(typed) == (code,)


def test_no_new_code_reads_as_two_whatever_it_is_shown_in():
    for _ in range(300):
        code = new_code()
        for language in LISTS:
            assert readings(" ".join(in_words(code, language))) == (code,)
        assert readings(" ".join(in_groups(code))) == (code,)


def test_words_that_two_lists_have_read_as_two():
    """Or the test above would hold by itself: English and French share words."""
    shared = set(Mnemonic("english").wordlist) & set(Mnemonic("french").wordlist)
    typed = " ".join(sorted(shared)[:WORDS])
    assert len(readings(typed)) == 2


def test_every_place_is_as_good_as_random():
    """66 bits: each of six places one of 2,048, all equally often, independent of the next."""
    made = [new_code() for _ in range(6_400)]
    places = [[int(code[at : at + 4]) for code in made] for at in range(0, 24, 4)]
    assert len(set(made)) == len(made)
    for place in places:
        assert set(place) <= set(range(2048))
        assert chi_square(place, 64, lambda value: value // 32) < 115  # 63 degrees: p < 0.0001
        assert chi_square(place, 64, lambda value: value % 64) < 115
    for first, second in pairwise(places):
        pairs = [8 * (one // 256) + other // 256 for one, other in zip(first, second, strict=True)]
        assert chi_square(pairs, 64, lambda value: value) < 115


def chi_square(values, classes, class_of):
    expected = len(values) / classes
    found = Counter(class_of(each) for each in values)
    return sum((found[each] - expected) ** 2 / expected for each in range(classes))


class TestWhatIsNone:
    @pytest.mark.parametrize(
        ("typed", "place"),
        [
            ("", 0),
            ("legal", 0),
            ("legal winner thank year wave", 0),
            ("legal winner thank year wave legal winner", 0),
            ("legal winner thnk year wave legal", 3),
            ("legal winner thank year wave zzzz", 6),
            ("xx winner thank year wave legal", 1),
            ("ábaco abdomen zurdo labio viudo xyz", 6),
            ("0000 0001 2047 1019 2015", 0),
            ("0000 0001 2047 1019 2015 1790 1", 0),
            ("0000 0001 2048 1019 2015 1790", 3),
            ("9999 0001 2047 1019 2015 1790", 1),
            ("0000 winner thank year wave legal", 1),
            ("\ud800 \0", 0),
            ("स्त्री " * 6, 1),
        ],
    )
    def test_it_is_told_where(self, typed, place):
        with pytest.raises(UnreadableCode) as caught:
            readings(typed)
        assert caught.value.place == place

    @given(st.text(max_size=200))
    def test_any_text_is_read_or_unreadable(self, typed):
        with suppress(UnreadableCode):
            found = readings(typed)
            assert all(len(each) == 24 and each.isascii() and each.isdigit() for each in found)
