"""What may go into a bank: every value is checked and brought to one form here, once."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hedgerow import signals
from hedgerow.banks.errors import BadBank, BadContent
from hedgerow.banks.limits import Limits
from hedgerow.banks.records import Action, Kind
from hedgerow.signals import BadSignal, Comparison, Signal, UnknownSignalType

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
# Separators of labels in CSV, and whatever a terminal or a database chokes on.
_NOT_IN_LABEL = re.compile(r"[|;\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_MAX_REASON = 300  # characters; a hostile value may be long, and the reason quotes it


class Draft(NamedTuple):
    """A content that passed every check and isn't in a bank yet."""

    signals: tuple[Signal, ...]
    labels: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    reference: str = ""


def bank_name(name: str) -> str:
    """Return `name` if a bank can have it.

    Raises:
        BadBank: it can't.
    """
    if not _NAME.fullmatch(name):
        msg = (
            "a bank's name is 1 to 64 letters, digits, dots, underscores and hyphens of ASCII, "
            "and starts with none of dot and hyphen"
        )
        raise BadBank(msg)
    return name


def bank_kind(kind: str) -> Kind:
    """Return the kind of that name.

    Raises:
        BadBank: there is none.
    """
    try:
        return Kind(kind)
    except ValueError:
        msg = "a bank's kind is 'positive' or 'negative'"
        raise BadBank(msg) from None


def bank_action(kind: Kind, action: str | None) -> Action | None:
    """Return the action for a bank of this kind; a positive one with none gets `review`.

    Raises:
        BadBank: there is no such action, or a negative bank was to have one.
    """
    if kind is Kind.NEGATIVE:
        if action is not None:
            msg = "a negative bank suppresses matches and has no action; leave the action out"
            raise BadBank(msg)
        return None
    try:
        return Action.REVIEW if action is None else Action(action)
    except ValueError:
        msg = "a bank's action is 'block', 'review' or 'record'"
        raise BadBank(msg) from None


def description(text: str, limits: Limits) -> str:
    """Return a bank's description.

    Raises:
        BadBank: it is too long or has control characters.
    """
    if len(text) > limits.max_description or _NOT_IN_TEXT.search(text):
        msg = f"a description has at most {limits.max_description} characters, none of them control"
        raise BadBank(msg)
    return text


def thresholds(wanted: Mapping[str, int]) -> dict[str, int]:
    """Return distances by signal type, in bits.

    Raises:
        BadBank: a type is unknown or only matches when equal, or a distance is out of its range.
    """
    return {name: threshold(name, distance) for name, distance in wanted.items()}


def threshold(name: str, distance: int) -> int:
    """Return one distance, in bits; see `thresholds`."""
    signal_type = signals.registry().get(name)
    if signal_type is None:
        msg = f"there is no signal type {name[:64]!r}; there are {', '.join(signals.registry())}"
        raise BadBank(msg)
    if signal_type.comparison is Comparison.EQUAL:
        msg = f"{name} matches when equal and has no threshold; leave it out"
        raise BadBank(msg)
    if type(distance) is not int:  # True would pass for 1
        msg = f"the threshold of {name} is a whole number of bits"
        raise BadBank(msg)
    if not 0 <= distance <= signal_type.max_distance:
        msg = f"the threshold of {name} is from 0 to {signal_type.max_distance} bits"
        raise BadBank(msg)
    return distance


def signal(
    name: str, value: str, quality: int | None, limits: Limits, payload: bytes = b""
) -> Signal:
    """Return a signal in its normal form.

    Raises:
        BadContent: the type is unknown, or the value or the payload isn't of that type.
    """
    value = signal_value(name, value, limits)
    # A quality from a file can be of any type, and True would pass for 1.
    if quality is not None and (type(quality) is not int or not 0 <= quality <= 100):
        msg = f"the quality of {name} is a whole number from 0 to 100"
        raise BadContent(msg)
    return Signal(name, value, quality, _payload(name, value, payload, limits))


def signal_value(name: str, value: str, limits: Limits) -> str:
    """Return the value of a signal in its normal form.

    Raises:
        BadContent: the type is unknown, or the value isn't of that type.
    """
    try:
        value = signals.parse(name, value)
    except (BadSignal, UnknownSignalType) as error:
        raise BadContent(str(error)[:_MAX_REASON]) from None
    if len(value) > limits.max_value:
        msg = f"a {name} value has at most {limits.max_value} characters"
        raise BadContent(msg)
    if not value.isascii() or not value.isprintable() or " " in value:
        msg = f"a {name} value has only visible characters of ASCII"
        raise BadContent(msg)
    return value


