"""The words of `hsigui edit`: what can be asked for, with what it means. Loads nothing else: help comes at once."""

from __future__ import annotations

from hsigui.texts import say

STEPS = (
    ("majority", "PIXELS", say("each pixel takes the class of most pixels of a window of so many pixels a side")),
    ("sieve", "PIXELS[,4|8]", say("groups of fewer pixels of one class join their largest neighbour")),
)  # fmt: skip
"""Each step: its word, what is given with it (empty for nothing), and what it does; in the order of the help."""
