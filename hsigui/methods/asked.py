"""Settings of methods as words ask for them, `name=value` or `METHOD.name=value`, and as tables. Loads no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hsigui.errors import HsiError
from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.settings import Value, told
from hsigui.texts import say


def read(info: MethodInfo, preset: Preset, texts: Iterable[str]) -> dict[str, Value]:
    """The values that texts ask for of one preset.

    Raises:
        HsiError: a text is no `name=value`, names another method or a setting that the preset has not, or asks for a
            value that is not allowed.
    """
    known = {each.name: each for each in preset.settings.described()}
    found = {}
    for owner, name, value in map(_parts, texts):
        if owner not in ("", info.name) or name not in known:
            raise HsiError(
                say(
                    "{title} ({name}) has no setting {words}{name2}.",
                    title=info.title,
                    name=preset.name,
                    words=f"{owner}." if owner else "",
                    name2=name,
                ),
                say("Choose from: {known}.", known=", ".join(known)) if known else say("It has none."),
            )
        found[name] = known[name].read(value)
    return found


def concerning(info: MethodInfo, preset: Preset, texts: Iterable[str]) -> tuple[str, ...]:
    """Those of the texts that name a setting of this preset.

    Raises:
        HsiError: a text is no `name=value`.
    """
    known = {each.name for each in preset.settings.described()}
    parts = ((text, *_parts(text)) for text in texts)
    return tuple(text for text, owner, name, _ in parts if owner in ("", info.name) and name in known)


def words(values: Mapping[str, Value]) -> list[str]:
    """Values as `read` takes them: "temperature=0.1"."""
    return [f"{name}={told(value)}" for name, value in values.items()]


def table(info: MethodInfo) -> str:
    """All settings of a method, a line each, for every preset."""
    parts = []
    for preset in info.presets:
        described = preset.settings.described()
        head = say("{title}, --preset {name}", title=info.title, name=preset.name) + (
            "" if described else say(": nothing can be set")
        )
        rows: list[tuple[str, ...]] = [
            (each.name, told(each.default), " ".join(filter(None, (each.allowed, each.unit))), each.sentence)
            for each in described
        ]
        parts.append("\n".join([head, *_aligned(rows)]))
    return "\n\n".join(parts)


def markdown(info: MethodInfo) -> str:
    """The same as one table for the help, the presets side by side; — where a preset has no such setting."""
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for preset in info.presets:
        for each in preset.settings.described():
            allowed = " ".join(filter(None, (each.allowed, each.unit)))
            rows.setdefault((each.name, each.sentence, allowed), {})[preset.name] = told(each.default)
    head = ["setting", say("what it does"), "allowed", *(preset.name.capitalize() for preset in info.presets)]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for (name, sentence, allowed), values in rows.items():
        cells = (values.get(preset.name, "—") for preset in info.presets)
        lines.append(f"| {' | '.join([f'`{name}`', sentence, allowed, *cells])} |")
    return "\n".join(lines)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return ["  " + "  ".join((*map(str.ljust, row, widths), row[3])) for row in rows]


def _parts(text: str) -> tuple[str, str, str]:
    """Method (or ""), name and value.

    Raises:
        HsiError: it is no `name=value`.
    """
    whole, separator, value = text.partition("=")
    owner, _, name = whole.strip().rpartition(".")
    if not separator or not name or not value.strip():
        raise HsiError(say("“{text}” sets nothing.", text=text), say("Write name=value, such as temperature=0.1."))
    return owner, name, value.strip()
