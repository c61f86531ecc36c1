"""The seizure record: what its columns mean, and how to load an extract.

`load_seizures` is what a notebook calls. `use_extract` says which world folder the run reads.
Nothing heavy is imported before the first extract is loaded.
"""

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
from rilo_training.seizures.schema import COLUMNS, Column, dictionary_markdown

__all__ = [
    "COLUMNS",
    "CONSIGNMENT_COLUMNS",
    "INSPECTION_COLUMNS",
    "MOVEMENT_COLUMNS",
    "Column",
    "ExtractError",
    "current_extract",
    "dictionary_markdown",
    "load_consignments",
    "load_inspections",
    "load_movements",
    "load_seizures",
    "use_extract",
]
