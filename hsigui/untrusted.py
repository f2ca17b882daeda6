"""The line behind which bytes of others are read: whatever they raise there becomes a sentence.

A file can hold anything, and the libraries that read it raise whatever its bytes lead them to. So places where bytes
are read stand in `reading`. What cannot come from bytes (a name that is not defined, a broken assumption of ours) goes
through it and stays a bug, as does everything that is raised elsewhere.
"""

from __future__ import annotations

import csv
import functools
import json
import re
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from hsigui.errors import HsiError
from hsigui.texts import say

P = ParamSpec("P")
T = TypeVar("T")
# SyntaxError: of XML and of NumPy's heads. RuntimeError: with RecursionError and NotImplementedError.
_FAULTS = (
    ArithmeticError, AttributeError, BufferError, EOFError, LookupError, MemoryError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, csv.Error, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_PACKAGES = {
    "PIL", "h5py", "numcodecs", "numpy", "pyogrio", "rasterio", "safetensors", "safetensors_rust", "scipy", "sqlite3",
    "zarr",
}  # fmt: skip
_LONGEST_REASON = 200
_SURROGATES = re.compile("[\ud800-\udfff]")


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns what the bytes of a file raise into an HsiError that names the file.

    Args:
        name: of the file, as it is told.

    Raises:
        HsiError: in place of anything that bytes can raise; one that is raised inside goes through as it is.
    """
    try:
        yield
    except HsiError:
        raise
    except MemoryError as error:
        raise HsiError(
            say("{name} needs more memory than there is.", name=plain(name)),
            say("Close other programs, or cut out the part that you need. If it should be small, it is damaged."),
        ) from error
    except Exception as error:
        if not _of_bytes(error):
            raise
        raise HsiError(
            say("{name} cannot be read: {reason}.", name=plain(name), reason=reason_of(error)),
            say("It is damaged, or built in a way that is not known here. Is it complete?"),
        ) from error


def reads(function: Callable[P, T]) -> Callable[P, T]:
    """Puts a function whose first argument is the path that it reads behind `reading`."""

    @functools.wraps(function)
    def read(*arguments: P.args, **options: P.kwargs) -> T:
        with reading(str(arguments[0])):
            return function(*arguments, **options)

    return read


def reason_of(error: BaseException) -> str:
    """What an exception says, as part of a sentence: one line of moderate length that can be printed."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = " ".join(plain(said).split()).rstrip(".")
    if not line or isinstance(error, KeyError):
        line = f"{type(error).__name__} {line}".strip()
    return shortened(line)


def shortened(text: str) -> str:
    """The begin of a text that may be of any length, for a sentence."""
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"


def plain(text: str) -> str:
    """A text without halves of characters (lone surrogates), which JSON and file names can hold and no file can be
    written with."""
    return _SURROGATES.sub("\ufffd", text)


def json_of(content: str | bytes) -> Any:
    """What JSON holds.

    Raises:
        ValueError: it is none, or nested too deep.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError(say("it is nested too deep")) from None


def is_file(path: Path) -> bool:
    """Whether a file is there. What no file can be called (too long a name, say) is not there."""
    return there(path) and path.is_file()


def require_file(path: Path) -> None:
    """Raises HsiError where a path leads to no file."""
    if there(path) and path.is_dir():
        raise HsiError(say("{path} is a folder.", path=path), say("Choose a file in it."))
    if not is_file(path):
        raise HsiError(
            say("The file {path} does not exist.", path=path), say("Check the name, or whether the drive is connected.")
        )


def there(path: Path) -> bool:
    """Whether a path leads to something, also one whose name the system refuses to look for."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _of_bytes(error: Exception) -> bool:
    return isinstance(error, _FAULTS) or type(error).__module__.partition(".")[0] in _PACKAGES
