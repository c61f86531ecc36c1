"""What Datasette calls for each cell: the number of a case or a container leads to its lines.

It is loaded only when the pages are made, because it needs Datasette.
"""

from __future__ import annotations

from typing import Any

from datasette import hookimpl
from markupsafe import Markup

from rilo_training.browse.meaning import DATABASE

_QUERIES = {
    "case_id": ("find_a_case", "case_number"),
    "container_number": ("legs_of_a_container", "container_number"),
}
_UPLOADED = ("seizures_raw", "validation_queue")
_LINK = Markup('<a href="/{}/{}?{}={}">{}</a>')


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: Any
) -> Markup | None:
    """Return a link for a number, or None: then the cell is shown as it is.

    A line as it was uploaded has no link: the validated case would show how it was repaired. Of
    the saved queries, only that of the queue has a column ``record``.
    """
    if database != DATABASE or column not in _QUERIES or not isinstance(value, str):
        return None
    if table in _UPLOADED or (table is None and "record" in row.keys()):  # noqa: SIM118
        return None
    query, parameter = _QUERIES[column]
    if query not in datasette.metadata("queries", database=database, fallback=False):
        return None
    return _LINK.format(DATABASE, query, parameter, value, value)
