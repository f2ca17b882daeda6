"""The catalogues of the program's languages, by Babel (`pip install babel`):

    python packaging/languages.py update              takes the sentences of the code into every hsigui.po
    python packaging/languages.py new LANGUAGE        begins one, such as `fr`
    python packaging/languages.py missing LANGUAGE    the sentences without a translation, as JSON
    python packaging/languages.py fill LANGUAGE FILE  puts translations in: JSON of English to the language (all forms)
    python packaging/languages.py compile             writes the .mo files that the program reads
    python packaging/languages.py check               fails where one is missing, or has other places

Building a wheel and installing from a checkout compile by themselves (`hatch_build.py`).
"""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "resources" / "locale"
ABOUT = {
    "project": "hsigui", "charset": "utf-8", "copyright_holder": "the authors of hsigui",
    "header_comment": "# Sentences of hsigui. MIT licence, as the program. Made with packaging/languages.py.\n#",
}  # fmt: skip
LITERALS = {"say": 1, "say_number": 2}  # of each function, how many
# How numbers are written, as `texts` reads it from the header of a catalogue.
NUMBERS = {"de": "1.234,5", "zh": "1,234.5"}
WITHOUT_BLANKS = ("zh",)  # languages that write none between words


def _texts() -> ModuleType:
    """The program's module that fills places, by its file: where a wheel is built, no hsigui is installed."""
    spec = importlib.util.spec_from_file_location("texts_of_hsigui", ROOT / "hsigui" / "texts.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


places = _texts().places


class WithNumbers(Catalog):
    """A catalogue whose header says how numbers are written; Babel leaves out headers that it does not know."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [*super().mime_headers, ("X-Number", NUMBERS.get(self.locale_identifier, "1,234.5"))]


def said() -> Iterator[tuple[tuple[str, ...], str]]:
    """What the code says, by file: one literal, or those for one and for many. Babel's own search for literals misses
    those within f-strings."""
    for path in sorted((ROOT / "hsigui").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)) if "say" in text else ()
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            count = LITERALS.get(call.func.id, 0) if isinstance(call.func, ast.Name) else 0
            literals = [each.value for each in call.args[:count] if isinstance(each, ast.Constant)]
            if count and len(literals) == count and all(literals):
                yield tuple(literals), path.relative_to(ROOT).as_posix()


def template() -> Catalog:
    """All sentences of the code, in the order of files."""
    catalog = Catalog(**ABOUT)
    for literals, place in said():  # lines change too often to be kept
        catalog.add(literals if len(literals) > 1 else literals[0], locations=[(place, None)])
    return catalog


def paths() -> list[Path]:
    """The catalogues that there are."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/hsigui.po"))


def language_of(path: Path) -> str:
    return path.parents[1].name


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "hsigui.po"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path))


def write(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, include_lineno=False, omit_header=False)


def update(path: Path) -> None:
    """Brings a catalogue to the sentences of today; what is said no more is dropped, and nothing is guessed."""
    catalog = read(path)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    write(catalog, path)


def new(language: str) -> None:
    catalog = Catalog(language, fuzzy=False, **ABOUT)
    catalog.update(template(), no_fuzzy_matching=True)
    write(catalog, path_of(language))


def sentences(catalog: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalog if message.id)


def forms(message: Message) -> tuple[str, ...]:
    """The translations of a sentence; empty ones where there is none yet."""
    found = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return tuple(each or "" for each in found)


def _has_blanks_of(literal: str, form: str, language: str) -> bool:
    """Whether a translation begins and ends with a blank where its sentence does, or lacks one where none is written
    between words."""
    pairs = [(literal[:1].isspace(), form[:1].isspace()), (literal[-1:].isspace(), form[-1:].isspace())]
    return all(asked == had or (asked and language in WITHOUT_BLANKS) for asked, had in pairs)


def wrong(catalog: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, each in a sentence."""
    for message in sentences(catalog):
        counted = isinstance(message.id, tuple)
        found = forms(message)
        for number, form in enumerate(found):
            literal = message.id if not counted else message.id[0 if number == 0 and len(found) > 1 else 1]
            if not form or message.fuzzy:  # a doubtful one is not shown
                yield f"no translation: {literal}"
                continue
            spare = {each for each in places(literal) if counted and each[0] == "count"}
            if not places(literal) - spare <= places(form) <= places(literal):
                yield f"other places: {literal} | {form}"
            if not _has_blanks_of(literal, form, catalog.locale_identifier):
                yield f"other blanks at its ends: {literal} | {form}"
            if literal.count("\n") != form.count("\n"):
                yield f"other lines: {literal} | {form}"


def missing(language: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for message in sentences(read(path_of(language))):
        if message.fuzzy or not all(forms(message)):
            one, many = message.id if isinstance(message.id, tuple) else (message.id, None)
            found.append({"id": one, "where": [place for place, _ in message.locations][:2]})
            if many is not None:
                found[-1]["plural"] = many
    return found


def fill(language: str, path: Path) -> int:
    """Puts translations in; returns how many."""
    catalog, given, count = read(path_of(language)), json.loads(path.read_text(encoding="utf-8")), 0
    for message in sentences(catalog):
        one = message.id[0] if isinstance(message.id, tuple) else message.id
        if one in given:
            wanted = given[one]
            message.string = tuple(wanted) if isinstance(message.id, tuple) else wanted
            message.flags.discard("fuzzy")
            count += 1
    write(catalog, path_of(language))
    return count


def compile_all() -> list[Path]:
    """Writes the catalogues that the program reads, beside the others; returns their paths."""
    made = []
    for path in paths():
        catalog = WithNumbers(language_of(path), fuzzy=False, **ABOUT)
        for message in sentences(read(path)):
            catalog[message.id] = message
        made.append(path.with_suffix(".mo"))
        with made[-1].open("wb") as file:
            write_mo(file, catalog)
    return made


def main(words: list[str]) -> int:
    match words:
        case ["update"]:
            for path in paths():
                update(path)
        case ["new", language]:
            new(language)
        case ["missing", language]:
            print(json.dumps(missing(language), ensure_ascii=False, indent=1))
        case ["fill", language, name]:
            print(fill(language, Path(name)), "put in")
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = [f"{language_of(path)}: {each}" for path in paths() for each in wrong(read(path))]
            print(*found, sep="\n", end="\n" if found else "")
            return bool(found)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
