"""A table that is written to a file part by part."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pandas as pd
import pyarrow as pa

WHOLE = {pa.int64(): pd.Int64Dtype()}
"""Whole numbers stay whole in text, also where one is missing."""

SMALLEST_LEVEL, QUICK_LEVEL = 19, 3
"""Compression of Parquet: small files for a world that is kept, quick ones for a large world."""


class TableFile:
    """A Parquet or CSV file that takes rows part by part; a context manager.

    Parameters
    ----------
    file : pathlib.Path
        Where to write; its suffix decides the format.
    mark : str
        Stands in the metadata of a Parquet file, under the key ``synthetic``.
    smallest : bool
        Whether to compress as far as possible, which takes longer.
    """

    def __init__(self, file: Path, mark: str, smallest: bool) -> None:
        self._file = file
        self._mark = mark
        self._level = SMALLEST_LEVEL if smallest else QUICK_LEVEL
        self._parquet: Any = None
        self._csv: IO[str] | None = None

    def __enter__(self) -> TableFile:
        return self

    def add(self, table: pa.Table) -> None:
        """Write the next rows."""
        if self._file.suffix == ".csv":
            first = self._csv is None
            if self._csv is None:
                # The byte order mark tells Excel that the file is UTF-8.
                self._csv = self._file.open("w", encoding="utf-8-sig", newline="")
            frame: pd.DataFrame = table.to_pandas(types_mapper=WHOLE.get)
            frame.to_csv(self._csv, index=False, header=first, lineterminator="\n")
            return
        if self._parquet is None:
            from pyarrow import parquet

            schema = table.schema
            metadata = {**(schema.metadata or {}), b"synthetic": self._mark.encode()}
            self._parquet = parquet.ParquetWriter(
                self._file,
                schema.with_metadata(metadata),
                compression="zstd",
                compression_level=self._level,
            )
        self._parquet.write_table(table.replace_schema_metadata(self._parquet.schema.metadata))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for stream in (self._parquet, self._csv):
            if stream is not None:
                stream.close()
