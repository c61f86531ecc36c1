"""The least that a grader of notebooks can do: import once, fork, run the cells, look at nothing.

``python limit.py exec|shell PRELOADED FOLDER`` runs each notebook of a folder in a forked process:
with ``exec`` as plain code, with ``shell`` in IPython, which also makes the text of each output.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def run_cells(cells: list[str], how: str) -> None:
    """Run cells one after the other; an error ends the process."""
    shell: Any = None
    if how == "shell":
        from IPython.core.interactiveshell import InteractiveShell

        shell = InteractiveShell.instance()
    names: dict[str, object] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in cells:
            if shell is None:
                exec(compile(source, "cell", "exec"), names)
            else:
                shell.run_cell(source).raise_error()


def main() -> int:
    """Return how many notebooks did not run to their end."""
    how, preloaded, folder = sys.argv[1:4]
    for name in preloaded.split(","):
        importlib.import_module(name)
    if how == "shell":
        importlib.import_module("IPython.core.interactiveshell")
    failed = 0
    for path in sorted(Path(folder).resolve().glob("*/*.ipynb")):
        if (child := os.fork()) == 0:
            status = 1
            try:
                os.chdir(path.parent)
                found = json.loads(path.read_text(encoding="utf-8"))["cells"]
                cells = ["".join(c["source"]) for c in found if c["cell_type"] == "code"]
                run_cells(cells, how)
                status = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(status)
        failed += os.waitpid(child, 0)[1] != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
