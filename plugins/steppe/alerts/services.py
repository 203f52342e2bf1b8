"""The services that carry an alert: Apprise's plugins, made to read the answer.

Apprise takes HTTP 200 for success. DingTalk, WeCom and Feishu answer 200 to a message that they refuse, with the reason in the body; a
login page of a captive network is a 200 too. So each class here keeps Apprise's address format, validation and signature, and sends
by itself: a message counts as sent only when the body says so. Each also takes ``?gateway=https://host[:port][/path]``, because the
network of an office reaches the Internet only through one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import smtplib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import apprise
import requests
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.email.smtp import SMTPSecureMode
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from steppe import settings

CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
ANSWER_BYTES = 64 * 1024
RESPONSE_CHARACTERS = 160


@dataclass(frozen=True)
class Answer:
    """How one attempt ended; ``response`` is fit for a table that auditors read."""

    is_sent: bool
    response: str


def quiet(text: str) -> str:
    """A receiver's own words, on one line, cut, without anything that looks like a token, an ID number or a phone."""
    text = " ".join(str(text).split())
    text = re.sub(r"\d{7,}[Xx]?", "…", text)
    text = re.sub(r"\b(?=[\w-]*\d)[\w-]{16,}", "…", text)
    return text if len(text) <= RESPONSE_CHARACTERS else text[: RESPONSE_CHARACTERS - 1] + "…"


def cut(text: str, limit_bytes: int) -> str:
    """The text as far as it fits, never ending inside a character."""
    encoded = text.encode()
    if len(encoded) <= limit_bytes:
        return text
    return encoded[: limit_bytes - 3].decode(errors="ignore") + "…"


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def judge_errcode(status: int, body: bytes) -> Answer:
    """DingTalk and WeCom: sent means HTTP 200 and ``errcode`` 0, no less."""
    document = _document(body)
    code = document.get("errcode")
    if status == 200 and code == 0 and not isinstance(code, bool):
        return Answer(True, "errcode 0")
    if code is None:
        return Answer(False, f"HTTP {status} without errcode")
    return Answer(False, quiet(f"HTTP {status} errcode {code} {document.get('errmsg', '')}"))


def judge_code(status: int, body: bytes) -> Answer:
    """Feishu: sent means HTTP 200 and ``code`` 0 (``StatusCode`` 0 from the older endpoint)."""
    document = _document(body)
    code = document.get("code", document.get("StatusCode"))
    if status == 200 and code == 0 and not isinstance(code, bool):
        return Answer(True, "code 0")
    if code is None:
        return Answer(False, f"HTTP {status} without code")
    return Answer(False, quiet(f"HTTP {status} code {code} {document.get('msg', '')}"))


def judge_webhook(status: int, body: bytes) -> Answer:
    """A plain webhook: sent means HTTP 2xx, no page for people, and no error told in a JSON body.

    Bodies differ between receivers: ``errcode`` other than 0, ``code`` other than 0 or 2xx, and ``success`` or ``ok`` false are errors.
    """
    document = _document(body)
    if not 200 <= status < 300:
        return Answer(False, f"HTTP {status}")
    if re.match(rb"\s*<(!doctype\s+)?html\b", body, re.IGNORECASE):
        return Answer(False, f"HTTP {status} with a page, as of a login")
    for name, good in (("errcode", {"0"}), ("code", {"0", *map(str, range(200, 300))})):
        if name in document and str(document[name]) not in good:
            return Answer(False, quiet(f"HTTP {status} {name} {document[name]} {document.get('errmsg', '')}"))
    for name in ("success", "ok"):
        if document.get(name) is False:
            return Answer(False, f"HTTP {status} {name} false")
    return Answer(True, f"HTTP {status}")


