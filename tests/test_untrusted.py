from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest

from hsigui import untrusted
from hsigui.errors import HsiError


@pytest.mark.parametrize(
    "error",
    [
        struct.error("unpack requires 4 bytes"), OverflowError("too large"), RecursionError("deep"), UnicodeError("x"),
        zlib.error("incorrect header"), ValueError("1\n2"), KeyError("bands"), IndexError(), TypeError("None"),
        AttributeError(""), EOFError(), OSError(5, "Input/output error"), ZeroDivisionError(), SyntaxError("head"),
        RuntimeError("h5py"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_bytes_raise_is_a_sentence_that_names_the_file(error: Exception) -> None:
    with pytest.raises(HsiError, match=r"^a\.tif cannot be read: [^\n]+") as caught, untrusted.reading("a.tif"):
        raise error
    assert caught.value.__cause__ is error
    assert caught.value.hint


def test_too_little_memory_is_a_sentence_too() -> None:
    with pytest.raises(HsiError, match=r"a\.tif needs more memory than there is"), untrusted.reading("a.tif"):
        raise MemoryError


@pytest.mark.parametrize(
    "error", [NameError("x"), AssertionError(), ImportError("x"), KeyboardInterrupt(), Warning("x")]
)
def test_what_bytes_cannot_raise_stays_what_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)), untrusted.reading("a.tif"):
        raise error


def test_a_refusal_goes_through_as_it_is() -> None:
    refusal = HsiError("said already")
    with pytest.raises(HsiError) as caught, untrusted.reading("a.tif"):
        raise refusal
    assert caught.value is refusal


def test_a_bug_elsewhere_is_no_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from hsigui import cli
    from hsigui.commands import info

    def broken(_path: Path, **_choices: object) -> None:
        raise ValueError("a bug of ours")

    monkeypatch.setattr(info, "describe_file", broken)
    with pytest.raises(ValueError, match="a bug of ours"):
        cli.run(["info", str(tmp_path / "x.npy")])


def test_reasons_are_one_line_of_moderate_length() -> None:
    assert untrusted.reason_of(ValueError("one\ntwo  three.")) == "one two three"
    assert untrusted.reason_of(EOFError()) == "EOFError"
    assert untrusted.reason_of(KeyError("bands")) == "KeyError 'bands'"
    assert untrusted.reason_of(OSError(5, "Input/output error")) == "Input/output error"
    assert len(untrusted.reason_of(ValueError("9" * 10_000))) == 200
    assert untrusted.reason_of(ValueError("a\ud800b")) == "a\ufffdb"


def test_json_that_is_nested_too_deep_is_told_as_such() -> None:
    assert untrusted.json_of('{"a": [1]}') == {"a": [1]}
    with pytest.raises(ValueError, match="nested too deep"):
        untrusted.json_of("[" * 100_000)
    with pytest.raises(json.JSONDecodeError):
        untrusted.json_of("{")


def test_names_that_no_file_can_have_are_not_there(tmp_path: Path) -> None:
    for name in ("a" * 300, "a" * 5000, "a\0b"):
        assert not untrusted.is_file(tmp_path / name)
        assert not untrusted.there(tmp_path / name)
    assert untrusted.there(tmp_path)
    assert not untrusted.is_file(tmp_path)
