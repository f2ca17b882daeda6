"""Places as users type them: row and column, map coordinates, latitude and longitude in the usual spellings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hsigui.cube.ground import Ground
from hsigui.cube.systems import LONLAT, MAP, PIXEL, latitude, longitude, number, system_of
from hsigui.errors import HsiError
from hsigui.texts import say

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_NAMES = {
    "row": "row", "r": "row", "line": "row", "col": "col", "column": "col", "c": "col", "sample": "col",
    "x": "x", "easting": "x", "y": "y", "northing": "y",
    "lat": "lat", "latitude": "lat", "lon": "lon", "long": "lon", "lng": "lon", "longitude": "lon",
}  # fmt: skip
_NAMED = re.compile(rf"({'|'.join(sorted(_NAMES, key=len, reverse=True))})\.?\s*[:=]?\s*", re.I)
_ANGLE_MARKS = re.compile(r"[NSEW°'\"]", re.I)
_PARTS = re.compile(r"\d+(?:\.\d+)?")
_CODED = re.compile(r"\s*((?:EPSG|ESRI)\s*:\s*\d+)\s*[:;,]?\s+(.*)", re.I | re.S)
_ALIKE = str.maketrans({"′": "'", "’": "'", "‘": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°", "−": "-"})
_DIGITS = 6  # of degrees, as they are said


@dataclass(frozen=True)
class TypedPlace:
    """A place of the scene.

    Attributes:
        row, col: fractional, the centre of pixel (r, c) being (r + 0.5, c + 0.5).
        how: how the text was understood, as a sentence.
    """

    row: float
    col: float
    how: str


def place_typed(text: str, ground: Ground | None, shape: tuple[int, int], system: str = MAP) -> TypedPlace:
    """The place that a text names.

    Two numbers alone are row and column where both are whole and in the scene; else map x and y, latitude and
    longitude, or the coordinates of the system that places are told in, whichever lies in the scene.

    Args:
        shape: rows and columns of the scene.
        system: that places are told in, as in `systems`.

    Raises:
        HsiError: it names none, or one outside of the scene.
    """
    said = text.translate(_ALIKE).strip()
    if coded := _CODED.fullmatch(said):
        one, other = _two(coded[2])
        return _inside(_in_system(ground, re.sub(r"\s", "", coded[1]), one, other), shape)
    named = _named(said)
    if named:
        return _inside(_by_names(named, ground), shape)
    if _ANGLE_MARKS.search(said):
        return _inside(_by_marks(said, ground), shape)
    return _plain(*_two(said), ground, shape, system)


def _named(text: str) -> dict[str, str]:
    """The two parts of a text that stand behind names, by the name: of row, column and more, those of the first two.
    Empty where it has no two."""
    found = list(_NAMED.finditer(text))
    if len(found) not in (2, 4) or text[: found[0].start()].strip():
        return {}
    ends = (found[1].start(), found[2].start() if len(found) == 4 else len(text))
    parts = {_NAMES[one[1].lower()]: text[one.end() : end] for one, end in zip(found, ends, strict=False)}
    return {name: re.sub(r"[,;\s]*((EPSG|ESRI):\w+)?[,;\s]*$", "", part) for name, part in parts.items()}


def _by_names(named: dict[str, str], ground: Ground | None) -> TypedPlace:
    if named.keys() == {"row", "col"}:
        row, col = _one(named["row"]), _one(named["col"])
        return _of_pixels(row, col)
    if named.keys() == {"x", "y"}:
        return _of_map(ground, _one(named["x"]), _one(named["y"]))
    if named.keys() == {"lat", "lon"}:
        return _of_lonlat(ground, _angle(named["lat"]), _angle(named["lon"]))
    raise _not_understood()


def _by_marks(text: str, ground: Ground | None) -> TypedPlace:
    """Two angles with signs of degrees or letters of the sides; metres, too, with E and N."""
    one, other = _halves(text)
    sides = [(re.findall(r"[NSEW]", half.upper()) or [""])[0] for half in (one, other)]
    east_first = sides[0] in ("E", "W") or sides[1] in ("N", "S")
    if east_first and (sides[0] in ("N", "S") or sides[1] in ("E", "W")):
        raise _not_understood()
    north, east = (other, one) if east_first else (one, other)
    numbers = [_PARTS.findall(half) for half in (north, east)]
    if all(len(found) == 1 for found in numbers) and "°" not in text:
        y, x = (float(found[0]) for found in numbers)
        if x > 360:  # eastings and northings
            return _of_map(ground, x, y)
    return _of_lonlat(ground, _angle(north), _angle(east))


def _halves(text: str) -> tuple[str, str]:
    """The two angles of a text."""
    for mark in (";", ","):
        if text.count(mark) == 1:
            one, other = text.split(mark)
            return one, other
    letters = [match.start() for match in re.finditer(r"[NSEW]", text, re.I)]
    if len(letters) == 2:
        cut = letters[1] if letters[0] == 0 else letters[0] + 1
        return text[:cut], text[cut:]
    degrees = [match.start() for match in re.finditer(r"[+-]?\d+(?:\.\d+)?\s*°", text)]
    if len(degrees) == 2:
        return text[: degrees[1]], text[degrees[1] :]
    raise _not_understood()


def _angle(text: str) -> float:
    """Degrees of degrees, minutes and seconds, or of one number; south and west are negative."""
    parts = [float(part) for part in _PARTS.findall(text)]
    if not 1 <= len(parts) <= 3 or re.sub(r"[\d\s.+\-°'\":NSEW]", "", text.upper()):
        raise _not_understood()
    if any(part >= 60 for part in parts[1:]):
        raise HsiError(say("Minutes and seconds go up to 60."), _spellings())
    value = sum(part / 60**place for place, part in enumerate(parts))
    return -value if "-" in text or re.search(r"[SW]", text, re.I) else value


def _one(text: str) -> float:
    if not re.fullmatch(_NUMBER, text):
        raise _not_understood()
    return float(text)


def _two(text: str) -> tuple[float, float]:
    """Two numbers, with a comma, a semicolon or a space between them; commas may be decimal points."""
    if re.fullmatch(r"\s*[+-]?\d+,\d+\s*[; ]\s*[+-]?\d+,\d+\s*", text):
        text = text.replace(",", ".").replace(";", " ")
    found = re.fullmatch(rf"\s*({_NUMBER})\s*[,;\s]\s*({_NUMBER})\s*", text)
    if found is None:
        raise _not_understood()
    return float(found[1]), float(found[2])


def _plain(one: float, other: float, ground: Ground | None, shape: tuple[int, int], system: str) -> TypedPlace:
    """The first reading of two numbers that lies in the scene."""
    problem: HsiError | None = None
    for reading in _readings(one, other, ground, shape, system):
        try:
            return _inside(reading(), shape)
        except HsiError as error:
            problem = problem or error
    if ground is None and problem is not None:
        raise problem
    raise HsiError(
        say("{one:g}, {other:g} lies outside of the scene: as row and column, as map coordinates, and as latitude and "
            "longitude.", one=one, other=other),
        say("The scene has {rows} rows and {cols} columns.", rows=shape[0], cols=shape[1]),
    )  # fmt: skip


def _readings(
    one: float, other: float, ground: Ground | None, shape: tuple[int, int], system: str
) -> Iterator[Callable[[], TypedPlace]]:
    whole = one.is_integer() and other.is_integer()
    if ground is None or (whole and system != LONLAT) or system == PIXEL:
        yield lambda: _of_pixels(one, other)
    if ground is None:
        return
    if system not in (PIXEL, MAP, LONLAT):
        yield lambda: _in_system(ground, system, one, other)
    if system == LONLAT:
        yield lambda: _of_lonlat(ground, one, other)
    yield lambda: _of_map(ground, one, other)
    yield lambda: _of_lonlat(ground, one, other)
    yield lambda: _of_lonlat(ground, other, one)
    yield lambda: _of_pixels(one, other)


def _of_pixels(row: float, col: float) -> TypedPlace:
    """Whole numbers name a pixel: its centre is meant."""
    middle = 0.5 if row.is_integer() and col.is_integer() else 0.0
    how = say("Row {row:g}, column {col:g} (from 0).", row=row, col=col)
    return TypedPlace(row + middle, col + middle, how)


def _of_map(ground: Ground | None, x: float, y: float) -> TypedPlace:
    if ground is None:
        raise HsiError(say("The scene says of no place on the earth."), say("Give a row and a column."))
    rows, cols = ground.to_pixels(x, y)
    name = ground.named or say("of the scene")
    return TypedPlace(float(rows), float(cols), say("Map x {x}, y {y} ({name}).", x=_short(x), y=_short(y), name=name))


def _of_lonlat(ground: Ground | None, north: float, east: float) -> TypedPlace:
    if ground is None or not ground.on_earth:
        raise HsiError(
            say("Latitude and longitude of the scene are not known."),
            say("Give a row and a column, or map coordinates."),
        )
    if abs(north) > 90:
        raise HsiError(say("A latitude of {north:g} degrees: it goes up to 90.", north=north), _spellings())
    rows, cols = ground.from_lonlat(east, north)
    where = say("Latitude {north}, longitude {east} ({name}).", north=latitude(north, _DIGITS),
                east=longitude(east, _DIGITS), name=ground.lonlat_named)  # fmt: skip
    return TypedPlace(float(rows), float(cols), where)


def _in_system(ground: Ground | None, system: str, x: float, y: float) -> TypedPlace:
    if ground is None or not ground.on_earth:
        raise HsiError(say("The scene says of no place on the earth."), say("Give a row and a column."))
    crs = system_of(system)
    rows, cols = ground.from_system(crs, x, y)
    return TypedPlace(float(rows), float(cols), say("x {x}, y {y} ({name}).", x=_short(x), y=_short(y), name=crs.name))


def _inside(place: TypedPlace, shape: tuple[int, int]) -> TypedPlace:
    """The place, which must lie in the scene.

    Raises:
        HsiError: it does not.
    """
    if 0 <= place.row < shape[0] and 0 <= place.col < shape[1]:
        return place
    if place.row != place.row or place.col != place.col:
        raise HsiError(say("{how} The map of the scene does not reach there.", how=place.how))
    raise HsiError(
        say("{how} That is outside of the scene: at row {row:.0f}, column {col:.0f} of {rows} x {cols}.", how=place.how,
            row=place.row, col=place.col, rows=shape[0], cols=shape[1])
    )  # fmt: skip


def _short(value: float) -> str:
    return number(value, _DIGITS).rstrip("0").rstrip(".")


def _not_understood() -> HsiError:
    return HsiError(say("That is no place that is understood."), _spellings())


def _spellings() -> str:
    return say(
        "Write “120, 85” (row, column), “x 500120 y 5600480”, “51.2 N 8.4 E”, “51°12'30\" N 8°24' E” or “lat 51.2 lon "
        "8.4”."
    )
