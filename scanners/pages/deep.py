"""Pages as a browser shows them: an optional look with Chromium, and axe-core where its file is there.

The browser runs what the pages bring along, so it is shut in: every connection, those to this machine included, goes
through a proxy of ours that answers with the repository's own files for one made-up host and refuses all else. Nothing
is fetched, and no other service of the machine can be reached.
"""

from __future__ import annotations

import json
import mimetypes
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from urllib.parse import quote, unquote, urlsplit

from auditor.errors import NotScannedError
from auditor.model.pattern import lazy
from auditor.model.ports import Programs

HOST = "site.invalid"
MOST_PAGES = 30
"""Pages of one site that are rendered; the others are counted."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_AXE_PLACES = (
    "/usr/lib/node_modules/axe-core/axe.min.js",
    "/usr/local/lib/node_modules/axe-core/axe.min.js",
    "/usr/share/nodejs/axe-core/axe.min.js",
    "/usr/share/javascript/axe-core/axe.min.js",
)
_POLICY = lazy(r"<meta[^>]+http-equiv\s*=\s*[\"']?content-security-policy[^>]*>", re.IGNORECASE)
_RUN_AXE = """<script src="/{token}.js"></script><script>
addEventListener('load', () => setTimeout(async () => {{
  const seen = await axe.run(document, {{resultTypes: ['violations'], runOnly: {{type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}}}});
  const told = document.createElement('script');
  told.type = 'application/json'; told.id = '{token}';
  told.textContent = JSON.stringify(seen.violations.map(v => ({{id: v.id, help: v.help, impact: v.impact,
    nodes: v.nodes.map(n => n.target.join(' '))}}))).replace(/</g, '\\\\u003c');
  document.documentElement.appendChild(told);
}}, 800));
</script>"""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of axe-core that a rendered page breaks."""

    rule: str
    help: str
    impact: str
    nodes: tuple[str, ...]
    """Selectors of the elements."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page after its scripts have run."""

    markup: str
    violations: tuple[Violation, ...]


def browser(programs: Programs) -> Path:
    """The browser to use.

    Raises:
        NotScannedError: none is installed.
    """
    for name in _BROWSERS:
        found = programs.find(name)
        if found:
            return found
    raise NotScannedError("no Chromium is installed: pages were not rendered")


def axe_file(option: str) -> Path | None:
    """The file of axe-core: the declared one, or one that is installed; never one of the scanned repository.

    Raises:
        NotScannedError: the declared file is not there, or is something else: nothing would be found, and all would look well.
    """
    if option:
        path = Path(option)
        path = path / "axe.min.js" if path.is_dir() else path
        if not path.is_file():
            raise NotScannedError(f"axe-core is not at {option}")
        if b"axe" not in path.read_bytes()[:2000] or path.suffix not in {".js", ".cjs", ".mjs"}:
            raise NotScannedError(f"{option} is not axe-core's script: name axe.min.js or its folder")
        return path
    return next((path for path in map(Path, _AXE_PLACES) if path.is_file()), None)


class Deep:
    """A browser over the files of one site."""

    def __init__(self, programs: Programs, work: Path, axe: Path | None) -> None:
        self._programs = programs
        self._browser = browser(programs)
        self._work = work
        self._axe = axe
        self.has_axe = axe is not None

    def render(
        self, root: str, paths: Sequence[str], read: Callable[[str], bytes | None]
    ) -> Iterator[tuple[str, Rendered]]:
        """(path, page) of each page that could be rendered; `read` gives the bytes of a path of the repository."""
        token = f"auditor-{secrets.token_hex(8)}"
        axe = self._axe.read_bytes() if self._axe else b""
        with _served(root, read, token, axe) as port:
            for path in paths:
                local = path.removeprefix(f"{root}/") if root else path
                markup = self._dump(f"http://{HOST}/{quote(local)}", port)
                if markup is not None:
                    yield path, _read(markup, token)

    def _dump(self, address: str, port: int) -> str | None:
        profile = mkdtemp(prefix="browser-", dir=self._work)
        flags = [
            "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-extensions", "--disable-default-apps", "--mute-audio", "--hide-scrollbars",
            "--disable-dev-shm-usage", "--metrics-recording-only", "--no-pings", "--window-size=1280,900",
            f"--user-data-dir={profile}", f"--proxy-server=127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--virtual-time-budget=6000", "--timeout=20000",
        ]  # fmt: skip
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses to start as root with its sandbox
        done = self._programs.run(
            [str(self._browser), *flags, "--dump-dom", address],
            seconds=40,
            environment={"HOME": profile},
            output_limit=16 * 1024 * 1024,
        )
        if done.returncode or done.timed_out or done.truncated or not done.stdout.strip():
            return None
        return done.stdout.decode(errors="replace")


def _read(markup: str, token: str) -> Rendered:
    found = re.search(rf'<script type="application/json" id="{token}">(.*?)</script>', markup, re.DOTALL)
    rows: list[dict[str, object]] = []
    if found:
        try:
            rows = json.loads(found[1])
        except ValueError:
            rows = []
    markup = re.sub(rf'<script type="application/json" id="{token}">.*?</script>', "", markup, flags=re.DOTALL)
    markup = re.sub(rf'<script src="/{token}\.js"></script><script>.*?</script>', "", markup, flags=re.DOTALL)
    violations = tuple(
        Violation(str(row.get("id")), str(row.get("help")), str(row.get("impact")), _texts(row.get("nodes")))
        for row in rows
    )
    return Rendered(markup, violations)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


@contextmanager
def _served(root: str, read: Callable[[str], bytes | None], token: str, axe: bytes) -> Iterator[int]:
    """The port of a proxy on this machine that knows only the files below `root`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path).lstrip("/")
            if parts.hostname != HOST:
                self.send_error(403)
                return
            body = axe if path == f"{token}.js" and axe else _file(root, path, read)
            if body is None:
                self.send_error(404)
                return
            kind = mimetypes.guess_type(path)[0] or "text/html"
            if kind == "text/html":
                body = _with_axe(body, token) if axe else body
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_CONNECT(self) -> None:
            self.send_error(403)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _file(root: str, path: str, read: Callable[[str], bytes | None]) -> bytes | None:
    if ".." in path.split("/"):
        return None
    prefix = f"{root}/" if root else ""
    for base in (prefix, f"{prefix}public/", "public/", ""):
        for candidate in (path, f"{path.rstrip('/')}/index.html".lstrip("/")):
            body = read(base + candidate)
            if body is not None:
                return body
    return None


def _with_axe(body: bytes, token: str) -> bytes:
    text = _POLICY.sub("", body.decode(errors="replace"))
    return (text + _RUN_AXE.format(token=token)).encode()
