"""The program diffkit: runs one command, and turns every error into at most three lines and an exit status."""

import os
import sys
from typing import Any

import click

from diffkit import __version__
from diffkit.arguments import expression_last
from diffkit.commands import COMMANDS
from diffkit.commands.common import fail
from diffkit.errors import DiffkitError, UsageError
from diffkit.terminal import abandon_stdout

BUG, INTERRUPTED = 70, 130
STATUSES = "0 done; 1 a check failed; 2 wrong usage; 3 unreadable input; 4 no number possible; 70 a bug; 130 Ctrl-C"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=f"Exit status: {STATUSES}"
)
@click.version_option(__version__, "--version", prog_name="diffkit")
def commands() -> None:
    """How exact is a derivative, and why? Compare the ways to differentiate a function.

    EXPR is a formula such as "exp(x)/sqrt(sin(x)^3 + cos(x)^3)", FILE.py:function, or - for standard input.
    """


for command in COMMANDS:
    commands.add_command(command)


def main() -> None:
    """Run the command line and exit with its status."""
    sys.unraisablehook = interrupt_again
    sys.exit(run(sys.argv[1:]))


def interrupt_again(lost: Any) -> None:
    """A Ctrl-C that fell into a callback, where Python can only print and forget it, comes again outside."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    import _thread
    import threading

    threading.Timer(0.01, _thread.interrupt_main).start()


def run(args: list[str]) -> int:
    """Run one command; every error becomes at most three lines and an exit status."""
    takes_value = {
        name for c in commands.commands.values() for p in c.params for name in p.opts if not getattr(p, "is_flag", True)
    }
    try:  # click's own main would exit with 1 on a closed pipe
        with commands.make_context("diffkit", expression_last(args, takes_value)) as context:
            return int(commands.invoke(context) or 0)
    except click.exceptions.Exit as wish:  # --help, --version
        return wish.exit_code
    except DiffkitError as error:
        return fail(str(error), error.exit_status)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return UsageError.exit_status
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "diffkit"
        return fail(f"{error.format_message()}\n    see {where} --help", UsageError.exit_status)
    except KeyboardInterrupt:
        return fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        abandon_stdout()
        return 0
    except Exception as error:
        if os.environ.get("DIFFKIT_DEBUG"):
            raise
        return fail(
            f"a bug in diffkit: {type(error).__name__}: {error}\n    please report it, with what DIFFKIT_DEBUG=1 prints", BUG
        )
