"""What argparse itself says ("usage:", "options", what is wrong with the arguments), said in the user's language.

argparse looks its sentences up by two names of its own module, which stand for gettext's; there is no other way in, for
a sentence is filled before a parser gets it. Those that are not listed here stay as argparse has them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from typing import Any

from hsigui.texts import say, say_number

_PLACE = re.compile(r"%(?:\(\w+\))?[a-z]")

# argparse's own sentence, and the same literal as it is looked up: Babel finds it there. Of Python 3.11 to 3.14.
SENTENCES: Mapping[str, Callable[[], str]] = {
    "usage: ": lambda: say("usage: "),
    "positional arguments": lambda: say("positional arguments"),
    "options": lambda: say("options"),
    "show this help message and exit": lambda: say("show this help message and exit"),
    "show program's version number and exit": lambda: say("show program's version number and exit"),
    "argument %(argument_name)s: %(message)s": lambda: say("argument %(argument_name)s: %(message)s"),
    "unknown parser %(parser_name)r (choices: %(choices)s)": lambda: say(
        "unknown parser %(parser_name)r (choices: %(choices)s)"
    ),
    "can't open '%(filename)s': %(error)s": lambda: say("can't open '%(filename)s': %(error)s"),
    "unrecognized arguments: %s": lambda: say("unrecognized arguments: %s"),
    "not allowed with argument %s": lambda: say("not allowed with argument %s"),
    "ignored explicit argument %r": lambda: say("ignored explicit argument %r"),
    "the following arguments are required: %s": lambda: say("the following arguments are required: %s"),
    "one of the arguments %s is required": lambda: say("one of the arguments %s is required"),
    "expected one argument": lambda: say("expected one argument"),
    "expected at most one argument": lambda: say("expected at most one argument"),
    "expected at least one argument": lambda: say("expected at least one argument"),
    "ambiguous option: %(option)s could match %(matches)s": lambda: say(
        "ambiguous option: %(option)s could match %(matches)s"
    ),
    "invalid %(type)s value: %(value)r": lambda: say("invalid %(type)s value: %(value)r"),
    "invalid choice: %(value)r (choose from %(choices)s)": lambda: say(
        "invalid choice: %(value)r (choose from %(choices)s)"
    ),
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)": lambda: say(
        "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)"
    ),
    "%(prog)s: error: %(message)s\n": lambda: say("%(prog)s: error: %(message)s\n"),
}


def put_in() -> None:
    """Has argparse say its sentences by `say`, in the language that is in when they are said."""
    words: Any = argparse  # the stubs do not tell of these names
    words._, words.ngettext = said, said_number


def said(text: str | None) -> str | None:
    """A sentence of argparse; argparse hands in a title or None, too, which it got from the program."""
    sentence = None if text is None else SENTENCES.get(text)
    return text if text is None or sentence is None else _whole(text, sentence())


def said_number(one: str, many: str, count: int) -> str:
    """As `said`, of a sentence that depends on a number."""
    if one == "expected %s argument":
        return _whole(one, say_number("expected %s argument", "expected %s arguments", count))
    return one if count == 1 else many


def _whole(text: str, found: str) -> str:
    """A translation that lacks a place, or has one more, would end the program: then the sentence as it was."""
    return found if sorted(_PLACE.findall(found)) == sorted(_PLACE.findall(text)) else text
