"""Formulas of bands, `(b850 - b670) / (b850 + b670)`: a small language of its own, read by descent, never run as code.

    sum     := product (("+" | "-") product)*
    product := signed (("*" | "/") signed)*
    signed  := ("-" | "+") signed | power
    power   := atom (("^" | "**") signed)?
    atom    := number | "b" NM | "band" "(" NUMBER ")" | FUNCTION "(" ... ")" | "(" sum ")"

`b850` is the band at 850 nm, `band(12)` the twelfth of the file. `mean(600:700)` goes over the good bands whose centres
lie there; `min`, `max`, `sum` likewise, or over what is listed: `max(b550, b560)`. `sqrt`, `log` (natural), `log10`,
`exp` and `abs` take one value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.texts import say

LONGEST = 2000  # characters
DEEPEST = 60  # brackets, signs and powers within each other
_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_]\w*(?:\.\d+)?)|(?P<sign>\*\*|[-+*/^(),:])"
)
_WAVE = re.compile(r"[bB](\d+(?:\.\d+)?)")
_ONE: Mapping[str, Callable[[Any], Any]] = {
    "sqrt": np.sqrt, "log": np.log, "log10": np.log10, "exp": np.exp, "abs": np.abs,
}  # fmt: skip
_SEVERAL = ("min", "max", "mean", "sum")
FUNCTIONS = (*_ONE, *_SEVERAL)


class FormulaError(HsiError):
    """A formula that cannot be read or used.

    Attributes:
        column: where in its text the fault is, from 1.
    """

    def __init__(self, message: str, hint: str, text: str, column: int) -> None:
        self.column = column
        near = text[max(0, column - 1) : column + 14].strip()
        where = say("Column {column}, before “{near}”.", column=column, near=near)
        if not near:
            where = say("Column {column}, at the end.", column=column)
        super().__init__(f"{message} {where}", hint)


@dataclass(frozen=True)
class Wave:
    """The band at a wavelength in nm."""

    nm: float
    column: int

    def __str__(self) -> str:
        return f"b{self.nm:g}"


@dataclass(frozen=True)
class Numbered:
    """A band by its number in the file, from 1."""

    number: int
    column: int

    def __str__(self) -> str:
        return f"band({self.number})"


@dataclass(frozen=True)
class Span:
    """A function of all good bands from one wavelength to another, in nm, both included."""

    function: str
    low: float
    high: float
    column: int

    def __str__(self) -> str:
        return f"{self.function}({self.low:g}:{self.high:g})"


@dataclass(frozen=True)
class Call:
    """A function or sign of other parts."""

    name: str
    parts: tuple[Node, ...]


Node = float | Wave | Numbered | Span | Call
Bands = Wave | Numbered | Span


@dataclass(frozen=True)
class Formula:
    """A formula that was read."""

    text: str
    tree: Node

    def bands(self) -> tuple[Bands, ...]:
        """What it needs of the scene, each once, in the order of its text."""
        found: dict[str, Bands] = {}
        for each in _bands(self.tree):
            found.setdefault(str(each), each)
        return tuple(found.values())

    def value(self, bands: Mapping[str, Sequence[NDArray[np.float32]]]) -> NDArray[np.float32]:
        """What it gives of every pixel; NaN where that is no number. One number a pixel.

        Args:
            bands: for each of `bands`, by its text, the values of its bands; one array a band, one number a pixel.
        """
        with np.errstate(all="ignore"):
            found = np.asarray(_value(self.tree, bands), dtype=np.float32)
        return np.where(np.isfinite(found), found, np.float32(np.nan))


def read(text: str) -> Formula:
    """Reads a formula.

    Raises:
        FormulaError: it is none, or names no band; the error says where.
    """
    if len(text) > LONGEST:
        raise FormulaError(
            say("The formula has {count:,} characters.", count=len(text)),
            say("Make it shorter than {longest:,}.", longest=LONGEST), text, LONGEST,
        )  # fmt: skip
    formula = Formula(text, _Reader(text).whole())
    if not formula.bands():
        raise FormulaError(say("The formula names no band."), say("Name one as b850 (by nm) or band(12)."), text, 1)
    return formula


@dataclass(frozen=True)
class _Token:
    kind: str  # number, word, sign or end
    text: str
    column: int


class _Reader:
    """Reads by recursive descent; each of its methods begins at the next token and ends after what it read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        found = self._sum()
        if self._next.kind != "end":
            raise self._unexpected()
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _sum(self) -> Node:
        found = self._product()
        while self._next.text in ("+", "-"):
            found = Call(self._take().text, (found, self._product()))
        return found

    def _product(self) -> Node:
        found = self._signed()
        while self._next.text in ("*", "/"):
            found = Call(self._take().text, (found, self._signed()))
        return found

    def _signed(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(say("The formula is nested too deep."), say("Write it with fewer brackets."))
        try:
            if self._next.text in ("+", "-"):
                sign = self._take().text
                part = self._signed()
                return part if sign == "+" else Call("negative", (part,))
            return self._power()
        finally:
            self._depth -= 1

    def _power(self) -> Node:
        base = self._atom()
        if self._next.text not in ("^", "**"):
            return base
        self._take()
        return Call("^", (base, self._signed()))

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return float(token.text)
        if token.text == "(":
            found = self._sum()
            self._close()
            return found
        if token.kind == "word":
            return self._word(token)
        self._at -= 1
        raise self._unexpected()

    def _word(self, token: _Token) -> Node:
        name = token.text.lower()
        if (wave := _WAVE.fullmatch(token.text)) is not None:
            return Wave(float(wave[1]), token.column)
        if name != "band" and name not in FUNCTIONS:
            raise self._error(
                say("“{word}” is neither a band nor a function.", word=token.text),
                say("Bands are b850 (by nm) or band(12); functions are {functions}.", functions=", ".join(FUNCTIONS)),
                token,
            )
        if self._next.text != "(":
            raise self._error(
                say("“{word}” needs brackets.", word=name),
                say("Write {word}(...).", word=name),
            )
        self._take()
        found = self._number(token) if name == "band" else self._function(name, token)
        self._close()
        return found

    def _number(self, word: _Token) -> Numbered:
        token = self._take()
        if token.kind != "number" or not token.text.isdigit():
            raise self._error(say("A band is named by its number."), say("Write band(12); the first band is 1."), token)
        return Numbered(int(token.text), word.column)

    def _function(self, name: str, word: _Token) -> Node:
        first = self._sum()
        if self._next.text == ":":
            return self._span(name, first, word)
        parts = [first]
        while self._next.text == ",":
            self._take()
            parts.append(self._sum())
        if name in _ONE and len(parts) > 1:
            raise self._error(say("“{word}” takes one value.", word=name), say("Leave the others out."), word)
        return Call(name, tuple(parts))

    def _span(self, name: str, first: Node, word: _Token) -> Span:
        colon = self._take()
        last = self._sum()
        if name not in _SEVERAL:
            raise self._error(
                say("“{word}” takes one value, no range.", word=name),
                say("Ranges are for {several}.", several=", ".join(_SEVERAL)),
                word,
            )
        if not (isinstance(first, float) and isinstance(last, float) and first <= last):
            raise self._error(
                say("A range goes from one wavelength to a longer one."),
                say("Write it in nm, such as {word}(600:700).", word=name),
                colon,
            )
        return Span(name, first, last, word.column)

    def _close(self) -> None:
        if self._next.text != ")":
            raise self._error(say("A bracket is not closed."), say("Put “)” there."))
        self._take()

    def _unexpected(self) -> FormulaError:
        if self._next.kind == "end":
            return self._error(say("The formula ends too early."), say("A band or a number is missing."))
        return self._error(
            say("“{sign}” is not expected there.", sign=self._next.text), say("Is a sign or a bracket missing?")
        )

    def _error(self, message: str, hint: str, token: _Token | None = None) -> FormulaError:
        return FormulaError(message, hint, self._text, (token or self._next).column)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found = _TOKEN.match(text, place)
        if found is None or not text[place].isascii():
            raise FormulaError(
                say("“{sign}” is no sign of a formula.", sign=text[place]),
                say("Formulas have numbers, bands such as b850, + - * / ^ and brackets."), text, place + 1,
            )  # fmt: skip
        yield _Token(str(found.lastgroup), found[0], place + 1)
        place = found.end()
    yield _Token("end", "", len(text) + 1)


def _bands(node: Node) -> Iterator[Bands]:
    if isinstance(node, Call):
        for part in node.parts:
            yield from _bands(part)
    elif not isinstance(node, float):
        yield node


def _value(node: Node, bands: Mapping[str, Sequence[NDArray[np.float32]]]) -> Any:
    if isinstance(node, float):
        return node
    if isinstance(node, Span):
        return _several(node.function, bands[str(node)])
    if not isinstance(node, Call):
        return bands[str(node)][0]
    parts = [_value(part, bands) for part in node.parts]
    found = _computed(node.name, parts)
    # A number stays Python's: numpy's own would make float64 of everything that it meets.
    return found if isinstance(found, np.ndarray) else float(found)


def _computed(name: str, parts: list[Any]) -> Any:
    if name in _ONE:
        return _ONE[name](parts[0])
    if name in _SEVERAL:
        return _several(name, parts)
    if name == "negative":
        return -parts[0]
    left, right = (np.asarray(part, dtype=np.float32) if isinstance(part, np.ndarray) else part for part in parts)
    if name == "/":
        return np.divide(left, right)
    if name == "^":
        return np.power(left, right)
    return left + right if name == "+" else left - right if name == "-" else left * right


def _several(name: str, parts: Sequence[Any]) -> Any:
    """A function of several values, one after the other: no array of them all is made."""
    found = parts[0]
    for part in parts[1:]:
        found = np.minimum(found, part) if name == "min" else np.maximum(found, part) if name == "max" else found + part
    return found / len(parts) if name == "mean" else found
