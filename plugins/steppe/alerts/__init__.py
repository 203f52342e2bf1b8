"""Alerts: a row in ``ops.alert`` for what needs a person, sent through Apprise until each channel has accepted it.

A task raises with ``raise_alert(connection, for_rejection(connection, delivery_id))`` and sends with ``dispatch(connection)``.
"""

from __future__ import annotations

from steppe.alerts.channels import Channel, configured
from steppe.alerts.late import find_late, find_stuck, find_uncorrected
from steppe.alerts.message import Alert, for_gate, for_rejection, for_task_failure
from steppe.alerts.outbox import Dispatched, dispatch, raise_alert

__all__ = [
    "Alert",
    "Channel",
    "Dispatched",
    "configured",
    "dispatch",
    "find_late",
    "find_stuck",
    "find_uncorrected",
    "for_gate",
    "for_rejection",
    "for_task_failure",
    "raise_alert",
]
