import base64
import csv
import dataclasses
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.maps import legend_rows, png_bytes
from hsigui.report.metrics import Accuracy, accuracy, to_json
from hsigui.report.split_map import split_png
from hsigui.report.write import ReportContext, write_report

NASTY = '<script>alert("1")</script> & Co, "x"'
CLASSES = ClassTable(
    (
        ClassInfo(1, "Soil", (170, 119, 68)),
        ClassInfo(2, NASTY, (0, 158, 115)),
        ClassInfo(3, "Sea", (0, 114, 178)),
    )
)


@pytest.fixture
def predicted() -> np.ndarray:
    return np.array([[1, 1, 1, 2, 2, 1, 0, 3]] * 3)


@pytest.fixture
def measured(predicted) -> Accuracy:
    truth = np.array([[1, 1, 2, 2, 2, 0, 2, 3]] * 3)
    train = np.array([[1, 0, 0, 2, 0, 0, 0, 3]] * 3)
    return accuracy(predicted, truth, CLASSES, train)


class Page(HTMLParser):
    """The page's text and tags; fails on tags that are not closed."""

    VOID = ("meta", "img", "br", "link", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def rows(self, kind: str) -> list[str]:
        return [attrs.get("class") or "" for tag, attrs in self.tags if tag == kind]


def page_of(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def table_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def words(text: str) -> str:
    return " ".join(text.split())


def full_context(predicted: np.ndarray) -> ReportContext:
    return ReportContext(
        title=f"Study {NASTY}",
        cube_name="scene.hdr",
        rows=3,
        cols=8,
        bands=120,
        settings={"smooth": 0.5, "Pretraining": {"method": "lscosa", "epochs": None}},
        seeds={"sample": 41},
        versions={"hsigui": "0.1.0"},
        device="cpu, 2 threads",
        seconds={"pretraining": 81.25},
        commands=("hsigui sample t.mat --out 'a b.tif'", "hsigui evaluate m.tif --truth <T>"),
        transductive=True,
        legend=legend_rows(predicted, CLASSES),
        pixel_area_m2=400.0,
        notes=("Two bands were left out.",),
        created="2024-05-06T07:08:09+00:00",
    )


def test_five_files_are_written_and_no_other(measured, tmp_path):
    written = write_report(tmp_path / "new" / "report", measured)
    assert [p.name for p in written] == [
        "report.html", "report.json", "confusion.csv", "confusion-percent.csv", "classes.csv",
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "new" / "report").iterdir()) == sorted(p.name for p in written)


def test_the_page_says_what_the_figures_were_measured_on(measured, predicted, tmp_path):
    write_report(tmp_path, measured, context=full_context(predicted))
    text = words(page_of(tmp_path).text)
    # 12 test pixels: 3 soil right; of 9 others 3 right, 3 wrong, 3 unclassified.
    assert "Overall accuracy50.00%correct test pixels; 95 % interval 25.38–74.62 %" in text
    assert "Measured on 12 test pixels; trained on 9 labelled pixels; pixels in both: 0." in text
    assert "9 labelled pixels of the reference were trained on and are left out of the test." in text
    assert "3 test pixels are unclassified on the map and count as errors." in text
    assert "saw all pixels of this scene without labels, test pixels included (transductive)" in text
    for part in (
        "scene.hdr, 3 × 8 pixels, 120 bands",
        "2024-05-06",
        "Two bands were left out.",
        "81.2",
        "cpu, 2 threads",
    ):
        assert part in text


def test_the_page_does_not_claim_what_it_does_not_know(predicted, tmp_path):
    truth = np.where(predicted == 2, 1, predicted)
    write_report(tmp_path, accuracy(predicted, truth, CLASSES))
    text = words(page_of(tmp_path).text)
    assert "Which pixels the map was trained on was not given" in text
    assert "pixels in both" not in text
    assert "Training pixels" not in text
    assert "transductive" not in text
    for heading in ("Class map", "How it was made", "To repeat it", "Training and test", "Draws", "Compared with",
                    "Areas", "Spectra", "Which class is which"):  # fmt: skip
        assert heading not in text


def test_the_page_needs_nothing_from_outside(measured, predicted, tmp_path):
    picture = png_bytes(predicted, CLASSES)
    write_report(tmp_path, measured, context=full_context(predicted), map_png=picture)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "http" not in html
    assert "url(" not in html
    assert "<link" not in html
    assert "<script" not in html
    sources = [attrs["src"] for tag, attrs in page_of(tmp_path).tags if tag == "img"]
    assert len(sources) == 1
    assert base64.b64decode((sources[0] or "").removeprefix("data:image/png;base64,")) == picture


def test_the_picture_may_be_a_file(measured, predicted, tmp_path):
    path = tmp_path / "map.png"
    path.write_bytes(png_bytes(predicted, CLASSES))
    write_report(tmp_path, measured, map_png=path)
    assert base64.b64encode(path.read_bytes()).decode() in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_everything_that_users_name_is_escaped(measured, predicted, tmp_path):
    write_report(tmp_path, measured, context=full_context(predicted))
    page = page_of(tmp_path)
    assert not [tag for tag, _ in page.tags if tag in ("script", "t")]
    assert page.text.count(NASTY) >= 4, "title, legend, class table and matrix show it as it is"
    assert "hsigui evaluate m.tif --truth <T>" in page.text


def test_the_page_has_both_themes_and_can_be_printed(measured, tmp_path):
    write_report(tmp_path, measured)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media print" in html
    assert 'name="viewport"' in html


def test_the_matrix_in_the_page_has_named_axes_and_reference_rows(measured, tmp_path):
    write_report(tmp_path, measured)
    page = page_of(tmp_path)
    matrix = page.text[page.text.index("Confusion matrix") :]
    assert matrix.index("Predicted") < matrix.index("Reference")
    assert words(matrix[matrix.index("Reference") :]).startswith(f"ReferenceSoil30003 {NASTY}33039 Sea00000"), (
        "Soil: 3, 0, 0, 0 of 3; second class: 3 taken for soil, 3 right, 0, 3 unclassified of 9; sea: none"
    )
    kinds = page.rows("td")
    assert sum(kinds.count(kind) for kind in ("right", "right zero", "right na")) == 6, "in counts and in per cent"


def test_undefined_figures_are_shown_as_not_applicable(measured, tmp_path):
    write_report(tmp_path, measured)
    page = page_of(tmp_path)
    assert page.rows("td").count("na") == 4, "sea has no test pixel: PA, UA, F1 and IoU"
    assert page.text.count("n/a") == 4 + 4 + 1, "its row in per cent, and the sentence that explains it"
    rows = table_of(tmp_path / "classes.csv")
    assert rows[3] == ["3", "Sea", *[""] * 8, "0", "0", "3"]


def test_the_class_table_as_csv(measured, tmp_path):
    write_report(tmp_path, measured)
    rows = table_of(tmp_path / "classes.csv")
    assert rows[0] == [
        "number", "name", "producers_accuracy", "producers_low", "producers_high", "users_accuracy", "users_low",
        "users_high", "f1", "iou", "test_pixels", "predicted_pixels", "train_pixels",
    ]  # fmt: skip
    assert rows[1][:3] == ["1", "Soil", "1.000000"]
    assert rows[1][5] == "0.500000"
    assert rows[1][8:] == ["0.666667", "0.500000", "3", "6", "3"]
    assert rows[2][:3] == ["2", NASTY, "0.333333"]
    assert [float(v) for v in rows[2][3:5]] == pytest.approx([0.1206, 0.6458], abs=1e-4), "Wilson, 3 of 9"
    assert rows[2][8:] == ["0.500000", "0.333333", "9", "3", "3"]


def test_the_matrix_as_csv_names_its_axes_and_adds_up(measured, tmp_path):
    write_report(tmp_path, measured)
    assert table_of(tmp_path / "confusion.csv") == [
        ["reference \\ predicted", "Soil", NASTY, "Sea", "Unclassified", "total"],
        ["Soil", "3", "0", "0", "0", "3"],
        [NASTY, "3", "3", "0", "3", "9"],
        ["Sea", "0", "0", "0", "0", "0"],
        ["total", "6", "3", "0", "3", "12"],
    ]


def test_the_json_holds_figures_and_context(measured, predicted, tmp_path):
    write_report(tmp_path, measured, context=full_context(predicted))
    values = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (values["format"], values["version"]) == ("hsigui-report", 2)
    assert values["accuracy"] == json.loads(json.dumps(to_json(measured)))
    assert values["scene"] == {"name": "scene.hdr", "rows": 3, "cols": 8, "bands": 120}
    assert values["settings"]["Pretraining"] == {"method": "lscosa", "epochs": None}
    assert values["seeds"] == {"sample": 41}
    assert values["device"] == "cpu, 2 threads"
    assert values["seconds"] == {"pretraining": 81.25}
    assert values["map"][0] == {"number": 1, "name": "Soil", "color": "#aa7744", "pixels": 12, "share": 0.5,
                                "hectares": 0.48}  # fmt: skip
    assert values["pixel_area_m2"] == 400
    assert values["transductive"] is True
    assert len(values["commands"]) == 2
    assert values["created"] == "2024-05-06T07:08:09+00:00"


def test_areas_are_given_in_hectares_when_the_pixel_is_known(measured, predicted, tmp_path):
    write_report(tmp_path, measured, context=full_context(predicted))
    text = page_of(tmp_path).text
    assert "Hectares" in text
    assert "0.48" in text, "12 pixels of 400 m2"


def test_an_earlier_report_survives_a_failure(measured, tmp_path):
    write_report(tmp_path, measured)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report(tmp_path, measured, context=ReportContext(seconds={"all": float("nan")}))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_reported_plainly(measured, tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(HsiError, match="cannot be written"):
        write_report(tmp_path / "taken" / "report", measured)


def test_a_report_of_a_hundred_classes_is_whole(tmp_path):
    truth = np.arange(1, 101).reshape(10, 10).repeat(4, axis=0)
    predicted = np.roll(truth, 1, axis=1)
    write_report(tmp_path, accuracy(predicted, truth, ClassTable()))
    assert page_of(tmp_path).rows("th").count("row") == 201


def test_commands_break_between_words_only_and_are_copied_whole(measured, predicted, tmp_path):
    write_report(tmp_path, measured, context=full_context(predicted))
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<span>--out</span> <span>&#39;a</span> <span>b.tif&#39;</span></div>" in html


def test_the_picture_of_the_parts_says_what_is_drawn(measured, predicted, tmp_path):
    picture = split_png(predicted, predicted)
    for rows, said in ((300, False), (600, True)):
        context = dataclasses.replace(full_context(predicted), rows=rows)
        write_report(tmp_path, measured, context=context, split_png=picture)
        assert ("training (drawn larger than it is)" in page_of(tmp_path).text) is said
    unknown = accuracy(predicted, np.maximum(predicted, 1), CLASSES)
    write_report(tmp_path, unknown, context=ReportContext(rows=3, cols=8), split_png=picture)
    text = words(page_of(tmp_path).text)
    assert "not tested; training pixels are not known" in text
    assert "3 × 8 pixels, 2" in text, "the number of bands of a map made elsewhere is not known"
