"""What is true about a consignee family, and how an analyst finds it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.tables import parameters


def tell_story(
    found: dict[str, Any], true: pd.DataFrame, is_illicit: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the truth record of one family as plain data.

    Parameters
    ----------
    found : dict
        What `plant_family` returned about it.
    true : pandas.DataFrame
        The consignments without defects.
    is_illicit : array of bool
        The truth, in the same order.
    """
    rows = found["rows"]
    table = parameters("home_family").set_index("name")["value"]
    return {
        "kind": "consignee_family",
        "title": "One consignee behind changing names",
        "table": "consignments",
        "parameters": {str(name): float(value) for name, value in table.items()},
        "facts": {
            "entity": f"IMP-{found['entity'] + 1:04d}",
            "names": list(found["names"]),
            "addresses": list(found["addresses"]),
            "exporter": str(found["exporter"]),
            "agent": str(found["agent"]),
            "consignments": len(rows),
            "consignments_per_name": [int(count) for count in found["per_name"]],
            "illicit": int(is_illicit[rows].sum()),
            "consignment_ids": true["consignment_id"].iloc[rows].astype(str).tolist(),
        },
        "find": (
            "Several importer names that were registered in the period belong together: alike "
            "spelling, one address written in several ways, one exporter and one agent. One name "
            "follows the other, and none has a history."
        ),
        "method": (
            "Take the importers without a history. Link names that are alike, and those that "
            "share an address after it is brought to one form. Test whether they take turns and "
            "share their partners, then count consignments per group."
        ),
        "naive": (
            "Count consignments per importer name as declared, or list the largest names without "
            "a history: ordinary newcomers stand beside them."
        ),
    }
