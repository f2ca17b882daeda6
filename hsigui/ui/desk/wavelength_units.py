"""How the window writes wavelengths: in nanometres or micrometres, as the user likes.

Only here, and only for the screen: data, files, reports and the errors of rooms below are in nanometres always.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hsigui.settings import WAVELENGTH_UNITS
from hsigui.texts import say


@dataclass(frozen=True)
class WavelengthUnit:
    """One unit of wavelengths.

    Attributes:
        name: in the settings.
        symbol, words: as they are written behind a number, and in a sentence.
        per_nm: what makes it of nanometres.
        decimals: of a band centre.
    """

    name: str
    symbol: str
    words: str
    per_nm: float
    decimals: int

    def of(self, nm: float) -> float:
        """A wavelength of nanometres in this unit, without the last digits that only the product makes."""
        return round(nm * self.per_nm, 12)

    def to_nm(self, value: float) -> float:
        """A wavelength of this unit in nanometres."""
        return round(value / self.per_nm, 9)

    def written(self, nm: float) -> str:
        """A band centre with its unit: "640.3 nm", "0.6403 µm"."""
        return say("{value:.{decimals}f} {unit}", value=self.of(nm), decimals=self.decimals, unit=self.symbol)

    def span(self, first: float, last: float) -> str:
        """From one wavelength in nm to another: "400 to 2450 nm"."""
        return say("{first:g} to {last:g} {unit}", first=self.of(first), last=self.of(last), unit=self.symbol)

    def axis(self) -> str:
        """The title of an axis or a column of wavelengths."""
        return say("Wavelength ({unit})", unit=self.symbol)


NANOMETRES = WavelengthUnit("nm", say("nm"), say("nanometres"), 1.0, 1)
MICROMETRES = WavelengthUnit("um", say("µm"), say("micrometres"), 1e-3, 4)
UNITS = dict(zip(WAVELENGTH_UNITS, (NANOMETRES, MICROMETRES), strict=True))


class ShowsWavelengths(Protocol):
    """A part of the window that can change its unit while it is shown."""

    def set_unit(self, unit: WavelengthUnit) -> None:
        """Writes its wavelengths in another unit from now on, at once."""
