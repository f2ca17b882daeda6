import pytest
from PySide6.QtWidgets import QLabel, QProgressBar

from hsigui.ui.training.view import TrainingView, time_left


@pytest.fixture
def training(qtbot) -> TrainingView:
    view = TrainingView()
    qtbot.addWidget(view)
    view.resize(420, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


def visible_text(view: TrainingView) -> str:
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a moment left"),
        (4.4, "about 4 s left"),
        (41, "about 40 s left"),
        (58, "about 1 min left"),
        (170, "about 3 min left"),
        (3599, "about 1 h left"),
        (4200, "about 1 h 10 min left"),
        (7300, "about 2 h left"),
    ],
)
def test_the_time_left_is_said_in_round_words(seconds, words):
    assert time_left(seconds) == words


def test_before_the_first_run_it_says_what_to_do(training):
    assert "Pretrain" in visible_text(training)
    assert not training.findChild(QProgressBar).isVisible()


def test_a_run_shows_title_text_share_and_time_left(training):
    training.start("LSCoSa, Quick", 200)
    training.set_progress(50, 200, "Pretraining, step 50 of 200", 41)
    assert training.fraction == 0.25
    text = visible_text(training)
    for words in ("LSCoSa, Quick", "Pretraining, step 50 of 200", "about 40 s left"):
        assert words in text
    assert training.findChild(QProgressBar).isVisible()


def test_without_a_total_the_bar_is_busy_until_the_end(training):
    training.start("Reading")
    bar = training.findChild(QProgressBar)
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    training.finish("Cancelled")
    assert bar.maximum() > 0


def test_points_appear_in_the_curve(training, qtbot):
    training.start("run", 100)
    for step in range(30):
        training.add("loss", step, 5 / (step + 1))
    qtbot.waitUntil(lambda: [len(x) for x, _ in training._plot.curves()] == [30])
    x, y = training._plot.curves()[0]
    assert x[-1] == 29
    assert y[0] == 5
    assert training.points("loss")[1] == (1, 2.5)
    assert training._plot.getAxis("left").labelText == "Loss"


def test_the_last_points_are_drawn_when_the_run_ends(training):
    training.start("run", 100)
    training.add("loss", 0, 1.0)
    training.add("loss", 1, 0.5)
    training.set_progress(40, 100, "step 40", 9)
    training.finish("Finished in 12 s")
    assert len(training._plot.curves()[0][0]) == 2
    assert training.text == "Finished in 12 s"
    assert training.time_left == ""
    assert training.fraction == 0.4


def test_an_accuracy_has_an_axis_of_its_own_while_there_is_one(training):
    training.start("run", 100)
    for step in range(1, 5):
        training.add("loss", step, 3 / step)
        training.add("knn accuracy", step, step / 5)
    training.finish("done")
    assert len(training._plot.curves()) == 1
    assert [list(y) for _, y in training._watched.curves()] == [[0.2, 0.4, 0.6, 0.8]]
    assert training._plot.getAxis("right").isVisible()
    assert training._plots.widget.key.text() == "loss\nknn accuracy"
    training.grab()
    assert training._watched._box.viewRange()[0] == pytest.approx(training._plot.viewRange()[0])
    training.start("another", 100)
    training.add("loss", 1, 1.0)
    assert not training._plot.getAxis("right").isVisible()
    assert training._watched.curves() == []
    assert not training._plots.widget.key.isVisible()


def test_two_losses_share_an_axis_and_have_a_key(training):
    training.start("two stages", 100)
    for name in ("loss", "denoising loss"):
        training.add(name, 1, 2.0)
    training.finish("done")
    assert len(training._plot.curves()) == 2
    assert training._plots.widget.key.isVisible()


def test_a_run_without_a_curve_says_so(training):
    training.start("SVM", 1)
    training.show_plot(False, "Nothing is learned.")
    assert "Nothing is learned." in visible_text(training)
    assert not training._plot.isVisible()
    training.start("LSCoSa", 1)
    assert training._plot.isVisible()
    assert "Nothing is learned." not in visible_text(training)


def test_another_run_starts_with_an_empty_curve(training):
    training.start("one", 10)
    training.add("loss", 0, 1.0)
    training.finish("done")
    training.start("two", 10)
    assert training.points("loss") == []
    assert training._plot.curves() == []
    assert training.fraction == 0


def test_a_loss_that_is_not_a_number_leaves_a_gap_and_no_warning(training):
    training.start("run", 10)
    for step, value in enumerate([float("nan"), 2.0, float("nan"), 1.0, float("inf")]):
        training.add("loss", step, value)
    training.finish("done")
    training.grab()
    assert len(training.points("loss")) == 5


def test_clear_goes_back_to_the_start(training):
    training.start("run", 10)
    training.add("loss", 0, 1.0)
    training.clear()
    assert "Pretrain" in visible_text(training)
    assert training._plot.curves() == []
