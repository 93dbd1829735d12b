"""What is wrong with a row, told so that the person can find it in the file."""

from experiments.alignment.errors import DataError


class RowError(DataError):
    """One row cannot be taken. `row` is its number in the file as people count, the header aside; 0: the file itself.

    `field` is None where no single field is to blame.
    """

    def __init__(self, row: int, field: str | None, message: str) -> None:
        super().__init__(_sentence(row, field, message), field)
        self.row = row
        self.detail = message


def _sentence(row: int, field: str | None, message: str) -> str:
    place = ", ".join(
        part for part in (f"row {row}" if row else "", f"field '{field}'" if field else "") if part
    )
    return f"{place[:1].upper()}{place[1:]}: {message}" if place else message
