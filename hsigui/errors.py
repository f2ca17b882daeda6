"""The one exception that a user can act on. Any other exception is our bug."""

from __future__ import annotations

import errno
import re

from hsigui.texts import say

# What a file brought into a sentence may not move the cursor of a terminal, end a line, or be half a character.
_NO_SENTENCE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LONGEST = 1000
_SAID_OF_MEMORY = (
    "out of memory", "not enough memory", "cannot allocate", "can't allocate", "unable to allocate", "bad_alloc",
    "bad allocation", "failed to map segment", "cannot map", "memory allocation", "can't start new thread",
    "insufficient memory", "could not allocate", "failed to allocate", "allocation failed",
)  # fmt: skip


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


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory does not suffice, the device's or the machine's: libraries say so in words,
    also where they cannot be loaded or cannot start a thread."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError | OSError | ImportError | SystemError) and any(
        word in said for word in _SAID_OF_MEMORY
    )


def out_of_memory() -> HsiError:
    """What is said when memory does not suffice."""
    return HsiError(
        say("There is not enough memory for this."),
        say("Close other programs and scenes, or use a smaller part of the scene."),
    )


def _sentence(text: str) -> str:
    text = _NO_SENTENCE.sub(" ", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
