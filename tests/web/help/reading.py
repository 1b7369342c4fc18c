"""How old somebody has to be to read a text: Flesch and Kincaid's grade (1975), in English.

Grade 4 is about the age of 9, grade 6 about 11. Syllables are counted with the hyphenation of
Pyphen, which finds a few less than there are spoken; where vowels stand apart there is one more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pyphen

_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_VOWELS = re.compile(r"[aeiouy]+")
_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)")


@cache
def _hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US", left=1, right=1)


def syllables(word: str) -> int:
    """In a word: as many as its groups of vowels without a mute e, or as it can be hyphenated."""
    plain = word.lower()
    groups = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith("le") and groups > 1:
        groups -= 1
    return max(1, groups, len(_hyphenation().positions(plain)) + 1)


def grade(texts: Iterable[str]) -> float:
    """The grade of texts; each is a sentence at least."""
    words = sentences = spoken = 0
    for text in texts:
        found = _WORD.findall(text)
        if not found:
            continue
        words += len(found)
        spoken += sum(syllables(word) for word in found)
        sentences += max(1, len([each for each in _SENTENCE.split(text) if _WORD.search(each)]))
    return 0.39 * words / sentences + 11.8 * spoken / words - 15.59
