"""The seizure record: what its columns mean, how to load an extract, and how to check it.

`load_seizures` is what a notebook calls, `validate` says what is wrong, `repair` mends a copy.
`use_extract` says which world folder the run reads.
Nothing heavy is imported before the first extract is loaded.
"""

from rilo_training.seizures.convert import conversion_table, convert_quantities
from rilo_training.seizures.duplicates import find_duplicates
from rilo_training.seizures.frame import seizure_schema
from rilo_training.seizures.harmonise import propose_labels
from rilo_training.seizures.home_schema import CONSIGNMENT_COLUMNS, INSPECTION_COLUMNS
from rilo_training.seizures.load import (
    ExtractError,
    current_extract,
    load_consignments,
    load_inspections,
    load_movements,
    load_seizures,
    use_extract,
)
from rilo_training.seizures.movement_schema import MOVEMENT_COLUMNS
from rilo_training.seizures.personal import find_personal_details
from rilo_training.seizures.queue import next_in_queue
from rilo_training.seizures.repair import RepairedCopy, repair
from rilo_training.seizures.rules import RULES, Rule, rule_table
from rilo_training.seizures.schema import COLUMNS, Column, dictionary_markdown
from rilo_training.seizures.scorecard import member_names, scorecard
from rilo_training.seizures.validate import validate

__all__ = [
    "COLUMNS",
    "CONSIGNMENT_COLUMNS",
    "INSPECTION_COLUMNS",
    "MOVEMENT_COLUMNS",
    "RULES",
    "Column",
    "ExtractError",
    "RepairedCopy",
    "Rule",
    "conversion_table",
    "convert_quantities",
    "current_extract",
    "dictionary_markdown",
    "find_duplicates",
    "find_personal_details",
    "load_consignments",
    "load_inspections",
    "load_movements",
    "load_seizures",
    "member_names",
    "next_in_queue",
    "propose_labels",
    "repair",
    "rule_table",
    "scorecard",
    "seizure_schema",
    "use_extract",
    "validate",
]
