"""hsigui plan: what many scenes will take, as a table for people or as JSON for programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from hsigui import api
from hsigui.commands.console import run_with_progress, tell_all
from hsigui.commands.without_effect import Need, require_effect
from hsigui.jobs import Context
from hsigui.methods import asked, registry
from hsigui.pipeline.costs.estimate import Estimate, Reckoned
from hsigui.pipeline.costs.plan import Plan
from hsigui.sizes import size_text
from hsigui.specs import PretrainSpec
from hsigui.texts import say, say_number

SHOWN = 10  # scenes in the table; the others are summed
MEGA = 1e6


def plan(arguments: argparse.Namespace) -> None:
    """Prints what the scenes under some folders will take.

    Raises:
        HsiError: there is no scene, or a value is not allowed.
    """
    trains = arguments.run_folder is None
    no_training = say("With --run nothing is trained.")
    require_effect(
        arguments,
        [
            *(
                Need(name, trains, no_training)
                for name in ("method", "preset", "epochs", "settings", "monitor", "train")
            ),
            Need("currency", arguments.price_per_hour is not None, say("--currency is of --price-per-hour.")),
        ],
    )
    info = registry.method(arguments.method)
    spec = PretrainSpec(
        arguments.method, arguments.preset, epochs=arguments.epochs, monitor=arguments.monitor,
        settings=asked.read(info, info.preset(arguments.preset), arguments.settings),
    )  # fmt: skip

    def work(ctx: Context) -> Plan:
        return api.plan(
            arguments.places, spec=spec, run=arguments.run_folder, train=arguments.train, smooth=arguments.smooth,
            edges=arguments.edges, context=arguments.context, classes=arguments.classes, labels=arguments.labels,
            format=arguments.format, workers=arguments.workers, per_machine=arguments.per_machine,
            price_per_hour=arguments.price_per_hour, currency=arguments.currency,
            read_speed=None if arguments.read_speed is None else arguments.read_speed * MEGA, rounds=arguments.rounds,
            ctx=ctx,
        )  # fmt: skip

    found = run_with_progress(work, say("Planning"))
    tell_all(say("left out: {path}: {why}", path=each.path, why=each.why) for each in found.left_out)
    if arguments.json:
        print(json.dumps(found.to_json(), indent=1))
        return
    print("\n".join(lines(found)))


def lines(plan: Plan) -> Iterator[str]:
    """A plan for people, line by line."""
    found = plan.estimate
    yield _sizes(plan)
    yield ""
    yield from _scene_lines(found)
    yield ""
    yield say("where the time goes, with one worker:")
    names = term_names()
    for name, share in sorted(found.shares.items(), key=lambda item: -item[1]):
        if share > 0:
            yield f"  {names[name]:{max(map(len, names.values()))}}  {share:6.1%}"
    yield ""
    yield from _worker_lines(plan)
    yield ""
    yield _saturation(found)
    disk = say("on the disk afterwards: {size}", size=size_text(found.disk))
    if found.scratch:
        disk += say(", and for a while {size} of features a worker", size=size_text(found.scratch))
    yield disk
    for note in plan.notes:
        yield say("note: {note}", note=note)


def _sizes(plan: Plan) -> str:
    pixels = sum(one.pixels for one in plan.scenes)
    count = say_number("{count:,} scene", "{count:,} scenes", len(plan.scenes))
    return say(
        "{scenes}, {pixels:,} pixels, {stored}; measured in {seconds:.0f} s on this machine ({cores}, {memory})",
        scenes=count, pixels=pixels, stored=size_text(sum(one.stored for one in plan.scenes)),
        seconds=plan.measured.seconds, memory=size_text(plan.measured.machine.memory),
        cores=say_number("{count} core", "{count} cores", plan.measured.machine.cores),
    )  # fmt: skip


def _scene_lines(found: Estimate) -> Iterator[str]:
    shown = found.scenes[:SHOWN]
    width = max(len(say("scene")), *(len(one.scene.path.name) for one in shown))
    head = f"{say('scene'):{width}}  {say('rows x cols x bands'):>20}"
    yield f"{head}  {say('time'):>9}  {say('memory'):>9}  {say('disk'):>9}"
    for one in shown:
        size = f"{one.scene.rows} x {one.scene.cols} x {one.scene.bands}"
        trains = say("  with training") if one.trains else ""
        yield (
            f"{one.scene.path.name:{width}}  {size:>20}  {time_in_words(one.seconds):>9}  "
            f"{size_text(one.memory):>9}  {size_text(one.disk):>9}{trains}"
        )
    if others := found.scenes[SHOWN:]:
        yield say(
            "and {count:,} smaller ones: {time} together", count=len(others),
            time=time_in_words(sum(one.seconds for one in others)),
        )  # fmt: skip


def _worker_lines(plan: Plan) -> Iterator[str]:
    priced = plan.wish.price is not None
    head = f"{say('workers'):>8}  {say('at once'):>8}  {say('time'):>9}  {say('from ... to'):>21}  {say('memory'):>9}"
    yield head + (f"  {say('cost'):>18}" if priced else "") + "  " + say("held up by")
    for one in plan.estimate.workers:
        low, likely, high = (time_in_words(3600 * hours) for hours in one.hours)
        line = f"{one.workers:>8}  {one.at_once:>8}  {likely:>9}  {f'{low} ... {high}':>21}"
        line += f"  {size_text(one.memory):>9}"
        if one.cost is not None:
            line += f"  {say('{cost:,.2f} {currency}', cost=one.cost[1], currency=plan.wish.currency).strip():>18}"
        yield line + "  " + limit_in_words(one)


def limit_in_words(one: Reckoned) -> str:
    """What keeps so many workers from being faster."""
    return {
        "workers": say("nothing but their number"),
        "processor": say("the processor: all cores are busy"),
        "memory": say("memory: no more than {count} fit at once", count=one.at_once),
        "disk": say("reading from the disk"),
        "largest scene": say("the largest scene, which one worker does"),
        "training": say("the training, which comes first"),
    }[one.limit]


def term_names() -> dict[str, str]:
    """The terms of the model for people, by name."""
    return {
        "start": say("starting processes"), "opening": say("opening scenes"), "reading": say("waiting for the disk"),
        "preparing": say("preparing the training"), "training": say("training steps"),
        "watching": say("watching the features"), "embedding": say("features of the pixels"),
        "probe": say("fitting the classifier"), "drawing": say("drawing maps"), "writing": say("writing files"),
    }  # fmt: skip


def _saturation(found: Estimate) -> str:
    if not found.saturates:
        return say("What is used up first is not known.")
    names = {"processor": say("processor"), "memory": say("memory"), "disk": say("disk reading")}
    each = ", ".join(
        say("{name} at {count:,}", name=names[name], count=count)
        for name, count in sorted(found.saturates.items(), key=lambda item: item[1])
    )
    return say("workers that one machine of this kind can keep busy: {each}. First used up: {first}.", each=each,
               first=names[found.first])  # fmt: skip


def time_in_words(seconds: float) -> str:
    """A span of time, such as "41 s", "3.2 min", "5.1 h" or "12 d"."""
    if seconds < 90:
        return say("{seconds:.0f} s", seconds=seconds)
    if seconds < 90 * 60:
        return say("{minutes:.1f} min", minutes=seconds / 60)
    hours = seconds / 3600
    return say("{hours:.1f} h", hours=hours) if hours < 72 else say("{days:,.1f} d", days=hours / 24)
