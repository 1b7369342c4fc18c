"""The migrations, one file a revision, in the order of their numbers."""
