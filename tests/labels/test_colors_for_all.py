"""Colours that stand beside each other are told apart by colour-blind readers, too.

Sources: Machado, Oliveira & Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE
TVCG 15(6), 2009, severity 1; CIE 142-2001 (CIEDE2000) for what is a difference.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from hsigui.document.scene_masks import COLORS as MASKS
from hsigui.labels.palettes import PALETTE, PALETTES
from hsigui.report import error_map, split_map
from hsigui.report.maps import UNCLASSIFIED_COLOR
from hsigui.ui.results.class_bars import KINDS
from hsigui.ui.runs.comparing import difference_classes

SEEN = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# A difference of 2 to 3 is just seen side by side; apart from each other, over a picture, it takes more.
FAR, SEEN_APART = 15.0, 10.0
PAIRS = {
    "right and wrong": (error_map.COLORS[error_map.RIGHT], error_map.COLORS[error_map.WRONG]),
    "wrong and wrong otherwise": (error_map.COLORS[error_map.WRONG], error_map.COLORS[error_map.OTHERWISE]),
    "right and wrong otherwise": (error_map.COLORS[error_map.RIGHT], error_map.COLORS[error_map.OTHERWISE]),
    "training and test": (split_map.TRAINING, split_map.TEST),
}


@pytest.mark.parametrize("eyes", SEEN)
def test_the_first_eight_classes_are_told_apart(eyes):
    assert least(PALETTE[:8], eyes) >= SEEN_APART
    assert least((*PALETTE[:8], UNCLASSIFIED_COLOR), eyes) >= SEEN_APART


@pytest.mark.parametrize("eyes", SEEN)
def test_masks_are_told_apart(eyes):
    assert least(MASKS, eyes) >= SEEN_APART


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("pair", PAIRS)
def test_what_is_right_and_what_is_wrong_are_far_apart(pair, eyes):
    assert least(PAIRS[pair], eyes) >= FAR


@pytest.mark.parametrize("eyes", SEEN)
def test_figures_of_accuracy_and_of_a_comparison_are_told_apart(eyes):
    assert least([color for _, _, color in KINDS], eyes) >= SEEN_APART
    assert least([one.color for one in difference_classes("a", "b")], eyes) >= SEEN_APART


def test_palettes_for_colour_blind_readers_are_offered_first():
    assert next(iter(PALETTES)) == "Standard"
    for name, colors in PALETTES.items():
        assert min(least(colors[:8], eyes) for eyes in SEEN) >= (7.0 if name == "Tol light" else 8.0), name


def test_the_measure_is_that_of_the_published_example():
    """The pairs 1 and 17 of Sharma, Wu & Dalal (2005), table 1; and red is near to green for who lacks green cones."""
    one = deltaE_ciede2000(np.array([50.0, 2.6772, -79.7751]), np.array([50.0, 0.0, -82.7485]))
    assert one == pytest.approx(2.0425, abs=1e-4)
    assert least([(170, 110, 0), (110, 140, 0)], "deuteranopia") < least([(170, 110, 0), (110, 140, 0)], "usual") / 3


def least(colors, eyes: str) -> float:
    """The smallest difference of two colours, as somebody sees them."""
    seen = lab(np.array(colors, dtype=float), eyes)
    return min(float(deltaE_ciede2000(a, b)) for a, b in itertools.combinations(seen, 2))


def lab(colors: np.ndarray, eyes: str) -> np.ndarray:
    share = colors / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(SEEN[eyes]).T, 0, 1)
    encoded = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    return rgb2lab(encoded[None])[0]
