"""Missing and dirty values, at stated rates, with the truth known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.home.names import SPELLINGS, respell
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters


def _rate(column: str, kind: str) -> float:
    table = parameters("home_dirt")
    rows = table[table["column"].eq(column) & table["kind"].eq(kind)]
    return float(rows["value"].iloc[0]) / 100 if len(rows) else 0.0


def written(
    rng: np.random.Generator, column: str, texts: list[str], place: Indices
) -> tuple[np.ndarray, np.ndarray]:
    """Return the texts as they stand in the declarations, and which are written differently.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from; it gives one number per entry.
    column : str
        The column of the table ``home_dirt`` that gives the rates.
    texts : list of str
        The texts in their usual form.
    place : array of int
        Place of the text of each consignment.

    Returns
    -------
    tuple of two arrays
        Texts (None where missing) and yes/no.
    """
    edges = np.cumsum([_rate(column, way) for way in ("missing", *SPELLINGS)])
    way = np.searchsorted(edges, rng.random(len(place)), side="right")  # 4 is the usual form
    table = np.empty((len(SPELLINGS) + 2, len(texts)), dtype=object)
    table[0], table[-1] = None, texts
    for at, spelling in enumerate(SPELLINGS):
        table[at + 1] = [respell(text, spelling) for text in texts]
    return table[way, place], (way > 0) & (way <= len(SPELLINGS))


def plant_missing(seed: int, consignments: pd.DataFrame) -> pd.DataFrame:
    """Return the consignments with some cells empty, at the rates of ``home_dirt``."""
    rng = stream(seed, "home_missing")
    table = parameters("home_dirt")
    for column in table.loc[table["kind"].eq("missing"), "column"]:
        if column in ("description", "importer_address"):
            continue  # these were left out when they were written
        lost = rng.random(len(consignments)) < _rate(str(column), "missing")
        consignments[column] = consignments[column].mask(lost)
    return consignments
