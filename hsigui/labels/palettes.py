"""Class colours to choose from. All but the first are told apart with the common kinds of colour blindness.

Sources: Okabe & Ito, "Color universal design", 2008; Tol, "Colour schemes", SRON technical note 3.2, 2021.
"""

from __future__ import annotations

from collections.abc import Mapping

Color = tuple[int, int, int]

# Distinct for colour-blind readers as far as eight go (Okabe & Ito 2008, with the wine of Tol 2021 in place of black,
# which stands for no class), then well separated ones after Kelly 1965 and Tol 2021.
PALETTE: tuple[Color, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167),
    (119, 17, 68), (170, 68, 153), (68, 119, 170), (170, 119, 68), (119, 221, 221), (221, 51, 51), (153, 153, 51),
    (102, 68, 204), (255, 170, 170), (34, 102, 51), (187, 187, 187), (136, 204, 68), (170, 221, 255), (255, 119, 34),
    (102, 102, 102), (68, 221, 136), (255, 102, 204),
)  # fmt: skip

PALETTES: Mapping[str, tuple[Color, ...]] = {
    "Standard": PALETTE,
    "Okabe-Ito": (
        (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167),
    ),
    "Tol bright": (
        (68, 119, 170), (238, 102, 119), (34, 136, 51), (204, 187, 68), (102, 204, 238), (170, 51, 119),
        (187, 187, 187),
    ),
    "Tol vibrant": (
        (238, 119, 51), (0, 119, 187), (51, 187, 238), (238, 51, 119), (204, 51, 17), (0, 153, 136), (187, 187, 187),
    ),
    "Tol muted": (
        (204, 102, 119), (51, 34, 136), (221, 204, 119), (17, 119, 51), (136, 204, 238), (136, 34, 85), (68, 170, 153),
        (153, 153, 51), (170, 68, 153),
    ),
    "Tol light": (
        (119, 170, 221), (238, 136, 102), (238, 221, 136), (255, 170, 187), (153, 221, 255), (68, 187, 153),
        (187, 204, 51), (170, 170, 0), (221, 221, 221),
    ),
}  # fmt: skip


def color_for(number: int) -> Color:
    """The default colour of a class number; beyond the palette a fixed pseudo-random one, never black."""
    if 1 <= number <= len(PALETTE):
        return PALETTE[number - 1]
    mixed = (number * 2_654_435_761) & 0xFFFFFF
    return 55 + (mixed & 0xFF) * 200 // 255, 55 + (mixed >> 8 & 0xFF) * 200 // 255, 55 + (mixed >> 16) * 200 // 255


def palette_color(name: str, place: int) -> Color:
    """The colour at a place (from 0) of a palette.

    When a palette is used up it comes again lighter, then darker; when these are used up too, `color_for` goes on. No
    palette can keep so many classes apart for everyone.

    Raises:
        KeyError: there is no palette of that name.
    """
    colors = PALETTES[name]
    turn, inside = divmod(place, len(colors))
    base = colors[inside]
    if turn == 0:
        return base
    if turn > 2 or name == "Standard":
        return color_for(place + 1)
    toward, share = ((255, 0.55), (0, 0.4))[turn - 1]
    red, green, blue = (round(channel + (toward - channel) * share) for channel in base)
    return red, green, blue
