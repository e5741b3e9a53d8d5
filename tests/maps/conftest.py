"""A real Chromium, and pages of it that note every request, message and error."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
BLANK = "about:blank"
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(eq=False)
class Visit:
    """One opened page and what was noticed while it was open."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def date(self) -> str:
        return self.page.locator("#date").inner_text()

    def go_to(self, day: str) -> None:
        """Move the slider to an ISO day, as a pointer would."""
        self.page.locator("#slider").evaluate(
            """(slider, day) => {
              const first = Date.UTC(1990, 0, 1);
              slider.value = String((Date.parse(day) - first) / 86400000);
              slider.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
            day,
        )

    def drawn(self) -> dict[str, str]:
        """The routes that are listed as drawn, and how."""
        rows = self.page.locator("#panel [data-route]")
        pairs = rows.evaluate_all("rows => rows.map(r => [r.dataset.route, r.dataset.mark])")
        return dict(pairs)

    def strokes(self) -> dict[str, int]:
        """How many strokes of each kind of line stand on the map."""
        counted: dict[str, int] = self.page.evaluate(
            """() => {
              const count = {};
              for (const path of document.querySelectorAll(".leaflet-lines-pane path.route"))
                for (const name of path.classList) count[name] = (count[name] ?? 0) + 1;
              return count;
            }"""
        )
        return counted


@contextmanager
def opened(
    browser: Browser, address: str = BLANK, width: int = 1280, height: int = 860
) -> Iterator[Page]:
    """A page of any service, once its map stands."""
    page = browser.new_page(viewport={"width": width, "height": height})
    if address != BLANK:
        page.goto(address, wait_until="load")
        page.wait_for_selector("html[data-ready]", state="attached")
    yield page
    page.close()


Opener = Callable[..., Visit]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Browser]:
    """A browser that runs no script anywhere.

    A context that is told to run none tells it a frame of another site, which has a process of its
    own, only after that has begun to read: then a `noscript` may have been taken as text.
    """
    arguments = [*ARGUMENTS, "--blink-settings=scriptEnabled=false"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: str) -> Iterator[Opener]:
    """Open a path of the service at a size and wait until the map stands."""
    contexts = []

    def opened(
        path: str,
        width: int = 1280,
        height: int = 860,
        calm: bool = False,
        still: bool = False,
        **media: Any,  # noqa: ANN401
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce" if calm else "no-preference",
            **media,
        )
        contexts.append(context)
        seen = Visit(context.new_page())
        if still:
            # Time stands still but for `page.clock.run_for`.
            seen.page.clock.install()
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda said: seen.messages.append(f"{said.type}: {said.text}"))
        seen.page.on("pageerror", lambda error: seen.messages.append(f"error: {error}"))
        seen.page.goto(live_server + path, wait_until="load")
        seen.page.wait_for_selector("html[data-ready]", state="attached")
        seen.page.evaluate("document.fonts.ready.then(() => true)")
        return seen

    yield opened
    for context in contexts:
        context.close()


@dataclass(eq=False)
class Newsroom:
    """Another site on this machine, whose one page says `story` under `policy`."""

    address: str
    story: str = ""
    policy: str = ""


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    class Story(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            head = '<!doctype html><meta charset=utf-8><link rel=icon href="data:,">'
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", room.policy)
            self.end_headers()
            self.wfile.write(f"{head}<title>News</title>{room.story}".encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Story)
    room = Newsroom(f"http://localhost:{server.server_port}/")
    Thread(target=server.serve_forever, daemon=True).start()
    yield room
    server.shutdown()
