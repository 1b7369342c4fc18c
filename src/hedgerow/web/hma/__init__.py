"""The API of HMA, for clients that are written for it."""
