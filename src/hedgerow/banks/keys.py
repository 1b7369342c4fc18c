"""The number under which the index knows a content: `bank_id << 40 | content_id`.

All of a bank lies in one range of keys, so a bank leaves the index in one step, and a hit names
its bank without asking the database.
"""

from hedgerow.banks.errors import NumbersUsedUp

CONTENT_BITS = 40
MAX_CONTENT_ID = (1 << CONTENT_BITS) - 1
MAX_BANK_ID = (1 << (63 - CONTENT_BITS)) - 1


def key_of(bank_id: int, content_id: int) -> int:
    """Return the key of a content, a positive 64-bit integer.

    Raises:
        NumbersUsedUp: a number is outside its bits (banks 23, contents 40).
    """
    if not 0 <= bank_id <= MAX_BANK_ID:
        msg = f"bank number {bank_id} is not below {MAX_BANK_ID + 1}: no more banks can be made"
        raise NumbersUsedUp(msg)
    if not 0 <= content_id <= MAX_CONTENT_ID:
        msg = f"content number {content_id} is not below {MAX_CONTENT_ID + 1}: the banks are full"
        raise NumbersUsedUp(msg)
    return bank_id << CONTENT_BITS | content_id


def bank_of(key: int) -> int:
    """Return the number of the bank in a key."""
    return key >> CONTENT_BITS


def content_of(key: int) -> int:
    """Return the number of the content in a key."""
    return key & MAX_CONTENT_ID


def content_range(bank_id: int, content_id: int) -> tuple[int, int]:
    """Return the half-open range of keys that is this one content."""
    key = key_of(bank_id, content_id)
    return key, key + 1


def bank_range(bank_id: int) -> tuple[int, int]:
    """Return the half-open range of keys that is all of a bank."""
    first = key_of(bank_id, 0)
    return first, first + MAX_CONTENT_ID + 1
