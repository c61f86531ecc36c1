"""The pages of the practice database: Datasette with our templates, and only what a reader needs.

What stands between the network and Datasette lets requests through that read a page, and gives
every answer a content policy: a page asks no other computer for anything.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from rilo_training.browse.database import BrowseError
from rilo_training.browse.meaning import DATABASE, MOST_ROWS, describe

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

SETTINGS = {
    "default_allow_sql": False,  # saved queries, filters and search; no SQL of a visitor
    "sql_time_limit_ms": 2_000,
    "facet_time_limit_ms": 1_000,
    "suggest_facets": False,
    "max_returned_rows": MOST_ROWS,
    "default_page_size": 50,
    "allow_download": False,
    "max_csv_mb": 50,
    "num_sql_threads": 2,
}
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_OF_EXPORT = {"_size": "max", "_stream": "1", "_dl": "1", "_next": ""}
_NOWHERE = "/this-page-is-not-there"


@contextlib.contextmanager
def open_pages(file: Path, rows: Mapping[str, int], source: str) -> Iterator[App]:
    """Give the pages as an ASGI application, and close the file afterwards.

    Parameters
    ----------
    file
        The SQLite file. It is opened as a file that nobody changes.
    rows
        The tables and views in it, with their numbers of rows.
    source
        Which world it is, in words.

    Raises
    ------
    BrowseError
        When Datasette is not installed.
    """
    site = load_datasette().Datasette(
        files=[],
        immutables=[str(file)],
        metadata=describe(rows, source),
        settings=SETTINGS,
        template_dir=str(files(__package__).joinpath("templates")),
        memory=False,
    )
    try:
        yield _guarded(site.app())
    finally:
        # Datasette keeps its connections, and Windows removes no file that is open.
        for database in site.databases.values():
            database.close()


def load_datasette() -> Any:
    """Return the library, without the plugins that stand beside it in this Python.

    Raises
    ------
    BrowseError
        When it is not installed.
    """
    try:
        # Plugins of other programs could add pages and reach the network. Datasette leaves them
        # out where it believes that it is being tested; it asks for nothing else there.
        sys._called_from_test = True  # type: ignore[attr-defined]
        import datasette.app
        import datasette.plugins

        from rilo_training.browse import links
    except ImportError as reason:
        raise BrowseError(
            f"The practice database needs the package datasette ({reason.name} is missing).",
            "It is installed with the course.",
            "In the folder of run.py, run: python3 run.py setup. "
            'With your own Python, run: python -m pip install "rilo-training[browse]". '
            "Each exercise in curriculum/practice_database.md has a notebook way, too.",
        ) from reason
    finally:
        del sys._called_from_test  # type: ignore[attr-defined]
    if not datasette.plugins.pm.is_registered(links):
        datasette.plugins.pm.register(links)
    return datasette.app


def _guarded(app: App) -> App:
    """Return the application behind a door that lets reading through."""

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, is_reading = str(scope["path"]), scope["method"] in ("GET", "HEAD")
        if path == "/":
            return await _to_start(send)
        inner = path.startswith("/-/") and not path.startswith("/-/static/")
        if inner or not is_reading:  # pages for developers, and all that would change something
            scope = {**scope, "path": _NOWHERE, "raw_path": _NOWHERE.encode(), "method": "GET"}
            scope["query_string"] = b""
        elif path.endswith(".csv"):
            scope = {**scope, "query_string": _whole(scope["query_string"])}
        answer = _Answer(send, None if is_reading else 405)
        await app(scope, receive, answer.send)

    return guarded


def _whole(query: bytes) -> bytes:
    """Return the query of an export: all rows, in large steps, as a file.

    The link of a page would give the first rows alone, and nothing in the file says so.
    """
    words = [(k, v) for k, v in parse_qsl(query.decode("latin-1"), True) if k not in _OF_EXPORT]
    return urlencode([*words, *_OF_EXPORT.items()]).encode()


async def _to_start(send: Send) -> None:
    headers = [(b"location", f"/{DATABASE}".encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class _Answer:
    """Sends an answer with the policy; a CSV file says what it is and opens in Excel."""

    def __init__(self, send: Send, status: int | None) -> None:
        self._send, self._status = send, status
        self._mark = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "status": self._status or message["status"]}
            headers = dict(message["headers"])
            headers[b"content-security-policy"] = POLICY.encode()
            headers[b"referrer-policy"] = b"no-referrer"
            headers[b"x-content-type-options"] = b"nosniff"
            saved = headers.get(b"content-disposition", b"")
            if b".csv" in saved:
                # Without this mark, Excel reads UTF-8 as the letters of another century.
                self._mark = b"\xef\xbb\xbf"
                headers[b"content-disposition"] = saved.replace(
                    b'filename="', b'filename="SYNTHETIC_'
                )
                headers.pop(b"content-length", None)
            message["headers"] = list(headers.items())
        elif self._mark and message.get("body"):
            message, self._mark = {**message, "body": self._mark + message["body"]}, b""
        await self._send(message)
