"""The columns of the seizures table: the one source of the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rilo_training import codes

Kind = Literal["text", "date", "whole number", "number", "yes/no"]

DTYPES: dict[Kind, str] = {
    "text": "str",
    "date": "datetime64[us]",
    "whole number": "int64",
    "number": "float64",
    "yes/no": "bool",
}
"""The pandas dtype of each kind. Before pandas 3 a text column has dtype object."""


@dataclass(frozen=True)
class Column:
    """One column of the seizures table.

    A program that writes such a table reads here what a value means and which labels it may be.

    Attributes
    ----------
    name : str
        Name in the file.
    kind : str
        Kind of value; `DTYPES` gives the pandas dtype.
    meaning : str
        What a value says, in one sentence.
    unit : str
        Unit of the value, or "" when it has none.
    codes : str
        Field of `rilo_training.codes.labels` that lists the allowed labels, ``"country"`` for an
        ISO 3166 alpha-2 code, ``"member"`` for the code of a Member, ``"gateway"`` for the IATA
        code of an airport or the UN/LOCODE of a port, or "" when free.
    unknown_allowed : bool
        Whether the value may be the label ``Unknown``.
    missing_allowed : bool
        Whether the cell may be empty.
    lowest : float or None
        Smallest number that can be true, or None when there is no such limit.

    Examples
    --------
    >>> from rilo_training.seizures import COLUMNS
    >>> COLUMNS[17].name, COLUMNS[17].dtype, COLUMNS[17].lowest
    ('quantity', 'float64', 0)
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    codes: str = ""
    unknown_allowed: bool = False
    missing_allowed: bool = False
    lowest: float | None = None

    @property
    def dtype(self) -> str:
        """Return the pandas dtype of the column."""
        return DTYPES[self.kind]

    def labels(self) -> list[str] | None:
        """Return the labels that the column may hold, or None when it is free.

        Returns
        -------
        list of str or None
            In the order of the code list.

        Examples
        --------
        >>> from rilo_training.seizures.schema import column
        >>> column("direction").labels()
        ['Import', 'Export', 'Transit', 'Internal']
        >>> column("narrative").labels() is None
        True
        """
        if not self.codes:
            return None
        if self.codes == "member":
            found = [str(code) for code in codes.members()["alpha2"]]
        elif self.codes == "country":
            found = [str(code) for code in codes.countries()["alpha2"]]
        elif self.codes == "gateway":
            found = [*map(str, codes.airports()["iata"]), *map(str, codes.ports()["locode"])]
        else:
            found = codes.labels(self.codes)
        if self.unknown_allowed and "Unknown" not in found:
            found.append("Unknown")
        return found


