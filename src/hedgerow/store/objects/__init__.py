"""Media that are kept for review: encrypted, each under a key of its own, for a stated time.

`vault` keeps, opens and destroys them; `files` is where their bytes lie. `store` shows the names
of this package.
"""
