"""The built pages in a real browser: they keep to the policy and talk to whatever address they came from."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, WebSocket

from milo_app.cli.frontend import ensure_build
from tests.server import Server

pytestmark = pytest.mark.browser


def pages() -> list[str]:
    """Every page without a variable part, as a path with its closing slash."""
    routes = json.loads((ensure_build(quiet=True) / "routes.json").read_text())
    return [f"/{route.strip('/')}/" for route in routes if "[" not in route and route not in {"404", "index"}]


class Watched:
    """A tab that notes what went wrong in it and what came over its socket."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.sockets: list[str] = []
        self.events = 0
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("websocket", self._opened)
        # Reports of a breach come as console errors too, but only this names them surely.
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e =>"
            " console.error('CSP', e.violatedDirective, e.blockedURI, e.sourceFile))"
        )

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets.append(socket.url)
        socket.on("framereceived", self._received)

    def _received(self, frame: str | bytes) -> None:
        if isinstance(frame, str) and frame.startswith("42/_event"):
            self.events += 1

    def wait_for_event(self) -> None:
        for _ in range(100):
            if self.events:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"No event came back over {self.sockets}: {self.problems}")


@pytest.fixture(scope="module")
def twin(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A second instance, with its own data and port, serving the same build."""
    running = Server(tmp_path_factory.mktemp("twin")).start()
    yield running
    running.stop()


def test_every_page_keeps_the_policy_and_is_answered(server: Server, chromium: Browser) -> None:
    for path in pages():
        context = chromium.new_context()
        tab = Watched(context.new_page())
        answer = tab.page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        tab.wait_for_event()
        tab.page.wait_for_load_state("networkidle")
        # What the server says of a visitor without a session (401, 403) is no fault of the build.
        assert [text for text in tab.problems if "status of 40" not in text] == [], path
        context.close()


def test_one_build_serves_two_addresses(server: Server, twin: Server, chromium: Browser) -> None:
    assert server.port != twin.port
    path = pages()[0]
    for address in (server.url, twin.url, twin.url.replace("127.0.0.1", "localhost")):
        context = chromium.new_context()
        tab = Watched(context.new_page())
        tab.page.goto(address + path)
        tab.wait_for_event()
        assert tab.sockets[0].startswith(address.replace("http://", "ws://") + "/_event"), tab.sockets
        context.close()


def test_a_page_costs_at_most_250_kib_and_few_requests(server: Server, chromium: Browser) -> None:
    for path in pages():
        context = chromium.new_context()
        page = context.new_page()
        sizes: dict[str, int] = {}
        page.on("requestfinished", lambda r, s=sizes: s.update({r.url: r.sizes()["responseBodySize"]}))
        page.goto(server.url + path)
        page.wait_for_load_state("networkidle")
        scripts = [url for url in sizes if url.endswith(".js")]
        assert sum(sizes.values()) <= 250 * 1024, (path, sizes)
        assert len(scripts) <= 16, (path, scripts)
        assert not any("radix" in url for url in sizes), (path, sizes)
        context.close()


def test_a_page_of_another_site_gets_no_socket(server: Server, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.route(
        "http://elsewhere.test/", lambda route: route.fulfill(body="<p>hello</p>", content_type="text/html")
    )
    page.goto("http://elsewhere.test/")
    opened = page.evaluate(
        """url => new Promise(done => {
            const socket = new WebSocket(url);
            socket.onopen = () => done(true);
            socket.onerror = () => done(false);
        })""",
        f"ws://127.0.0.1:{server.port}/_event/?EIO=4&transport=websocket&token=x",
    )
    assert opened is False
    context.close()
