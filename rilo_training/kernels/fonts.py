"""The lists of fonts that matplotlib keeps: it takes seconds to make one."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path


@functools.cache
def font_lists() -> tuple[Path, ...]:
    """Return the files of matplotlib's lists of fonts; they are made where there are none."""
    import matplotlib

    folder = Path(matplotlib.get_cachedir())
    if not any(folder.glob("fontlist-*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=False)
    return tuple(sorted(folder.glob("fontlist-*.json")))
