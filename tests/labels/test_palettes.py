import pytest

from hsigui.labels.classes import ClassTable
from hsigui.labels.palettes import PALETTES, palette_color


@pytest.mark.parametrize("name", PALETTES)
def test_a_palette_starts_with_its_own_colours_and_keeps_fifty_classes_apart(name):
    colors = [palette_color(name, place) for place in range(50)]
    assert colors[: len(PALETTES[name])] == list(PALETTES[name])
    assert len(set(colors)) >= 48
    assert all(0 <= channel <= 255 for color in colors for channel in color)
    assert (0, 0, 0) not in colors


def linear(color):
    parts = [channel / 255 for channel in color]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def without_red_cones(color):
    """What a protanope sees, after Viénot, Brettel and Mollon, Color Research and Application 24, 1999."""
    r, g, b = linear(color)
    return (0.11238 * r + 0.88762 * g, 0.11238 * r + 0.88762 * g, 0.00401 * r - 0.00401 * g + b)


def test_no_two_colours_of_okabe_and_ito_look_alike_without_red_cones():
    seen = [without_red_cones(color) for color in PALETTES["Okabe-Ito"]]
    for place, one in enumerate(seen):
        for other in seen[place + 1 :]:
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.05


def test_colours_follow_the_order_of_the_list_not_the_numbers():
    table = ClassTable.for_numbers([4, 7]).moved(7, 0).in_colors_of("Tol bright")
    assert [(c.number, c.color) for c in table] == [(7, (68, 119, 170)), (4, (238, 102, 119))]


def test_an_unknown_palette_is_a_mistake():
    with pytest.raises(KeyError):
        palette_color("Rainbow", 0)
