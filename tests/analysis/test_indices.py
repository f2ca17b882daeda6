"""The indices of the data file, against the formulas of their papers written out a second time."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.analysis import formula as formulas
from hsigui.analysis.indices import indices
from hsigui.analysis.layer import Layer
from hsigui.errors import HsiError
from tests.analysis.scenes import cube_of, derived

WAVES = tuple(np.arange(400.0, 2501.0, 5.0).tolist())
VALUES = np.random.default_rng(1).uniform(0.05, 0.6, (4, 3, len(WAVES))).astype(np.float32)
VALUES[..., 60:] += 0.5  # bright beyond 700 nm: roots and logarithms of differences have values


def R(nm: float) -> np.ndarray:
    return VALUES[..., int(np.abs(np.array(WAVES) - nm).argmin())].astype(np.float64)


def ratio_of_difference(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x - y) / (x + y)


def gemi(n: np.ndarray, r: np.ndarray) -> np.ndarray:
    eta = (2 * (n**2 - r**2) + 1.5 * n + 0.5 * r) / (n + r + 0.5)
    return eta * (1 - 0.25 * eta) - (r - 0.125) / (1 - r)


def logs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return ratio_of_difference(-np.log(x), -np.log(y))


DIFFERENCES = {
    "ndvi": (800, 670), "gndvi": (800, 550), "ndre": (790, 720), "ndvi705": (750, 705), "pri": (531, 570),
    "npci": (680, 430), "ndwi_gao": (860, 1240), "ndwi_mcfeeters": (560, 830), "mndwi": (560, 1650),
    "ndii": (820, 1650), "nbr": (860, 2200), "ndsi": (560, 1640), "ndbi": (1650, 830),
}  # fmt: skip
RATIOS = {
    "sr": (800, 670), "vog1": (740, 720), "msi": (1600, 820), "wbi": (900, 970), "iron_oxide": (660, 485),
    "ferrous": (1650, 830), "clay": (1650, 2215),
}  # fmt: skip
OTHERS = {
    "evi": lambda: 2.5 * (R(860) - R(660)) / (R(860) + 6 * R(660) - 7.5 * R(470) + 1),
    "evi2": lambda: 2.5 * (R(860) - R(660)) / (R(860) + 2.4 * R(660) + 1),
    "savi": lambda: (R(800) - R(670)) / (R(800) + R(670) + 0.5) * (1 + 0.5),
    "msavi": lambda: (2 * R(800) + 1 - np.sqrt((2 * R(800) + 1) ** 2 - 8 * (R(800) - R(670)))) / 2,
    "osavi": lambda: (R(800) - R(670)) / (R(800) + R(670) + 0.16),
    "arvi": lambda: ratio_of_difference(R(860), R(660) - 1.0 * (R(470) - R(660))),
    "gemi": lambda: gemi(R(860), R(660)),
    "vari": lambda: (R(550) - R(660)) / (R(550) + R(660) - R(470)),
    "msr": lambda: (R(800) / R(670) - 1) / (R(800) / R(670) + 1) ** 0.5,
    "wdrvi": lambda: ratio_of_difference(0.1 * R(800), R(670)),
    "nirv": lambda: R(800) * ratio_of_difference(R(800), R(670)),
    "tvi": lambda: 60 * (R(750) - R(550)) - 100 * (R(670) - R(550)),
    "mtvi2": lambda: (
        (1.8 * (R(800) - R(550)) - 3.75 * (R(670) - R(550)))
        / np.sqrt((2 * R(800) + 1) ** 2 - 6 * R(800) + 5 * np.sqrt(R(670)) - 0.5)
    ),
    "mndvi705": lambda: (R(750) - R(705)) / (R(750) + R(705) - 2 * R(445)),
    "cire": lambda: (R(790) - R(710)) / R(710),
    "cig": lambda: (R(790) - R(550)) / R(550),
    "mtci": lambda: (R(755) - R(710)) / (R(710) - R(680)),
    "reip": lambda: 700 + (740 - 700) * ((R(670) + R(780)) / 2 - R(700)) / (R(740) - R(700)),
    "mcari": lambda: (R(700) - R(670) - 0.2 * (R(700) - R(550))) * R(700) / R(670),
    "tcari": lambda: 3 * (R(700) - R(670)) - 0.6 * (R(700) - R(550)) * R(700) / R(670),
    "ari1": lambda: R(550) ** -1 - R(700) ** -1,
    "ari2": lambda: R(800) / R(550) - R(800) / R(700),
    "cri1": lambda: R(510) ** -1 - R(550) ** -1,
    "cri2": lambda: R(510) ** -1 - R(700) ** -1,
    "sipi": lambda: (R(800) - R(445)) / (R(800) - R(680)),
    "psri": lambda: (R(680) - R(500)) / R(750),
    "cai": lambda: (R(2000) + R(2200)) / 2 - R(2100),
    "ndni": lambda: logs(R(1510), R(1680)),
    "ndli": lambda: logs(R(1754), R(1680)),
    "bsi": lambda: ratio_of_difference(R(1650) + R(670), R(830) + R(480)),
    "aloh": lambda: R(2165) / R(2205) + R(2260) / R(2205),
    "carbonate": lambda: R(2260) / R(2330) + R(2400) / R(2330),
}


def written_out(name: str) -> np.ndarray:
    if name in DIFFERENCES:
        x, y = DIFFERENCES[name]
        return ratio_of_difference(R(x), R(y))
    if name in RATIOS:
        x, y = RATIOS[name]
        return R(x) / R(y)
    return OTHERS[name]()


@pytest.fixture(scope="module")
def layers() -> dict[str, Layer]:
    cube = cube_of(VALUES, wavelengths=WAVES)
    return {each.name: derived(cube, each.name) for each in indices()}


def test_there_are_about_fifty_each_once_with_its_paper():
    names = [each.name for each in indices()]
    assert len(names) == len(set(names)) >= 50
    assert set(names) == {*DIFFERENCES, *RATIOS, *OTHERS}
    for each in indices():
        assert each.name == each.name.lower()
        assert any(year.isdigit() and 1960 < int(year) < 2030 for year in each.source.replace(",", " ").split()), each
        assert formulas.read(each.formula).bands()


@pytest.mark.parametrize("name", [each.name for each in indices()])
def test_an_index_equals_its_formula_written_out_again(layers, name):
    found, wanted = layers[name].array, written_out(name)
    assert np.isfinite(wanted).all()
    scale = np.maximum(np.abs(wanted), np.abs(wanted).mean())
    # Quotients of small differences lose digits of float32 in any order of computing.
    tolerance = 1e-5 if name not in ("mtci", "reip", "mndvi705", "ndni", "ndli") else 1e-4
    assert (np.abs(found - wanted) / scale).max() < tolerance


def test_each_index_tells_which_bands_it_took_and_keeps_the_formula_out_of_reach(layers):
    assert "b670: band 55 (670.0 nm)" in layers["ndvi"].notes
    assert layers["ndvi"].recipe.kind == "index"
    assert layers["ndvi"].recipe.parameters == {"name": "ndvi", "tolerance": 15.0}
    assert layers["reip"].units == "nm"
    assert layers["ndvi"].limits == (-1.0, 1.0)


def test_an_index_for_reflectance_says_so_of_numbers_that_are_none():
    counts = cube_of(VALUES * 10_000, wavelengths=WAVES)
    assert any("reflectance" in note for note in derived(counts, "savi").notes)
    assert not any("reflectance" in note for note in derived(counts, "ndvi").notes)
    scaled = cube_of(VALUES * 10_000, wavelengths=WAVES, scale=10_000.0)
    savi = derived(scaled, "savi")
    assert not any("reflectance" in note for note in savi.notes)
    np.testing.assert_allclose(savi.array, written_out("savi"), rtol=1e-5)


def test_an_index_whose_wavelength_the_scene_lacks_is_refused():
    visible = cube_of(VALUES[..., :80], wavelengths=WAVES[:80])
    with pytest.raises(HsiError, match="no band at 1650 nm"):
        derived(visible, "mndwi")
    with pytest.raises(HsiError, match="needs the wavelengths"):
        derived(cube_of(VALUES, wavelengths=()), "ndvi")


def test_an_unknown_index_is_refused_with_the_names_of_all():
    with pytest.raises(HsiError) as refused:
        derived(cube_of(VALUES, wavelengths=WAVES), "index", name="ndvvi")
    assert "ndvi, gndvi" in refused.value.hint
    with pytest.raises(HsiError, match="no kind of layer “ndvvi”"):
        derived(cube_of(VALUES, wavelengths=WAVES), "ndvvi")
