"""`hsigui samples`: public scenes for learning."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from hsigui.commands.console import run_with_progress, tell_all
from hsigui.jobs import Context
from hsigui.sample_scenes.fetching import Fetched, fetch
from hsigui.sample_scenes.keeping import path_of, scenes_folder, state_of
from hsigui.sample_scenes.table import SampleScene, sample_named, sample_scenes
from hsigui.sample_scenes.words import facts, named, state_in_words
from hsigui.texts import as_sentence, say


def list_samples(arguments: argparse.Namespace) -> None:
    """Prints which scenes there are, and which are here. Asks no server."""
    folder = _folder(arguments)
    if arguments.json:
        print(json.dumps([_as_json(scene, folder) for scene in sample_scenes()], indent=1, ensure_ascii=False))
        return
    for scene in sample_scenes():
        print(f"{scene.id:<17} {named(scene)}")
        print(f"{'':<17} {facts(scene)}")
        print(f"{'':<17} {as_sentence(state_in_words(state_of(scene, folder)))} {scene.licence}")
    print(say("\nThey lie in {folder}.", folder=folder))


def get_samples(arguments: argparse.Namespace) -> None:
    """Fetches scenes, one after the other, and says where they are.

    Raises:
        HsiError: there is no such scene, or it cannot be fetched.
    """
    folder = _folder(arguments)
    scenes = list(dict.fromkeys(sample_named(name) for name in arguments.names))
    for scene in scenes:
        _get(scene, folder)


def _get(scene: SampleScene, folder: Path) -> None:
    print(f"{scene.title}: {scene.licence}")
    print(say("Source: {cite}", cite=scene.cite))

    def work(ctx: Context) -> Fetched:
        return fetch(ctx, scene, folder)

    fetched = run_with_progress(work, say("Fetching {name}", name=scene.title))
    tell_all(fetched.told)
    for path in filter(None, (fetched.path, fetched.truth)):
        print(path)


def _folder(arguments: argparse.Namespace) -> Path:
    return Path(arguments.to) if arguments.to is not None else scenes_folder()


def _as_json(scene: SampleScene, folder: Path) -> dict[str, Any]:
    state = state_of(scene, folder)
    return {
        "id": scene.id, "title": scene.title, "sensor": scene.sensor, "rows": scene.rows, "cols": scene.cols,
        "bands": scene.bands, "classes": scene.classes, "licence": scene.licence, "cite": scene.cite,
        "page": scene.page, "checksums_known": scene.checked, "state": state.where, "bytes_here": state.got,
        "path": str(path_of(scene, folder)),
    }  # fmt: skip
