"""Menu entry, file types, package and man page, as Linux wants them."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hsigui.commands.parser import COMMANDS
from tests.packaging import PACKAGING, ROOT, script

LINUX = PACKAGING / "linux"
TYPES = "{http://www.freedesktop.org/standards/shared-mime-info}"


def entry(path: Path) -> configparser.SectionProxy:
    read = configparser.RawConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(path, encoding="utf-8")
    return read["Desktop Entry"]


def test_the_menu_entry_starts_the_program_with_a_file():
    menu = entry(LINUX / "hsigui.desktop")
    assert (menu["Type"], menu["Exec"], menu["TryExec"]) == ("Application", "hsigui %f", "hsigui")
    assert menu["Icon"] == "hsigui"
    assert (ROOT / "resources" / "icons" / "app" / "hsigui.svg").is_file()
    assert {"de", "zh_CN"} <= {key[5:-1] for key in menu if key.startswith("Name[") or key.startswith("Comment[")} | {
        key.split("[")[1][:-1] for key in menu if "[" in key
    }
    assert 'setDesktopFileName("hsigui")' in (ROOT / "hsigui/ui/shell/app.py").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_menu_entry_is_valid():
    subprocess.run(["desktop-file-validate", str(LINUX / "hsigui.desktop")], check=True)


def test_menu_entry_file_types_and_software_centre_name_the_same_types():
    types = {each.attrib["type"] for each in ElementTree.parse(LINUX / "hsigui.xml").iter(f"{TYPES}mime-type")}
    told = {each for each in entry(LINUX / "hsigui.desktop")["MimeType"].split(";") if each}
    info = ElementTree.parse(LINUX / "io.github.hsigui.metainfo.xml")
    assert types == told == {each.text for each in info.iter("mediatype")}
    globs = {each.attrib["pattern"] for each in ElementTree.parse(LINUX / "hsigui.xml").iter(f"{TYPES}glob")}
    assert globs == {"*.hsigui", "*.hdr"}
    license_ = info.findtext("project_license")
    assert f'license = "{license_}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_package_leaves_the_folder_of_added_programs_where_it_was_the_last_in_it():
    script = LINUX / "postrm"
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert "[ -d /opt ] || mkdir" in script.read_text(encoding="utf-8")
    assert 'packaging/linux/postrm "$staged/DEBIAN/postrm"' in (PACKAGING / "bundle").read_text(encoding="utf-8")


def test_the_package_asks_for_every_library_that_a_checkout_asks_for():
    control = (LINUX / "control").read_text(encoding="utf-8")
    asked = set(re.findall(r"\.so\.\d+:([\w.+-]+)", (PACKAGING / "run").read_text(encoding="utf-8")))
    depends = next(line for line in control.splitlines() if line.startswith("Depends:"))
    assert asked
    assert not [name for name in asked if name not in depends]
    assert set(re.findall("@[A-Z]+@", control)) == {"@VERSION@", "@ARCH@", "@SIZE@", "@LIBC@"}
    bundle = (PACKAGING / "bundle").read_text(encoding="utf-8")
    assert all(f"s/{place}/" in bundle for place in ("@VERSION@", "@ARCH@", "@SIZE@", "@LIBC@"))


@pytest.mark.parametrize("name", ["bundle", "smoke", "wheel-check", "run", "linux/add-to-menu"])
def test_a_script_is_one_of_bash_and_may_be_run(name):
    path = PACKAGING / name
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")


def test_the_folder_is_added_to_the_menu_from_any_path_and_taken_out_without_leavings(tmp_path):
    place, home = tmp_path / 'Lücke $A `b` 100% "q" \\x', tmp_path / "home"
    (place / "share").mkdir(parents=True)
    home.mkdir()
    (place / "share" / "applications").mkdir()
    (place / "share" / "mime" / "packages").mkdir(parents=True)
    (place / "share" / "icons" / "hicolor" / "48x48" / "apps").mkdir(parents=True)
    shutil.copy(LINUX / "hsigui.desktop", place / "share" / "applications")
    shutil.copy(LINUX / "hsigui.xml", place / "share" / "mime" / "packages")
    (place / "share" / "icons" / "hicolor" / "48x48" / "apps" / "hsigui.png").write_bytes(b"png")
    shutil.copy(LINUX / "add-to-menu", place)
    around = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    subprocess.run([str(place / "add-to-menu")], env=around, check=True, capture_output=True)
    data = home / ".local" / "share"
    menu = entry(data / "applications" / "hsigui.desktop")
    assert "TryExec" not in menu
    assert words_of(menu["Exec"]) == [str(place / "hsigui"), "%f"]
    assert (data / "icons" / "hicolor" / "48x48" / "apps" / "hsigui.png").is_file()
    subprocess.run([str(place / "add-to-menu"), "remove"], env=around, check=True, capture_output=True)
    assert not [path for path in data.rglob("*hsigui*") if path.is_file()]
    wrong = subprocess.run([str(place / "add-to-menu"), "delete"], env=around, check=False, capture_output=True)
    assert wrong.returncode == 2


def words_of(line: str) -> list[str]:
    """The words of an Exec line: escapes of the file, then those within quotes, by the desktop entry specification 1.5,
    https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html; `%%` is a per cent sign."""
    text = line.replace("\\\\", "\\")
    words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', text)
    return [re.sub(r"\\(.)", r"\1", quoted).replace("%%", "%") if quoted else bare for quoted, bare in words]


def test_the_man_page_tells_every_command(monkeypatch):
    import datetime

    page = script("man").page(datetime.date(2026, 1, 31))
    assert page.startswith('.TH HSIGUI 1 "2026-01-31" ')
    assert all(f"\n.B {command.replace('-', chr(92) + '-')}\n" in page for command in COMMANDS)
