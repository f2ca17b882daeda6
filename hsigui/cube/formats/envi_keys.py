"""The keys of ENVI headers, and what a header most likely means by a key that is not quite one of them.

Source: "ENVI Header Files" (NV5 Geospatial documentation) and the keys that other writers add.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hsigui.texts import say

# Those that this program understands; only to these a misspelt key is read as another.
UNDERSTOOD = (
    "band names", "bands", "bbl", "byte order", "class lookup", "class names", "classes", "coordinate system string",
    "data gain values", "data ignore value", "data offset values", "data type", "default bands", "description",
    "file compression", "file type", "fwhm", "header offset", "interleave", "lines", "major frame offsets", "map info",
    "minor frame offsets", "reflectance scale factor", "samples", "spectra names", "wavelength", "wavelength units",
)  # fmt: skip
# Those that are carried along: a key that is one of them is not misspelt.
CARRIED = (
    "acquisition time", "calibration target", "cloud cover", "collection mode", "color table", "complex function",
    "data reflectance gain values", "data reflectance offset values", "data units", "default stretch", "dem band",
    "dem file", "direction", "fodis", "framing", "geo points", "pixel size", "product type", "projection info",
    "read procedures", "rpc info", "samples per line", "security tag", "sensor type", "solar irradiance",
    "spectral binning", "spatial binning", "sun azimuth", "sun elevation", "timestamp", "wavelength range", "x start",
    "y start", "z plot average", "z plot range", "z plot titles",
)  # fmt: skip
_KNOWN = frozenset(UNDERSTOOD) | frozenset(CARRIED)
_LIKENESS = 0.85  # of two spellings: one wrong or missing letter in seven
_SHORTEST, _LONGEST = 4, 40  # letters; of shorter keys any two are alike, and longer ones are none
_MOST_UNKNOWN = 200  # keys; text with more of them is no header, and comparing would take long


@dataclass(frozen=True)
class HeaderField:
    """One field as it stands in a header: the key as it is written, its text, whether that stood in braces."""

    key: str
    text: str
    braced: bool


@dataclass(frozen=True)
class Fields:
    """The fields of a header by their proper keys, in the order of the file.

    Attributes:
        texts: without the outer braces.
        braced: the keys whose text stood in braces.
        notes: which keys were taken for others, and which stand in the header more than once.
    """

    texts: Mapping[str, str]
    braced: frozenset[str]
    notes: tuple[str, ...]


def sorted_out(entries: Iterable[HeaderField]) -> Fields:
    """Fields by their proper keys. Of a key that stands in the header twice the last text counts, as in GDAL."""
    entries = [HeaderField(plain_key(e.key), e.text, e.braced) for e in entries]
    given = {e.key for e in entries}
    comparing = len(given - _KNOWN) <= _MOST_UNKNOWN
    texts: dict[str, str] = {}
    braced: set[str] = set()
    notes: dict[str, None] = {}  # a dict, for every note once and in order
    for entry in entries:
        key = _meant(entry.key, given) if comparing and entry.key not in _KNOWN else entry.key
        if key != entry.key:
            notes[say("The header's key “{key}” is read as “{key2}”.", key=entry.key[:40], key2=key)] = None
        if key in texts:
            same = say("with the same value") if texts[key] == entry.text else say("the last one is taken")
            notes[say("The header gives “{key}” more than once: {same}.", key=key[:40], same=same)] = None
        texts[key] = entry.text
        (braced.add if entry.braced else braced.discard)(key)
    return Fields(texts, frozenset(braced), tuple(notes))


def plain_key(key: str) -> str:
    """A key in lower case with single blanks; a comma or colon at its end and underscores are slips too."""
    plain = " ".join(key.lower().split())
    spaced = " ".join(plain.replace("_", " ").strip(" :,").split())
    return spaced if spaced in _KNOWN else plain


def _meant(key: str, given: set[str]) -> str:
    """The key of those understood that a misspelt one stands for; itself when there is none, or it is there as well."""
    if not _SHORTEST <= len(key) <= _LONGEST:
        return key
    free = [known for known in UNDERSTOOD if known not in given]
    # Swapped letters (“fwmh”) are less alike to difflib than they are to people.
    swapped = [known for known in free if sorted(known) == sorted(key)]
    likely = swapped or difflib.get_close_matches(key, free, n=1, cutoff=_LIKENESS)
    # An added number or word (“wavelength 2”, “band names old”) makes another key of it.
    return likely[0] if likely and key.count(" ") <= likely[0].count(" ") + 1 and not _digits(key) else key


def _digits(key: str) -> bool:
    return any(letter.isdigit() for letter in key)
