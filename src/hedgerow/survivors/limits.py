"""Every limit and choice of this room, by name."""

from __future__ import annotations

from dataclasses import dataclass

DESTINATIONS = ("bank", "hotline")


@dataclass(frozen=True)
class Limits:
    """What people's own pictures and notices may be, and how they are kept.

    goes_to: "bank": hashes protect at once, and each match is reviewed; "hotline": somebody trained
        looks at each submission first.
    bank: the bank of people's own pictures; made when the pages are switched on.
    exact_bank: the bank of accepted notices that blocks the very same files.
    near_bank: the bank of accepted notices whose near copies go before people.
    max_pictures: pictures and videos of one case.
    max_frames: hashed moments of one video.
    max_text: characters of a message, or of one text of a notice.
    max_messages: that somebody writes in one case; an answer is always possible.
    max_urls: addresses in one notice.
    code_tries: wrong codes for one number, in `code_minutes`.
    address_tries: of one address of the network, for all numbers.
    code_minutes: after which tries are counted anew.
    cases_an_hour: new cases from one address of the network.
    notices_a_day: removal notices from one address of the network.
    again_minutes: for which the same may be sent again, and gives a new code: its answer was lost.
    session_minutes: without use, after which a case is closed in the browser.
    argon2_time, argon2_memory_kib, argon2_parallelism: what checking a code costs (RFC 9106).
    pause_disputes: matches that people called wrong, with none called right, after which a picture
        is paused and the hotline looks at it.
    notice_hours: within which a notice is to be answered.
    notice_warn_hours, notice_urgent_hours: before that, when it is escalated.
    notice_days: after the answer, until who asked and what they wrote is destroyed.
    complaint_days: after the answer, for which it can be complained of.
    case_days: without a visit, after which a case of pictures is deleted; 0 for never.
    """

    goes_to: str = "bank"
    bank: str = "own-pictures"
    exact_bank: str = "removal-notices"
    near_bank: str = "removal-notices-near"
    max_pictures: int = 100
    max_frames: int = 7_200
    max_text: int = 4_000
    max_messages: int = 200
    max_urls: int = 50
    code_tries: int = 10
    address_tries: int = 30
    code_minutes: int = 15
    cases_an_hour: int = 20
    notices_a_day: int = 20
    again_minutes: int = 30
    session_minutes: int = 20
    argon2_time: int = 2
    argon2_memory_kib: int = 19_456
    argon2_parallelism: int = 1
    pause_disputes: int = 3
    notice_hours: int = 48
    notice_warn_hours: int = 24
    notice_urgent_hours: int = 6
    notice_days: int = 365
    complaint_days: int = 183
    case_days: int = 0

    def __post_init__(self) -> None:
        if self.goes_to not in DESTINATIONS:
            raise ValueError(f"goes_to must be bank or hotline, not {self.goes_to!r}")
        for name, value in vars(self).items():
            if isinstance(value, int) and (value < 0 or (value == 0 and name != "case_days")):
                raise ValueError(f"{name} must be above 0, not {value!r}")
        if len({self.bank, self.exact_bank, self.near_bank}) < 3:
            raise ValueError("bank, exact_bank and near_bank must have different names")
        if not self.notice_urgent_hours < self.notice_warn_hours < self.notice_hours:
            raise ValueError("notice_urgent_hours, notice_warn_hours and notice_hours must rise")
        if self.complaint_days > self.notice_days:
            raise ValueError("complaint_days must not be above notice_days")
