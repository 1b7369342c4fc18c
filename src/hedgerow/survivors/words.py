"""Codes in words: six of a list of 2,048, which is 66 random bits.

A code itself is six numbers of four digits, so it can be typed with a keyboard of any script. The
words say the same numbers in a language that has such a list (BIP 39); no two words of a list
share their first four letters, so those are enough.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from hedgerow.survivors.errors import UnreadableCode

WORDS = 6
_LIST = 2048
_DIGITS = 4
_TELLING = 4
"""Letters that tell a word from all others of its list."""

LISTS = {"en": "english", "es": "spanish", "fr": "french"}
"""The lists by language; who reads none of these gets English words, and the digits beside."""


def new_code() -> str:
    """A random code, as digits; its words mean nothing else in any of the lists."""
    while True:
        code = _joined(secrets.randbelow(_LIST) for _ in range(WORDS))
        if all(readings(" ".join(in_words(code, each))) == (code,) for each in LISTS):
            return code


def in_words(code: str, language: str) -> tuple[str, ...]:
    """The words of a code."""
    words = _words(LISTS.get(language, LISTS["en"]))
    return tuple(words[int(code[at : at + _DIGITS])] for at in range(0, len(code), _DIGITS))


def in_groups(code: str) -> tuple[str, ...]:
    """The digits of a code, in groups."""
    return tuple(code[at : at + _DIGITS] for at in range(0, len(code), _DIGITS))


def readings(text: str) -> tuple[str, ...]:
    """The codes that somebody may mean: words of any list, or digits of any script.

    Raises UnreadableCode where it can't be one.
    """
    typed = "".join(each if each.isalnum() or _is_mark(each) else " " for each in _plain(text))
    tokens = typed.split()
    if tokens and all(each.isdecimal() for each in tokens):
        return (_of_digits("".join(tokens)),)
    if len(tokens) != WORDS:
        raise UnreadableCode(0)
    places = [[_places(each).get(token[:_TELLING]) for token in tokens] for each in LISTS.values()]
    found = {_joined(each for each in row if each is not None) for row in places if None not in row}
    if found:
        return tuple(sorted(found))
    # In the list that fits best, the first word that isn't there.
    nearest = min(places, key=lambda row: row.count(None))
    raise UnreadableCode(nearest.index(None) + 1)


def digits_of(text: str) -> str:
    """The digits in a text, whatever script they are written in, as ASCII."""
    return "".join(str(unicodedata.decimal(each)) for each in text if each.isdecimal())


def _of_digits(text: str) -> str:
    digits = digits_of(text)
    groups = [digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]
    if len(digits) != WORDS * _DIGITS:
        raise UnreadableCode(0)
    for place, group in enumerate(groups, start=1):
        if int(group) >= _LIST:
            raise UnreadableCode(place)
    return digits


def _joined(numbers: Iterable[int]) -> str:
    return "".join(f"{each:0{_DIGITS}}" for each in numbers)


def _plain(text: str) -> str:
    """Without accents and capitals, in one form."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    return "".join(each for each in spread if not unicodedata.combining(each))


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")


@cache
def _words(name: str) -> tuple[str, ...]:
    from mnemonic import Mnemonic

    return tuple(unicodedata.normalize("NFC", each) for each in Mnemonic(name).wordlist)


@cache
def _places(name: str) -> dict[str, int]:
    """The place of each word, by its first letters without accents."""
    return {_plain(word)[:_TELLING]: place for place, word in enumerate(_words(name))}
