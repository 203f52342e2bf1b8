"""Receivers of alerts for tests, on loopback only: like DingTalk, WeCom, Feishu, a plain webhook and a mail server, well-behaved or not.

``with Receiver("dingtalk") as receiver`` listens on a free port; ``receiver.url()`` is its Apprise address. ``receiver.then(…)`` queues
how the next requests are met (see ``Behaviour``); without a queue it accepts. ``receiver.accepted`` holds the texts it took.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

Kind = Literal["dingtalk", "wecom", "feishu", "webhook"]
# accept · refuse: 200 with an error code · deny: HTTP 500 · login: 200 with an HTML page · hang: no answer · die: half an answer, then gone
# drip: a byte of the header now and then, so that no timeout of a socket ends it
Behaviour = Literal["accept", "refuse", "deny", "login", "hang", "die", "drip", "redirect"]

TOKEN = "c4fe1ab29d0e7733aa55"  # made up; the tests look for it where it must not be
SECRET = "SEC000f5ab6c1"

ACCEPTED: dict[Kind, dict[str, Any]] = {
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"},
    "webhook": {"code": 200, "msg": "ok"},
}
REFUSED: dict[Kind, dict[str, Any]] = {
    "dingtalk": {"errcode": 310000, "errmsg": f"keywords not in content, token {TOKEN}"},
    "wecom": {"errcode": 93000, "errmsg": "invalid webhook url"},
    "feishu": {"code": 9499, "msg": "Bad Request", "data": {}},
    "webhook": {"code": 500, "msg": "queue full"},
}
PATHS: dict[Kind, str] = {
    "dingtalk": "/robot/send",
    "wecom": "/cgi-bin/webhook/send",
    "feishu": f"/open-apis/bot/v2/hook/{TOKEN}",
    "webhook": "/hook",
}


@dataclass
class Request:
    """One request as it arrived."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    payload: dict[str, Any]
    behaviour: Behaviour

    @property
    def text(self) -> str:
        payload = self.payload
        if "title" in payload:
            return f"{payload['title']}\n{payload['message']}"
        return str(payload["text"]["content"] if "text" in payload else payload["content"]["text"])


@dataclass
class Receiver:
    """An HTTP receiver of one kind."""

    kind: Kind
    requests: list[Request] = field(default_factory=list)
    on_request: Callable[[], object] | None = None  # called before the answer is given

    def __post_init__(self) -> None:
        self._queue: deque[Behaviour] = deque()
        self._always: Behaviour = "accept"
        self._disliked: str | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()

    def then(self, *behaviours: Behaviour) -> Receiver:
        """Queue how the next requests are met."""
        self._queue.extend(behaviours)
        return self

    def always(self, behaviour: Behaviour) -> Receiver:
        """How requests are met when nothing is queued."""
        self._always = behaviour
        return self

    def dislike(self, text: str) -> Receiver:
        """Refuse what holds a text, whenever it comes."""
        self._disliked = text
        return self

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, *, token: str = TOKEN, signed: bool = False) -> str:
        """Its address for ``STEPPE_ALERT_URLS``."""
        if self.kind == "webhook":
            return f"json://127.0.0.1:{self.port}/hook?-token={token}"
        if self.kind == "dingtalk":
            return f"dingtalk://{f'{SECRET}@' if signed else ''}{token}/?gateway={self.gateway}"
        if self.kind == "wecom":
            return f"wecombot://{token}/?gateway={self.gateway}"
        return f"feishu://{token}/?gateway={self.gateway}{f'&secret={SECRET}' if signed else ''}"

    @property
    def accepted(self) -> list[str]:
        return [request.text for request in self.requests if request.behaviour == "accept"]

    def __enter__(self) -> Receiver:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                with receiver._lock:
                    behaviour = receiver._queue.popleft() if receiver._queue else receiver._always
                    request = Request(parts.path, query, dict(self.headers), payload, behaviour)
                    if receiver._disliked and receiver._disliked in request.text:
                        request.behaviour = behaviour = "refuse"
                    receiver.requests.append(request)
                if receiver.on_request:
                    receiver.on_request()
                receiver._answer(self, behaviour)

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler, behaviour: Behaviour) -> None:
        if behaviour == "hang":
            self._closing.wait(60)
        elif behaviour == "drip":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self._closing.wait(0.2):
                try:
                    handler.wfile.write(b"x")
                except OSError:
                    return
        elif behaviour == "die":
            handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"errcode": 0, "code": 0')
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
        elif behaviour == "redirect":
            handler.send_response(302)
            handler.send_header("Location", "http://127.0.0.1:9/elsewhere")
            handler.end_headers()
        else:
            status = 500 if behaviour == "deny" else 200
            document = {"accept": ACCEPTED, "refuse": REFUSED}.get(behaviour)
            body = json.dumps(document[self.kind]).encode() if document else b"<html>please log in</html>"
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json" if document else "text/html")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)


def dingtalk_signature(timestamp: str) -> str:
    """The signature as DingTalk's documentation computes it, before it is percent-encoded for the address."""
    digest = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def feishu_signature(timestamp: str) -> str:
    """The signature as Feishu's documentation computes it: the text is the key, the message is empty."""
    return base64.b64encode(hmac.new(f"{timestamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()).decode()


@dataclass
class MailServer:
    """A mail server. ``refuse_recipients`` are answered 550; ``hangs`` makes it silent after the greeting."""

    refuse_recipients: set[str] = field(default_factory=set)
    hangs: bool = False
    messages: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    def url(self, *recipients: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=steppe@example.org&to={','.join(recipients)}"

    def __enter__(self) -> MailServer:
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                server._talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._closing = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, handler: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            handler.wfile.write(f"{line}\r\n".encode())

        say("220 loopback")
        recipients: list[str] = []
        for raw in handler.rfile:
            line = raw.decode(errors="replace").strip()
            verb = line[:4].upper()
            if self.hangs:
                self._closing.wait(60)
                return
            if verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                if address in self.refuse_recipients:
                    say(f"550 no mailbox {address}")
                    continue
                recipients.append(address)
                say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                content = b""
                for part in handler.rfile:
                    if part == b".\r\n":
                        break
                    content += part
                parsed = message_from_bytes(content, policy=policy.default)
                self.messages.append((recipients, parsed))  # type: ignore[arg-type]
                recipients = []
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


def closed_port() -> int:
    """A port on loopback at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another thread or process does.

    Raises:
        AssertionError: it did not happen.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not happen within {seconds} s"
        time.sleep(0.02)
