import pytest

from hsigui.errors import HsiError


def test_an_error_shows_its_message_and_its_hint():
    error = HsiError("The file is too short.", "Copy it again.")
    assert (error.message, error.hint) == ("The file is too short.", "Copy it again.")
    assert str(error) == "The file is too short. Copy it again."


def test_an_error_without_a_hint_ends_with_its_message():
    assert str(HsiError("The file is too short.")) == "The file is too short."


def test_it_is_an_ordinary_exception():
    with pytest.raises(Exception, match="too short"):
        raise HsiError("too short")


def test_a_message_is_a_sentence_whatever_a_file_brought_into_it():
    error = HsiError("The class “a\rb\x1b[2J\ud800” of\nx.tif", "Rename\x00it.")
    assert error.message == "The class “a b [2J ” of x.tif"
    assert error.hint == "Rename it."
    assert str(error).isprintable()
    assert len(HsiError("9" * 100_000).message) == 1000
