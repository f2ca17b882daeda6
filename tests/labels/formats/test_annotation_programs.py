"""Labels that labelme, CVAT, Roboflow, ilastik and the Semi-Automatic Classification Plugin write, in their published
forms."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyogrio.raw
import pytest
from PIL import Image

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import color_for
from hsigui.labels.describe import describe_file
from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import AmbiguousLabels, Grid, read_classes
from hsigui.labels.formats.table import format_of

GRID = Grid(6, 8)
L_SHAPE = np.zeros((6, 8), dtype=bool)
L_SHAPE[1:5, 2] = L_SHAPE[4, 2:6] = True


def names(found: Any) -> dict[int, str]:
    return {c.number: c.name for c in found.classes}


def saved(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


# labelme


def labelme(folder: Path, *shapes: dict[str, Any], **changed: Any) -> Path:
    content = {"version": "5.5.0", "flags": {}, "shapes": list(shapes), "imagePath": "a.png", "imageData": None,
               "imageHeight": 6, "imageWidth": 8} | changed  # fmt: skip
    return saved(folder / "a.json", content)


def shape(label: str, kind: str, *points: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"label": label, "points": list(points), "group_id": None, "shape_type": kind, "flags": {}} | more


def png(mask: np.ndarray) -> str:
    held = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(held, "PNG")
    return base64.b64encode(held.getvalue()).decode()


def test_shapes_of_labelme_label_the_pixels_whose_centre_they_hold(tmp_path: Path):
    path = labelme(
        tmp_path, shape("soil", "polygon", (0, 0), (3, 0), (3, 2), (0, 2)), shape("corn", "rectangle", (7, 5), (5, 3)),
        shape("corn", "point", (4.5, 0.5)), shape("wheat", "line", (0.5, 5.5), (3.5, 5.5)),
    )  # fmt: skip
    found = read_classes(path, grid=GRID)
    assert names(found) == {1: "corn", 2: "soil", 3: "wheat"}
    expected = np.zeros((6, 8), int)
    expected[:2, :3], expected[3:5, 5:7], expected[0, 4], expected[5, :4] = 2, 1, 1, 3
    assert np.array_equal(found.array, expected)
    assert any("in the order of names" in note for note in found.notes)
    assert np.array_equal(read_classes(path).array, expected), "the file says how large the image is"


def test_a_circle_of_labelme_is_a_disc(tmp_path: Path):
    found = read_classes(labelme(tmp_path, shape("a", "circle", (4, 3), (6.5, 3)))).array
    rows, cols = np.mgrid[:6, :8] + 0.5
    assert np.array_equal(found == 1, (cols - 4) ** 2 + (rows - 3) ** 2 < 2.5**2)


def test_a_mask_of_labelme_lies_at_its_corner(tmp_path: Path):
    mask = L_SHAPE[1:5, 2:6]
    found = read_classes(labelme(tmp_path, shape("a", "mask", (2, 1), (5, 4), mask=png(mask))))
    assert np.array_equal(found.array == 1, L_SHAPE)


def test_what_labelme_calls_background_and_what_is_no_shape_is_left_out_and_told(tmp_path: Path):
    none = shape("_background_", "rectangle", (0, 0), (8, 6)), shape("__ignore__", "point", (3, 3))
    odd = shape("b", "spiral", (1, 1)), shape("", "point", (1, 1))
    path = labelme(tmp_path, shape("a", "point", (0.5, 0.5)), *none, *odd)
    found = read_classes(path)
    assert np.count_nonzero(found.array) == 1
    assert any("4 shapes without a class or of a kind that is not read" in note for note in found.notes)


@pytest.mark.parametrize(
    "path",
    [
        lambda folder: labelme(folder, imageHeight=0), lambda folder: labelme(folder, imageWidth=None),
        lambda folder: labelme(folder, imageHeight=2**31), lambda folder: labelme(folder, shapes="x"),
        lambda folder: labelme(folder, shape("a", "polygon", (1, 1), (2,), (3, 3))),  # type: ignore[arg-type]
        lambda folder: labelme(folder, shape("a", "mask", (2, 1), (5, 4), mask="no base 64")),
        lambda folder: labelme(folder, shape("a", "polygon", (0, 0), (float("inf"), 0), (1, 1))),
    ],
)  # fmt: skip
def test_a_damaged_file_of_labelme_is_refused_in_words(tmp_path: Path, path: Callable[[Path], Path]):
    with pytest.raises(HsiError):
        read_classes(path(tmp_path), grid=GRID)


def test_labels_of_an_image_of_another_size_are_refused_and_never_scaled(tmp_path: Path):
    path = labelme(tmp_path, shape("a", "point", (0.5, 0.5)), imageHeight=60, imageWidth=80)
    with pytest.raises(HsiError, match="drawn on a scene of 60 x 80 pixels, this one is 6 x 8"):
        read_classes(path, grid=GRID)
    with pytest.raises(HsiError, match="drawn on a scene of 60 x 80 pixels, this one is 6 x 8"):
        read_classes(coco(tmp_path, [polygon(1, 0, 0, 1, 1)], size=(60, 80)), grid=GRID)


def test_a_hostile_coordinate_is_refused(tmp_path: Path):
    for far in (1e200, 1e308):
        with pytest.raises(HsiError, match="so far away is nothing"):
            read_classes(labelme(tmp_path, shape("a", "polygon", (0, 0), (far, 0), (1, 1))))
    wide = labelme(tmp_path, shape("a", "polygon", (-1e30, -1e30), (1e30, -1e30), (1e30, 1e30), (-1e30, 1e30)))
    assert read_classes(wide).array.all()


def test_a_name_with_half_a_character_is_read_and_can_be_written(tmp_path: Path):
    found = read_classes(labelme(tmp_path, shape("\ud800x", "point", (0.5, 0.5))))
    names(found)[1].encode("utf-8")


# COCO


def runs(mask: np.ndarray) -> list[int]:
    """Run lengths down the columns, out first, by counting."""
    flat, found, inside = mask.T.ravel(), [0], False
    for value in flat:
        if bool(value) != inside:
            found.append(0)
            inside = not inside
        found[-1] += 1
    return found


def packed(counts: list[int]) -> str:
    """As maskApi.c's rleToString does."""
    text = ""
    for n, count in enumerate(counts):
        value = count - counts[n - 2] if n > 2 else count
        more = True
        while more:
            letter = value & 0x1F
            value >>= 5
            more = value != -1 if letter & 0x10 else value != 0
            text += chr((letter | 0x20 if more else letter) + 48)
    return text


