"""Failures of a task, told without the values that were at hand.

A database error quotes the row that caused it, and Airflow logs every exception with its causes. So what leaves a task is one of two
classes of ours, with the class, the SQLSTATE and the line of code of the original, and no chain to it.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from steppe.errors import SettingsError, SteppeError

P = ParamSpec("P")
R = TypeVar("R")

# Of the classes 08, 53, 57 and 58 (connection, resources, intervention, system) and of a lost race: later it may go well.
_PASSING = ("08", "53", "57", "58", "40", "55P03", "25P03")


class Unavailable(AirflowException):  # type: ignore[misc]
    """Something the task needs did not answer or had no room; the task is retried."""

    original = "Unavailable"  # name of the original's class, fit for an alert


class StepFailed(AirflowFailException):  # type: ignore[misc]
    """A defect of ours: another try would fail alike, so there is none."""

    original = "StepFailed"


def step(function: Callable[P, R]) -> Callable[P, R]:
    """A task's work: any exception leaves it as ``Unavailable`` or ``StepFailed``; Airflow's own pass."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except AirflowException:
            raise
        except Exception as error:
            failure = describe(function.__name__, args, error)
        # Outside the except clause: there the original would become this one's context and be logged with it.
        raise failure

    return guarded


def describe(name: str, arguments: tuple[Any, ...], error: Exception) -> Unavailable | StepFailed:
    """What to raise instead of an error: its class, SQLSTATE and place; the text only where it is ours."""
    subject = ", ".join(str(argument) for argument in arguments if isinstance(argument, int | str))
    state = sqlstate(error)
    kind = f"{type(error).__module__}.{type(error).__qualname__}" + (f" (SQLSTATE {state})" if state else "")
    text = f": {error}" if isinstance(error, SteppeError) else ""
    message = f"{name}({subject}): {kind} at {_place(error)}{text}"
    failure = Unavailable(message) if is_passing(error) else StepFailed(message)
    failure.original = type(error).__name__
    return failure


def is_passing(error: BaseException) -> bool:
    """Whether the cause lies in the surroundings: connection, server, disk, memory.

    An error of ours may stand for one of the server's, which is then its context.
    """
    if isinstance(error, SteppeError) and error.__context__ is not None and is_passing(error.__context__):
        return True
    if isinstance(error, SettingsError | OSError | MemoryError):
        return True
    state = sqlstate(error)
    if state:
        return state.startswith(_PASSING)
    # A connection that breaks has no SQLSTATE; SQLAlchemy keeps the driver's error in `orig`.
    names = {base.__name__ for base in type(getattr(error, "orig", None) or error).__mro__}
    return bool(names & {"OperationalError", "InterfaceError"})


def sqlstate(error: BaseException) -> str | None:
    original = getattr(error, "orig", None) or error
    found = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return found if isinstance(found, str) else None


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame for frame in frames if "steppe" in Path(frame.filename).parts and "site-packages" not in frame.filename
    ]
    if not ours:
        return "unknown"
    file = Path(ours[-1].filename)
    return f"{file.parent.name}/{file.name}:{ours[-1].lineno}"