COLUMNS: tuple[Column, ...] = (
    Column(
        "case_id",
        "text",
        "Number of the case: region, year of registration, running number. One case holds one or "
        "more lines.",
    ),
    Column(
        "line_no", "whole number", "Number of the seizure line within its case, from 1.", lowest=1
    ),
    Column("seizure_date", "date", "Day on which the goods were found."),
    Column(
        "report_date",
        "date",
        "Day on which the case reached the regional database.",
    ),
    Column("reporting_country", "text", "Member that made and reported the seizure.", "", "member"),
    Column("location", "text", "Kind of place of the seizure.", "", "location", True),
    Column("direction", "text", "Movement of the goods as seen by the Member.", "", "direction"),
    Column("detection", "text", "How the goods were chosen for control.", "", "detection"),
    Column("conveyance", "text", "What carried the goods.", "", "conveyance", True),
    Column("concealment", "text", "Where the goods were hidden.", "", "concealment", True),
    Column(
        "departure_country",
        "text",
        "Country where the journey began, as far as the Member knew. It is not the origin.",
        "",
        "country",
        True,
    ),
    Column(
        "transit_country",
        "text",
        "Country that the goods passed through; empty when no transit is recorded.",
        "",
        "country",
        False,
        True,
    ),
    Column(
        "destination_country", "text", "Country that the goods were sent to.", "", "country", True
    ),
    Column("is_ecommerce", "yes/no", "Whether the goods were ordered online."),
    Column("section", "text", "Section of the Illicit Trade Report.", "", "section"),
    Column("commodity", "text", "Commodity within the section.", "", "commodity"),
    Column("sub_commodity", "text", "Kind of goods within the commodity.", "", "sub_commodity"),
    Column(
        "quantity",
        "number",
        "Quantity of the line, in the unit of its own row. Bring quantities to one unit before "
        "you add them up.",
        "see column unit",
        lowest=0,
    ),
    Column("unit", "text", "Unit of the quantity.", "", "unit"),
    Column(
        "narrative",
        "text",
        "One sentence on how the goods were found. It must hold no personal data; a few rows "
        "break this rule (with invented names).",
    ),
    Column(
        "seizure_port",
        "text",
        "Airport or seaport of the seizure; empty elsewhere or when not recorded.",
        "",
        "gateway",
        False,
        True,
    ),
    Column(
        "departure_port",
        "text",
        "Airport or seaport that the goods left, for goods by air or sea.",
        "",
        "gateway",
        False,
        True,
    ),
    Column(
        "transit_port",
        "text",
        "Airport or seaport that the goods passed through, for goods by air or sea.",
        "",
        "gateway",
        False,
        True,
    ),
    Column(
        "destination_port",
        "text",
        "Airport or seaport that the goods were sent to, for goods by air or sea.",
        "",
        "gateway",
        False,
        True,
    ),
    Column("persons", "whole number", "Number of persons in the case.", "persons", lowest=0),
    Column("value_usd", "number", "Value of the line as the Member estimates it.", "USD", lowest=0),
    Column(
        "case_value_usd",
        "number",
        "Value of the whole case as the Member states it: the sum of its lines.",
        "USD",
        lowest=0,
    ),
)
"""The columns of the contract, in order. More columns may stand beside them in an extract."""


def column(name: str) -> Column:
    """Return the column of this name.

    Examples
    --------
    >>> from rilo_training.seizures.schema import column
    >>> column("quantity").dtype
    'float64'
    """
    for candidate in COLUMNS:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in COLUMNS)
    raise KeyError(f"The seizures table has no column '{name}'. Columns: {names}.")


def _allowed(candidate: Column) -> str:
    if candidate.codes == "country":
        text = "ISO 3166 alpha-2"
    elif candidate.codes == "member":
        return "ISO 3166 alpha-2 of a Member"
    elif candidate.codes == "gateway":
        text = "IATA code or UN/LOCODE"
    elif candidate.codes in ("commodity", "sub_commodity"):
        file = "commodities" if candidate.codes == "commodity" else "sub_commodities"
        return f"`codes/{file}.csv`"
    elif candidate.codes:
        return " · ".join(codes.labels(candidate.codes))
    else:
        return ""
    return f"{text}, or Unknown" if candidate.unknown_allowed else f"{text}, or empty"


def dictionary_markdown(columns: tuple[Column, ...] = COLUMNS) -> str:
    """Return the data dictionary of a table as a Markdown table.

    Hand it out with a table: who does not know what a column means guesses.

    Parameters
    ----------
    columns : tuple of Column
        The columns of the table; those of the seizures by default.

    Returns
    -------
    str
        One line for each column, below two lines of the head.

    Examples
    --------
    >>> from rilo_training.seizures import dictionary_markdown
    >>> print(dictionary_markdown().splitlines()[3])
    | `line_no` | int64 | Number of the seizure line within its case, from 1. |  |  |
    """
    lines = ["| column | dtype | meaning | unit | allowed values |", "|---|---|---|---|---|"]
    for candidate in columns:
        lines.append(
            f"| `{candidate.name}` | {candidate.dtype} | {candidate.meaning} "
            f"| {candidate.unit} | {_allowed(candidate)} |"
        )
    return "\n".join(lines)
