"""--memory-limit of the commands: it holds while they work, and mistakes are told before anything is read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hsigui.cli import run
from hsigui.commands import options
from hsigui.commands.canonical import canonical
from hsigui.cube.working_memory import VARIABLE, limit

COMMANDS = {
    "prepare": ["x.hdr", "--out", "y.img"],
    "statistics": ["x.hdr", "--labels", "l.tif", "--out", "s.csv"],
    "separability": ["x.hdr", "--labels", "l.tif", "--out", "s.csv"],
    "pretrain": ["x.hdr", "--out", "run"],
    "classify": ["x.hdr", "--run", "run", "--out", "m.tif"],
}
TOO_SMALL = ("10MB", "too small")


@pytest.fixture
def asked(monkeypatch):
    """What commands would do, done by nobody: their arguments and the limit that they would work under."""
    seen = []
    work = SimpleNamespace(**{name: lambda arguments: seen.append((arguments, limit())) for name in COMMANDS})
    monkeypatch.setattr(options, "import_module", lambda _name: work)
    monkeypatch.delenv(VARIABLE, raising=False)
    return seen


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_limit_holds_while_a_command_works_and_no_longer(name, asked):
    assert run([name, *COMMANDS[name], "--memory-limit", "1.5GB"]) == 0
    assert run([name, *COMMANDS[name]]) == 0
    (arguments, bound), (_, free) = asked
    assert (bound, free, limit()) == (1_500_000_000, None, None)
    assert "--memory-limit 1.5GB" in canonical(arguments)


@pytest.mark.parametrize(("text", "told"), [("2G", "no amount of memory"), TOO_SMALL, ("9999TB", "more than")])
def test_a_limit_that_makes_no_sense_is_a_wrong_usage(text, told, asked, capsys):
    with pytest.raises(SystemExit) as ended:
        run(["pretrain", *COMMANDS["pretrain"], "--memory-limit", text])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
    assert not asked
