import gettext
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from hsigui import texts
from hsigui.settings import Settings, SettingsStore
from hsigui.texts import install_from, languages_in, say, say_number, use, wanted_languages
from tests.made_up_language import compiled


class Catalogue(gettext.NullTranslations):
    """A language of a few sentences."""

    def __init__(self, sentences: dict[str, str], number: str = "") -> None:
        super().__init__()
        self._sentences = sentences
        self._number = number

    def gettext(self, message: str) -> str:
        return self._sentences.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._sentences.get(msgid1 if n == 1 else msgid2, msgid1 if n == 1 else msgid2)

    def info(self) -> dict[str, str]:
        return {"x-number": self._number}


@pytest.fixture(autouse=True)
def _no_language_afterwards():
    yield
    use(gettext.NullTranslations())


def test_without_a_language_a_sentence_is_its_literal_with_its_values():
    assert say("Open a scene") == "Open a scene"
    assert say("{count:,} labels of {name}, {share:.1f} %", count=1600, name="corn", share=12.34) == (
        "1,600 labels of corn, 12.3 %"
    )


def test_braces_of_a_sentence_without_values_are_taken_as_they_are():
    assert say("{} and 100 %") == "{} and 100 %"
    assert say("{{name}} is {name}", name="corn") == "{name} is corn"


def test_formats_with_places_and_conversions_fill_as_f_strings_do():
    number, width, name = 1234.5, 12, "corn"
    assert say("{number:>{width},.2f} {name!r}", number=number, width=width, name=name) == (
        f"{number:>{width},.2f} {name!r}"
    )
    assert say("{number:,.1f} {whole:,}", number=np.float32(1234.5), whole=np.int64(5000)) == "1,234.5 5,000"


def test_an_empty_text_is_not_the_header_of_the_catalogue():
    use(Catalogue({"": "Project-Id-Version: hsigui"}))
    assert say("") == ""


def test_a_sentence_and_its_order_are_those_of_the_language():
    use(Catalogue({"{count:,} labels of {name}": "{name}: {count:,} Proben", "Open": "Öffnen"}))
    assert say("Open") == "Öffnen"
    assert say("{count:,} labels of {name}", count=1600, name="Mais") == "Mais: 1,600 Proben"


def test_numbers_take_the_signs_of_the_language_and_words_keep_theirs():
    use(Catalogue({}, number="1.234,5"))
    assert say("{count:,} px, {share:.1f} %, {rate}, {name}", count=1234567, share=0.25, rate=0.5, name="a,b.c") == (
        "1.234.567 px, 0,2 %, 0,5, a,b.c"
    )
    use(Catalogue({}, number="1\u202f234,5"))
    assert say("{size:,.1f} MB", size=np.float64(1234.56)) == "1\u202f234,6 MB"
    use(Catalogue({}, number="1234,5"))
    assert say("{size:,.1f} MB", size=1234.56) == "1234,6 MB"


@pytest.mark.parametrize("example", ["", "one thousand", "1,2345", "234,5", "1.234"])
def test_an_example_number_that_is_none_leaves_the_signs_of_english(example):
    use(Catalogue({}, number=example))
    assert say("{size:,.1f}", size=1234.56) == "1,234.6"


@pytest.mark.parametrize(
    "broken",
    [
        "{name} Proben",
        "{count} Proben",
        "{count} {name} {other}",
        "{count} {name} {",
        "{count:q} {name}",
        "{count.real} {name}",
        "{name.__class__} {count} {name}",
        "{} {count} {name}",
        "{count} {name:,.2f}",
        "{count} {name!x}",
    ],
)
def test_a_broken_translation_gives_way_to_the_literal(broken):
    use(Catalogue({"{count} labels of {name}": broken}))
    assert say("{count} labels of {name}", count=16, name="corn") == "16 labels of corn"


def test_one_and_many_are_said_by_the_number():
    assert say_number("{count} label of {name}", "{count:,} labels of {name}", 1, name="corn") == "1 label of corn"
    assert say_number("{count} label of {name}", "{count:,} labels of {name}", 1600, name="x") == "1,600 labels of x"
    assert say_number("{count} label", "{count} labels", 0) == "0 labels"


def test_a_language_may_leave_the_number_out_but_not_the_other_places():
    use(Catalogue({"{count} label of {name}": "eine Probe von {name}", "{count} labels of {name}": "viele Proben"}))
    assert say_number("{count} label of {name}", "{count} labels of {name}", 1, name="Mais") == "eine Probe von Mais"
    assert say_number("{count} label of {name}", "{count} labels of {name}", 2, name="Mais") == "2 labels of Mais"


def test_a_sentence_may_have_a_place_called_text():
    assert say("“{text}” is no number", text="abc") == "“abc” is no number"


