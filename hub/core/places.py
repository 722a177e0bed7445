"""Cells as spreadsheets name them: `D12`."""


def letters(column: int) -> str:
    """The letters of a column, from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def column_at(text: str) -> int | None:
    """The column with some letters, from 0; None: they are none.

    >>> column_at("AB")
    27
    """
    text = text.strip().upper()
    if not 1 <= len(text) <= 3 or not all("A" <= sign <= "Z" for sign in text):
        return None
    number = 0
    for sign in text:
        number = number * 26 + ord(sign) - 64
    return number - 1


def cell_at(column: int, row: int) -> str:
    """A cell, by its column, from 0, and the number of its row, from 1.

    >>> cell_at(3, 12)
    'D12'
    """
    return f"{letters(column)}{row}"
