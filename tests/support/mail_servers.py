"""Mail servers on loopback that misbehave on demand: lose the reply, answer late, refuse, hang up early.

Each keeps what it took, so that a test can count what a reader would have got.
"""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mailbox:
    """What a server took: (envelope recipients, mail)."""

    mails: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    asked: int = 0
    release: threading.Event = field(default_factory=threading.Event)
    """Set at the end, so that a server that answers late need not be waited for."""

    def of(self, recipient: str) -> list[bytes]:
        return [mail for to, mail in self.mails if recipient in to]


Behaviour = Callable[[str], str]
"""From the recipient to one of: ok, lost-reply, late-reply, temporary, refused, hang-up, data-refused."""


@contextmanager
def smtp_server(  # noqa: C901 - a protocol in one place
    behaviour: Behaviour = lambda _: "ok",
    *,
    context: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
) -> Iterator[tuple[int, Mailbox]]:
    """A mail server; `lost-reply` and `late-reply` keep the mail and do not say so."""
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        secured: ssl.SSLSocket | None = None

        def handle(self) -> None:
            try:
                self.talk()
            except OSError:
                return
            finally:
                if self.secured is not None:
                    self.secured.close()

        def talk(self) -> None:
            self.say("220 test")
            to: list[str] = []
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word == b"EHLO":
                    self.say("250-test")
                    self.say("250 STARTTLS" if starttls and not isinstance(self.request, ssl.SSLSocket) else "250 SIZE")
                elif word == b"STARTTLS" and starttls:
                    self.say("220 go")
                    self.request = starttls.wrap_socket(self.request, server_side=True)
                    self.secured = self.request
                    self.setup()
                elif word == b"MAIL":
                    to = []
                    self.say("250 ok")
                elif word == b"RCPT":
                    address = line.decode().partition("<")[2].partition(">")[0]
                    answer = {"temporary": "451 later", "refused": "550 no such user"}.get(behaviour(address), "250 ok")
                    to += [address] if answer.startswith("250") else []
                    self.say(answer)
                elif word == b"DATA":
                    if not self.data(to):
                        return
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def data(self, to: list[str]) -> bool:
            box.asked += 1
            how = behaviour(to[0])
            if how == "hang-up":
                return False
            self.say("354 go on")
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            if how == "data-refused":
                self.say("554 looks like spam")
                return True
            box.mails.append((tuple(to), b"".join(lines)))
            if how == "late-reply":
                box.release.wait(20)
            if how in {"lost-reply", "late-reply"}:
                return False
            self.say("250 taken")
            return True

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

        def get_request(self) -> object:
            request, address = super().get_request()
            return (context.wrap_socket(request, server_side=True) if context else request), address

    with Server(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.server_address[1], box
        finally:
            box.release.set()
            server.shutdown()


@contextmanager
def ses_server(behaviour: Behaviour = lambda _: "ok") -> Iterator[tuple[str, Mailbox]]:
    """SESv2 as far as sending goes; yields its endpoint URL."""
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def answer(self, status: int, body: dict[str, object], code: str = "") -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            if code:
                self.send_header("x-amzn-ErrorType", code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self.answer(404, {"message": "not here"}, "NotFoundException")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            box.asked += 1
            to = tuple(body["Destination"]["ToAddresses"] + body["Destination"].get("BccAddresses", []))
            how = behaviour(to[0])
            if how == "temporary":
                self.answer(429, {"message": "slow down"}, "TooManyRequestsException")
            elif how == "refused":
                self.answer(400, {"message": "Email address is not verified."}, "MessageRejected")
            elif how == "hang-up":
                self.answer(403, {"message": "no"}, "AccessDeniedException")
            else:
                box.mails.append((to, b64decode(body["Content"]["Raw"]["Data"])))
                if how == "late-reply":
                    box.release.wait(20)
                if how in {"lost-reply", "late-reply"}:
                    self.close_connection = True
                    return
                if how == "data-refused":
                    self.answer(500, {"message": "oops"}, "InternalFailure")
                    return
                self.answer(200, {"MessageId": f"ses-{len(box.mails)}"})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", box
    finally:
        box.release.set()
        server.shutdown()
        server.server_close()
