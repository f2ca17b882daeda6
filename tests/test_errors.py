import errno

import pytest

from hsigui.errors import HsiError, is_out_of_memory, out_of_memory


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


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried ..."),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("can't start new thread"),
        RuntimeError("std::bad_alloc"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
    ],
    ids=str,
)
def test_errors_that_say_that_memory_does_not_suffice_are_known(error):
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("wrong"), ValueError("out of memory"), OSError(28, "No space left")])
def test_other_errors_are_not_taken_for_want_of_memory(error):
    assert not is_out_of_memory(error)


def test_what_is_said_of_memory_says_what_to_do():
    assert "Close other programs" in out_of_memory().hint
    assert "CPU" not in str(out_of_memory())
