"""Named lists of known content: banks, their contents and signals, and the feed of changes."""

from hedgerow.banks.changes import wait_for_others as hold_changes
from hedgerow.banks.counting import (
    changed_at,
    signal_counts,
    signal_types_by_bank,
    signal_types_in_use,
)
from hedgerow.banks.errors import (
    BadBank,
    BadContent,
    BadImport,
    BadPage,
    BadRow,
    BankExists,
    BanksProblem,
    ExportBroken,
    FixedBank,
    ImportBroken,
    ImportFailed,
    ImportRefused,
    NoSuchBank,
    NoSuchContent,
    NoSuchImport,
    NumbersUsedUp,
)
from hedgerow.banks.feed import SignalFeed
from hedgerow.banks.formats import ImportOptions
from hedgerow.banks.imports import Progress
from hedgerow.banks.keys import CONTENT_BITS, bank_of, bank_range, content_of, content_range, key_of
from hedgerow.banks.limits import DEFAULT_LIMITS, Limits
from hedgerow.banks.lookups import (
    contents_by_id,
    exact_matches,
    latest,
    mark_of,
    policies,
)
from hedgerow.banks.parts import LOCAL, PartsFeed, Payloads
from hedgerow.banks.records import (
    Action,
    Added,
    Bank,
    BankDetails,
    Content,
    ExactMatch,
    Format,
    Import,
    ImportReport,
    Kind,
    Policy,
)
from hedgerow.banks.sentinel import SENTINEL_NAME, SENTINEL_PDQ
from hedgerow.banks.service import Banks

__all__ = [
    "CONTENT_BITS",
    "DEFAULT_LIMITS",
    "LOCAL",
    "SENTINEL_NAME",
    "SENTINEL_PDQ",
    "Action",
    "Added",
    "BadBank",
    "BadContent",
    "BadImport",
    "BadPage",
    "BadRow",
    "Bank",
    "BankDetails",
    "BankExists",
    "Banks",
    "BanksProblem",
    "Content",
    "ExactMatch",
    "ExportBroken",
    "FixedBank",
    "Format",
    "Import",
    "ImportBroken",
    "ImportFailed",
    "ImportOptions",
    "ImportRefused",
    "ImportReport",
    "Kind",
    "Limits",
    "NoSuchBank",
    "NoSuchContent",
    "NoSuchImport",
    "NumbersUsedUp",
    "PartsFeed",
    "Payloads",
    "Policy",
    "Progress",
    "SignalFeed",
    "bank_of",
    "bank_range",
    "changed_at",
    "content_of",
    "content_range",
    "contents_by_id",
    "exact_matches",
    "hold_changes",
    "key_of",
    "latest",
    "mark_of",
    "policies",
    "signal_counts",
    "signal_types_by_bank",
    "signal_types_in_use",
]
