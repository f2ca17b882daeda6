import numpy as np
import pytest

from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes
from hsigui.labels.sampling import Split, draw, draw_percent, from_masks


def truth_of(**counts: int) -> np.ndarray:
    """A shuffled raster with so many pixels of class c1, c2 ... and as many unlabelled ones."""
    numbers = np.concatenate([np.full(n, int(name[1:])) for name, n in counts.items()])
    numbers = np.concatenate([numbers, np.zeros_like(numbers)])
    return np.random.default_rng(7).permutation(numbers).reshape(2, -1).astype(np.uint16)


def counts(array: np.ndarray) -> dict[int, int]:
    return {int(n): int(c) for n, c in zip(*np.unique(array[array > 0], return_counts=True), strict=True)}


def test_each_class_gives_the_number_asked_for_and_the_rest_is_for_testing():
    truth = truth_of(c1=100, c2=50, c7=30)
    split = draw(truth, 10, seed=0)
    assert counts(split.train) == {1: 10, 2: 10, 7: 10}
    assert counts(split.test) == {1: 90, 2: 40, 7: 20}
    np.testing.assert_array_equal(split.train + split.test, truth)
    assert not ((split.train > 0) & (split.test > 0)).any()


def test_small_classes_keep_half_of_their_pixels_for_testing():
    truth = truth_of(c1=100, c2=20, c3=19, c4=3, c5=2, c6=1)
    split = draw(truth, 10, seed=0)
    assert counts(split.train) == {1: 10, 2: 10, 3: 9, 4: 1, 5: 1, 6: 1}
    assert counts(split.test) == {1: 90, 2: 10, 3: 10, 4: 2, 5: 1}


def test_the_same_seed_draws_the_same_pixels_and_another_seed_others():
    truth = truth_of(c1=500, c2=500)
    np.testing.assert_array_equal(draw(truth, 20, seed=3).train, draw(truth, 20, seed=3).train)
    assert (draw(truth, 20, seed=3).train != draw(truth, 20, seed=4).train).any()


def test_a_larger_sample_holds_the_smaller_one_of_the_same_seed():
    truth = truth_of(c1=500, c2=500)
    few, many = draw(truth, 5, seed=1).train, draw(truth, 50, seed=1).train
    assert ((few == 0) | (few == many)).all()


def test_what_a_class_gives_does_not_depend_on_the_others():
    truth = truth_of(c1=300, c2=300)
    alone = np.where(truth == 2, truth, 0)
    np.testing.assert_array_equal(draw(truth, 9, seed=5).train == 2, draw(alone, 9, seed=5).train == 2)


def test_every_pixel_of_a_class_can_be_drawn():
    truth = np.full((5, 8), 3, dtype=np.uint8)
    drawn = sum((draw(truth, 10, seed=seed).train > 0).astype(int) for seed in range(200))
    assert drawn.sum() == 200 * 10
    assert drawn.min() > 20  # 50 expected, standard deviation 6
    assert drawn.max() < 80


def test_pixels_without_data_are_in_neither_part():
    truth = truth_of(c1=40, c2=40)
    valid = np.random.default_rng(0).random(truth.shape) < 0.5
    split = draw(truth, 6, seed=0, valid=valid)
    assert counts(split.train) == {1: 6, 2: 6}
    assert not split.train[~valid].any()
    assert not split.test[~valid].any()
    np.testing.assert_array_equal((split.train + split.test)[valid], truth[valid])


def test_the_ground_truth_itself_is_left_alone():
    truth = truth_of(c1=40)
    before = truth.copy()
    draw(truth, 5)
    np.testing.assert_array_equal(truth, before)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64])
