"""What can go wrong with signals.

SignalProblem
├── BadSignal           a text is not a signal of its type
├── UnknownSignalType   nothing is registered under that name
└── BrokenSignalType    an entry point can't be loaded or isn't a signal type
"""

from __future__ import annotations


class SignalProblem(Exception):
    """Anything that this room reports."""


class BadSignal(SignalProblem, ValueError):
    """A text that is not a signal of the type it is said to be."""


class UnknownSignalType(SignalProblem, LookupError):
    """A name that no signal type is registered under."""


class BrokenSignalType(SignalProblem):
    """An installed package offers a signal type that can't be used."""
