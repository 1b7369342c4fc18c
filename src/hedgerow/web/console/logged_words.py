"""The log's names of actions, subjects and details, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from hedgerow.web.console.wording import spaced

ACTIONS: Mapping[str, str] = {
    "bank.changed": "Changed a bank",
    "bank.created": "Made a bank",
    "bank.deleted": "Deleted a bank",
    "bank.imported": "Imported a list into a bank",
    "banks.searched": "Searched the banks",
    "care.break": "Was sent on a break",
    "care.set": "Set limits of care",
    "case.assigned": "Gave a case to somebody",
    "case.complaint": "Passed on a complaint about a case",
    "case.decided": "Decided a case",
    "case.held": "Put a case on hold",
    "case.opened": "Opened a case for a match",
    "case.reopened": "Reopened a case",
    "case.said": "Said what a case is; it goes on",
    "case.taken": "Took a case in hand",
    "case.withdrawn": "Ended a case, as the person in the picture took it back",
    "case.woken": "Took a case off hold",
    "content.added": "Added a content to a bank",
    "content.noted": "Changed what is noted of a content",
    "content.removed": "Took a content out of a bank",
    "key.created": "Made an API key",
    "key.revoked": "Revoked an API key",
    "log.exported": "Exported the log",
    "log.part_exported": "Exported a part of the log",
    "media.destroyed": "Destroyed a kept upload",
    "media.opened": "Opened a kept upload, veiled",
    "media.revealed": "Looked at a part of a kept upload",
    "notice.accepted": "Accepted a removal notice",
    "notice.complained": "Complained of the answer to a removal notice",
    "notice.content_removed": "Took out of a bank, as wrong, what a removal notice put there",
    "notice.corrected": "Sent a removal notice once more, changed",
    "notice.declined": "Declined a removal notice",
    "notice.escalated": "Found little time left for a removal notice",
    "notice.forgotten": "Destroyed what a removal notice said",
    "notice.opened": "Read who sent a removal notice, and what it says",
    "notice.received": "Sent a removal notice",
    "own.code_replaced": "Gave a case of somebody's own a new number and code",
    "own.deleted": "Deleted a case of own pictures",
    "own.message_received": "Wrote to the hotline",
    "own.message_sent": "Wrote to the person of a case",
    "own.messages_read": "Left messages without an answer",
    "own.opened": "Opened a case of own pictures",
    "own.picture_accepted": "Let a picture protect",
    "own.picture_declined": "Let a picture protect no more",
    "own.picture_paused": "Paused a picture whose matches were wrong",
    "own.pictures_added": "Added pictures to a case of their own",
    "own.sharing_changed": "Changed whether own pictures may be passed on",
    "own.withdrawn": "Took own pictures back",
    "person.accepted": "Used a link, and set a password",
    "person.deactivated": "Deactivated a person",
    "person.invited": "Invited a person",
    "person.linked": "Was linked to a sign-in elsewhere",
    "person.login_changed": "Gave a person another login",
    "person.locked": "Closed an account for a while after wrong tries",
    "person.passkey_added": "Added a passkey",
    "person.passkey_copied": "Refused a passkey that seems to be a copy",
    "person.passkey_removed": "Removed a passkey",
    "person.password_changed": "Changed a password",
    "person.reactivated": "Reactivated a person",
    "person.renamed": "Renamed a person",
    "person.reset": "Reset how a person signs in",
    "person.roles_changed": "Gave a person other roles",
    "person.second_factors_removed": "Took a person's second factors away",
    "person.set_up": "Set up the first account",
    "person.signed_in": "Signed in",
    "person.signed_out": "Signed out",
    "person.signed_out_everywhere": "Signed out everywhere",
    "person.totp_added": "Added codes of an app",
    "person.totp_removed": "Removed codes of an app",
    "person.unlocked": "Opened a closed account again",
    "policy.cleared": "Let the usual review rules count for a bank again",
    "policy.set": "Set the review rules of a bank",
    "proposal.accepted": "Accepted a proposal",
    "proposal.rejected": "Rejected a proposal",
    "set_up.offered": "Made a link to set up the first account",
    "vault.key_forgotten": "Let a new key file take the place of a lost one",
    "webhook.changed": "Changed a webhook",
    "webhook.created": "Made a webhook",
    "webhook.gone": "Ended a webhook whose receiver wants no more",
    "webhook.removed": "Removed a webhook",
    "webhook.resent": "Sent deliveries of a webhook again",
    "webhook.rotated": "Gave a webhook a new secret",
    "webhook.tested": "Sent a test to a webhook",
}
"""What each action is, with whoever acted before it. A test holds that none is left out."""

FAMILIES: Mapping[str, str] = {
    "bank": "Banks",
    "banks": "Searches",
    "care": "Care",
    "case": "Cases",
    "content": "Contents of banks",
    "key": "API keys",
    "log": "The log",
    "media": "Kept uploads",
    "notice": "Removal notices",
    "own": "People's own pictures",
    "person": "People",
    "policy": "Review rules",
    "proposal": "Proposals",
    "set_up": "Setting up",
    "vault": "Keys of encryption",
    "webhook": "Webhooks",
}
"""What the first part of an action's name is about."""

SUBJECTS: Mapping[str, str] = {
    "key": "API key",
    "object": "kept upload",
    "own": "case of somebody's own",
}
"""Kinds of subjects that are called something else than their name in the log."""

EVERYTHING: Mapping[str, str] = {"bank:0": "all banks", "person:0": "everybody"}
"""Subjects that stand for all there are."""

DETAILS: Mapping[str, str] = {
    "added": "contents added",
    "addresses": "addresses of the web",
    "asks": "a match asks for",
    "at_once": "the old secret ended at once",
    "before": "roles before",
    "by_agent": "by somebody for them",
    "colour": "in colour",
    "disputes": "matches called wrong",
    "dropped": "deliveries dropped",
    "ended": "sessions ended",
    "keep_media_hours": "uploads kept for, in hours",
    "lead": "by",
    "local": "local signatures",
    "bank.number": "import",
    "person.number": "session",
    "object": "kept upload",
    "of": "it was kept for",
    "share": "may be passed on",
    "second_for_confirm": "a second person to confirm",
    "second_for_dispute": "a second person to dispute",
    "then": "the case then",
    "to": "to",
    "trained": "for trained people alone",
}
"""Names of details that don't say it themselves; some only in one family of actions."""


def action_words(action: str) -> str:
    """What was done; of an action that nobody here knows, its name."""
    name = spaced(action.replace(".", ": "))
    return ACTIONS.get(action) or f"{name[:1].upper()}{name[1:]}"


def family_words(family: str) -> str:
    """What a family of actions is about."""
    return FAMILIES.get(family) or spaced(family).capitalize()


def detail_words(action: str, name: str) -> str:
    """What a detail of an action is."""
    family = action.partition(".")[0]
    return DETAILS.get(f"{family}.{name}") or DETAILS.get(name) or spaced(name)
