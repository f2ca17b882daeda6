"""The one exception that a user can act on. Any other exception is our bug."""

from __future__ import annotations


class HsiError(Exception):
    """Something in the user's files or choices is wrong, said in words.

    Args:
        message: one plain sentence that says what is wrong and where.
        hint: one sentence that says what to do about it; empty when nothing helps.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
