"""Cases: what matched is put before people, decided, and told."""

from hedgerow.cases.care import EVERYBODY
from hedgerow.cases.errors import (
    BadDecision,
    CasesProblem,
    NoSuchCase,
    NoSuchProposal,
    NotNow,
    NotYours,
    Resting,
)
from hedgerow.cases.limits import Care, Intake, Limits
from hedgerow.cases.policies import DEFAULTS
from hedgerow.cases.queue import MOST_COUNTED
from hedgerow.cases.records import (
    BankPrecision,
    Case,
    CaseDetails,
    Choice,
    Consequence,
    Context,
    Copy,
    Day,
    Decision,
    Event,
    Filter,
    Lease,
    Outcome,
    Overview,
    Page,
    Proposal,
    Propose,
    Reason,
    Received,
    ReviewPolicy,
    Standing,
    Status,
)
from hedgerow.cases.service import Cases
from hedgerow.cases.tally import Tally
from hedgerow.cases.viewing import MAX_PARTS, MAX_STILLS

__all__ = [
    "DEFAULTS",
    "EVERYBODY",
    "MAX_PARTS",
    "MAX_STILLS",
    "MOST_COUNTED",
    "BadDecision",
    "BankPrecision",
    "Care",
    "Case",
    "CaseDetails",
    "Cases",
    "CasesProblem",
    "Choice",
    "Consequence",
    "Context",
    "Copy",
    "Day",
    "Decision",
    "Event",
    "Filter",
    "Intake",
    "Lease",
    "Limits",
    "NoSuchCase",
    "NoSuchProposal",
    "NotNow",
    "NotYours",
    "Outcome",
    "Overview",
    "Page",
    "Proposal",
    "Propose",
    "Reason",
    "Received",
    "Resting",
    "ReviewPolicy",
    "Standing",
    "Status",
    "Tally",
]
