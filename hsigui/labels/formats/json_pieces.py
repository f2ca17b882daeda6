"""JSON with one long list, read an entry at a time: reading it can be stopped, and lets the window go on meanwhile.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from typing import Any

from hsigui import stopping, untrusted
from hsigui.texts import say

_SPACE = re.compile(r"[ \t\n\r]*")
_decoder = json.JSONDecoder()


def object_in(content: bytes, long_list: str) -> Any:
    """What JSON holds.

    Args:
        long_list: name of the member of the outermost object that may be long.

    Raises:
        ValueError: it is no JSON, or nested too deep.
    """
    text = content.decode(json.detect_encoding(content), "surrogatepass")
    if not text.lstrip(" \t\n\r\ufeff").startswith("{"):
        return untrusted.json_of(text)
    try:
        found, at = _object(text, text.index("{"), long_list)
    except RecursionError:
        raise ValueError(say("it is nested too deep")) from None
    if at != len(text):
        raise json.JSONDecodeError("Extra data", text, at)
    return found


def _object(text: str, at: int, long_list: str) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _after(text, at, "{")
    if text[at : at + 1] == "}":
        return found, _after(text, at, "}")
    while True:
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        name, at = _value(text, at)
        at = _after(text, at, ":")
        if name == long_list and text[at : at + 1] == "[":
            found[name], at = _list(text, at)
        else:
            found[name], at = _value(text, at)
        if text[at : at + 1] != ",":
            return found, _after(text, at, "}")
        at = _after(text, at, ",")


def _list(text: str, at: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _after(text, at, "[")
    if text[at : at + 1] == "]":
        return found, _after(text, at, "]")
    while True:
        stopping.check()
        value, at = _value(text, at)
        found.append(value)
        if text[at : at + 1] != ",":
            return found, _after(text, at, "]")
        at = _after(text, at, ",")


def _value(text: str, at: int) -> tuple[Any, int]:
    """A value that begins here, and where what follows it and blanks begins."""
    value, end = _decoder.raw_decode(text, at)
    return value, _blank(text, end)


def _after(text: str, at: int, mark: str) -> int:
    """Where what follows a mark and blanks begins."""
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"Expecting {mark!r}", text, at)
    return _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None  # it matches nothing as well
    return found.end()
