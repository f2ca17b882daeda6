"""The languages that ship with the program: whole, and with the places that the code fills."""

from __future__ import annotations

import errno
import gettext
import importlib.util
import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pytest

from hsigui import texts
from hsigui.cube.measuring import metres, square_metres
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.matching import is_default
from hsigui.texts import install_from, say, say_number

ROOT = Path(__file__).parents[1]
LANGUAGES = sorted(path.name for path in (ROOT / "resources" / "locale").iterdir() if path.is_dir())


def _tool() -> ModuleType:
    path = ROOT / "packaging" / "languages.py"
    spec = importlib.util.spec_from_file_location("hsigui_languages", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _tool()


@lru_cache(maxsize=1)
def _sentences() -> set[tuple[str, ...]]:
    return {literals for literals, _ in TOOL.said()}


@lru_cache(maxsize=4)
def _catalogue(language: str):
    return TOOL.read(TOOL.path_of(language))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Path:
    """A folder of the languages as a wheel has it."""
    folder = tmp_path_factory.mktemp("locale")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TOOL, "LOCALE", folder)
        for language in LANGUAGES:
            path = TOOL.path_of(language)
            path.parent.mkdir(parents=True)
            path.write_bytes((ROOT / "resources" / "locale" / language / "LC_MESSAGES" / "hsigui.po").read_bytes())
        assert len(TOOL.compile_all()) == len(LANGUAGES)
    return folder


@pytest.fixture(autouse=True)
def _english_afterwards():
    yield
    texts.use(gettext.NullTranslations())


def test_chinese_and_german_are_there():
    assert {"de", "zh"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_has_a_translation(language):
    known = {
        each.id if isinstance(each.id, tuple) else (each.id,)
        for each in TOOL.sentences(_catalogue(language)) if all(TOOL.forms(each))
    }  # fmt: skip
    missing = sorted(_sentences() - known)
    assert not missing, f"{len(missing)} missing (python packaging/languages.py update, then missing): {missing[:10]}"
    assert len(_sentences()) > 5000


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_places_blanks_and_lines_of_their_sentences(language):
    assert not list(TOOL.wrong(_catalogue(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_in_english_are_names_and_formats_alone(language):
    keys = "ENVI Classification: classes, class names"  # of a header
    same = [
        each.id for each in TOOL.sentences(_catalogue(language))
        if isinstance(each.id, str) and each.string == each.id and len(_words(each.id)) > 3
        and not each.id.startswith(keys)
    ]  # fmt: skip
    assert not same


def _words(text: str) -> list[str]:
    return [word for word in text.split() if word.isalpha() and word.islower() and len(word) > 2]


def test_sentences_and_numbers_are_said_as_the_language_does(compiled):
    assert install_from(compiled, ["de"]) == ""
    assert say("{name} has {count:,} pages.", name="a.tif", count=12345) == "a.tif hat 12.345 Seiten."
    assert say_number("{count} pixel", "{count} pixels", 2) == "2 Pixel"
    assert install_from(compiled, ["zh_CN", "zh"]) == ""
    assert say("Open scene…").startswith("打开")


def test_reasons_of_the_system_are_said_in_the_language(compiled):
    """They come in English whatever the language, and stand within sentences."""
    assert install_from(compiled, ["de"]) == ""
    said = say("The folder {folder} cannot be made: {strerror}.", folder="/x", strerror=os.strerror(errno.ENOENT))
    assert said == "Der Ordner /x kann nicht angelegt werden: Datei oder Ordner nicht vorhanden."
    texts.use(gettext.NullTranslations())
    assert "No such file" in say("{reason}", reason=os.strerror(errno.ENOENT))


def test_lengths_and_areas_are_written_with_the_signs_of_the_language(compiled):
    assert install_from(compiled, ["de"]) == ""
    assert metres(1234.0) == "1,234 km"
    assert square_metres(12345.0) == "1,234 ha"


def test_a_class_without_a_name_is_known_as_such_in_any_language(compiled):
    assert install_from(compiled, ["de"]) == ""
    _, added = ClassTable().added()
    assert added.name == "Klasse 1"
    assert is_default(added)
    assert is_default(ClassInfo(3, "Class 3", (0, 0, 0)))
    assert not is_default(ClassInfo(3, "Class 4", (0, 0, 0)))
    assert ClassTable.for_numbers([2]).get(2).name == "Klasse 2"


def test_the_command_line_speaks_the_language(compiled, monkeypatch, tmp_path):
    """A process of its own, since what is said at import is said once."""
    code = (
        "import sys; from pathlib import Path; from hsigui import assets; "
        f"assets.languages_folder = lambda: Path({str(compiled)!r}); from hsigui.__main__ import main; "
        "sys.exit(main(['info', 'nowhere.hdr']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "HSIGUI_LANGUAGE": "de", "PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "existiert nicht" in done.stderr or "gibt es nicht" in done.stderr, done.stderr


def test_a_sentence_that_is_new_is_missing_until_it_is_put_in(tmp_path, monkeypatch):
    monkeypatch.setattr(TOOL, "LOCALE", tmp_path)
    catalog = TOOL.Catalog("de", fuzzy=False)
    catalog.add(("{count} cloud", "{count} clouds"))
    catalog.add("A sky of {name}")
    TOOL.write(catalog, TOOL.path_of("de"))
    assert [entry["id"] for entry in TOOL.missing("de")] == ["{count} cloud", "A sky of {name}"]
    given = {"{count} cloud": ["{count} Wolke", "{count} Wolken"], "A sky of {name}": "Ein Himmel aus {nome}"}
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    assert TOOL.fill("de", tmp_path / "given.json") == 2
    assert TOOL.missing("de") == []
    assert list(TOOL.wrong(TOOL.read(TOOL.path_of("de")))) == ["other places: A sky of {name} | Ein Himmel aus {nome}"]


def test_chinese_may_leave_out_a_blank_at_an_end_and_german_may_not():
    for language, found in (("zh", []), ("de", ["other blanks at its ends:  bad | x"])):
        catalog = TOOL.Catalog(language)
        catalog.add(" bad", "x")
        assert list(TOOL.wrong(catalog)) == found


def test_a_sentence_ends_in_the_full_stop_of_the_language(compiled):
    assert [texts.as_sentence(each) for each in ("done", "Done.", "why?")] == ["done.", "Done.", "why?"]
    assert install_from(compiled, ["zh"]) == ""
    assert [texts.as_sentence(each) for each in ("完成", "完成。")] == ["完成。", "完成。"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_class_without_a_name_is_known_as_one_in_whatever_language_its_file_was_written(language):
    name = _catalogue(language).get("Class {number}").string.format(number=3)
    assert texts.language() == ""  # the language of now is another
    assert is_default(ClassInfo(3, name, (0, 0, 0)))
    assert not is_default(ClassInfo(4, name, (0, 0, 0)))
