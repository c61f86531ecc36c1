"""Show the practice database in a browser on this computer, until Ctrl+C."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from rilo_training.browse.database import BrowseError, write_database
from rilo_training.browse.meaning import DATABASE
from rilo_training.browse.pages import load_datasette, open_pages
from rilo_training.course.manifest import MANIFEST, find_root, load_programme
from rilo_training.course.workspaces import RELEASE

Say = Callable[[str], None]
HOST = "127.0.0.1"
PRACTICE = Path("datasets") / "practice"


def world_of(folder: Path | None) -> Path:
    """Return the world folder that a reader means.

    Parameters
    ----------
    folder : pathlib.Path or None
        A world folder, or a workspace: then its practice world. Without it, the practice world of
        the workspace, the release or the course in which the command is run.

    Returns
    -------
    pathlib.Path
        A folder with a ``world.json``.

    Raises
    ------
    BrowseError
        When there is none.

    Examples
    --------
    >>> from pathlib import Path
    >>> from rilo_training.browse import world_of
    >>> world_of(Path("datasets/practice")).name
    'practice'
    """
    if folder is not None:
        places = [folder, folder / PRACTICE]
    else:
        places = [Path.cwd(), Path.cwd() / PRACTICE]
        if (release := find_root(RELEASE)) is not None:
            places.append(release / "course" / PRACTICE)
        elif find_root(MANIFEST) is not None:
            places.append(load_programme().practice_world)
    for place in places:
        if (place / "world.json").is_file():
            return place
    raise BrowseError(
        f"No world was found in {folder or 'this folder'}.",
        "A workspace, or a world folder with a file world.json, was expected.",
        "Make a workspace with: rilo start FOLDER --participant ID. Or give the folder of a world.",
    )


def browse(folder: Path | None, say: Say, *, port: int = 0, browser: bool = True) -> None:
    """Show the practice database until the reader stops it with Ctrl+C.

    Parameters
    ----------
    folder : pathlib.Path or None
        As for :func:`world_of`.
    say : callable
        Called with a line at each step, and with the address.
    port : int
        On which port of this computer; 0 for a free one.
    browser : bool
        Whether to open the browser.

    Raises
    ------
    BrowseError
        When there is no world, no Datasette, or the port is in use.
    """
    world = world_of(folder)
    load_datasette()  # what is missing is said at once
    with tempfile.TemporaryDirectory(prefix="rilo-") as place, _listening(port) as listener:
        file = Path(place) / f"{DATABASE}.db"
        say("Making the practice database")
        rows = write_database(world, file)
        address = f"http://{HOST}:{listener.getsockname()[1]}/{DATABASE}"
        say(f"The practice database is open: {address}")
        say("Synthetic data; this is not CEN. Stop it with Ctrl + C in this window")
        if browser:
            # Some browsers end this call only when they are closed.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with open_pages(file, rows, _source(world)) as app:
            _serve(app, listener)


def _serve(app: object, listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    # The server ends in good order at Ctrl+C, and then hands the signal on. Datasette writes the
    # SQL of a search that failed to the terminal, where nobody can use it: the page says it.
    with (
        contextlib.suppress(KeyboardInterrupt),
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        contextlib.redirect_stderr(nowhere),
    ):
        uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> contextlib.closing[socket.socket]:
    """Return a socket that listens on this computer alone."""
    listener = socket.socket()
    if os.name == "posix":  # on Windows this would let two programs listen on one port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # just after Ctrl + C
    try:
        listener.bind((HOST, port))
    except OSError as reason:
        listener.close()
        raise BrowseError(
            f"Port {port} of this computer cannot be used ({reason.strerror}).",
            "A port that no other program uses was expected.",
            "Leave --port out: then a free port is taken.",
        ) from reason
    listener.listen()
    return contextlib.closing(listener)


def _source(world: Path) -> str:
    """Return which world this is, and which days it covers."""
    try:
        about = json.loads((world / "world.json").read_text(encoding="utf-8"))
        return f"World {about['world_id']}: {about['first_day']} to {about['last_day']}."
    except (OSError, ValueError, KeyError, TypeError):
        return ""