def _payload(name: str, value: str, payload: bytes, limits: Limits) -> bytes:
    """Return the parts of a signal as a bank keeps them.

    Raises:
        BadContent: the type has none, or they aren't those of the value.
    """
    parts_type = signals.parts_type(name)
    if parts_type is None:
        if payload:
            msg = f"{name} has no parts; leave them out"
            raise BadContent(msg)
        return b""
    if not payload:
        msg = f"{name} is found by its parts, which a value alone doesn't tell; bank the file"
        raise BadContent(msg)
    if len(payload) > limits.max_payload:
        msg = f"the parts of a {name} signal have at most {limits.max_payload:,} bytes"
        raise BadContent(msg)
    try:
        banked = parts_type.banked(payload)
    except BadSignal as error:
        raise BadContent(str(error)[:_MAX_REASON]) from None
    if hashlib.sha256(banked).hexdigest() != value:
        msg = f"the value of {name} isn't the digest of its parts"
        raise BadContent(msg)
    return banked


def not_sealed(name: str) -> None:
    """See that signals of this type may come from elsewhere.

    Raises:
        BadContent: they are made and kept here alone.
    """
    if name in signals.registry() and signals.is_sealed(name):
        msg = f"{name} signatures are never exchanged; leave them out"
        raise BadContent(msg)


def known_type(name: str) -> None:
    """See that a signal type is known.

    Raises:
        BadContent: it isn't.
    """
    if name not in signals.registry():
        msg = f"there is no signal type {name[:40]!r}; there are {', '.join(signals.registry())}"
        raise BadContent(msg)


def draft(
    given: Iterable[Signal],
    labels: Sequence[str] = (),
    note: str = "",
    source: str = "",
    reference: str = "",
    *,
    limits: Limits,
) -> Draft:
    """Check all of a content: signals ordered by type, labels without repeats, texts as given.

    Raises:
        BadContent: something isn't possible; the message says what.
    """
    found = [signal(one.type, one.value, one.quality, limits, one.payload) for one in given]
    return assemble(found, labels, note, source, reference, limits=limits)


def assemble(
    found: list[Signal],
    labels: Sequence[str],
    note: str,
    source: str,
    reference: str,
    *,
    limits: Limits,
) -> Draft:
    """Check a content whose signals are checked already; see `draft`."""
    if not found:
        msg = "a content needs at least one signal"
        raise BadContent(msg)
    if len(found) > 1:
        found.sort(key=lambda one: one.type)
        if len({one.type for one in found}) < len(found):
            msg = "a content has at most one signal of each type; add the others as contents"
            raise BadContent(msg)
        if len(found) > limits.max_signals:
            msg = f"a content has at most {limits.max_signals} signals"
            raise BadContent(msg)
    check_text("note", note, limits.max_note)
    check_text("source", source, limits.max_source)
    check_text("reference", reference, limits.max_reference)
    return Draft(tuple(found), check_labels(labels, limits), note, source, reference)


def check_labels(labels: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """Return the labels without repeats, in their order.

    Raises:
        BadContent: too many, or one is empty, too long or has characters that aren't allowed.
    """
    unique = tuple(dict.fromkeys(labels))
    if len(unique) > limits.max_labels:
        msg = f"a content has at most {limits.max_labels} labels"
        raise BadContent(msg)
    for label in unique:
        if not label or label != label.strip() or len(label) > limits.max_label:
            msg = f"a label has 1 to {limits.max_label} characters and no space around it"
            raise BadContent(msg)
        if _NOT_IN_LABEL.search(label):
            msg = "a label has no '|', no ';' and no control characters"
            raise BadContent(msg)
    return unique


def check_text(name: str, text: str, longest: int) -> None:
    """See that a text has at most `longest` characters, all of them text.

    Raises:
        BadContent: it hasn't.
    """
    if not text:
        return
    if len(text) > longest:
        msg = f"the {name} has at most {longest} characters"
        raise BadContent(msg)
    if _NOT_IN_TEXT.search(text):
        msg = f"the {name} has control characters or isn't UTF-8; take them out"
        raise BadContent(msg)


def fingerprint(found: Iterable[Signal]) -> bytes:
    """Return 16 bytes that are the same for the same signals, whatever their quality.

    128 bits of BLAKE2b: two different sets with one fingerprint can't be made on purpose either.
    Types and values hold no NUL and no line feed.
    """
    text = "\n".join([f"{one.type}\0{one.value}" for one in found])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
