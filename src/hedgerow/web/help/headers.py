"""Where the survivors' pages are, and what they may load."""

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
