"""The rules of `validate`: what each one means, how bad a breach is, and what to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning", "notice"]
"""How bad a problem is: wrong for sure, probably wrong, or worth a look."""


@dataclass(frozen=True)
class Rule:
    """One rule of `validate`.

    An analyst reads it to know why a record was named, and what to ask.

    Attributes
    ----------
    name : str
        Name in the table of problems.
    severity : {"error", "warning", "notice"}
        Wrong for sure, probably wrong, or worth a look.
    meaning : str
        What was found where the rule is broken.
    question : str
        What to ask the Member; ``{column}`` stands for the name of the column.

    Examples
    --------
    >>> from rilo_training.seizures import RULES
    >>> RULES[1].name, RULES[1].severity
    ('column_missing', 'error')
    """

    name: str
    severity: Severity
    meaning: str
    question: str


RULES: tuple[Rule, ...] = (
    Rule(
        "no_rows",
        "error",
        "The table has no row.",
        "The table arrived without rows. Were there no seizures, or was the file cut off?",
    ),
    Rule(
        "column_missing",
        "error",
        "The table has no such column.",
        "The column {column} is not in the table. Can it be sent, or is it not recorded?",
    ),
    Rule(
        "column_repeated",
        "error",
        "Two columns have the same name; the first one was checked.",
        "The table has more than one column {column}. Which one is right?",
    ),
    Rule(
        "column_nominal",
        "error",
        "The name of the column says that it holds personal data.",
        "The column {column} seems to hold personal data. The record is non-nominal: please send "
        "the table again without it.",
    ),
    Rule(
        "cell_missing",
        "error",
        "The cell is empty, or the label is missing.",
        "{column} is empty. What is the value, or is it not known?",
    ),
    Rule(
        "cell_unreadable",
        "error",
        "The value is not of the kind of its column: a date, a number, a whole number or yes/no.",
        "{column} holds a value of another kind. What was meant?",
    ),
    Rule(
        "label",
        "error",
        "The label is not in the code list.",
        "{column} holds a label that is not in the code list. Which label of the list is meant?",
    ),
    Rule("too_small", "error", "The number cannot be so small.", "Which number is right?"),
    Rule(
        "zero_quantity",
        "warning",
        "The quantity is zero.",
        "The quantity is zero. Was nothing found, was it not weighed, or is it below one unit?",
    ),
    Rule(
        "line_repeated",
        "error",
        "Two different rows have the same number of case and line.",
        "Two rows with different contents carry the same number of case and line. Is one a "
        "correction of the other?",
    ),
    Rule(
        "duplicate_exact",
        "error",
        "The row repeats another row in every column.",
        "The row arrived more than once. May the copies be removed?",
    ),
    Rule(
        "row_repeated",
        "warning",
        "The row equals another row, and no number of case tells whether they are two seizures.",
        "Two rows are equal in every column. Are they two seizures or one?",
    ),
    Rule(
        "duplicate_near",
        "warning",
        "The same seizure seems to stand under two case numbers.",
        "Two cases agree in nearly everything. Is it one seizure that was keyed twice?",
    ),
    Rule(
        "case_disagrees",
        "warning",
        "The lines of one case differ in what they must share.",
        "The lines of the case hold different values of {column}. Which one is right?",
    ),
    Rule(
        "case_year",
        "warning",
        "The year in the case number is not the year of the report.",
        "The case number names another year than the report date. Which one is right?",
    ),
    Rule(
        "case_total",
        "error",
        "The value of the case is not the sum of its lines.",
        "The value of the case is not the sum of its lines. Which line or total is right?",
    ),
    Rule(
        "report_before_seizure",
        "error",
        "The report date lies before the seizure date.",
        "The seizure lies after its report. Which date is right; were day and month turned?",
    ),
    Rule(
        "date_turned",
        "warning",
        "With day and month turned, the delay of the report would be a usual one.",
        "The report came unusually late for this date. Were day and month turned?",
    ),
    Rule(
        "date_far",
        "warning",
        "The date lies many years from the other dates of the table.",
        "{column} lies many years from the other dates. Is the year right?",
    ),
    Rule(
        "section_of_commodity",
        "error",
        "The commodity does not belong to the section.",
        "The commodity does not belong to the section. Which one is right?",
    ),
    Rule(
        "commodity_of_sub_commodity",
        "error",
        "The sub-commodity does not belong to the commodity.",
        "The sub-commodity does not belong to the commodity. Which one is right?",
    ),
    Rule(
        "unit_of_commodity",
        "warning",
        "Goods of this commodity are not recorded in this unit.",
        "These goods are not usually recorded in this unit. Are unit and commodity right?",
    ),
    Rule(
        "unit_slip",
        "warning",
        "In the other unit of weight, the line would fit its peers far better.",
        "The weight does not fit goods, value and the Member's own way of writing. Was the unit "
        "mistaken?",
    ),
    Rule(
        "weight_of_concealment",
        "warning",
        "The line is heavier than what can be hidden so.",
        "The weight is more than can be hidden so. Are weight, unit and concealment right, or "
        "were there several items?",
    ),
    Rule(
        "weight_of_conveyance",
        "warning",
        "The line is heavier than what the conveyance can carry.",
        "The weight is more than the conveyance can carry. Are weight, unit and conveyance right?",
    ),
    Rule(
        "concealment_of_conveyance",
        "warning",
        "Goods that are hidden so do not travel by this conveyance.",
        "Goods that are hidden so do not travel by this conveyance. Which one is right?",
    ),
    Rule(
        "route_of_direction",
        "warning",
        "The route does not fit the direction as seen by the reporting Member.",
        "The route does not fit the direction. Are direction, departure and destination right?",
    ),
    Rule(
        "route_returns",
        "warning",
        "The goods came from the country that they were sent to, or passed through an end.",
        "The same country stands at two places of the route. Is the route right?",
    ),
    Rule(
        "port_of_country",
        "error",
        "The airport or seaport does not lie in the country that the row names.",
        "{column} lies in another country than the row names. Which one is right?",
    ),
    Rule(
        "port_of_conveyance",
        "warning",
        "An airport stands with goods by sea, or a seaport with goods by air.",
        "{column} does not fit how the goods moved. Which one is right?",
    ),
    Rule(
        "personal_detail",
        "error",
        "The text holds what looks like a personal detail: the value says which kind.",
        "The record is non-nominal, and {column} seems to hold a personal detail. Please remove it "
        "at the source.",
    ),
    Rule(
        "personal_name",
        "notice",
        "The text holds words that may be the name of a person.",
        "{column} may hold the name of a person. If so, please remove it at the source.",
    ),
)
"""All rules, in the order in which a problem list is read."""


def rule_table() -> pd.DataFrame:
    """Return the rules of `validate` as a table, to read or to hand out.

    A Member that sees the rules before the records of next year makes fewer of the mistakes.

    Returns
    -------
    pandas.DataFrame
        ``rule``, ``severity``, ``meaning``, ``question``; one row for each rule.

    Examples
    --------
    >>> from rilo_training.seizures import rule_table
    >>> rule_table().loc[1, ["rule", "severity"]].tolist()
    ['column_missing', 'error']
    """
    import pandas as pd

    return pd.DataFrame(
        [(rule.name, rule.severity, rule.meaning, rule.question) for rule in RULES],
        columns=["rule", "severity", "meaning", "question"],
    )
