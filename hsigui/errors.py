"""The one exception that a user can act on. Any other exception is our bug."""

from __future__ import annotations

import re

# What a file brought into a sentence may not move the cursor of a terminal, end a line, or be half a character.
_NO_SENTENCE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LONGEST = 1000


class HsiError(Exception):
    """Something in the user's files or choices is wrong, said in words.

    Args:
        message: one plain sentence that says what is wrong and where.
        hint: one sentence that says what to do about it; empty when nothing helps.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = _sentence(message)
        self.hint = _sentence(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def _sentence(text: str) -> str:
    text = _NO_SENTENCE.sub(" ", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
