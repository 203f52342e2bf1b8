"""Channels: the addresses in ``STEPPE_ALERT_URLS``, and one bounded attempt to send a message to one of them."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppe.alerts.routing import Route, part

if TYPE_CHECKING:
    from steppe.alerts.services import Answer

# However a receiver misbehaves, an attempt ends by then: it may hang, or drip a byte before every timeout of the socket.
ATTEMPT_SECONDS = 10.0


@dataclass(frozen=True)
class Message:
    """What is sent: plain text."""

    title: str
    body: str
    severity: str  # info, warning or critical


@dataclass(frozen=True)
class Channel:
    """One receiver. ``name`` is fit for a table and a log; the address holds a secret and is in no repr.

    Attributes:
        name: scheme, host and eight hexadecimal digits of the address's SHA-256; its route is not part of it.
    """

    name: str
    url: str = field(repr=False)
    recipient: str | None = field(default=None, repr=False)
    route: Route = field(default_factory=Route)

    def send(self, message: Message) -> Answer:
        """Try once, for at most ``ATTEMPT_SECONDS``; never raises."""
        from steppe.alerts.services import Answer

        answers: list[Answer] = []
        # A thread that may be left behind: no timeout of a socket bounds a name look-up or a dripping receiver.
        sender = threading.Thread(target=lambda: answers.append(self._send(message)), daemon=True, name="steppe-alert")
        sender.start()
        sender.join(ATTEMPT_SECONDS)
        return answers[0] if answers else Answer(False, f"no answer within {ATTEMPT_SECONDS:g} s")

    def _send(self, message: Message) -> Answer:
        from apprise import NotifyFormat, NotifyType

        from steppe.alerts.services import SERVICES, Answer, open_service

        if self.route.fault:
            return Answer(False, f"{self.route.fault}: correct STEPPE_ALERT_URLS")
        service = open_service(self.url)
        if service is None:
            return Answer(False, f"not an address of {', '.join(SERVICES)}: correct STEPPE_ALERT_URLS")
        if self.recipient:
            service.only(self.recipient)
        kinds = {"critical": NotifyType.FAILURE, "warning": NotifyType.WARNING}
        try:
            service.notify(
                title=message.title,
                body=message.body,
                notify_type=kinds.get(message.severity, NotifyType.INFO),
                body_format=NotifyFormat.TEXT,
            )
        except Exception as error:  # an alert must not fail its sender; the class's name holds no secret
            return Answer(False, f"not sent ({type(error).__name__})")
        answer: Answer = service.answer
        return answer


def configured(urls: str | Iterable[str] | None = None) -> tuple[Channel, ...]:
    """The channels of these Apprise addresses, or of ``STEPPE_ALERT_URLS`` (separated by spaces or commas).

    An address that cannot be used still is a channel: each attempt on it fails, with the reason recorded where a silent
    omission would not be seen. A mail address with several recipients is one channel for each.
    """
    from steppe.alerts.services import Mail, open_service

    if urls is None:
        urls = os.environ.get("STEPPE_ALERT_URLS", "")
    if isinstance(urls, str):
        # A comma may also stand inside an address, between mail recipients.
        urls = re.split(r"[\s,]+(?=[a-z][a-z0-9]*://)", urls.strip(), flags=re.IGNORECASE)
    found: dict[str, Channel] = {}
    for url, route in map(part, filter(None, (url.strip(" ,\n\t") for url in urls))):
        service = open_service(url)
        recipients: list[str | None] = [None]
        if isinstance(service, Mail):
            recipients = [*service.recipients()] or [None]
        for recipient in recipients:
            scheme = url.partition("://")[0].lower()
            scheme = scheme if re.fullmatch(r"[a-z][a-z0-9]{1,20}", scheme) else "unknown"
            digest = hashlib.sha256(f"{url} {recipient}".encode() if recipient else url.encode()).hexdigest()[:8]
            name = f"{scheme}://{service.endpoint if service else '?'}#{digest}"
            found[name] = Channel(name, url, recipient, route)
    return tuple(found.values())
