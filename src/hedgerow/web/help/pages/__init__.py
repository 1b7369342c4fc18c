"""The pages, a module for each thing that a visitor does. Importing them fills the table."""

from hedgerow.web.help.pages import (
    entering,
    learning,
    my_case,
    notice,
    protect,
)

__all__ = ["entering", "learning", "my_case", "notice", "protect"]
