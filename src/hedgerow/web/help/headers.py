"""Where the survivors' pages are, and what they may load."""

from urllib.parse import urlsplit

PREFIX = "/help"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types hashing",
    )
)
"""Nothing from elsewhere and nothing sent elsewhere. Chosen files are blobs in memory; the one
policy of trusted types lets the hashing begin in its own worker."""


def policy_with(exit_url: str) -> str:
    """The policy of pages whose exit leads there: without scripts it is a form, and browsers hold
    what answers a form to its policy, too."""
    read = urlsplit(exit_url)
    host = (read.hostname or "").encode("idna").decode()
    there = f"{read.scheme}://{host}" + (f":{read.port}" if read.port else "")
    return POLICY.replace("form-action 'self'", f"form-action 'self' {there}")
