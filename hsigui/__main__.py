"""`hsigui` and `python -m hsigui`: argv to the window or to a command. Imports lazily: `--help` must be instant."""

from __future__ import annotations

import io
import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    from hsigui import cli

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A class name that the console's code page lacks must not end the program.
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if argv is None else argv
    wanted = cli.window_request(words)
    if wanted is None:
        return cli.run(words)
    if not cli.has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        print("hsigui: there is no display for the window.", file=sys.stderr)
        print("        Set DISPLAY, or use the commands: hsigui --help", file=sys.stderr)
        return 1
    from hsigui.ui.shell.app import run

    return run(wanted.path, demo=wanted.demo)


if __name__ == "__main__":
    sys.exit(main())
