"""Errors that a person can act on: what, where, what to do — and never a personal value."""

from __future__ import annotations


class SteppeError(Exception):
    """A user's or an operator's mistake, told without a traceback.

    Attributes:
        exit_code: what the command line returns for it.
    """

    exit_code = 1


class SettingsError(SteppeError):
    """The installation is not set up as it has to be."""

    exit_code = 78  # EX_CONFIG


class Rejected(SteppeError):
    """A delivery that cannot be taken, with the reason in both languages.

    Args:
        rule_id: the rule that rejects, such as ``delivery.control_total``.
        zh: the reason for the clerk, in Chinese.
        en: the same in English.
    """

    def __init__(self, rule_id: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.rule_id = rule_id
        self.zh = zh
        self.en = en
