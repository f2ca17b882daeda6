"""A method as another package would add it to the program: its row and settings. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.settings import MethodSettings, setting


@dataclass(frozen=True)
class Quick(MethodSettings):
    """Settings of the one preset."""

    rate: float = setting(0.01, 1e-6, 1.0, "", "Learning rate.")
    width: int = setting(6, 2, 64, "", "Features of a pixel.")
    pixels: int = setting(64, 8, 4096, "pixels", "Pixels in a step.")


ROW = MethodInfo(
    "plain",
    "Plain reconstruction",
    "",
    "hsigui_plain_training",
    (
        Preset(
            "quick",
            "Quick",
            "A linear map of each spectrum that its features can be turned back into.",
            20,
            "steps",
            Quick,
        ),
    ),
    networks={"plain": "hsigui_plain_training:Linear"},
)
