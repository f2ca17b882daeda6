"""What the report of a study says of how it was made. Loads torch only where blocks are split."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from hsigui.cube.cube import Cube
from hsigui.methods import registry
from hsigui.pipeline import provenance
from hsigui.pipeline.influence import covered
from hsigui.pipeline.study.plan import BY_LABELS, StudySpec
from hsigui.report.write import ReportContext
from hsigui.specs import context_in_words
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.study.study import StudyFindings

WEIGHED = say(
    "How much of its surroundings counts for a pixel was weighed by the training labels, by a vote among the levels of "
    "context and by twins of superpixels that are alike: vote, twins and self-training (pixels that all levels agree "
    "on are learned from once more) see all pixels of the scene, test pixels included, but never a test label."
)


def context(cube: Cube, spec: StudySpec, found: StudyFindings, command: str = "") -> ReportContext:
    """The report's text about a study."""
    block = {"side (pixels)": spec.block, "guard (pixels)": spec.guard} if "block" in spec.splits else {}
    notes = (
        say(
            "Blocks: training pixels are drawn from some squares of {block} x {block} pixels; test pixels are "
            "outside of them, with at least {guard} unused pixels between. No encoder here sees that far from a "
            "pixel.{beyond}",
            block=spec.block,
            guard=spec.guard,
            beyond=_beyond(spec),
        ),
    )
    return ReportContext(
        title=say("Methods compared on {name}", name=cube.name),
        cube_name=cube.name,
        rows=cube.rows,
        cols=cube.cols,
        bands=cube.bands,
        settings={
            "Study": {
                "methods": ", ".join(spec.methods),
                "presets": ", ".join(spec.presets),
                "epochs or steps": spec.epochs,
                **({} if spec.untrained else {"untrained networks": say("left out")}),
                "labels a class": ", ".join(map(str, spec.labels)),
                "draws": spec.draws,
                "split": ", ".join(spec.splits),
                **({"set": ", ".join(spec.settings)} if spec.settings else {}),
            },
            **({"Blocks": block} if block else {}),
            "Classifier": {name: _recipe(name) for name in spec.methods},
        },
        seeds={"pretraining": spec.seed},
        versions=provenance.versions(),
        device=found.device,
        seconds={name: round(value, 3) for name, value in found.seconds.items()},
        commands=(command,) if command else (),
        transductive=any(c.family == "method" for c in spec.candidates()),
        notes=(notes if block else ()) + ((WEIGHED,) if _weighed(spec) else ()) + _missing(found),
    )


def _missing(found: StudyFindings) -> tuple[str, ...]:
    """What to say of labelled pixels without data."""
    if not found.without_data:
        return ()
    return (
        say(
            "{count:,} labelled pixels of the ground truth have no data in the scene: they are neither trained on nor "
            "tested.",
            count=found.without_data,
        ),
    )


def _weighed(spec: StudySpec) -> bool:
    """Whether labels mix levels of context in some row."""
    return BY_LABELS in spec.contexts and any(registry.method(name).recipe.levels for name in spec.methods)


def _beyond(spec: StudySpec) -> str:
    """What the guard covers of what the maps see, in sentences."""
    from hsigui.pipeline.study.reach import seen_by  # loads torch, as the study did

    told = covered(spec.guard, seen_by(spec))
    return say(
        " Of the averages of features and probabilities, {told}; what they carry across a guard are features and "
        "probabilities, never labels.",
        told=told,
    )


def _recipe(method: str) -> str:
    """The recipe of a method in a few words."""
    info = registry.method(method)
    recipe = info.recipe
    if info.matches:
        return say("the nearest class mean on bands")
    if recipe.levels:
        seen = say("encoder and components") if recipe.features.encoder else say("components")
        listed = ", ".join(context_in_words(level.name) for level in recipe.levels)
        return say("levels of context ({listed}) of {seen}, mixed by the labels", listed=listed, seen=seen)
    about, features = dataclasses.asdict(recipe.map), recipe.features
    blocks = [say("encoder")] * features.encoder + [say("bands")] * features.raw
    blocks += [
        say("{components} components, smoothed {sigma:g}", components=features.components, sigma=sigma)
        for sigma in features.smoothed
    ]
    blocks += [say("means of {count} superpixels", count=count) for count in features.superpixels]
    blocks += [
        say("{components} components, edge-aware {tolerance:g}", components=features.components, tolerance=tolerance)
        for tolerance in features.edge_aware
    ]
    kind = {"logistic": say("logistic regression"), "svm": "SVM", "forest": say("random forest"),
            "ridge": say("ridge regression")}[recipe.probe.classifier]  # fmt: skip
    drawn = ", ".join(f"{name} {value}" for name, value in about.items() if value)
    return say("{kind} on {blocks}", kind=kind, blocks=" + ".join(blocks)) + (
        say("; map: {drawn}", drawn=drawn) if drawn else ""
    )