def test_a_catalogue_of_a_folder_is_put_in_by_its_language(tmp_path):
    _write(
        tmp_path, "de", compiled({"": "Content-Type: text/plain; charset=UTF-8\nX-Number: 1.234,5\n", "Open": "Öffnen"})
    )
    assert install_from(tmp_path, ["de_AT"]) == ""
    assert say("Open") == "Öffnen"
    assert say("{n:,}", n=1234) == "1.234"
    assert install_from(tmp_path, ["fr"]) == ""
    assert say("Open") == "Open"


def test_a_folder_that_is_not_there_leaves_english(tmp_path):
    assert install_from(tmp_path / "locale", ["de"]) == ""
    assert say("Open") == "Open"


@pytest.mark.parametrize("content", [b"", b"no catalogue", compiled({"": "", "Open": "Auf"})[:40]])
def test_a_catalogue_that_cannot_be_read_is_told_and_english_stays(tmp_path, content):
    _write(tmp_path, "de", content)
    assert "“de” cannot be read" in install_from(tmp_path, ["de"])
    assert say("Open") == "Open"


def test_the_environment_names_the_languages():
    assert wanted_languages({}) == []
    assert wanted_languages({"LANG": "de_DE.UTF-8"}) == ["de_DE.UTF-8"]
    assert wanted_languages({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:it"}) == ["fr", "it"]
    assert wanted_languages({"HSIGUI_LANGUAGE": "es", "LANGUAGE": "fr:it"}) == ["es"]


def test_a_chosen_language_goes_before_that_of_the_system_and_not_before_that_of_one_start():
    assert wanted_languages({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:it"}, "en") == ["en"]
    assert wanted_languages({"LANG": "de_DE.UTF-8"}, "") == ["de_DE.UTF-8"]
    assert wanted_languages({"HSIGUI_LANGUAGE": "es"}, "de") == ["es"]


def test_the_languages_of_a_folder_are_those_with_a_catalogue(tmp_path):
    assert languages_in(tmp_path / "locale") == []
    for language in ("pt_BR", "de"):
        _write(tmp_path, language, compiled({"": "", "Open": "Auf"}))
    (tmp_path / "fr" / "LC_MESSAGES").mkdir(parents=True)
    assert languages_in(tmp_path) == ["de", "pt_BR"]


def test_a_change_of_language_on_another_thread_is_whole_or_not_at_all():
    german = Catalogue({"{size:,.1f} of {name}": "{name}: {size:,.1f}"}, number="1.234,5")
    english = gettext.NullTranslations()
    done = threading.Event()

    def change() -> None:
        while not done.is_set():
            use(german)
            use(english)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        heard = {say("{size:,.1f} of {name}", size=1234.5, name="x") for _ in range(3000)}
    finally:
        done.set()
        thread.join()
    assert heard <= {"1,234.5 of x", "x: 1.234,5"}


def test_texts_needs_nothing_but_the_standard_library():
    loaded = _run_python(
        "import sys, hsigui.texts; print(*(m for m in ('numpy', 'PySide6', 'torch') if m in sys.modules))"
    )
    assert loaded.strip() == ""


def test_the_program_speaks_the_language_of_the_environment(tmp_path):
    _write(tmp_path, "de", compiled({"": "Content-Type: text/plain; charset=UTF-8\n", "Open": "Öffnen"}))
    code = (
        "import hsigui.__main__ as program; from hsigui.texts import say\n"
        f"from pathlib import Path; program.put_language_in(Path({str(tmp_path)!r})); print(ascii(say('Open')))"
    )
    assert _run_python(code, HSIGUI_LANGUAGE="de").strip() == ascii("Öffnen")
    assert _run_python(code, HSIGUI_LANGUAGE="en").strip() == ascii("Open")


def test_the_program_speaks_the_language_of_the_preferences_whatever_the_system_speaks(tmp_path):
    _write(tmp_path, "de", compiled({"": "Content-Type: text/plain; charset=UTF-8\n", "Open": "Öffnen"}))
    assert SettingsStore(tmp_path / "config").save(Settings(language="de"))
    code = (
        "import hsigui.__main__ as program; from hsigui.texts import say\n"
        f"from pathlib import Path; program.put_language_in(Path({str(tmp_path)!r})); print(ascii(say('Open')))"
    )
    home = {"HSIGUI_CONFIG_DIR": str(tmp_path / "config"), "LANGUAGE": "fr"}
    assert _run_python(code, **home, HSIGUI_LANGUAGE="").strip() == ascii("Öffnen")
    assert _run_python(code, **home, HSIGUI_LANGUAGE="en").strip() == "'Open'"


def _write(folder: Path, language: str, content: bytes) -> None:
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / f"{texts.DOMAIN}.mo").write_bytes(content)


def _run_python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return done.stdout
