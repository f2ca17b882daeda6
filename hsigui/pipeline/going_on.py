"""Going on with a training that was cut: only with the scenes, settings and kind of device that it was begun with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsigui.errors import HsiError
from hsigui.methods import registry
from hsigui.methods import resume as unfinished
from hsigui.methods.resume import Unfinished
from hsigui.methods.settings import told
from hsigui.texts import say


def begun_in(out: Path | None, about: Mapping[str, Any]) -> Unfinished:
    """The unfinished training in a folder.

    Raises:
        HsiError: there is none, or it is one of another scene, other settings or another kind of device.
    """
    if out is None:
        raise HsiError(say("There is no folder to go on from."), say("Name the folder of the run."))
    begun = unfinished.read(out)
    was, now = dict(begun.about), dict(about)
    if _identity(was) != _identity(now):
        raise HsiError(
            say(
                "The unfinished training in {out} is of another scene, {name}.",
                out=out,
                name=", ".join(s.get("name") or say("unknown") for s in was.get("scenes") or [was.get("scene", {})]),
            ),
            say("Open that scene, or begin anew without going on."),
        )
    if was.get("from") and now.get("from") and was["from"]["weights_sha256"] != now["from"]["weights_sha256"]:
        raise HsiError(
            say("The unfinished training in {out} was begun with other weights than the run holds now.", out=out),
            say("Begin anew, without going on."),
        )
    before, wanted = _compared(was), _compared(now)
    if before.get("threads") is None:  # begun by a version that did not say how many
        del wanted["threads"]
    if [before.get(each) for each in ("method", "preset")] == [wanted[each] for each in ("method", "preset")]:
        before, wanted = before | _settings(was), wanted | _settings(now)
    changed = [
        say("{name} {told}, not {told_wanted}", name=name, told=_in_words(before.get(name)),
            told_wanted=_in_words(wanted.get(name)))
        for name in wanted if before.get(name) != wanted.get(name)
    ]  # fmt: skip
    if was.get("device") != now["device"]:
        changed.append(say("device {device}, not {device2}", device=was.get("device"), device2=now["device"]))
    if changed:
        raise HsiError(
            say("The unfinished training in {out} was begun with {changed}.", out=out, changed="; ".join(changed)),
            say("Give the same settings, or begin anew without going on."),
        )
    return begun


def _compared(about: Mapping[str, Any]) -> dict[str, object]:
    """What must be equal for a training to go on, by the names that people know; its device is compared by what "auto"
    meant."""
    return {
        "begin_from": "", "normalise": "", **about.get("spec", {}), "settings": "", "device": "",
        "epochs": about.get("epochs"),
        "threads": about.get("threads"), "monitor labels": about.get("monitor") or "none",
        "memory limit": about.get("memory_limit", ""),
    }  # fmt: skip


def _in_words(value: object) -> str:
    """A value as people read it, also where none was chosen."""
    if value is None:
        return say("as the preset has it")
    return told(value) or say("none")


def _settings(about: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of what a training is of."""
    return dict(registry.complete(about["spec"]["method"], about["spec"]["preset"], about.get("settings")))


def _identity(about: Mapping[str, Any]) -> tuple[object, ...]:
    """What tells the scenes of trainings apart."""
    scenes = about.get("scenes") or [about.get("scene", {})]
    each = ((tuple(s.get("shape", ())), s.get("fingerprint"), s.get("masked_out", {}).get("sha256")) for s in scenes)
    return tuple(each)
