"""The kernel of a run: this same Python, with a private folder and a clean environment."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Any as AnyTrait
from traitlets import Type

from rilo_training.kernels.fonts import font_lists

JUPYTER_FOLDER = Path(__file__).with_name("jupyter")
"""Add it to ``JUPYTER_PATH``, and every program of Jupyter finds the kernel ``rilo-warm``."""

_KEPT = ("PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "LD_LIBRARY_PATH", "TEMP", "TMP")
_PRIVATE = ("HOME", "USERPROFILE", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR")


@functools.cache
def _warm_kernel() -> KernelSpec:
    return KernelSpec.from_resource_dir(str(JUPYTER_FOLDER / "kernels" / "rilo-warm"))


class OwnKernelManager(AsyncKernelManager):
    """Starts the Python that runs this code, whatever kernels are installed beside it."""

    host: Any = AnyTrait(help="The host that starts the kernel; None for any.")
    client_factory = Type(BlockingKernelClient)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The warm kernel of this package."""
        return _warm_kernel()


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
