"""The one cookie of the survivors' pages: only while somebody has a case open."""

SESSION = "__Host-help"
"""The token of a session; ends with the browser, and earlier on the server."""
