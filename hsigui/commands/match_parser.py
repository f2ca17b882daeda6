"""The options of what is done by spectra: `hsigui match`, and `hsigui classify` with --by."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui.commands.options import command
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.parser import Commands

MEASURES = ("sam", "sid", "sff", "euclid", "unmix")  # as `analysis.measures` has them; a test compares
RANKING = MEASURES[:-1]  # those that compare with one spectrum at a time


def add_match(commands: Commands) -> argparse.ArgumentParser:
    """`hsigui match`: which spectra of libraries a spectrum of a scene is most like."""
    p = commands.add_parser("match", help=say("which spectra of libraries a pixel or region is most like"))
    what = p.add_mutually_exclusive_group(required=True)
    what.add_argument("--at", type=place, metavar="ROW,COL", help=say("the pixel, from 0"))
    what.add_argument(
        "--region",
        type=Path,
        metavar="FILE",
        help=say("a file of labels: the mean of each of its classes is asked for"),
    )
    p.add_argument(
        "--library", type=Path, action="append", required=True, metavar="FILE",
        help=say("a spectral library; may be given again"),
    )  # fmt: skip
    _add_measure(p, RANKING, "sam")
    p.add_argument("--count", type=int, default=10, metavar="N", help=say("how many matches are told (10)"))
    p.add_argument("--json", action="store_true", help=say("as one JSON object"))
    p.set_defaults(work=command("match"))
    return p


def add_by(p: argparse.ArgumentParser) -> None:
    """What `hsigui classify` needs to classify by spectra."""
    group = p.add_argument_group(
        say("by spectra, without a run"),
        say("--by: each pixel gets the class of the spectrum that it is nearest to, of a library, of pixels, or of the "
            "means of --labels."),
    )  # fmt: skip
    _add_measure(group, MEASURES, None)
    group.add_argument("--library", type=Path, metavar="FILE", help=say("a spectral library"))
    group.add_argument(
        "--spectrum", action="append", metavar="NAME", help=say("only this one of the library; may be given again")
    )
    group.add_argument(
        "--class", action="append", type=pair, metavar="CLASS=SPECTRUM", dest="of_class",
        help=say("the class of a spectrum, where that is not its own name; may be given again"),
    )  # fmt: skip
    group.add_argument(
        "--group-by", metavar="COLUMN", help=say("classes by what the library says of its spectra under this title")
    )
    group.add_argument(
        "--pixel", action="append", type=pixel, metavar="CLASS=ROW,COL",
        help=say("the spectrum of this pixel, from 0, stands for a class; may be given again"),
    )  # fmt: skip
    group.add_argument(
        "--threshold", type=amount, metavar="X",
        help=say("what is farther from its nearest class is unclassified (sam: in rad, such as 0.1)"),
    )  # fmt: skip
    group.add_argument(
        "--threshold-of", action="append", type=limit, metavar="CLASS=X", dest="thresholds",
        help=say("the same for one class; may be given again"),
    )  # fmt: skip


def _add_measure(p: argparse._ActionsContainer, choices: tuple[str, ...], usual: str | None) -> None:
    p.add_argument(
        "--by", choices=choices, default=usual,
        help=say("spectral angle, information divergence, feature fitting, Euclidean distance or unmixing"),
    )  # fmt: skip
    p.add_argument(
        "--between", type=between, metavar="NM,NM", default=(0.0, 0.0),
        help=say("only bands from one wavelength to the other, such as 2000,2400"),
    )  # fmt: skip


def place(text: str) -> tuple[int, int]:
    """A pixel, "row,col"."""
    row, comma, col = text.partition(",")
    if not (comma and row.strip().isdigit() and col.strip().isdigit()):
        raise argparse.ArgumentTypeError(say("must look like 12,40"))
    return int(row), int(col)


@dataclass(frozen=True)
class Named:
    """What is given for a name. Written as it is read: NAME=VALUE."""

    name: str
    value: Any

    def __iter__(self) -> Iterator[Any]:
        yield from (self.name, self.value)

    def __str__(self) -> str:
        told = ",".join(map(str, self.value)) if isinstance(self.value, tuple) else self.value
        return f"{self.name}={told}"


def pair(text: str) -> Named:
    """Two names, "class=spectrum"; that of the class has no equals sign."""
    first, equals, second = text.partition("=")
    if not (equals and first.strip() and second.strip()):
        raise argparse.ArgumentTypeError(say("must look like CLASS=SPECTRUM"))
    return Named(first.strip(), second.strip())


def pixel(text: str) -> Named:
    """A class and its pixel, "class=row,col"."""
    name, equals, at = text.rpartition("=")
    if not (equals and name.strip()):
        raise argparse.ArgumentTypeError(say("must look like WATER=12,40"))
    return Named(name.strip(), place(at))


def limit(text: str) -> Named:
    """A class and its threshold, "class=0.1"."""
    name, equals, value = text.rpartition("=")
    if not (equals and name.strip()):
        raise argparse.ArgumentTypeError(say("must look like WATER=0.1"))
    return Named(name.strip(), amount(value))


def amount(text: str) -> float:
    """A number of 0 or more."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is no number", text=text)) from None
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(say("must be 0 or more"))
    return value


def between(text: str) -> tuple[float, float]:
    """Two wavelengths in nm; 0 for no end."""
    first, comma, last = text.partition(",")
    if not comma:
        raise argparse.ArgumentTypeError(say("must look like 2000,2400"))
    return amount(first), amount(last)