def polygon(category: int, left: float, top: float, right: float, bottom: float, **more: Any) -> dict[str, Any]:
    ring = [left, top, right, top, right, bottom, left, bottom]
    return {"category_id": category, "image_id": 1, "segmentation": [ring]} | more


def coco(folder: Path, listed: list[dict[str, Any]], size: tuple[int, int] = (6, 8), **changed: Any) -> Path:
    content = {
        "info": {}, "licenses": [],
        "categories": [{"id": 1, "name": "corn"}, {"id": 2, "name": "soil"}, {"id": 7, "name": "water"}],
        "images": [{"id": 1, "file_name": "a.png", "height": size[0], "width": size[1]}],
        "annotations": [{"id": n, "image_id": 1} | one for n, one in enumerate(listed)],
    } | changed  # fmt: skip
    return saved(folder / "_annotations.coco.json", content)


def test_polygons_of_coco_keep_the_numbers_of_their_categories(tmp_path: Path):
    found = read_classes(coco(tmp_path, [polygon(7, 0, 0, 2, 3), polygon(2, 4, 4, 8, 6)]), grid=GRID)
    assert names(found) == {1: "corn", 2: "soil", 7: "water"}
    assert (found.array[:3, :2] == 7).all()
    assert (found.array[4:, 4:] == 2).all()
    assert np.count_nonzero(found.array) == 14


@pytest.mark.parametrize("form", [runs, lambda mask: packed(runs(mask))], ids=["plain", "packed"])
@pytest.mark.parametrize("seed", range(4))
def test_masks_of_coco_are_read_to_the_pixel(tmp_path: Path, form: Callable[[np.ndarray], object], seed: int):
    mask = L_SHAPE if seed == 0 else np.random.default_rng(seed).random((6, 8)) < 0.2 * seed
    mask[0, 0] |= seed == 3
    one = {"category_id": 2, "segmentation": {"size": [6, 8], "counts": form(mask)}, "iscrowd": 1}
    assert np.array_equal(read_classes(coco(tmp_path, [one]), grid=GRID).array == 2, mask)


