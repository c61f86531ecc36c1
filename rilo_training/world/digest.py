"""The digest of a table: the same for the same rows, whatever file or parts they came from."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


class Digest:
    """The SHA-256 of a table that comes in parts.

    It covers the column names and all values in their order. It does not depend on the file
    format, the index, how many parts the table came in, or how pandas stores a column. A missing
    value and an empty text count as the same. Numbers count to six decimals.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.world.digest import Digest, digest
    >>> table = pd.DataFrame({"n": [1, 2], "text": ["a", ""]})
    >>> parts = Digest()
    >>> parts.add(table.head(1))
    >>> parts.add(table.tail(1))
    >>> parts.hexdigest() == digest(table)
    True
    """

    def __init__(self) -> None:
        self._marks: dict[str, list[Any]] = {}

    def add(self, table: pd.DataFrame | pa.Table) -> None:
        """Add the next rows of the table."""
        names = list(table.column_names if isinstance(table, pa.Table) else table.columns)
        if not self._marks:
            self._marks = {str(name): [sha256(), sha256()] for name in names}
        for name in names:
            for mark, part in zip(self._marks[str(name)], _bytes(table[name]), strict=True):
                mark.update(part)

    def hexdigest(self) -> str:
        """Return 64 hexadecimal digits."""
        whole = sha256()
        for name, marks in self._marks.items():
            whole.update(f"\x1e{name}\x1f".encode())
            for mark in marks:
                whole.update(mark.digest())
        return whole.hexdigest()


def _bytes(values: pd.Series | pa.ChunkedArray) -> tuple[bytes, bytes]:
    """Return the values as bytes in one form: lengths and letters of text, or whole numbers."""
    array = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([_plain(values)])
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        days = array.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
        return _whole(days.fill_null(np.iinfo(np.int64).min).to_numpy()), b""
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        millionths = np.rint(np.nan_to_num(numbers, nan=-9e12) * 1e6)
        return _whole(millionths.astype(np.int64)), b""
    texts = array.cast(pa.large_string()).fill_null("")
    lengths = pc.binary_length(texts).to_numpy().astype("<i8").tobytes()
    return lengths, b"".join(_letters(chunk) for chunk in texts.chunks)


def _whole(numbers: np.ndarray) -> bytes:
    return numbers.astype("<i8").tobytes()


def _plain(values: pd.Series) -> pa.Array:
    if values.dtype == object:
        known = values.notna()
        if known.any() and all(isinstance(value, str) for value in values[known]):
            return pa.array(values.where(known, None), type=pa.large_string())
        return pa.array(values.infer_objects(), from_pandas=True)
    array = pa.Array.from_pandas(values)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _letters(texts: pa.Array) -> bytes:
    """Return the letters of all texts of one array, end to end."""
    if not len(texts):
        return b""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset :]
    first, last = int(offsets[0]), int(offsets[len(texts)])
    return bytes(memoryview(texts.buffers()[2])[first:last]) if last > first else b""


def digest(table: pd.DataFrame | pa.Table) -> str:
    """Return the digest of a whole table; see `Digest`.

    Parameters
    ----------
    table : pandas.DataFrame or pyarrow.Table
        Columns of text, dates, numbers or yes/no.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.world import digest
    >>> whole, parts = pd.DataFrame({"n": [1, 2]}), pd.DataFrame({"n": [1.0, 2.0]})
    >>> digest(whole) == digest(parts)
    True
    """
    mark = Digest()
    mark.add(table)
    return mark.hexdigest()