def test_any_integer_raster_will_do(kind):
    split = draw(truth_of(c1=10, c200=10).astype(kind) // (2 if kind is np.uint8 else 1), 2)
    assert split.train.dtype == split.test.dtype == np.uint16


def test_a_truth_without_classes_is_refused():
    with pytest.raises(HsiError, match="holds no class: all its pixels are 0"):
        draw(np.zeros((4, 4), dtype=np.uint16), 5)


def test_a_truth_with_classes_only_where_no_data_is_refused_with_the_reason():
    with pytest.raises(HsiError, match="where the scene has data"):
        draw(np.ones((4, 4), dtype=np.uint16), 5, valid=np.zeros((4, 4), dtype=bool))


def test_a_truth_of_another_size_than_the_scene_is_refused_with_both_sizes():
    with pytest.raises(HsiError, match="4 x 4 pixels, the scene is 5 x 6"):
        draw(np.ones((4, 4), dtype=np.uint16), 5, valid=np.ones((5, 6), dtype=bool))


@pytest.mark.parametrize("number", [-1, 70_000])
def test_numbers_that_do_not_fit_are_a_mistake(number):
    with pytest.raises(ValueError, match=str(number)):
        draw(np.array([[1, number]]), 5)


def test_less_than_one_pixel_a_class_is_a_mistake():
    with pytest.raises(ValueError, match="0 pixels"):
        draw(np.ones((4, 4), dtype=np.uint16), 0)


def test_a_split_with_a_pixel_in_both_parts_cannot_be_made():
    train = np.array([[1, 0, 2]], dtype=np.uint16)
    with pytest.raises(ValueError, match="1 pixels are in training and in test"):
        Split(train, np.array([[0, 0, 1]], dtype=np.uint16))
    with pytest.raises(ValueError, match="training labels of"):
        Split(train, np.zeros((2, 3), dtype=np.uint16))


SCENES = {"indian_pines": "indian_pines/Indian_pines_gt.mat", "salinas_a": "salinas_a/SalinasA_gt.mat"}


@pytest.mark.parametrize("name", [*SCENES, "demo"])
def test_on_real_scenes_the_parts_are_disjoint_and_together_the_truth(name, data_dir):
    truth = demo_scene().truth if name == "demo" else read_classes(data_dir / SCENES[name]).array
    for split in (draw(truth, 10, 3), draw_percent(truth, 10, 3)):
        assert not ((split.train > 0) & (split.test > 0)).any()
        np.testing.assert_array_equal(split.train + split.test, truth)
        assert set(np.unique(split.train)) == set(np.unique(truth))
        assert split.gap == 0, "somewhere a label lies beside a test pixel"


def test_a_share_of_each_class_is_drawn_and_one_pixel_at_least_is_left():
    truth = truth_of(c1=200, c2=25, c3=3, c4=1)
    assert counts(draw_percent(truth, 10).train) == {1: 20, 2: 3, 3: 1, 4: 1}
    most = draw_percent(truth, 99)
    assert counts(most.test) == {1: 2, 2: 1, 3: 1}
    np.testing.assert_array_equal(most.train + most.test, truth)


def test_a_share_and_a_number_draw_the_same_pixels_of_the_same_seed():
    truth = truth_of(c1=200)
    np.testing.assert_array_equal(draw(truth, 20, 5).train, draw_percent(truth, 10, 5).train)


@pytest.mark.parametrize("percent", [0, 100, -3])
def test_a_share_of_nothing_or_of_all_is_a_mistake(percent):
    with pytest.raises(ValueError, match="per cent of a class"):
        draw_percent(truth_of(c1=9), percent)


def test_the_parts_of_two_files_are_a_split_and_masks_pick_from_a_truth():
    train, test = np.array([[1, 0, 0, 2]]), np.array([[0, 2, 0, 0]])
    split = from_masks(train, test)
    assert (split.train.tolist(), split.test.tolist()) == ([[1, 0, 0, 2]], [[0, 2, 0, 0]])
    assert split.gap == 0
    masked = from_masks(train, test, truth=np.array([[7, 8, 8, 0]]))
    assert (masked.train.tolist(), masked.test.tolist()) == ([[7, 0, 0, 0]], [[0, 8, 0, 0]])


def test_files_that_overlap_are_refused_with_the_count():
    with pytest.raises(HsiError, match="2 pixels are both in the training and in the test file"):
        from_masks(np.array([[1, 1, 0]]), np.array([[1, 2, 2]]))
    with pytest.raises(HsiError, match="The test file holds no labelled pixel"):
        from_masks(np.array([[1, 1, 0]]), np.array([[0, 0, 1]]), truth=np.array([[1, 1, 0]]))
    with pytest.raises(HsiError, match="1 x 2"):
        from_masks(np.array([[1, 1, 0]]), np.array([[0, 0]]))


def test_the_published_split_of_indian_pines_is_disjoint(data_dir):
    folder = data_dir / "splits"
    train, test = (read_classes(folder / f"Indian{part}123_temp123.tif").array for part in ("TR", "TE"))
    split = from_masks(train, test)
    assert len(np.unique(split.train)) == 17
    assert split.gap == 0


def test_the_gap_counts_the_pixels_between_and_is_unknown_of_an_empty_part():
    train = np.zeros((5, 9), dtype=np.uint16)
    test = train.copy()
    train[2, 0], test[0, 5] = 1, 1
    assert Split(train, test).gap == 4, "rows or columns, whichever is more"
    assert Split(train, test * 0).gap is None
