"""Draw labels by their shares, many rows at once, and fit a table to its margins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.world.tables import Floats, shares

Indices = npt.NDArray[np.int64]


def choose(rng: np.random.Generator, weights: Floats, rows: Indices) -> Indices:
    """Return one drawn column per entry of `rows`.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from; it gives one number per entry.
    weights : array of float, shape (kinds, columns)
        Weights of the columns, not negative; each row that is used holds a positive one.
    rows : array of int
        Which row of weights each entry uses.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.draws import choose
    >>> choose(np.random.default_rng(0), np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1, 1]))
    array([0, 1, 1])
    """
    steps = np.cumsum(shares(weights), axis=1)
    used = steps[:, -1:] > 0
    steps = np.divide(steps, steps[:, -1:], out=np.ones_like(steps), where=used)
    columns = weights.shape[1]
    # Row k of the steps is moved to the interval k..k+1, so one sorted search serves all rows.
    line = (steps + np.arange(len(steps))[:, None]).ravel()
    found = np.searchsorted(line, rng.random(len(rows)) + rows, side="right") - rows * columns
    last = columns - 1 - np.argmax(weights[:, ::-1] > 0, axis=1)
    drawn: Indices = np.minimum(found, last[rows]).astype(np.int64)
    return drawn


def fit_margins(start: Floats, rows: Floats, columns: Floats, rounds: int = 400) -> Floats:
    """Return the table nearest to `start` whose margins are `rows` and `columns`.

    Zeros of `start` stay zero, so a combination that cannot be is never drawn. This is iterative
    proportional fitting (Deming and Stephan, 1940).

    Parameters
    ----------
    start : array of float, shape (r, c)
        Relative weights, not negative.
    rows, columns : array of float, shape (r,) and (c,)
        Wanted sums; both add up to the same total.
    rounds : int
        How many times both margins are fitted. The rows are fitted last and are exact.

    Returns
    -------
    array of float, shape (r, c)

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.draws import fit_margins
    >>> start = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> fit_margins(start, np.array([0.4, 0.6]), np.array([0.7, 0.3])).round(3).tolist()
    [[0.4, 0.0], [0.3, 0.3]]
    """
    table = start.astype(np.float64, copy=True)
    for _ in range(rounds):
        sums = table.sum(axis=0)
        factor = np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        table *= factor
        sums = table.sum(axis=1)
        factor = np.divide(rows, sums, out=np.zeros_like(sums), where=sums > 0)
        table *= factor[:, None]
        if np.abs(table.sum(axis=0) - columns).max() < 1e-12:
            break
    return table
