"""Writes the man page from the commands and options of the program: python packaging/man.py > hsigui.1

Its date is today's, or that of SOURCE_DATE_EPOCH, seconds since 1970, as builds that are to be repeatable set it.
"""

from __future__ import annotations

import argparse
import datetime
import os

from hsigui import __version__
from hsigui.commands.parser import build_parser


def page(date: datetime.date) -> str:
    """The page in the language of `man` (groff)."""
    parser = build_parser()
    lines = [
        f'.TH HSIGUI 1 "{date:%Y-%m-%d}" "hsigui {__version__}" "User Commands"',
        ".SH NAME", "hsigui \\- hyperspectral scenes, few labels and a live classification map",
        ".SH SYNOPSIS", ".B hsigui", "[\\fIPATH\\fR]", ".br", ".B hsigui", "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION", _safe(parser.description or ""),
        "Each command tells its options: \\fBhsigui\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR.", ".SH COMMANDS",
    ]  # fmt: skip
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helped = {choice.dest: choice.help for choice in action._choices_actions}
            for name, command in action.choices.items():
                lines += [".TP", f".B {_safe(name)}", _safe(helped.get(name) or "")]
                options = [opt for a in command._actions for opt in a.option_strings if opt.startswith("--")]
                lines += [".br", "Options: " + ", ".join(f"\\fB{_safe(opt)}\\fR" for opt in dict.fromkeys(options))]
    lines += [
        ".SH ENVIRONMENT",
        *_entry("HSIGUI_CONFIG_DIR, HSIGUI_STATE_DIR, HSIGUI_CACHE_DIR", "folders of settings, of what is kept safe, "
                "and of what can be made again"),
        *_entry("HSIGUI_LANGUAGE", "language of the program"),
        ".SH FILES",
        *_entry("*.hsigui", "project: scenes, classes, labels, results"),
        *_entry("*.hdr", "header of an ENVI cube, class map or spectral library"),
        ".SH EXIT STATUS",
        "0 where all went well, 1 where a command failed and said why, 2 for wrong options, 130 where it was stopped.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _entry(name: str, text: str) -> list[str]:
    return [".TP", f".B {_safe(name)}", _safe(text)]


def _safe(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + plain if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.UTC)
    print(page((datetime.datetime.fromtimestamp(int(seconds), datetime.UTC) if seconds else now).date()), end="")
