"""Whether two tables that belong together stand in the same order."""

from __future__ import annotations

import pandas as pd

from rilo_training.risk.errors import RiskError


def check_same_order(one: object, other: object, what: str) -> None:
    """Refuse two tables whose rows have the same labels in another order.

    Rows are taken by their place. An analyst who sorted one of two tables would get a result
    without any sense, and would not see it.

    Parameters
    ----------
    one, other : object
        Only tables and series of pandas have labels; others pass.
    what : str
        What they are called, for instance ``X and y``.

    Raises
    ------
    RiskError
        When the labels are the same and their order is not.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk.alignment import check_same_order
    >>> y = pd.Series([1, 0, 0])
    >>> check_same_order(pd.DataFrame({"origin": ["AA", "BB", "CC"]}), y, "X and y")
    >>> check_same_order(y, y.sort_values(), "y and score")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    rilo_training.risk.errors.RiskError: The rows of y and score have the same labels in ...
    """
    if not isinstance(one, pd.DataFrame | pd.Series) or not isinstance(
        other, pd.DataFrame | pd.Series
    ):
        return
    if len(one) != len(other) or one.index.equals(other.index):
        return
    if one.index.is_unique and one.index.isin(other.index).all():
        raise RiskError(
            f"The rows of {what} have the same labels in another order.",
            "Rows that belong together were expected at the same place.",
            "Bring one into the order of the other: y = y.loc[X.index].",
        )
