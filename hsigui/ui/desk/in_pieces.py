"""What takes long and can only be done on the window's own thread, such as changing millions of labels: a piece at each
turn of the window's loop, so that the window goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

_DONE_BY_USER = (
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride,
    QEvent.Type.Shortcut, QEvent.Type.Close, QEvent.Type.Drop, QEvent.Type.Quit,
)  # fmt: skip
PIXELS_AT_ONCE = 400_000  # a piece of labels: some 20 ms


class InPieces(QObject):
    """Does one thing after the other. What the user does meanwhile comes after all of them: those that are left are
    done at once then.

    Args:
        pieces: each is taken when the one before it is done.
        go_on: says whether the rest is still wanted; asked before each piece.
        done: called once, at the end.
    """

    def __init__(
        self, pieces: Iterable[Callable[[], None]], go_on: Callable[[], bool], done: Callable[[], None],
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._pieces, self._go_on, self._done = iter(pieces), go_on, done
        self._over = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._timer.start(0)
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def finish(self) -> None:
        """Does all that is left."""
        while not self._over:
            self._turn()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Finishes before what the user does is done."""
        if event.type() in _DONE_BY_USER:
            self.finish()
        return False

    def _turn(self) -> None:
        if self._over:
            return
        try:
            piece = next(self._pieces, None) if self._go_on() else None
            if piece is not None:
                piece()
                return
        except BaseException:
            self._end()
            raise
        self._end()

    def _end(self) -> None:
        self._over = True
        self._timer.stop()
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.deleteLater()
        self._done()
