"""The one way to say a sentence to the user: a literal with named places, its values, and the language put in.

Without a language the literals are what is shown. A language is a gettext catalogue `hsigui.mo`, whose literals Babel
extracts: `pybabel extract -k say -k say_number:1,2 -o hsigui.pot hsigui`. How it writes numbers stands in its header,
as an example: `X-Number: 1.234,5`. Standard library only.
"""

from __future__ import annotations

import gettext
import os
import string
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from numbers import Number
from pathlib import Path

DOMAIN = "hsigui"


@dataclass(frozen=True)
class _Language:
    """What `say` reads at one glance, so that a change of language on another thread is whole or not at all."""

    translations: gettext.NullTranslations
    filling: _Filling
    code: str = ""


class _Filling(string.Formatter):
    """Fills named places; numbers are written with the language's signs, and only here."""

    def __init__(self, group: str = ",", point: str = ".") -> None:
        self._signs = {} if (group, point) == (",", ".") else str.maketrans({",": group, ".": point})

    def put_signs(self, text: str) -> str:
        return text.translate(self._signs) if self._signs else text

    def get_field(self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[object, str]:
        """The value of a place. A place is a plain name: what a value holds is not a translation's to reach for."""
        return kwargs[field_name], field_name

    def format_field(self, value: object, format_spec: str) -> str:
        text = format(value, format_spec)
        if text in _OF_THE_SYSTEM:
            return _language.translations.gettext(text)
        return self.put_signs(text) if isinstance(value, Number) else text


_language = _Language(gettext.NullTranslations(), _Filling())


def say(text: str, /, **values: object) -> str:
    """The sentence in the user's language.

    Args:
        text: a literal in English. With values, braces mark named places, each with a format if wanted:
            `say("{count:,} labels of {name}", count=160, name="corn")`; without, it is taken as it is.
        values: what stands in the places.
    """
    if not text:
        return text
    language = _language
    said = language.translations.gettext(text)
    return _filled(language.filling, said, text, values, needed=_names(text)) if values else said


# Reasons of the operating system and of sockets, which come in English (`OSError.strerror`) and stand within sentences.
# Made while no language is in yet, so that these are the literals.
_OF_THE_SYSTEM = frozenset(
    (
        say("No such file or directory"), say("Permission denied"), say("Operation not permitted"),
        say("No space left on device"), say("Disk quota exceeded"), say("Read-only file system"),
        say("Is a directory"), say("Not a directory"), say("Directory not empty"), say("File exists"),
        say("File name too long"), say("File too large"), say("Too many open files"), say("Input/output error"),
        say("Invalid argument"), say("Device or resource busy"), say("Resource temporarily unavailable"),
        say("Cannot allocate memory"), say("Stale file handle"), say("Connection refused"),
        say("Connection timed out"), say("Connection reset by peer"), say("Network is unreachable"),
        say("No route to host"), say("Name or service not known"), say("Temporary failure in name resolution"),
    )
)  # fmt: skip


def say_number(one: str, many: str, count: int, /, **values: object) -> str:
    """As `say`, for a sentence that depends on a number: `say_number("{count} label", "{count} labels", 160)`.

    Args:
        one: the literal for 1.
        many: the literal for other numbers.
        count: the number, also the value of the place `count`, which a language may leave out.
        values: what stands in the other places.
    """
    language = _language
    said = language.translations.ngettext(one, many, count)
    literal = one if count == 1 else many
    needed = _names(literal) - {"count"} if said != literal else frozenset()
    return _filled(language.filling, said, literal, {**values, "count": count}, needed)


def as_sentence(text: str) -> str:
    """A text with the full stop of the user's language at its end: "…。" in Chinese. One that ends in a stop stays."""
    return text if text.endswith((".", "。", "!", "?", "！", "？", "…")) else say("{text}.", text=text)


def number_text(value: float, form: str) -> str:
    """A number alone, as the user's language writes it: `number_text(1234.5, ",.1f")`.

    Args:
        form: how it is formatted, as in a place of a sentence.
    """
    return _language.filling.format_field(value, form)


def places(text: str) -> frozenset[tuple[str, str]]:
    """The named places of a text with their formats, and those within formats; none where braces are unbalanced, as in
    a text that is taken as it is."""
    found: set[tuple[str, str]] = set()
    try:
        for _, name, form, _ in string.Formatter().parse(text):
            if name is not None:
                found |= {(name, form or ""), *places(form or "")}
    except ValueError:
        return frozenset()
    return frozenset(found)


def number_of_others(text: str) -> str:
    """A number that other code has written, as a library of plots does ("0.5"), with the signs of the language."""
    return _language.filling.put_signs(text)


def use(translations: gettext.NullTranslations, code: str = "") -> None:
    """Puts a language in. Sentences that were said before, as in tables made at import time, stay as they are.

    Args:
        code: of the language, such as "de" or "zh_CN"; empty for the literals' own.
    """
    global _language
    _language = _Language(translations, _Filling(*_number_signs(translations)), code)


def language() -> str:
    """The code of the language that is in, such as "de" or "zh_CN"; empty for that of the literals, English."""
    return _language.code


def install_from(folder: Path, languages: Sequence[str] | None = None) -> str:
    """Puts in the first of the languages that the folder has, as `LANGUAGE/LC_MESSAGES/hsigui.mo`; English if none.

    Args:
        folder: the folder of languages, which need not be there.
        languages: such as `["de_AT", "fr"]`; those that the user's environment names when None.

    Returns:
        What is wrong with the catalogue, in words; empty when nothing is.
    """
    wanted = wanted_languages(os.environ) if languages is None else languages
    try:
        found = gettext.find(DOMAIN, folder, list(wanted) or ["en"])
        use(
            gettext.translation(DOMAIN, folder, list(wanted) or ["en"], fallback=True),
            "" if found is None else Path(found).parents[1].name,
        )
    except (OSError, ValueError, LookupError, struct.error) as error:
        use(gettext.NullTranslations())
        return say("The texts of the language “{name}” cannot be read ({error}).", name=", ".join(wanted), error=error)
    return ""


def languages_in(folder: Path) -> list[str]:
    """The languages that a folder has catalogues of, such as `["de", "pt_BR"]`; none where there is no folder."""
    return sorted(catalogue.parents[1].name for catalogue in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


def wanted_languages(environment: Mapping[str, str], chosen: str = "") -> list[str]:
    """The languages that are asked for, best first: HSIGUI_LANGUAGE, else the chosen one, else what gettext reads."""
    if chosen and not environment.get("HSIGUI_LANGUAGE"):
        return [chosen]
    for name in ("HSIGUI_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        languages = [language for language in environment.get(name, "").split(":") if language]
        if languages:
            return languages
    return []


def _filled(
    filling: string.Formatter, said: str, literal: str, values: Mapping[str, object], needed: frozenset[str]
) -> str:
    """The translation with its values; the literal with them where the translation is broken."""
    if said != literal and _fits(said, needed, frozenset(values)):
        try:
            return filling.vformat(said, (), values)
        except (ValueError, LookupError, TypeError, AttributeError):  # such as a format that suits no text
            return filling.vformat(literal, (), values)
    return filling.vformat(literal, (), values)


def _fits(said: str, needed: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a translation names all the places that it needs and no other."""
    return needed <= _names(said) <= known


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    """The names of the places of a text."""
    return frozenset(name for name, _ in places(text))


def _number_signs(translations: gettext.NullTranslations) -> tuple[str, str]:
    """The signs between thousands and before decimals, by the example in the header: `1 234,5` or `1234.5`."""
    example = translations.info().get("x-number", "")
    before, four, point = example.rpartition("4")[0], "4" in example, example.rpartition("4")[2].removesuffix("5")
    group = before.removeprefix("1").removesuffix("23")
    fits = four and example == f"1{group}234{point}5" and len(point) == 1 and len(group) <= 1
    return (group, point) if fits else (",", ".")
