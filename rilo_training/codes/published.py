"""Real, published figures. They stand apart from the synthetic data, never mixed into them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = ("cannabis",)
"""The published tables. Each is a file of the folder ``published``."""


def published_text(name: str) -> str:
    """Return a published table as it stands in its file.

    Raises
    ------
    ValueError
        When there is no published table of this name.
    """
    if name not in PUBLISHED:
        raise ValueError(
            f"There is no published table {name!r}. The published tables are: "
            f"{', '.join(PUBLISHED)}. Write one of these names."
        )
    return files(__package__).joinpath("published", f"{name}.csv").read_text(encoding="utf-8")


def load_published(name: str) -> pd.DataFrame:
    """Return a table of real, published figures, with a citation on every row.

    A figure from a newspaper or a report is read as critically as our own: who reported, in which
    state are the figures, and who has looked at the report itself.

    Parameters
    ----------
    name : str
        ``cannabis``: recorded cannabis seizures of 2024 and 2025, of three reporters and of the
        world.

    Returns
    -------
    pandas.DataFrame
        One row per reporter and year: ``reporter``, ``year``, ``seizures`` (number),
        ``status`` (2025 is provisional), ``checked_against_report`` (yes or no) and ``source``.

    Raises
    ------
    ValueError
        When there is no published table of this name.

    Examples
    --------
    >>> from rilo_training.codes import load_published
    >>> load_published("cannabis")[["reporter", "year", "seizures"]].head(2)
      reporter  year  seizures
    0  Denmark  2024       667
    1  Denmark  2025      5135
    """
    from io import StringIO

    import pandas as pd

    return pd.read_csv(StringIO(published_text(name)), keep_default_na=False)
