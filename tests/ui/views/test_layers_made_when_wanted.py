"""A layer that is kept as its recipe alone is made where a linked view, a swipe or an overlay wants it; not before."""

from __future__ import annotations

import threading

import pytest

from hsigui.analysis.layer import LayerRecipe
from hsigui.document.derived import BANDS, EMBEDDING, KeptLayer
from hsigui.errors import HsiError
from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.layers import making
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.comparison import Comparison
from hsigui.ui.views.overlays import Overlays
from hsigui.ui.views.overlays_panel import OverlaysPanel
from tests.ui.windows import idle, texts

NDVI, BRIGHT, LEARNED = (f"layer {number}" for number in (1, 2, 3))
KEPT = (
    KeptLayer(1, "How green", LayerRecipe("index", {"name": "ndvi"})),
    KeptLayer(2, "Main directions", LayerRecipe("pca")),
    KeptLayer(3, "Learned", LayerRecipe(EMBEDDING)),
)


@pytest.fixture
def kept(demo: MainWindow) -> MainWindow:
    """The demo scene with layers of an earlier day, of which nothing is shown."""
    demo.session.scene.derived.take_up(KEPT, BANDS)
    return demo


def made(window: MainWindow) -> list[str]:
    return [each.name for each in window.session.scene.derived if each.layer is not None]


def test_a_view_has_the_layer_made_and_says_how_far_it_is(qtbot, kept, monkeypatch) -> None:
    go, told = threading.Event(), threading.Event()

    def slowly(ctx, cube, wish):
        ctx.progress(45, 100, "Slowly")
        told.set()
        go.wait(10)
        return making.make(cube, wish.recipe, ctx)

    monkeypatch.setattr(making, "_made", slowly)
    kept.actions_["views_beside"].trigger()
    (view,) = kept.views.shown
    assert made(kept) == [], "what was not asked for is not made, though there is little else to show"
    kept.views.restore({"layout": "beside", "subjects": [NDVI, "labels", "confidence"]})
    qtbot.waitUntil(lambda: told.is_set() and "45 %" in view.drawing.subject.state)
    assert view.drawing.subject.state == "Making How green: 45 %"
    assert len(kept.bridge.running) == 1, "asked for once"
    go.set()
    idle(qtbot, kept)
    qtbot.waitUntil(lambda: not view.drawing.busy and view.drawing.subject.there)
    assert made(kept) == ["How green"]
    assert view.color_key.title == "How green"
    comparison = kept._part(Comparison)
    kept.actions_["swipe"].setChecked(True)
    comparison.choose(1, BRIGHT)
    idle(qtbot, kept)
    assert made(kept) == ["How green", "Main directions"]


def test_an_overlay_has_it_made_once_it_is_seen(qtbot, kept) -> None:
    overlays, panel = kept._part(Overlays), kept._part(OverlaysPanel)
    overlays.add_subject(NDVI)
    (laid,) = (each for each in kept.session.scene.overlays if each.own)
    kept.bridge.stop(kept.bridge.running[0].number)
    idle(qtbot, kept)
    if not made(kept):  # it was stopped before it was done
        row = next(row for row in panel._rows if row.id == laid.id)
        assert (row.title, row.empty) == ("How green is not made: show it once more to make it.", True)
    panel.visible_changed.emit(laid.id, False)
    panel.visible_changed.emit(laid.id, True)
    idle(qtbot, kept)
    assert made(kept) == ["How green"]
    row = next(row for row in panel._rows if row.id == laid.id)
    assert (row.title, row.empty) == ("How green", False)


def test_what_an_encoder_learned_waits_for_one_and_a_failure_is_said_once(qtbot, kept, monkeypatch) -> None:
    kept.views.restore({"layout": "beside", "subjects": [LEARNED, "labels", "confidence"]})
    (view,) = kept.views.shown
    assert view.drawing.subject.state == "Learned is of what an encoder learned: press Pretrain, or open a run."
    assert not kept.messages.messages

    def fails(ctx, cube, wish):
        raise HsiError("The bands are gone.")

    monkeypatch.setattr(making, "_made", fails)
    view.chosen.emit(NDVI)
    idle(qtbot, kept)
    assert texts(kept).count("The bands are gone.") == 1
    assert "How green is not made" in view.drawing.subject.state
    monkeypatch.undo()
    view.chosen.emit(NDVI)
    idle(qtbot, kept)
    assert made(kept) == ["How green"]


def test_pictures_on_the_disk_are_offered_what_is_there(kept) -> None:
    material = kept._part(Pictures).material()
    assert material is not None
    assert material.named(NDVI) is None
    assert material.named("composite") is not None
