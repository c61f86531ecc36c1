"""Open JupyterLab on a folder, with settings that suit a classroom without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from rilo_training.files import write_text

# No news and no look for updates: both need the network and ask questions at the start.
# All cells stay in the page, so that the browser's own search finds them.
_OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def lab_command(folder: Path, *, port: int, browser: bool) -> list[str]:
    """Return the command that starts JupyterLab on a folder."""
    settings = folder / ".rilo" / "lab"
    write_text(settings / "overrides.json", json.dumps(_OVERRIDES, indent=1))
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.app_settings_dir={settings.resolve()}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.use_redirect_file=False",
        "--ServerApp.answer_yes=True",  # the first Ctrl + C is meant
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def open_lab(folder: Path, *, port: int = 8888, browser: bool = True) -> int:
    """Start JupyterLab on a workspace and wait until it has ended, also after Ctrl + C.

    Return its exit code; 0 after Ctrl + C.
    """
    environment = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    command = lab_command(folder, port=port, browser=browser)
    print(f"JupyterLab opens on {folder}. Stop it with Ctrl + C in this window.")
    process = subprocess.Popen(command, env=environment)
    is_stopped = False
    while True:
        try:
            code = process.wait()
            return 0 if is_stopped else code
        except KeyboardInterrupt:  # it reaches JupyterLab, too, which then ends its kernels
            is_stopped = True
