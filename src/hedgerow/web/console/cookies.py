"""The console's three cookies."""

SESSION = "__Host-hedgerow"
"""The token of a session; ends with the browser, and earlier on the server."""

FORM = "__Host-hedgerow-form"
"""A secret for forms of somebody who hasn't signed in yet."""

NOTICE = "__Host-hedgerow-notice"
"""A message for the next page."""
