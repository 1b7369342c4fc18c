"""The log: who did or saw what, when and why. Entries are chained by hash; checkpoints are signed.

`actors` says who is acting; `recording` appends; `canonical` is the form that is hashed, which
docs/store.md tells in full so that others can check it. `store` shows the names of this package.
"""
