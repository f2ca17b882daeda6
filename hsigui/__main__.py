"""`hsigui` and `python -m hsigui`: argv to the window or to a command. Imports lazily: `--help` must be instant."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    from hsigui import cli

    words = sys.argv[1:] if argv is None else argv
    wanted = cli.window_request(words)
    if wanted is None:
        return cli.run(words)
    from hsigui.ui.app import run

    return run(wanted.path, demo=wanted.demo)


if __name__ == "__main__":
    sys.exit(main())
