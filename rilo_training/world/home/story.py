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
        "strength": len(rows),
        "parameters": {str(name): float(value) for name, value in table.items()},
        "find": (
            f"{len(found['names'])} names that were registered in the period belong together: "
            f"similar spelling, one address, one exporter, one agent. Together they received "
            f"{len(rows)} consignments, {int(is_illicit[rows].sum())} of them illicit."
        ),
        "method": (
            "Take the importers without a history. Link names that are alike and share an "
            "address after both are brought to one form, then count consignments per group."
        ),
        "naive": "Count consignments per importer name as declared, and read the top of the list.",
        "entity": f"IMP-{found['entity'] + 1:04d}",
        "names": list(found["names"]),
        "addresses": list(found["addresses"]),
        "exporter": str(found["exporter"]),
        "agent": str(found["agent"]),
        "consignments_per_name": [int(count) for count in found["per_name"]],
        "illicit": int(is_illicit[rows].sum()),
        "consignment_ids": true["consignment_id"].iloc[rows].astype(str).tolist(),
    }
