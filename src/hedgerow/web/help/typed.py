"""A number and a code, wherever somebody typed or pasted them."""

from __future__ import annotations

from hedgerow.survivors import UnreadableCode, is_number, readings

_NUMBER_DIGITS = 9
_CODE_DIGITS = 24
_CODE_WORDS = 6


def meant(number: str, code: str) -> tuple[str, str]:
    """The number and the code among what is in both fields; as they were typed, where that is no
    more than what belongs there, or where nothing better is to be found.

    They may be in each other's field, both in one, or be the whole note that our pages save.
    """
    if is_number(number) and _is_code(code):
        return number, code
    runs = _runs(number) + _runs(code)
    numbers = [text for text, count in runs if count == _NUMBER_DIGITS]
    codes = [text for text, count in runs if count == _CODE_DIGITS]
    for text, count in runs:
        if count == _NUMBER_DIGITS + _CODE_DIGITS:
            numbers.append(text[:_NUMBER_DIGITS])
            codes.append(text[_NUMBER_DIGITS:])
        elif not count:
            words = text.split()
            ends = range(_CODE_WORDS, len(words) + 1)
            codes += [" ".join(words[end - _CODE_WORDS : end]) for end in ends]
    good = [each for each in codes if _is_code(each)]
    # The last: before the words of a code may stand others of the list, such as "code".
    return (numbers[0], good[-1]) if numbers and good else (number, code)


def _runs(text: str) -> list[tuple[str, int]]:
    """Digits in a row without what is between them, and how many; words in a row, and 0.

    Fields of one line drop the ends of lines, so digits may stand right beside a word.
    """
    runs: list[tuple[str, bool]] = []
    for sign in text:
        digit = sign.isdecimal()
        if not digit and not sign.isalpha():
            # Space, or an accent that stands by itself: it belongs to the words, and to no digits.
            if runs and not runs[-1][1]:
                runs[-1] = (runs[-1][0] + sign, False)
        elif runs and runs[-1][1] == digit:
            runs[-1] = (runs[-1][0] + sign, digit)
        else:
            runs.append((sign, digit))
    return [(run, len(run) if digit else 0) for run, digit in runs]


def _is_code(text: str) -> bool:
    try:
        return bool(readings(text))
    except UnreadableCode:
        return False
