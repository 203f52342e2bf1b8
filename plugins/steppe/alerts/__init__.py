"""Alerts: an incident for each cause that needs a person, and news of it, sent through Apprise until each channel has accepted it.

A task raises with ``raise_alert(connection, for_rejection(connection, delivery_id))`` and sends with ``dispatch(connection)``.
"""

from __future__ import annotations

from steppe.alerts.channels import Channel, Message, configured
from steppe.alerts.disagreeing import for_disagreements
from steppe.alerts.incidents import (
    Incident,
    acknowledge,
    escalate,
    list_incidents,
    raise_alert,
    recover,
    recover_task,
    resolve,
)
from steppe.alerts.late import find_late, find_stuck, find_uncorrected
from steppe.alerts.message import Alert, for_gate, for_rejection, for_task_failure
from steppe.alerts.outbox import Dispatched, dispatch
from steppe.alerts.watching import Looked, look

__all__ = [
    "Alert",
    "Channel",
    "Dispatched",
    "Incident",
    "Looked",
    "Message",
    "acknowledge",
    "configured",
    "dispatch",
    "escalate",
    "find_late",
    "find_stuck",
    "find_uncorrected",
    "for_disagreements",
    "for_gate",
    "for_rejection",
    "for_task_failure",
    "list_incidents",
    "look",
    "raise_alert",
    "recover",
    "recover_task",
    "resolve",
]
