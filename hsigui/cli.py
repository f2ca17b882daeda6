"""The command line: the same calls as the window's, in the same order.

Exit codes: 0 done, 1 something in the files or choices is wrong, 2 wrong usage, 130 cancelled with Ctrl-C.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hsigui.commands.demo_parser import chosen_demo
from hsigui.commands.parser import COMMANDS, build_parser, with_addresses_asked
from hsigui.cube import outside
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.remote.address import address_of, is_address
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.report.table import problems
from hsigui.texts import say

CANCELLED = 130


@dataclass(frozen=True)
class WindowRequest:
    """The command line asks for the window: with the scene at `path` or at an address, with a demo scene, or empty."""

    path: Path | None = None
    address: str = ""
    demo: bool = False
    scene: DemoSpec = field(default_factory=DemoSpec)


def window_request(argv: Sequence[str]) -> WindowRequest | None:
    """What the window is to open with; None when the arguments are for a command.

    `hsigui PATH` opens the window: a single first word that is no command and no option is a path.
    """
    if not argv:
        return WindowRequest()
    if argv[0] in COMMANDS:
        asks_demo = argv[0] == "demo" and not {"--headless", "-h", "--help"} & set(argv) and has_display()
        return WindowRequest(demo=True, scene=_demo(argv)) if asks_demo else None
    if len(argv) == 1 and is_address(argv[0]):
        return WindowRequest(address=argv[0])
    if len(argv) == 1 and not argv[0].startswith("-") and not _mistyped(argv[0]):
        return WindowRequest(path=Path(argv[0]))
    return None


def _demo(argv: Sequence[str]) -> DemoSpec:
    return chosen_demo(build_parser().parse_args(list(argv)))


def _mistyped(word: str) -> bool:
    """Whether a word that is no file was meant as a command: a bare word, or one that looks like a command."""
    bare = not Path(word).suffix and len(Path(word).parts) == 1
    return not Path(word).exists() and (bare or bool(difflib.get_close_matches(word, COMMANDS, cutoff=0.75)))


def run(argv: Sequence[str]) -> int:
    """Parses the arguments and runs the command; returns the exit code."""
    try:
        return _run(argv)
    except BrokenPipeError:
        # The reader of our output went away (`hsigui info X | head`): not worth a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(argv: Sequence[str]) -> int:
    parser = build_parser()
    arguments = parser.parse_args(list(argv), argparse.Namespace(words=[_without_secrets(word) for word in argv]))
    if "work" not in arguments:
        parser.error(say("a command is missing; choose one of {commands}", commands=", ".join(COMMANDS)))
    work: Callable[[argparse.Namespace], None] = arguments.work
    for problem in problems():
        print(f"hsigui: {problem}", file=sys.stderr)
    outside.allow_as_needed(getattr(arguments, "outside_files", False))
    try:
        with_addresses_asked(arguments)
        work(arguments)
    except HsiError as error:
        return _refused(error)
    except KeyboardInterrupt:
        print(say("hsigui: cancelled"), file=sys.stderr)
        return CANCELLED
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return _refused(out_of_memory())
    finally:
        outside.allow_as_needed(False)
    return 0


def _without_secrets(word: str) -> str:
    """A word as it may be kept in the record of what was done."""
    try:
        return address_of(word).plain if is_address(word) else word
    except HsiError:  # which opening it tells
        return word.partition("?")[0].rpartition("@")[2]


def _refused(error: HsiError) -> int:
    """Says what is wrong and what to do about it; returns the exit code."""
    print(f"hsigui: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"        {error.hint}", file=sys.stderr)
    return 1


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