class _Http:
    """Sending by HTTP, for classes that follow it with a plugin of Apprise."""

    verify_certificate: bool
    answer: Answer
    default_gateway = ""

    def __init__(self, gateway: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gateway = (gateway or self.default_gateway).rstrip("/")
        if gateway and (urlsplit(gateway).scheme not in ("http", "https") or not urlsplit(gateway).hostname):
            raise AppriseImproperlyConfigured("gateway must be http://host or https://host")

    @property
    def endpoint(self) -> str:
        """Host of the service, without credentials."""
        return urlsplit(self.gateway).hostname or ""

    @classmethod
    def parse_url(cls, url: str) -> dict[str, Any] | None:
        results: dict[str, Any] | None = super().parse_url(url)  # type: ignore[misc]
        if results and results["qsd"].get("gateway"):
            results["gateway"] = results["qsd"]["gateway"]
        return results

    def _exchange(self, url: str, payload: Mapping[str, Any], **request: Any) -> tuple[int, bytes] | None:
        """Status and the body's beginning; None, with the reason in ``answer``, where there is no answer."""
        headers = {
            "User-Agent": "Steppe",
            "Content-Type": "application/json; charset=utf-8",
            **request.pop("headers", {}),
        }
        try:
            with requests.request(
                request.pop("method", "POST"),
                url,
                data=json.dumps(payload, ensure_ascii=False).encode(),
                headers=headers,
                verify=self.verify_certificate,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,  # the address holds a token that another host must not see
                stream=True,
                **request,
            ) as response:
                return response.status_code, response.raw.read(ANSWER_BYTES, decode_content=True)
        except Exception as error:  # requests' own text would quote the address, and with it the token
            self.answer = Answer(False, f"no answer ({type(error).__name__})")
            return None


class DingTalk(_Http, NotifyDingTalk):  # type: ignore[misc]
    """``dingtalk://[secret@]token[/phone…][?gateway=…]``."""

    default_gateway = "https://oapi.dingtalk.com"

    def send(self, body: str, title: str = "", **_: Any) -> bool:
        params = {"access_token": self.token}
        if self.secret:
            # Apprise's signature is percent-encoded already; requests would encode it a second time and DingTalk refuse it.
            timestamp, sign = self.get_signature()
            params |= {"timestamp": timestamp, "sign": unquote(sign)}
        payload = {
            "msgtype": "text",
            "text": {"content": cut(f"{title}\n{body}", 18_000)},
            "at": {"atMobiles": self.targets, "isAtAll": False},
        }
        answer = self._exchange(f"{self.gateway}/robot/send", payload, params=params)
        if answer:
            self.answer = judge_errcode(*answer)
        return self.answer.is_sent


class WeCom(_Http, NotifyWeComBot):  # type: ignore[misc]
    """``wecombot://key[?gateway=…]``."""

    default_gateway = "https://qyapi.weixin.qq.com"

    def send(self, body: str, title: str = "", **_: Any) -> bool:
        content = cut(f"{title}\n{body}" if title else body, 2048)
        payload = {"msgtype": "text", "text": {"content": content}}
        answer = self._exchange(f"{self.gateway}/cgi-bin/webhook/send", payload, params={"key": self.key})
        if answer:
            self.answer = judge_errcode(*answer)
        return self.answer.is_sent


class Feishu(_Http, NotifyFeishu):  # type: ignore[misc]
    """``feishu://token[?secret=…][&gateway=…]``; Apprise has no signature for it, so it is made here."""

    default_gateway = "https://open.feishu.cn"

    def __init__(self, signing_secret: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.signing_secret = signing_secret

    @classmethod
    def parse_url(cls, url: str) -> dict[str, Any] | None:
        results = super().parse_url(url)
        if results and results["qsd"].get("secret"):
            results["signing_secret"] = results["qsd"]["secret"]
        return results

    def send(self, body: str, title: str = "", **_: Any) -> bool:
        payload: dict[str, Any] = {"msg_type": "text", "content": {"text": cut(f"{title}\n{body}", 18_000)}}
        if self.signing_secret:
            timestamp = str(int(time.time()))
            key = f"{timestamp}\n{self.signing_secret}".encode()
            payload |= {
                "timestamp": timestamp,
                "sign": base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode(),
            }
        answer = self._exchange(f"{self.gateway}/open-apis/bot/v2/hook/{quote(self.token, safe='')}", payload)
        if answer:
            self.answer = judge_code(*answer)
        return self.answer.is_sent


class Webhook(_Http, NotifyJSON):  # type: ignore[misc]
    """``json://`` and ``jsons://[user:password@]host[:port]/path[?+Header=…][&:field=…][&-parameter=…]``."""

    @property
    def endpoint(self) -> str:
        return str(self.host)

    def send(self, body: str, title: str = "", notify_type: Any = None, **_: Any) -> bool:
        port = f":{self.port}" if self.port else ""
        payload = {
            "version": self.json_version,
            "title": title,
            "message": body,
            "type": getattr(notify_type, "value", "info"),
            **self.payload_extras,
        }
        answer = self._exchange(
            f"{'https' if self.secure else 'http'}://{self.host}{port}{self.fullpath}",
            payload,
            method=self.method,
            headers=self.headers,
            params=self.params,
            auth=(self.user, self.password) if self.user else None,
        )
        if answer:
            self.answer = judge_webhook(*answer)
        return self.answer.is_sent


class Mail(NotifyEmail):  # type: ignore[misc]
    """``mailto://`` and ``mailtos://[user:password@]host[:port]?from=…&to=…[&smtp=…]``, to one recipient at a time."""

    socket_connect_timeout = READ_SECONDS  # smtplib uses it for each command too
    answer: Answer

    @property
    def endpoint(self) -> str:
        return str(self.smtp_host)

    def recipients(self) -> list[str]:
        """Everyone the address names. Each gets a message of his own: were one refused, a repeat would reach the others twice."""
        return sorted({address for _, address in self.targets} | set(self.cc) | set(self.bcc))

    def only(self, recipient: str) -> None:
        self.targets = [(False, recipient)]
        self.cc.clear()
        self.bcc.clear()

    def send(self, body: str, title: str = "", **_: Any) -> bool:
        try:
            with self._session() as session:
                for message in self.prepare_emails(
                    subject=title,
                    body=body,
                    notify_format=apprise.NotifyFormat.TEXT,
                    from_addr=self.from_addr,
                    to=self.targets,
                    smtp_host=self.smtp_host,
                    headers=self.headers,
                    tzinfo=settings.CALENDAR,
                ):
                    session.sendmail(self.from_addr[1], message.to_addrs, message.body)
            self.answer = Answer(True, "accepted by the mail server")
        # The status code alone: the server's words may repeat an address.
        except smtplib.SMTPRecipientsRefused as error:
            self.answer = Answer(False, f"SMTP {next(iter(error.recipients.values()))[0]} recipient refused")
        except smtplib.SMTPResponseException as error:
            self.answer = Answer(False, f"SMTP {error.smtp_code} ({type(error).__name__})")
        except Exception as error:
            self.answer = Answer(False, f"no answer ({type(error).__name__})")
        return self.answer.is_sent

    def _session(self) -> smtplib.SMTP:
        """A session with the mail server, encrypted and logged in as the address says."""
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        timeout = self.socket_connect_timeout
        if self.secure_mode == SMTPSecureMode.SSL:
            session: smtplib.SMTP = smtplib.SMTP_SSL(self.smtp_host, self.port, timeout=timeout, context=context)
        else:
            session = smtplib.SMTP(self.smtp_host, self.port, timeout=timeout)
        try:
            if self.secure_mode == SMTPSecureMode.STARTTLS:
                session.starttls(context=context)
            if self.user and self.password:
                session.login(self.user, self.password)
        except BaseException:
            session.close()
            raise
        return session


SERVICES: dict[str, type[Any]] = {
    "dingtalk": DingTalk,
    "wecombot": WeCom,
    "feishu": Feishu,
    "json": Webhook,
    "jsons": Webhook,
    "mailto": Mail,
    "mailtos": Mail,
}


def open_service(url: str) -> Any | None:
    """The service behind an address; None where the address is not one of ``SERVICES``, or malformed."""
    # Apprise logs addresses with their tokens, at warning level when one is malformed. Not once at import: whoever configures
    # logging after that enables the logger again.
    logging.getLogger("apprise").disabled = True
    service = SERVICES.get(url.partition("://")[0].lower())
    try:
        results = service.parse_url(url) if service else None
        if not service or not results:
            return None
        results["asset"] = apprise.AppriseAsset(app_id="Steppe", app_desc="Steppe")
        results["format"] = "text"
        opened = service(**results)
    except (TypeError, ValueError, AppriseImproperlyConfigured):
        return None
    opened.answer = Answer(False, "not sent")
    return opened
