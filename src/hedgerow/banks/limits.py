"""Every limit of this room, by name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a bank takes, and in what portions.

    Attributes:
        max_signals: signals of one content; one of each type.
        max_value: characters of a signal's value.
        max_payload: bytes of the parts of one signal, such as a video's frames.
        max_labels: labels of one content.
        max_label: characters of one label.
        max_note: characters of a note.
        max_source: characters of a source.
        max_reference: characters of a reference.
        max_description: characters of a bank's description.
        max_page: contents in one page of a list.
        max_line_bytes: bytes of one line of an imported file.
        max_bad_rows_kept: bad rows an import tells one by one; all are counted.
        batch_rows: rows an import stages in one transaction, and so also what a killed import
            does again. Others can write between two. Fewer cost time: hashes are random, so
            every batch touches most pages of their index.
    """

    max_signals: int = 16
    max_value: int = 1024
    max_payload: int = 16 * 2**20
    max_labels: int = 32
    max_label: int = 64
    max_note: int = 2000
    max_source: int = 256
    max_reference: int = 1024
    max_description: int = 2000
    max_page: int = 1000
    max_line_bytes: int = 1_048_576
    max_bad_rows_kept: int = 100
    batch_rows: int = 50_000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"{name} must be at least 1, not {value!r}")


DEFAULT_LIMITS = Limits()
