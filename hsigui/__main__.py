"""`hsigui` and `python -m hsigui`: argv to the window or to a command. Imports lazily: `--help` must be instant."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from hsigui.texts import say


def main(argv: list[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A class name that the console's code page lacks must not end the program.
            stream.reconfigure(errors="replace")
    from hsigui.assets import languages_folder

    put_language_in(languages_folder())
    from hsigui import cli

    words = sys.argv[1:] if argv is None else argv
    wanted = cli.window_request(words)
    if wanted is None:
        return cli.run(words)
    if not cli.has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        print(say("hsigui: there is no display for the window."), file=sys.stderr)
        print(say("        Set DISPLAY, or use the commands: hsigui --help"), file=sys.stderr)
        return 1
    take_one_blas_thread()
    from hsigui.ui.shell.app import run

    return run(wanted.path, address=wanted.address, demo=wanted.scene if wanted.demo else None)


def take_one_blas_thread() -> None:
    """Has numpy multiply matrices on one thread, for the window: the small products of a map after a stroke, made on
    every core already, take twice as long when each of them waits for a second thread. PyTorch has threads of its own.
    To be called before numpy is imported; a number that the user has set stays."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def put_language_in(folder: Path | None) -> None:
    """Puts in the user's language from a folder of languages, see `settings`; tells what is wrong with it. Before the
    imports of tables, which hold sentences."""
    if folder is None:
        return
    from hsigui import settings

    if wrong := settings.put_language_in(folder):
        print(f"hsigui: {wrong}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
