"""Channels against receivers that behave and that do not. Each good case has its failing twin beside it."""

from __future__ import annotations

import hashlib
import logging
import time

import pytest
from receivers import (
    SECRET,
    TOKEN,
    Behaviour,
    Kind,
    MailServer,
    Receiver,
    closed_port,
    dingtalk_signature,
    feishu_signature,
)
from steppe.alerts import channels, services
from steppe.alerts.channels import Message, configured

MESSAGE = Message("Steppe 退回 / rejected: 150400 2020-05", "控制总数不符\ncontrol total", "critical")
KINDS: tuple[Kind, ...] = ("dingtalk", "wecom", "feishu", "webhook")
ERROR_CODES = {"dingtalk": "310000", "wecom": "93000", "feishu": "9499", "webhook": "500"}


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_answer_is_sent(kind: Kind) -> None:
    with Receiver(kind) as receiver:
        (channel,) = configured(receiver.url())
        answer = channel.send(MESSAGE)
    assert answer.is_sent, answer
    (request,) = receiver.requests
    assert MESSAGE.title in request.text
    assert MESSAGE.body.replace("\n", "") in request.text.replace("\r", "").replace("\n", "")


@pytest.mark.parametrize("kind", KINDS)
def test_200_with_an_error_code_is_a_failure_and_the_code_is_told(kind: Kind) -> None:
    with Receiver(kind).always("refuse") as receiver:
        (channel,) = configured(receiver.url())
        answer = channel.send(MESSAGE)
    assert len(receiver.requests) == 1
    assert not answer.is_sent
    assert ERROR_CODES[kind] in answer.response
    assert TOKEN not in answer.response


def test_stock_apprise_calls_the_same_answer_sent() -> None:
    """Why the services are ours: with Apprise's own DingTalk plugin a refused message counts as sent."""
    from apprise.plugins.dingtalk import NotifyDingTalk

    with Receiver("dingtalk").always("refuse") as receiver:
        stock = NotifyDingTalk(**NotifyDingTalk.parse_url(f"dingtalk://{TOKEN}"))
        stock.notify_url = receiver.gateway + "/robot/send?access_token={token}"
        assert stock.notify(body="x", title="y") is True
        assert receiver.requests[0].behaviour == "refuse"


