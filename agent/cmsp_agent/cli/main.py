"""The entry point: `--version` is answered at once, the application does all else. It always ends with an exit code."""

import sys
from collections.abc import Sequence
from types import TracebackType

from cmsp_agent import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; None: those of the process.

    Returns:
        0 done, 1 failed, 2 usage or configuration, 3 refused, 4 unreachable.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        # Before any import: scripts and packages ask for it often.
        print(f"cmsp-agent {__version__}")
        return 0
    sys.excepthook = _in_one_line
    if set(given) in ({"--version", "--verbose"}, {"-V", "--verbose"}):
        from cmsp_agent.cli.build import describe

        print("\n".join(describe()))
        return 0
    from cmsp_agent.cli.application import run

    return run(given)


def _in_one_line(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """A mistake of ours, for people: one line and how to report it, never a traceback."""
    if issubclass(kind, KeyboardInterrupt):
        return
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    from cmsp_agent.model.machine_faults import machine_fault

    if text := machine_fault(error):
        print(f"cmsp-agent: {text}", file=sys.stderr)
        return
    place = f" in {where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}" if where else ""
    # The error's own text is left out: nobody knows what it carries.
    print(f"cmsp-agent: failed inside ({kind.__name__}{place}); please report this line", file=sys.stderr)
