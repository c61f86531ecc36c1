"""A real browser with every way to the network closed, for the tests of pages and of the lab."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Everything but this computer: addresses of the network, and also its web sockets.
ELSEWHERE = re.compile(r"^(https?|wss?)://(?!(localhost|127\.0\.0\.1)[:/])")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The place of Chromium on this computer."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@dataclasses.dataclass
class Visit:
    """A page, what it asked for, and what it complained about."""

    page: Page
    asked: list[str]
    complaints: list[str]

    @property
    def blocked(self) -> list[str]:
        """The addresses elsewhere that it asked for. It did not get them."""
        return [url for url in self.asked if ELSEWHERE.match(url)]


@pytest.fixture
def visit(chromium: str) -> Iterator[Visit]:
    """A page in Chromium that reaches nothing but this computer."""
    with open_visit(chromium) as found:
        yield found


@contextlib.contextmanager
def open_visit(chromium: str | None = None) -> Iterator[Visit]:
    """Open a page in Chromium that reaches nothing but this computer."""
    from playwright.sync_api import ConsoleMessage, sync_playwright

    closed = ["--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium or shutil.which("chromium"), args=closed
        )
        window = {"width": 1366, "height": 768}
        context = browser.new_context(viewport=window, service_workers="block")
        page = context.new_page()
        found = Visit(page, [], [])

        def listen(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                found.complaints.append(message.text)

        context.route(ELSEWHERE, lambda route: route.abort())
        page.on("request", lambda request: found.asked.append(request.url))
        page.on("websocket", lambda opened: found.asked.append(opened.url))
        page.on("console", listen)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        yield found
        context.close()
        browser.close()