def test_long_runs_of_coco_are_read(tmp_path: Path):
    mask = np.zeros((300, 400), dtype=bool)
    mask[17:280, 3:390] = True
    one = {"category_id": 1, "segmentation": {"size": [300, 400], "counts": packed(runs(mask))}}
    assert np.array_equal(read_classes(coco(tmp_path, [one], (300, 400))).array == 1, mask)


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [6, 8], "counts": [10, 100]}, {"size": [6, 8], "counts": [-1, 5]}, {"size": [8, 6], "counts": [48]},
        {"size": [6, 8], "counts": "\x01\x02"}, {"size": [6, 8], "counts": "o" * 50}, {"size": [6, 8]},
        {"size": [6, 8], "counts": ["x"]}, {"size": [2**40, 2**40], "counts": [1]}, [[0, 0, 1]], [["a", 1, 2, 3]],
    ],
)  # fmt: skip
def test_damaged_shapes_of_coco_are_refused_in_words(tmp_path: Path, segmentation: Any):
    with pytest.raises(HsiError):
        read_classes(coco(tmp_path, [{"category_id": 1, "segmentation": segmentation}]), grid=GRID)


def test_a_category_0_is_a_class_where_it_is_used(tmp_path: Path):
    zero = [{"id": 0, "name": "corn"}, {"id": 1, "name": "soil"}]
    found = read_classes(coco(tmp_path, [polygon(0, 0, 0, 1, 1), polygon(1, 2, 0, 3, 1)], categories=zero))
    assert names(found) == {1: "corn", 2: "soil"}
    assert found.array[0, :3].tolist() == [1, 0, 2]
    assert any("0 is a class of _annotations.coco.json" in note for note in found.notes)
    # Roboflow's category 0 stands for all of its classes and is never used.
    over = [{"id": 0, "name": "crops", "supercategory": "none"}, {"id": 1, "name": "corn", "supercategory": "crops"}]
    found = read_classes(coco(tmp_path, [polygon(1, 0, 0, 1, 1)], categories=over))
    assert (names(found), int(found.array[0, 0])) == ({1: "corn"}, 1)


def test_a_box_without_a_shape_is_labelled_whole_and_told(tmp_path: Path):
    found = read_classes(coco(tmp_path, [{"category_id": 1, "bbox": [1, 2, 3, 2], "segmentation": []}]))
    assert (found.array[2:4, 1:4] == 1).all()
    assert np.count_nonzero(found.array) == 6
    assert any("1 annotation has a box only" in note for note in found.notes)


def test_of_several_images_the_one_of_the_scenes_size_is_read_and_others_are_a_question(tmp_path: Path):
    images = [{"id": n, "file_name": f"{n}.png", "height": h, "width": 8} for n, h in ((1, 6), (2, 60), (3, 60))]
    path = coco(tmp_path, [polygon(1, 0, 0, 1, 1), polygon(2, 0, 0, 1, 1, image_id=3)], images=images)
    found = read_classes(path, grid=GRID)
    assert found.array[0, 0] == 1
    assert any("“1.png” was read" in note for note in found.notes)
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(path, grid=Grid(60, 8))
    assert [info.name for info in asked.value.candidates] == ["2.png", "3.png"]
    assert read_classes(path, grid=Grid(60, 8), variable="3.png").array[0, 0] == 2
    with pytest.raises(HsiError, match="None of the 3 images"):
        read_classes(path, grid=Grid(5, 5))
    with pytest.raises(HsiError, match=r"no image “4\.png”"):
        read_classes(path, grid=GRID, variable="4.png")


# CVAT

CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><labels><label><name>soil</name><color>#0a0b0c</color></label>
<label><name>corn</name><color>#ff0000</color></label></labels></task></meta>
<image id="0" name="a.png" width="8" height="6">{shapes}</image></annotations>"""


def cvat(folder: Path, *shapes: str) -> Path:
    (folder / "a.xml").write_text(CVAT.format(shapes="".join(shapes)))
    return folder / "a.xml"


def test_shapes_of_cvats_xml_are_read_in_the_order_of_their_height(tmp_path: Path):
    pixels = L_SHAPE[1:5, 2:6].ravel()
    changes = np.flatnonzero(np.diff(pixels.astype(int))) + 1
    lengths = np.diff([0, *changes, pixels.size])
    rle = ", ".join(map(str, ([0] if pixels[0] else []) + lengths.tolist()))
    found = read_classes(cvat(
        tmp_path, f'<mask label="corn" rle="{rle}" left="2" top="1" width="4" height="4" z_order="1"/>',
        '<box label="soil" xtl="0" ytl="0" xbr="8" ybr="6" z_order="0"/>',
        '<points label="corn" points="7.5,0.5;7.5,1.5" z_order="2"/>',
        '<polyline label="corn" points="0.5,5.5;1.5,5.5" z_order="2"/>',
    ), grid=GRID)  # fmt: skip
    expected = np.where(L_SHAPE, 2, 1)
    expected[:2, 7] = expected[5, :2] = 2
    assert np.array_equal(found.array, expected)
    assert [(c.number, c.name, c.color) for c in found.classes] == [(1, "soil", (10, 11, 12)), (2, "corn", (255, 0, 0))]


def test_polygons_and_ellipses_of_cvat_are_read(tmp_path: Path):
    path = cvat(tmp_path, '<polygon label="corn" points="0,0;2,0;2,2;0,2"/>',
                '<ellipse label="soil" cx="5" cy="3" rx="2.4" ry="1.4"/>', '<skeleton label="soil"/>')  # fmt: skip
    found = read_classes(path)
    rows, cols = np.mgrid[:6, :8] + 0.5
    assert np.array_equal(found.array == 1, ((cols - 5) / 2.4) ** 2 + ((rows - 3) / 1.4) ** 2 < 1)
    assert (found.array[:2, :2] == 2).all()
    assert any("1 shape without a class" in note for note in found.notes)


@pytest.mark.parametrize(
    "element",
    ['<mask label="corn" rle="9999" left="0" top="0" width="2" height="2"/>', '<box label="corn" xtl="a"/>',
     '<mask label="corn" rle="1" left="0" top="0" width="1e300" height="2"/>', '<polygon label="corn" points="1;2,3"/>',
     '<ellipse label="corn" cx="nan" cy="1" rx="1" ry="1"/>'],
)  # fmt: skip
def test_damaged_shapes_of_cvat_are_refused_in_words(tmp_path: Path, element: str):
    with pytest.raises(HsiError):
        read_classes(cvat(tmp_path, element))


def test_xml_of_envi_is_still_envis(tmp_path: Path):
    (tmp_path / "x.xml").write_text("<RegionsOfInterest/>")
    assert format_of(tmp_path / "x.xml").name == "roi"


MAP = "# label:color_rgb:parts:actions\nbackground:0,128,0::\nsoil:10,11,12::\ncorn:255,0,0::\n"


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("palette", [False, True])
def test_a_segmentation_mask_of_cvat_has_the_names_of_its_label_map(tmp_path: Path, above: bool, palette: bool):
    folder = tmp_path / "SegmentationClass"
    folder.mkdir()
    (tmp_path / "labelmap.txt" if above else folder / "labelmap.txt").write_text(MAP)
    colors = np.array([(0, 128, 0), (10, 11, 12), (255, 0, 0)], dtype=np.uint8)
    numbers = np.where(L_SHAPE, 2, 0)
    numbers[0, 0] = 1
    picture = Image.fromarray(colors[numbers])
    if palette:
        picture = Image.fromarray(numbers.astype(np.uint8))
        picture.putpalette(colors.tobytes())
    picture.save(folder / "a.png")
    found = read_classes(folder / "a.png")
    assert np.array_equal(found.array, numbers)
    assert names(found) == {1: "soil", 2: "corn"}


# ilastik

TAGS = json.dumps({"axes": [{"key": key, "typeFlags": 2, "resolution": 0, "description": ""} for key in "yxc"]})


def ilp(folder: Path, blocks: dict[str, list[tuple[str, np.ndarray]]], shape: tuple[int, ...] | None = (6, 8, 5),
        tags: str = TAGS) -> Path:  # fmt: skip
    path = folder / "a.ilp"
    with h5py.File(path, "w") as file:
        file["ilastikVersion"] = "1.4.0"
        for n, (image, parts) in enumerate(blocks.items()):
            lane = file.create_group(f"Input Data/infos/lane{n:04}/Raw Data")
            lane["filePath"] = image
            if shape is not None:
                lane["shape"] = np.array(shape)
            if tags:
                lane["axistags"] = tags
            group = file.create_group(f"PixelClassification/LabelSets/labels{n:03}")
            for number, (where, values) in enumerate(parts):
                block = group.create_dataset(f"block{number:04}", data=values.astype(np.uint8))
                block.attrs["blockSlice"] = where.encode()
        file["PixelClassification/LabelNames"] = np.array([b"Corn", "Größe".encode(), b"Soil"])
        file["PixelClassification/LabelColors"] = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255)])
    return path


def test_strokes_of_an_ilastik_project_are_read_with_names_and_colours(tmp_path: Path):
    path = ilp(tmp_path, {"C:\\data\\scene.tif": [
        ("[1:3,2:5,0:1]", np.array([[1, 0, 2], [0, 1, 0]])[:, :, None]), ("[5:6,7:8,0:1]", np.full((1, 1, 1), 3)),
    ]})  # fmt: skip
    found = read_classes(path, grid=GRID)
    expected = np.zeros((6, 8), int)
    expected[1, 2], expected[1, 4], expected[2, 3], expected[5, 7] = 1, 2, 1, 3
    assert np.array_equal(found.array, expected)
    assert names(found) == {1: "Corn", 2: "Größe", 3: "Soil"}
    assert [c.color for c in found.classes] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert np.array_equal(read_classes(path).array, expected)


def test_a_project_with_other_axes_is_read_by_their_names(tmp_path: Path):
    tags = json.dumps({"axes": [{"key": key} for key in "cxy"]})
    path = ilp(tmp_path, {"a": [("[0:1,2:5,1:3]", np.array([[1, 0, 2], [0, 1, 0]]).T[None])]}, (5, 8, 6), tags)
    assert read_classes(path, grid=GRID).array[1, 2:5].tolist() == [1, 0, 2]
    (tmp_path / "other").mkdir()
    block = np.array([[1, 0, 2], [0, 1, 0]])[None, None, :, :, None]
    bare = ilp(tmp_path / "other", {"a": [("[0:1,0:1,1:3,2:5,0:1]", block)]}, None, "")
    assert read_classes(bare, grid=GRID).array[1, 2:5].tolist() == [1, 0, 2]


def test_images_of_a_project_are_a_question_and_another_size_a_refusal(tmp_path: Path):
    one = [("[0:1,0:1,0:1]", np.ones((1, 1, 1)))]
    path = ilp(tmp_path, {"/d/a.tif": one, "/d/b.tif": [("[0:1,1:2,0:1]", np.ones((1, 1, 1)))], "/d/none.tif": []})
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(path, grid=GRID)
    assert [info.name for info in asked.value.candidates] == ["a.tif", "b.tif"]
    assert read_classes(path, grid=GRID, variable="b.tif").array[0, :2].tolist() == [0, 1]
    (tmp_path / "other").mkdir()
    with pytest.raises(HsiError, match="6 x 8 pixels, this one is 5 x 5"):
        read_classes(ilp(tmp_path / "other", {"/d/a.tif": one}), grid=Grid(5, 5))


@pytest.mark.parametrize(
    ("where", "shape"),
    [("[0:2,0:1,0:1]", (1, 1, 1)), ("[9:10,0:1,0:1]", (1, 1, 1)), ("nonsense", (1, 1, 1)), ("[0:1,0:1]", (1, 1, 1)),
     ("[0:1,0:1,0:2]", (1, 1, 2)), ("[999999999:1000000000,0:1,0:1]", (1, 1, 1))],
)  # fmt: skip
def test_a_damaged_project_is_refused_in_words(tmp_path: Path, where: str, shape: tuple[int, ...]):
    with pytest.raises(HsiError):
        read_classes(ilp(tmp_path, {"a": [(where, np.ones(shape))]}), grid=GRID)


def test_a_project_without_labels_says_so(tmp_path: Path):
    with pytest.raises(HsiError, match="holds no labels of a pixel classification"):
        read_classes(ilp(tmp_path, {"a": []}), grid=GRID)


@pytest.mark.parametrize(
    ("axes", "array"),
    [("yx", L_SHAPE * 2), ("yxc", (L_SHAPE * 2)[:, :, None]), ("tzyxc", (L_SHAPE * 2)[None, None, :, :, None]),
     ("xyc", (L_SHAPE * 2).T[:, :, None]), ("", (L_SHAPE * 2)[None])],
)  # fmt: skip
def test_exports_of_ilastik_are_read_by_their_axes(tmp_path: Path, axes: str, array: np.ndarray):
    with h5py.File(tmp_path / "x_Simple Segmentation.h5", "w") as file:
        data = file.create_dataset("exported_data", data=array.astype(np.uint8))
        if axes:
            data.attrs["axistags"] = json.dumps({"axes": [{"key": key} for key in axes]})
    for grid in (GRID, None):
        assert np.array_equal(read_classes(tmp_path / "x_Simple Segmentation.h5", grid=grid).array == 2, L_SHAPE)
    assert describe_file(tmp_path / "x_Simple Segmentation.h5")["kind"] == "classes"


def test_a_text_without_end_in_an_hdf5_file_is_refused_and_does_not_hang(tmp_path: Path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["exported_data"] = L_SHAPE.astype(np.uint8)
        file["exported_data"].attrs["axistags"] = TAGS
    raw = bytearray(path.read_bytes())
    heap = raw.index(b"GCOL")
    (held,) = struct.unpack_from("<Q", raw, heap + 24)
    free = heap + 32 + (held + 7) // 8 * 8
    assert struct.unpack_from("<H", raw, free) == (0,)
    struct.pack_into("<Q", raw, free + 8, 0)
    damaged = tmp_path / "y.h5"
    damaged.write_bytes(raw)
    with pytest.raises(HsiError, match="damaged where it keeps its texts"):
        read_classes(damaged, grid=GRID)
    assert np.count_nonzero(read_classes(path, grid=GRID).array) == L_SHAPE.sum()


def test_probabilities_of_ilastik_are_no_labels(tmp_path: Path):
    with h5py.File(tmp_path / "p.h5", "w") as file:
        data = file.create_dataset("exported_data", data=np.full((6, 8, 3), 1 / 3))
        data.attrs["axistags"] = TAGS
    with pytest.raises(HsiError, match="3 channels") as caught:
        read_classes(tmp_path / "p.h5")
    assert "Simple Segmentation" in caught.value.hint


def test_labels_of_any_hdf5_file_are_found_by_their_shape(tmp_path: Path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["scene"] = np.random.default_rng(0).random((6, 8, 40))
        file["truth/labels"] = L_SHAPE.astype(np.int16)
        file["mean"] = np.full((6, 8), 0.5)
    found = read_classes(tmp_path / "x.h5", grid=GRID)
    assert (found.variable, np.count_nonzero(found.array)) == ("truth/labels", L_SHAPE.sum())
    with h5py.File(tmp_path / "x.h5", "a") as file:
        file["other"] = L_SHAPE.astype(np.int16) * 3
    with pytest.raises(AmbiguousLabels):
        read_classes(tmp_path / "x.h5", grid=GRID)
    assert read_classes(tmp_path / "x.h5", grid=GRID, variable="other").array.max() == 3


# Semi-Automatic Classification Plugin

PLACE = Grid(6, 8, Geo((10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_060.0), utm_wkt(33)))


def regions(path: Path, **columns: list[Any]) -> Path:
    rings = []
    for col in (0, 2, 4):
        left, top = 500_000.0 + 10 * col, 5_000_060.0
        rings.append(wkb.encoded([np.array([(left, top), (left + 10, top), (left + 10, top - 20), (left, top - 20),
                                            (left, top)])]))  # fmt: skip
    fields = [np.array(v, dtype=object if isinstance(v[0], str) else np.int32) for v in columns.values()]
    driver = {".gpkg": "GPKG", ".shp": "ESRI Shapefile"}[path.suffix]
    pyogrio.raw.write(path, np.array(rings, dtype=object), fields, list(columns), driver=driver,
                      geometry_type="Polygon", crs="EPSG:32633")  # fmt: skip
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_classes_and_macroclasses_of_scp_have_their_own_names(tmp_path: Path, suffix: str):
    path = regions(tmp_path / f"train{suffix}", MC_ID=[1, 1, 2], MC_info=["Veg", "Veg", "Soil"], C_ID=[1, 2, 3],
                   C_info=["Corn", "Wheat", "Bare"], SCP_UID=["a", "b", "c"])  # fmt: skip
    found = read_classes(path, grid=PLACE)
    assert names(found) == {1: "Corn", 2: "Wheat", 3: "Bare"}
    assert found.array[0, :5].tolist() == [1, 0, 2, 0, 3]
    assert any("macroclasses are in MC_ID" in note for note in found.notes)
    macro = read_classes(path, grid=PLACE, variable="MC_ID")
    assert names(macro) == {1: "Veg", 2: "Soil"}
    assert macro.array[0, :5].tolist() == [1, 0, 1, 0, 2]


def scp_table(*rows: tuple[str, int, int, str], later: bool = False) -> bytes:
    """The table of a catalogue, as the first published version wrote it, or with fields that later ones added."""
    fields = [("signature_id", "<U64"), ("macroclass_id", "<i2"), ("class_id", "<i2"), ("class_name", "<U512"),
              ("selected", "i1"), *((f"{n}_thr", "<f8") for n in ("min_dist", "max_like", "spec_angle"))]  # fmt: skip
    more = [("geometry", "i1"), ("signature", "i1"), ("color", "<U64"), ("pixel_count", "<i8"), ("unit", "<U32")]
    values = [(*row, 1, 0.0, 0.0, 0.0) + ((1, 1, f"#00{row[2]:02x}ff", 9, "E-9m") if later else ()) for row in rows]
    return np.array(values, dtype=fields + more if later else fields).tobytes()


SCP_ROWS = (("b", 1, 2, "Weizen Ü"), ("a", 1, 1, "Corn"), ("gone", 9, 9, "No region"), ("c", 2, 3, "Bare"))


@pytest.mark.parametrize("later", [False, True])
def test_names_and_colours_of_the_classes_in_the_macroclasses_of_scp_are_read(tmp_path: Path, later: bool):
    found = read_classes(scpx(tmp_path, XML, table=scp_table(*SCP_ROWS, later=later)), grid=PLACE, variable="class_id")
    assert names(found) == {1: "Corn", 2: "Weizen Ü", 3: "Bare"}
    colors = [info.color for info in found.classes]
    assert colors == ([(0, n, 255) for n in (1, 2, 3)] if later else [color_for(n) for n in (1, 2, 3)])
    assert names(read_classes(tmp_path / "train.scpx", grid=PLACE)) == {1: "Veg", 2: "Soil"}


@pytest.mark.parametrize(
    "table",
    [b"", b"\0" * 5000, scp_table(*SCP_ROWS)[:200], scp_table(("a", 2, 1, "x"), ("b", 1, 3, "x"), ("c", 3, 3, "x"))],
)
def test_classes_whose_record_is_missing_or_of_another_class_keep_their_numbers(tmp_path: Path, table: bytes):
    found = read_classes(scpx(tmp_path, XML, table=table), grid=PLACE, variable="class_id")
    assert names(found) == {1: "Class 1", 2: "Class 2", 3: "Class 3"}


def scpx(folder: Path, xml: str | None, *, regions_too: bool = True, table: bytes = b"\0" * 40) -> Path:
    shapes = regions(folder / "geometry.gpkg", roi_id=["a", "b", "c"], macroclass_id=[1, 1, 2], class_id=[1, 2, 3])
    with zipfile.ZipFile(folder / "train.scpx", "w") as archive:
        if regions_too:
            archive.write(shapes, "geometry.gpkg")
        if xml is not None:
            archive.writestr("macroclasses.xml", xml)
        archive.writestr("table", table)
    shapes.unlink()
    return folder / "train.scpx"


XML = """<?xml version="1.0" ?><macroclasses version="0.4" macroclass_field="macroclass_id" class_field="class_id">
<macroclass id="1" name="Veg" color="#00ff00"/><macroclass id="2" name="Soil" color="#7f3300"/></macroclasses>"""


def test_training_input_of_scp_is_read_with_names_and_colours_of_its_macroclasses(tmp_path: Path):
    path = scpx(tmp_path, XML)
    found = read_classes(path, grid=PLACE)
    assert [(c.number, c.name, c.color) for c in found.classes] == [(1, "Veg", (0, 255, 0)), (2, "Soil", (127, 51, 0))]
    assert found.array[0, :5].tolist() == [1, 0, 1, 0, 2]
    assert any("class_id, which can be chosen" in note for note in found.notes)
    assert read_classes(path, grid=PLACE, variable="class_id").array[0, :5].tolist() == [1, 0, 2, 0, 3]


def test_training_input_of_scp_that_lacks_a_part_is_read_or_refused_in_words(tmp_path: Path):
    assert read_classes(scpx(tmp_path, None), grid=PLACE).array[0, 4] == 2
    with pytest.raises(HsiError, match="holds no regions"):
        read_classes(scpx(tmp_path, XML, regions_too=False), grid=PLACE)
    (tmp_path / "x.scpx").write_bytes(b"PK\x03\x04nonsense")
    with pytest.raises(HsiError, match="is no training input"):
        read_classes(tmp_path / "x.scpx", grid=PLACE)
