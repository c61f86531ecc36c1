"""Points in time or numbers along an axis, and counts by period."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from rilo_training.charts.columns import ChartError, numbers

Every = Literal["day", "week", "month", "quarter", "year"]
ROWS = "_rows"
"""The column of counted rows."""
PERIODS: dict[str, str] = {
    "day": "D",
    "week": "W",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}


def along(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column as dates or as numbers, to be drawn along an axis.

    Periods become their first day. Text is read as dates, such as ``2026-01`` or ``2026-01-31``.

    Raises
    ------
    ChartError
        When it is neither.
    """
    column = table[name]
    if isinstance(column.dtype, pd.ArrowDtype) and not pd.api.types.is_numeric_dtype(column):
        column = column.astype(object)
    if isinstance(column.dtype, pd.PeriodDtype):
        starts: pd.Series[Any] = column.dt.start_time
        return starts
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.tz_localize(None) if column.dt.tz is not None else column
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return numbers(table, name)
    try:
        if column.map(lambda value: isinstance(value, pd.Period)).all():
            return column.map(lambda period: period.start_time)
        return pd.to_datetime(column, format="ISO8601")
    except (ValueError, TypeError) as reason:
        example = str(column.dropna().iloc[0])[:30] if column.notna().any() else "nothing"
        raise ChartError(
            f"The column {name!r} holds {example!r}. Expected are dates, periods or numbers. "
            "Convert it first, for example with pandas.to_datetime."
        ) from reason


def by_period(
    table: pd.DataFrame, when: str, value: str | None, groups: list[str], every: str
) -> pd.DataFrame:
    """Return counts or sums by period and group; a period without rows is 0.

    Returns
    -------
    pandas.DataFrame
        ``when`` (the first day of the period), the groups, and ``value`` or `ROWS`.
    """
    if every not in PERIODS:
        raise ChartError(f"every is {every!r}. Expected is one of {', '.join(PERIODS)}.")
    moments = along(table, when)
    if not pd.api.types.is_datetime64_any_dtype(moments):
        raise ChartError(f"The column {when!r} holds numbers, so it has no {every}s. Use dates.")
    known = table.assign(**{when: moments})[moments.notna()]
    if known.empty:
        raise ChartError(f"The column {when!r} holds no date. Choose another column.")
    periods = known[when].dt.to_period(PERIODS[every])
    keys = [periods.rename(when), *(known[group] for group in groups)]
    if value is None:
        found: Any = known.groupby(keys, observed=True).size()
    else:
        found = numbers(known, value).groupby(keys).sum()
    whole = pd.period_range(periods.min(), periods.max(), freq=PERIODS[every])
    wide: pd.DataFrame = found.unstack(groups) if groups else found.to_frame()
    wide = wide.reindex(whole, fill_value=0).fillna(0)
    wide.index = whole.to_timestamp().rename(when)
    name = value or ROWS
    if not groups:
        return wide.set_axis([name], axis=1).reset_index()
    return wide.reset_index().melt(id_vars=when, var_name=groups[0], value_name=name)


def note_on_the_end(table: pd.DataFrame, when: str, every: str | None) -> str:
    """Return a note where the table ends before its last period does; else an empty text.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts.moments import note_on_the_end
    >>> note_on_the_end(pd.DataFrame({"day": ["2026-01-05", "2026-02-01"]}), "day", "month")
    'The last month ends on 1 Feb 2026: it is not complete, or it had no later rows.'
    """
    if every is None:
        return ""
    last = along(table, when).max()
    if last.normalize() >= last.to_period(PERIODS[every]).end_time.normalize():
        return ""
    day = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    return f"The last {every} ends on {day}: it is not complete, or it had no later rows."


def moment_text(moment: Any) -> str:
    """Return a point of the axis as text: a day, a month, or a number.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts.moments import moment_text
    >>> moment_text(pd.Timestamp("2026-03-01")), moment_text(pd.Timestamp("2026-03-09"))
    ('Mar 2026', '9 Mar 2026')
    >>> moment_text(12.0)
    '12'
    """
    if isinstance(moment, pd.Timestamp):
        month = f"{MONTHS[moment.month - 1]} {moment.year}"
        return month if moment.day == 1 else f"{moment.day} {month}"
    return f"{moment:g}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def set_scale(axes: Any, moments: pd.Series[Any], most_ticks: int = 8) -> None:
    """Give the horizontal axis its ticks: dates in short words, or few round numbers."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if pd.api.types.is_datetime64_any_dtype(moments):
        locator = AutoDateLocator(minticks=most_ticks // 2, maxticks=most_ticks)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    else:
        axes.xaxis.set_major_locator(
            MaxNLocator(most_ticks, integer=bool((moments % 1 == 0).all()))
        )
        axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
