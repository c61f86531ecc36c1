"""The kernel of a run: this same Python, with a private folder and a clean environment."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

_KEPT = ("PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "LD_LIBRARY_PATH", "TEMP", "TMP")
_PRIVATE = ("HOME", "USERPROFILE", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR")


class OwnKernelManager(AsyncKernelManager):
    """Starts the Python that runs this code, whatever kernels are installed beside it."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command of the kernel."""
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
            ],
            display_name="Python 3",
            language="python",
        )


def kernel_environment(private: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return a clean environment: nothing of the caller's but what a process needs.

    Parameters
    ----------
    private
        An empty folder for this run alone: home, settings, fonts, temporary files.
    more
        Variables that this run needs besides.
    """
    matplotlib = private / "matplotlib"
    matplotlib.mkdir()
    for fonts in font_lists():
        shutil.copy(fonts, matplotlib)
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        **{name: str(private) for name in _PRIVATE},
        "MPLCONFIGDIR": str(matplotlib),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the debugger warns on stderr
        "TZ": "UTC",
        **more,
    }


@functools.cache
def font_lists() -> tuple[Path, ...]:
    """Return matplotlib's lists of fonts, made once: it takes seconds to make one."""
    import matplotlib

    folder = Path(matplotlib.get_cachedir())
    if not any(folder.glob("fontlist-*.json")):
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=False)
    return tuple(sorted(folder.glob("fontlist-*.json")))
