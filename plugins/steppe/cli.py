"""The command line: ``./steppe COMMAND``.

Exit codes: 0 done and well · 1 the answer is no (a file would not pass, a bound is missed, something did not end well) · 2 the call is
wrong · 69, 73, 74 the set-up failed (see the script) · 70 a fault in Steppe · 78 not set up as it has to be · 130 interrupted.
"""

from __future__ import annotations

import os
import sys

import typer

from steppe.commands import console
from steppe.commands.checks import test
from steppe.commands.deliveries import check, correct, deliver, sample
from steppe.commands.doctor import doctor
from steppe.commands.figures import bench, ledger
from steppe.commands.identity import identity
from steppe.commands.incidents import incidents
from steppe.commands.lifecycle import down, reset, up
from steppe.commands.paperwork import compose_env, docs
from steppe.commands.query import sql
from steppe.commands.reload import reload
from steppe.commands.run import run
from steppe.commands.signals import review, score
from steppe.commands.status import status
from steppe.commands.users import user
from steppe.commands.waivers import waiver
from steppe.commands.watch import watch
from steppe.errors import SteppeError

EXIT_CODES = (
    "Exit codes: 0 done and well · 1 the answer is no, or something did not end well · 2 the call is wrong · "
    "69, 73, 74 set-up failed · 70 a fault in Steppe · 78 not set up as it has to be · 130 interrupted."
)

app = typer.Typer(
    name="steppe",
    help="Steppe: agencies' files become a warehouse, a ledger and an alert.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
WHATEVER_FOLLOWS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["-h", "--help"]}

DAILY, FILES, LOOKING, MAKING = "Run it", "Files", "Look at it", "Work on it"
app.command(rich_help_panel=DAILY)(run)
app.command(rich_help_panel=DAILY)(up)
app.command(rich_help_panel=DAILY)(down)
app.command(rich_help_panel=DAILY)(status)
app.command(rich_help_panel=DAILY)(user)
app.command(rich_help_panel=DAILY)(doctor)
app.command(rich_help_panel=DAILY)(reset)
app.add_typer(incidents, name="incidents", rich_help_panel=DAILY)
app.command(rich_help_panel=DAILY)(watch)
app.command(rich_help_panel=FILES)(deliver)
app.command(rich_help_panel=FILES)(check)
app.command(rich_help_panel=FILES)(correct)
app.command(rich_help_panel=FILES)(sample)
app.command(rich_help_panel=FILES)(reload)
app.command(rich_help_panel=LOOKING)(sql)
app.command(rich_help_panel=LOOKING)(review)
app.add_typer(ledger, name="ledger", rich_help_panel=LOOKING)
app.add_typer(waiver, name="waiver", rich_help_panel=FILES)
app.add_typer(identity, name="identity", rich_help_panel=FILES)
app.command(rich_help_panel=MAKING, context_settings=WHATEVER_FOLLOWS)(test)
app.command(rich_help_panel=MAKING)(bench)
app.command(rich_help_panel=MAKING)(score)
app.command(rich_help_panel=MAKING)(docs)
app.command("compose-env", rich_help_panel=MAKING)(compose_env)


def main() -> None:
    """Run one command; a mistake is told in a line, a fault leaves its traceback in the log."""
    try:
        app(prog_name="./steppe")
    except SteppeError as error:
        console.err.print(f"steppe: {error}", style="red", markup=False)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is wrong, and the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:
        kept = console.keep_traceback(error)
        console.err.print(
            f"steppe: a fault in Steppe ({type(error).__name__}). Where it happened is in {kept}; please report it.",
            style="red",
            markup=False,
        )
        raise SystemExit(os.EX_SOFTWARE) from None


if __name__ == "__main__":
    main()
