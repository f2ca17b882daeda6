"""A bar for the calls of the API, in a notebook or a terminal, and their end by interrupting the kernel or Ctrl-C."""

from __future__ import annotations

import importlib.util
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from hsigui.jobs import Cancelled, SilentContext
from hsigui.texts import say

FIGURE_STEPS = 10  # a figure is written beside the bar when so many steps have passed since the last


class ProgressBar(SilentContext):
    """A context that shows how far a call is, what it warns of, and ends it in order when it is interrupted.

        with hsigui.ProgressBar() as ctx:
            encoder = hsigui.pretrain(cube, folder="run", ctx=ctx)

    While it is open, interrupting (the kernel's ■, Ctrl-C) ends the call at its next step, so that an unfinished
    training lies in its folder for `resume=True`; a second time breaks off at once. Either way KeyboardInterrupt is
    raised. Outside of the main thread `cancel()` does the same.

    Args:
        figures: losses and the like beside the bar.
        file: where it is written; None for the notebook's own widget where there is one, else stderr.
    """

    def __init__(self, *, figures: bool = True, file: Any = None) -> None:
        self._figures, self._file = figures, file
        self._bar: Any = None
        self._phase, self._told_at = "", -FIGURE_STEPS
        self._cancel = threading.Event()
        self._before: Any = None
        self._holds_signal = False
        self._tqdm: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            signal.signal(signal.SIGINT, self._interrupted)
            self._holds_signal = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._holds_signal:
            # None where another language installed it: it cannot be put back, Python's own can.
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.default_int_handler)
            self._holds_signal = False
        self.close(done=kind is None)
        if isinstance(error, Cancelled):
            raise KeyboardInterrupt from None

    def cancel(self) -> None:
        """Ends the call at its next step, by `Cancelled`."""
        self._cancel.set()

    def close(self, *, done: bool = True) -> None:
        """Takes the last bar to its end."""
        if self._bar is not None:
            if done and self._bar.total:
                self._bar.n = self._bar.total
                self._bar.refresh()
            self._bar.close()
            self._bar, self._phase = None, ""

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Moves the bar; a new one for each phase, which is what stands before the first comma of the text."""
        from tqdm import tqdm

        self.check()
        phase = text.split(",")[0]
        if self._bar is None or phase != self._phase:
            self.close()
            self._phase, self._told_at = phase, -FIGURE_STEPS
            kind = self._tqdm or bar_kind(self._file)
            self._tqdm = kind
            form = _form() if kind is tqdm else _form().replace("{bar:30}", "{bar}")  # the widget has its own width
            self._bar = kind(total=max(total, 1e-9), desc=phase, bar_format=form, file=self._file or sys.stderr)
        self._bar.total = max(total, 1e-9)
        self._bar.update(done - self._bar.n)

    def metric(self, name: str, value: float, step: int) -> None:
        """Writes a figure beside the bar."""
        self.check()
        if self._figures and self._bar is not None and step - self._told_at >= FIGURE_STEPS:
            self._told_at = step
            self._bar.set_postfix_str(f"{name} {value:.4g}", refresh=False)

    def partial(self, value: object) -> None:
        """Writes what is told line by line, such as the rows of a study."""
        self.check()
        if isinstance(value, str):
            self._write(value)

    def warn(self, message: str) -> None:
        """Writes a sentence above the bar."""
        self.check()
        self._write(message)

    def check(self) -> None:
        """Raises `Cancelled` once it was asked for."""
        if self._cancel.is_set():
            raise Cancelled

    def _write(self, text: str) -> None:
        from tqdm import tqdm

        tqdm.write(text, file=self._file or sys.stderr)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self._cancel.is_set():
            raise KeyboardInterrupt
        self.cancel()
        self._write(say("Stopping at the next step; interrupt again to break off at once."))


def bar_kind(file: object = None) -> Any:
    """The bar of tqdm that suits: the widget in a notebook that can show widgets, else plain text. (tqdm's own choice
    warns where a notebook has no ipywidgets.)"""
    from tqdm import tqdm

    if file is not None or "ipykernel" not in sys.modules or importlib.util.find_spec("ipywidgets") is None:
        return tqdm
    from tqdm.notebook import tqdm as widget

    return widget


def _form() -> str:
    return say("{desc}: {percentage:3.0f}% |{bar:30}| {elapsed} so far, {remaining} left{postfix}")
