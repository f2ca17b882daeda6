"""What `packaging/run` asks of pip on a machine that has nothing yet."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib

import pytest

from tests.packaging import PACKAGING, ROOT

PYTHON = """#!/usr/bin/env bash
if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit; fi
[ "$1" != -m ] || printf '%s\\n' "$*" >>"$CALLS"
case "$*" in *"pip install"*--index-url*) exit "${INDEX:-0}" ;; esac
"""
KNOWN = """#!/usr/bin/env bash
printf '%s\\n' libEGL.so.1 libGL.so.1 libglib-2.0.so.0 libdbus-1.so.3 libxkbcommon.so.0 libfontconfig.so.1
"""


@pytest.fixture
def run(tmp_path):
    """Runs `packaging/run demo` in a checkout of nothing but that script, with a Python that only notes its calls."""
    place, commands, calls = tmp_path / "checkout", tmp_path / "bin", tmp_path / "calls"
    (place / "packaging").mkdir(parents=True)
    (place / "resources" / "locale" / "de" / "LC_MESSAGES").mkdir(parents=True)
    commands.mkdir()
    shutil.copy(PACKAGING / "run", place / "packaging")
    for name in ("pyproject.toml", "packaging/constraints.txt", "resources/locale/de/LC_MESSAGES/hsigui.po"):
        (place / name).write_text("", encoding="utf-8")

    def put(name, text):
        (commands / name).write_text(text, encoding="utf-8")
        (commands / name).chmod(0o755)

    put("python3", PYTHON)
    put("ldconfig", KNOWN)

    def start(card=False, **around):
        if card:
            put("nvidia-smi", "#!/usr/bin/env bash\n")
        around = {"PATH": f"{commands}:/usr/bin:/bin", "CALLS": str(calls), **around}
        words = ["bash", str(place / "packaging" / "run"), "demo"]
        done = subprocess.run(words, env=around, check=True, capture_output=True, text=True)
        return calls.read_text(encoding="utf-8").splitlines(), done.stderr

    return start


def test_a_machine_without_a_card_gets_the_pytorch_of_the_processor_first(run):
    calls, said = run()
    assert len(calls) == 3
    assert calls[0].endswith("--index-url https://download.pytorch.org/whl/cpu torch")
    assert "--editable" in calls[1]
    assert calls[2] == "-m hsigui demo"
    assert "2 GB" in said


def test_a_machine_with_a_card_gets_what_pip_chooses(run):
    calls, said = run(card=True)
    assert [call.split()[1] for call in calls] == ["pip", "hsigui"]
    assert "6 GB with CUDA" in said


def test_where_that_pytorch_cannot_be_had_the_other_is_taken_and_that_is_said(run):
    calls, said = run(INDEX="1", HSIGUI_TORCH_INDEX="file:///nowhere")
    assert "--index-url file:///nowhere torch" in calls[0]
    assert "--editable" in calls[1]
    assert "no PyTorch for the processor alone from file:///nowhere; taking the one that pip chooses" in said


def test_every_place_that_installs_pytorch_first_asks_for_the_series_that_the_program_takes():
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    (bound,) = [re.search(r"<[\d.]+", need).group() for need in needs if need.startswith("torch")]
    for name in ("README.md", "packaging/wheel-check"):
        lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if '"torch' in line]
        assert lines, name
        assert [line for line in lines if f'{bound}"' not in line] == [], name