@pytest.mark.parametrize("behaviour", ["deny", "die", "redirect"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_answer_is_a_failure(kind: Kind, behaviour: Behaviour) -> None:
    with Receiver(kind).always(behaviour) as receiver:
        (channel,) = configured(receiver.url())
        answer = channel.send(MESSAGE)
    assert not answer.is_sent
    assert len(receiver.requests) == 1
    assert "HTTP" in answer.response or "no answer" in answer.response


@pytest.mark.parametrize("kind", KINDS)
def test_a_login_page_with_200_is_not_a_receiver(kind: Kind) -> None:
    with Receiver(kind).always("login") as receiver:
        (channel,) = configured(receiver.url())
        answer = channel.send(MESSAGE)
    assert not answer.is_sent
    assert answer.response.startswith("HTTP 200 with")


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_a_receiver_that_never_answers_costs_a_bounded_time(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``hang`` ends by the socket's timeout, ``drip`` keeps the socket alive and only the deadline ends it."""
    assert channels.ATTEMPT_SECONDS <= 10
    assert services.CONNECT_SECONDS + services.READ_SECONDS <= channels.ATTEMPT_SECONDS
    monkeypatch.setattr(services, "READ_SECONDS", 0.5)
    monkeypatch.setattr(channels, "ATTEMPT_SECONDS", 1.5)
    with Receiver("dingtalk").always(behaviour) as receiver:
        (channel,) = configured(receiver.url())
        began = time.monotonic()
        answer = channel.send(MESSAGE)
        took = time.monotonic() - began
    assert not answer.is_sent
    assert took < 2.5
    assert answer.response == ("no answer (ReadTimeout)" if behaviour == "hang" else "no answer within 1.5 s")


def test_a_closed_port_is_a_failure_without_the_address_in_its_reason() -> None:
    (channel,) = configured(f"dingtalk://{TOKEN}/?gateway=http://127.0.0.1:{closed_port()}")
    answer = channel.send(MESSAGE)
    assert answer == services.Answer(False, "no answer (ConnectionError)")


def test_dingtalk_request_is_as_documented() -> None:
    with Receiver("dingtalk") as receiver:
        (channel,) = configured(receiver.url(signed=True))
        assert channel.send(MESSAGE).is_sent
    (request,) = receiver.requests
    assert request.path == "/robot/send"
    assert request.query["access_token"] == TOKEN
    assert request.payload["msgtype"] == "text"
    # parse_qs has undone one percent-encoding; a second one, as stock Apprise makes, would still be there.
    assert request.query["sign"] == dingtalk_signature(request.query["timestamp"])


def test_feishu_request_is_as_documented() -> None:
    with Receiver("feishu") as receiver:
        (channel,) = configured(receiver.url(signed=True))
        assert channel.send(MESSAGE).is_sent
    (request,) = receiver.requests
    assert request.path == f"/open-apis/bot/v2/hook/{TOKEN}"
    assert request.payload["msg_type"] == "text"
    assert request.payload["sign"] == feishu_signature(request.payload["timestamp"])


def test_wecom_text_fits_its_2048_bytes() -> None:
    with Receiver("wecom") as receiver:
        (channel,) = configured(receiver.url())
        assert channel.send(Message("题", "退" * 2000, "info")).is_sent
    (request,) = receiver.requests
    assert request.query == {"key": TOKEN}
    assert 2000 < len(request.text.encode()) <= 2048
    assert request.text.endswith("退…")


def test_webhook_carries_headers_credentials_and_severity() -> None:
    with Receiver("webhook") as receiver:
        (channel,) = configured(f"json://user:pw@127.0.0.1:{receiver.port}/hook?+X-Desk=night&:room=7")
        assert channel.send(MESSAGE).is_sent
    (request,) = receiver.requests
    assert request.headers["X-Desk"] == "night"
    assert request.headers["Authorization"].startswith("Basic ")
    assert request.payload["room"] == "7"
    assert request.payload["type"] == "failure"


def test_mail_arrives_as_plain_text_to_each_recipient_alone() -> None:
    with MailServer() as server:
        found = configured(server.url("a@example.org", "b@example.org"))
        assert all(channel.send(MESSAGE).is_sent for channel in found)
    assert [recipients for recipients, _ in server.messages] == [["a@example.org"], ["b@example.org"]]
    message = server.messages[0][1]
    assert message["Subject"] == MESSAGE.title
    assert message.get_content_type() == "text/plain"
    assert "控制总数不符" in message.get_content()
    assert "<br" not in message.get_content()


def test_a_refused_recipient_fails_alone() -> None:
    with MailServer(refuse_recipients={"a@example.org"}) as server:
        first, second = configured(server.url("a@example.org", "b@example.org"))
        assert first.send(MESSAGE) == services.Answer(False, "SMTP 550 recipient refused")
        assert second.send(MESSAGE).is_sent
    assert [recipients for recipients, _ in server.messages] == [["b@example.org"]]


def test_a_silent_mail_server_costs_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.Mail, "socket_connect_timeout", 0.5)
    with MailServer(hangs=True) as server:
        (channel,) = configured(server.url("a@example.org"))
        began = time.monotonic()
        assert not channel.send(MESSAGE).is_sent
    assert time.monotonic() - began < 3


def test_a_mail_address_without_a_usable_recipient_is_still_a_channel() -> None:
    with MailServer() as server:
        (channel,) = configured(server.url("nobody"))
        assert not channel.send(MESSAGE).is_sent
    assert server.messages == []


def test_names_hold_no_secret_and_tell_channels_apart() -> None:
    url = f"dingtalk://{SECRET}@{TOKEN}"
    found = configured(
        f"{url}, wecombot://{TOKEN} feishu://{TOKEN}/,jsons://user:{SECRET}@hooks.example.org/{TOKEN}"
        f" mailtos://user:{SECRET}@example.org?smtp=smtp.example.org&to=a@example.org,b@example.org {url}"
    )
    names = [channel.name for channel in found]
    assert [name.rpartition("#")[0] for name in names] == [
        "dingtalk://oapi.dingtalk.com",
        "wecombot://qyapi.weixin.qq.com",
        "feishu://open.feishu.cn",
        "jsons://hooks.example.org",
        "mailtos://smtp.example.org",
        "mailtos://smtp.example.org",
    ]
    assert len(set(names)) == 6
    assert names[0].endswith("#" + hashlib.sha256(url.encode()).hexdigest()[:8])
    assert SECRET not in repr(found)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    "url", ["slack://a/b/c", f"dingtalk://{TOKEN}/?gateway=ftp://host", "nonsense", "dingtalk://to%20ken", "json://"]
)
def test_an_unusable_address_is_a_channel_that_fails_aloud(url: str, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("apprise").disabled = False  # as logging.config leaves it
    with caplog.at_level(logging.DEBUG):
        (channel,) = configured(url)
        answer = channel.send(MESSAGE)
    assert not answer.is_sent
    assert "correct STEPPE_ALERT_URLS" in answer.response
    assert TOKEN not in channel.name + answer.response + caplog.text
    assert "to ken" not in channel.name + answer.response + caplog.text


def test_no_log_holds_a_token(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("urllib3").setLevel(logging.INFO)
    with caplog.at_level(logging.DEBUG), Receiver("dingtalk").then("refuse", "deny", "die") as receiver:
        (channel,) = configured(receiver.url(signed=True))
        for _ in range(3):
            assert not channel.send(MESSAGE).is_sent
    assert TOKEN not in caplog.text
    assert SECRET not in caplog.text


def test_nothing_configured_is_no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEPPE_ALERT_URLS", raising=False)
    assert configured() == ()
    monkeypatch.setenv("STEPPE_ALERT_URLS", f" \n wecombot://{TOKEN} ,\n")
    assert len(configured()) == 1


def test_quiet_keeps_the_reason_and_drops_what_may_identify() -> None:
    assert services.quiet("errcode 310000 keywords not in content") == "errcode 310000 keywords not in content"
    assert services.quiet(f"bad {TOKEN} for 15042219900101123X or 13800138000") == "bad … for … or …"
    assert len(services.quiet("x " * 500)) == services.RESPONSE_CHARACTERS
