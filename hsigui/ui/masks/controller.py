"""Masks of the scene that is shown: found, grown, joined, used, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.document.events import MasksChanged, SceneShown
from hsigui.document.intentions import OverlayAsked
from hsigui.document.overlays import SUBJECT
from hsigui.document.scene import Scene
from hsigui.document.scene_masks import SceneMask
from hsigui.jobs import Context, Job, Progress
from hsigui.labels.label_map import Edit
from hsigui.labels.strokes import polygon
from hsigui.masks.drawn import Drawn
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe, MaskStep
from hsigui.masks.shaping import COMMON, JOIN, Grow, Invert, Shrink
from hsigui.masks.sources import ByFormula, ByQuality
from hsigui.masks.words import USES
from hsigui.texts import say
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.masks.changing import MaskChanges, Masks, taken_back
from hsigui.ui.masks.dialogs import ComparisonDialog, DistanceDialog, LimitsDialog, NamesDialog
from hsigui.ui.masks.making import made_by, put_together, reshaped
from hsigui.ui.masks.measures import Measure, limits_told, measures, step_of
from hsigui.ui.masks.panel import USE_TITLES, MaskRow, MasksPanel
from hsigui.ui.masks.subject import subject_id


class MasksPanelController(QObject):
    """Does what is asked for in the panel and in the menu."""

    def __init__(self, bench: Bench, panel: MasksPanel, changes: MaskChanges) -> None:
        desk = bench.desk
        super().__init__(desk.window)
        self._image = bench.image
        self._desk, self._session, self._panel, self._changes = desk, desk.session, panel, changes
        self._chosen: tuple[int, ...] = ()
        self._jobs: list[Job] = []
        panel.chosen.connect(self._choose)
        panel.renamed.connect(self._rename)
        panel.used.connect(self._use)
        panel.cancel_asked.connect(self._cancel)
        self._session.events.subscribe(SceneShown, self._show)
        self._session.events.subscribe(MasksChanged, self._show)

    @property
    def chosen(self) -> tuple[SceneMask, ...]:
        """The masks that are chosen in the list."""
        masks = self._session.scene.masks
        return tuple(found for number in self._chosen if (found := masks.get(number)) is not None)

    # New ones

    def ask_formula(self) -> None:
        """Asks for a comparison."""
        cube = self._session.cube
        if cube is not None:
            open_dialog(ComparisonDialog(cube, self._desk.window), self._formula_asked)

    def ask_layer(self) -> None:
        """Asks for a derived layer and limits; one that has its threshold already is taken at once."""
        found, shown = measures(self._session.scene), self._session.scene.derived.view.layers
        if not found:
            self._desk.messages.info(say("No layer has measurements that a mask could be made of."), stays=False)
            return
        first = next((n for n, each in enumerate(found) if each.layer.number in shown), 0)
        dialog = LimitsDialog([each.title for each in found], first, self._desk.window)
        open_dialog(dialog, partial(self._limits_asked, found))

    def ask_map(self) -> None:
        """Asks for classes of the map."""
        scene = self._session.scene
        if scene.map is None:
            return
        numbers = scene.map.class_map.classes
        there = {int(n) for n in np.unique(numbers)} - {0}
        names = [(str(info.number), info.name) for info in scene.classes if info.number in there]
        dialog = NamesDialog(
            say("Mask by classes of the map"), say("Pixels of the ticked classes are masked out, as the map is now."),
            names, self._desk.window,
        )  # fmt: skip
        open_dialog(dialog, partial(self._classes_asked, numbers, dict(names)))

    def ask_quality(self) -> None:
        """Asks for quality masks of the product."""
        cube = self._session.cube
        if cube is None:
            return
        names = [(name, name) for name in cube.info.quality_offered]
        dialog = NamesDialog(
            say("Mask by quality masks"),
            say("Pixels that a ticked one marks are masked out for what the mask is used for; Edit > Quality masks "
                "takes them out of everything."),
            names, self._desk.window,
        )  # fmt: skip
        open_dialog(dialog, self._quality_asked)

    def take_labels(self) -> None:
        """Makes a mask of the pixels that are labelled with the current class."""
        session = self._session
        number = session.current_class
        masked = session.labels.array == number
        info = next((info for info in session.classes if info.number == number), None)
        if info is None or not masked.any():
            self._desk.messages.info(
                say("No pixel is labelled with the current class."),
                say("Paint what is to be masked out, then make the mask of it."), stays=False,
            )  # fmt: skip
            return
        self.make((Drawn.of(masked),), info.name)
        labels, scene = masked.copy(), self._session.scene
        if info.locked:
            return
        self._desk.messages.info(
            say("The labels of {name} are still labels: a mask drawn with them does without.", name=info.name), "",
            [(say("Take the labels away"), partial(self._unlabel, scene, labels))], stays=False,
        )  # fmt: skip

    def _unlabel(self, scene: Scene, masked: NDArray[np.bool_]) -> None:
        if self._session.shown is scene:
            scene.edit(Edit(0, 0, masked), say("Labels that became a mask"))

    def take_outline(self) -> None:
        """Makes a mask of the pixels inside what was measured."""
        cube = self._session.cube
        if cube is None:
            return
        area = polygon((cube.rows, cube.cols), self._image.measured_places)
        if area is None:
            self._desk.messages.info(
                say("No pixel is enclosed."), say("Choose the tool Measure (T), and click the corners of an area.")
            )
            return
        top, left, mask = area
        masked = np.zeros((cube.rows, cube.cols), dtype=bool)
        masked[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        self.make((Drawn.of(masked),), say("Outline"))

    def make(self, steps: Sequence[MaskStep], name: str) -> None:
        """Makes a mask of the scene in a worker, and lists it."""
        scene = self._session.scene
        work = partial(made_by, cube=scene.cube, recipe=MaskRecipe(tuple(steps)), name=name)
        self._start(scene, work, say("Make the mask {name}", name=name), partial(self.add, scene))

    def add(self, scene: Scene, mask: Mask) -> None:
        """Takes a mask that was made, and shows it."""
        if self._session.find(scene.id) is not scene:
            return
        made = self.list_new(scene, mask)
        if scene is self._session.shown:
            self._panel.bring_to_front()
            scene.events.emit(OverlayAsked(subject_id(made.number)))
            said = say("{name}: {size}. Tick what it is used for.", name=made.name, size=made.mask.size_told)
            self._desk.messages.info(said, say("; ").join(mask.notes), stays=False)

    def list_new(self, scene: Scene, mask: Mask) -> SceneMask:
        """Takes a mask that was made into the list of its scene, and chooses it."""
        made = scene.masks.add(mask)
        if scene is self._session.shown:
            self._chosen = (made.number,)
            self._show()
        return made

    # Changed ones

    def ask_grow(self) -> None:
        """Asks by how much, and grows the chosen masks."""
        self._ask_distance(say("Grow"), say("All pixels within this distance are masked out, too."), Grow)

    def ask_shrink(self) -> None:
        """Asks by how much, and shrinks the chosen masks."""
        self._ask_distance(say("Shrink"), say("Pixels nearer than this to one that is not masked are kept."), Shrink)

    def invert(self) -> None:
        """Inverts the chosen masks."""
        self._reshape(Invert())

    def join(self) -> None:
        """A new mask of what one of the chosen ones masks out."""
        self._together(JOIN)

    def common(self) -> None:
        """A new mask of what all of the chosen ones mask out."""
        self._together(COMMON)

    def rename(self) -> None:
        """Lets the user write another name."""
        if self.chosen:
            self._panel.edit_name(self.chosen[0].number)

    def ask_color(self) -> None:
        """Asks for another colour."""
        if not self.chosen:
            return
        found = self.chosen[0]
        color = self._desk.prompts.color(found.color, found.name)
        if color is not None:
            self._change(found, replace(found, color=color), say("{name} has another colour.", name=found.name))

    def delete(self) -> None:
        """Takes the chosen masks away. Nobody is asked: they can be had back as long as the message stands."""
        gone, scene = self.chosen, self._session.scene
        if gone:
            rest = tuple(each for each in scene.masks if each not in gone)
            names = ", ".join(each.name for each in gone)
            self.take(scene, rest, say("{names} was deleted.", names=names))

    def show(self) -> None:
        """Lays the chosen masks over the image, or takes them off where they are there."""
        scene = self._session.scene
        names = [SUBJECT + subject_id(each.number) for each in self.chosen]
        there = {overlay.id for overlay in scene.overlays}
        if names and there.issuperset(names):
            scene.set_overlays(tuple(overlay for overlay in scene.overlays if overlay.id not in names))
            return
        for each in self.chosen:
            scene.events.emit(OverlayAsked(subject_id(each.number)))

    def take(self, scene: Scene, after: Masks, told: str) -> None:
        """Has a scene these masks and no others, where the user lets it be so; what was there can be had back."""
        before = scene.masks.all
        if self._session.find(scene.id) is None:
            return
        if not self._changes.take(scene, after):
            self._show()
            return
        back = [(say("Take it back"), partial(self._take_back, scene, before, scene.masks.all))]
        if told:
            self._desk.messages.info(told, buttons=back, stays=False)

    def _take_back(self, scene: Scene, before: Masks, after: Masks) -> None:
        scene.painting.end_strokes()
        self.take(scene, taken_back(scene.masks.all, before, after), "")

    # Inner doings

    def _formula_asked(self, dialog: ComparisonDialog) -> None:
        found = dialog.comparison
        self.make((ByFormula(found),), str(found))

    def _limits_asked(self, measures: Sequence[Measure], dialog: LimitsDialog) -> None:
        found = measures[dialog.measure.currentIndex()]
        low, high = dialog.limits
        self.make((step_of(found, low, high),), limits_told(found.title, low, high))

    def _classes_asked(self, numbers: np.ndarray, names: dict[str, str], dialog: NamesDialog) -> None:
        wanted = [int(name) for name in dialog.ticked]
        self.make((Drawn.of(np.isin(numbers, wanted)),), ", ".join(names[name] for name in dialog.ticked))

    def _quality_asked(self, dialog: NamesDialog) -> None:
        self.make((ByQuality(dialog.ticked),), ", ".join(dialog.ticked))

    def _ask_distance(self, title: str, told: str, step: Callable[[int], MaskStep]) -> None:
        if self.chosen:
            open_dialog(
                DistanceDialog(title, told, self._desk.window),
                lambda dialog: self._reshape(step(dialog.pixels.value())),
            )

    def _reshape(self, step: MaskStep) -> None:
        """Does a step with the chosen masks, each in its place."""
        scene, chosen = self._session.scene, self.chosen
        if not chosen:
            return
        masks = tuple(each.mask for each in chosen)
        work = partial(reshaped, cube=scene.cube, masks=masks, step=step)
        self._start(scene, work, say("Change the mask"), partial(self._take_reshaped, scene, chosen))

    def _take_reshaped(self, scene: Scene, chosen: Masks, masks: tuple[Mask, ...]) -> None:
        scene.painting.end_strokes()
        if any((now := scene.masks.get(each.number)) is None or not now.mask.same_pixels(each.mask) for each in chosen):
            self._desk.messages.info(say("The mask was changed meanwhile."), say("Ask for it once more."))
            return
        changed = {each.number: mask for each, mask in zip(chosen, masks, strict=True)}
        after = tuple(
            replace(each, mask=changed[each.number].named(each.name)) if each.number in changed else each
            for each in scene.masks
        )
        sizes = "; ".join(f"{mask.name}: {mask.size_told}" for mask in masks)
        self.take(scene, after, say("{sizes}.", sizes=sizes))

    def _together(self, how: str) -> None:
        chosen = self.chosen
        if len(chosen) < 2:
            self._desk.messages.info(
                say("Choose two masks or more."), say("Ctrl+click chooses another one."), stays=False
            )
            return
        first, *others = (each.mask for each in chosen)
        scene = self._session.scene
        names = ", ".join(each.name for each in chosen)
        name = say("{names} joined", names=names) if how == JOIN else say("{names} in common", names=names)
        work = partial(put_together, first=first, others=tuple(others), how=how, name=name)
        self._start(scene, work, say("Put masks together"), partial(self.add, scene))

    def _start(self, scene: Scene, work: Callable[[Context], object], title: str, done: Callable[..., None]) -> None:
        job: Job | None = None

        def ended(then: Callable[..., None], *result: object) -> None:
            if job in self._jobs:
                self._jobs.remove(job)
            if not self._jobs:
                self._panel.busy.show_busy("", 0.0)
            then(*result)

        watcher = Watcher(
            done=partial(ended, done), failed=partial(ended, self._desk.fail), cancelled=partial(ended, lambda: None),
            progress=self._got_on,
        )  # fmt: skip
        self._panel.busy.show_busy(title, -1.0)
        job = self._desk.bridge.start(work, title, watcher)
        self._jobs.append(job)

    def _got_on(self, progress: Progress) -> None:
        if self._jobs:
            part = progress.done / progress.total if progress.total > 0 else -1.0
            self._panel.busy.show_busy(progress.text, part)

    def _cancel(self) -> None:
        for job in self._jobs:
            job.cancel()

    def _choose(self, numbers: tuple[int, ...]) -> None:
        self._chosen = numbers

    def _rename(self, number: int, name: str) -> None:
        masks = self._session.scene.masks
        found = masks.get(number)
        if found is None or not name or name == found.name:
            self._show()
            return
        other = found.mask.named(masks.free_name(name, number))
        told = say("{name} is called {other} now.", name=found.name, other=other.name)
        self._change(found, replace(found, mask=other), told)

    def _use(self, number: int, use: str, on: bool) -> None:
        scene = self._session.scene
        found = scene.masks.get(number)
        if found is None or (use in found.uses) == on:
            return
        uses = found.uses | {use} if on else found.uses - {use}
        titles = ", ".join(USE_TITLES[each] for each in USES if each in uses)
        told = (
            say("{name} is used for: {uses}.", name=found.name, uses=titles) if titles
            else say("{name} is used for nothing now.", name=found.name)
        )  # fmt: skip
        self._change(found, replace(found, uses=uses), told)

    def _change(self, before: SceneMask, after: SceneMask, told: str) -> None:
        """Puts a mask in the place of what it was."""
        scene = self._session.scene
        self.take(scene, tuple(after if each is before else each for each in scene.masks), told)

    # The panel

    def _show(self, _event: object = None) -> None:
        scene = self._session.shown
        if scene is None:
            return
        self._panel.setEnabled(True)
        numbers = [each.number for each in scene.masks]
        self._chosen = tuple(number for number in self._chosen if number in numbers) or tuple(numbers[:1])
        self._panel.show_rows([_row(each) for each in scene.masks], self._chosen)


def _row(each: SceneMask) -> MaskRow:
    mask = each.mask
    told = f"{mask.size_told}\n{mask.recipe.told}"
    return MaskRow(each.number, each.name, each.color, say("{count:,}", count=mask.pixels), told, each.uses)
