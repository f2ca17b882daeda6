"""What argparse says of itself is said in the user's language, too."""

from __future__ import annotations

import gettext

import pytest

from hsigui import cli
from hsigui.commands import argparse_words
from hsigui.texts import use
from tests.made_up_language import CLOSED, OPENED, MadeUp


class Broken(gettext.NullTranslations):
    """A language that lost the places of what it says."""

    def gettext(self, message: str) -> str:
        return "?"


@pytest.fixture(autouse=True)
def _no_language_afterwards():
    yield
    use(gettext.NullTranslations())


def said(capsys, *words: str) -> str:
    with pytest.raises(SystemExit):
        cli.run(words)
    told = capsys.readouterr()
    return told.out + told.err


def test_help_is_said_in_the_language_that_is_in(capsys):
    english = said(capsys, "info", "--help")
    assert english.startswith("usage: hsigui info")
    use(MadeUp())
    other = said(capsys, "info", "--help")
    assert other.startswith(f"{OPENED}usage: {CLOSED}")
    for words in ("positional arguments", "options", "show this help message and exit"):
        assert words in english
        assert f"{OPENED}{words}{CLOSED}" in other


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("info",), "the following arguments are required: "),
        (("info", "a.hdr", "--never"), "unrecognized arguments: --never"),
        (("nothing",), "invalid choice: "),
        (("sample", "a.hdr", "--per-class"), "expected one argument"),
        (("info", "a.hdr", "--order", "odd"), "invalid choice: "),
    ],
)
def test_what_is_wrong_is_said_in_the_language_that_is_in(capsys, words, wrong):
    assert wrong in said(capsys, *words)
    use(MadeUp())
    other = said(capsys, *words)
    assert OPENED + wrong in other
    assert ": error: " in other


def test_a_translation_without_its_places_is_not_used(capsys):
    english = said(capsys, "info", "a.hdr", "--never")
    use(Broken())
    other = said(capsys, "info", "a.hdr", "--never")
    assert english.splitlines()[-1] == other.splitlines()[-1]


def test_every_listed_sentence_is_looked_up_as_it_is_listed():
    use(MadeUp())
    for text, say_it in argparse_words.SENTENCES.items():
        assert say_it() == f"{OPENED}{text}{CLOSED}"
    assert argparse_words.said_number("expected %s argument", "expected %s arguments", 2) == (
        f"{OPENED}expected %s arguments{CLOSED}"
    )
    assert argparse_words.said(None) is None
