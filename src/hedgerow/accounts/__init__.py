"""accounts."""

__all__: list[str] = []
