"""Small and safe ways with files: whole or not at all, and names that every system takes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in "123456789")} | {
    f"lpt{n}" for n in "123456789"
}


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file so that a reader never sees half of it. Folders are made.

    Raises
    ------
    OSError
        When the place cannot be written; what was there before is still there.
    """
    # Half a character, as a broken file name has, becomes a question mark and stops nothing.
    write_bytes(path, text.encode(encoding, "replace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader never sees half of it. Folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if os.name == "posix":
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def renew_text(path: Path, text: str) -> None:
    """Write a text file, unless it already holds this text: then it is not touched."""
    if not path.is_file() or path.read_bytes() != text.encode("utf-8"):
        write_text(path, text)


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, or an empty one where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder so that ``target`` is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    waiting = target.with_name(f".{target.name}-{uuid.uuid4().hex[:8]}")
    try:
        # Hidden files are those that somebody else is writing at this moment.
        shutil.copytree(source, waiting, ignore=shutil.ignore_patterns(".*"))
        if target.exists():
            shutil.rmtree(target)
        waiting.replace(target)
    except shutil.Error as reason:  # a list of (source, target, why)
        raise OSError(errno.EIO, str(reason.args[0][0][2])) from reason
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one process at a time work on a folder; the others wait.

    The lock is a transaction of SQLite: it works on every system, and it ends with the process,
    however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / ".lock", timeout=1800, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


class Claim:
    """A piece of work that is ours until :meth:`release`, or until this process ends.

    A process that is killed cannot give anything back. So a claim is a lock that the system
    gives back, however the process ends: a transaction of SQLite on a small file.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection

    def release(self) -> None:
        """Give the work back."""
        # Windows keeps a file that is open; the empty file harms nobody.
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._connection.close()


def claim(path: Path) -> Claim | None:
    """Claim the work that a file stands for.

    Parameters
    ----------
    path
        A file for this piece of work; it is made, and its folder too.

    Returns
    -------
    Claim or None
        None where another process or another call holds it.

    Raises
    ------
    OSError
        When the file cannot be made.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     mine = claim(Path(folder) / "anna")
    ...     print(mine is None, claim(Path(folder) / "anna") is None)
    ...     mine.release()
    False True
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as reason:
        if connection is not None:
            connection.close()
        if reason.sqlite_errorname.startswith("SQLITE_BUSY"):
            return None
        raise OSError(None, str(reason), str(path)) from reason
    return Claim(path, connection)


def whole_text(text: str) -> str:
    """Return a text without half characters, which no file and no page can hold.

    Examples
    --------
    >>> whole_text("caf" + chr(0xDCE9))
    'caf?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def safe_name(text: str) -> str:
    """Return a file name for any text; different texts get different names.

    Examples
    --------
    >>> safe_name("participant_01")
    'participant_01'
    >>> safe_name("../../etc") != safe_name(".././etc")
    True
    """
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_")[:40]
    if kept == text and kept.lower() not in _RESERVED:
        return kept
    return f"{kept or 'name'}-{sha256_of(text)[:8]}"


def sha256_of(content: str | bytes) -> str:
    """Return the SHA-256 digest as hexadecimal text."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()
