"""The arithmetic of a plan, with made-up measurements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hsigui.pipeline import pretrain
from hsigui.pipeline.costs import course
from hsigui.pipeline.costs.course import course_of, prepared_pixels
from hsigui.pipeline.costs.estimate import KNEE, TERMS, estimate, memory_of, shared_out
from hsigui.pipeline.costs.figures import Facts, Figures, Line
from hsigui.specs import PretrainSpec
from tests.pipeline.costs.given import FACTS, FIGURES, MACHINE, MEASURED, asked, scene, times


def test_a_line_goes_through_what_was_measured():
    line = Line.through((100.0, 3.0), (400.0, 9.0))
    assert line == Line(1.0, 0.02)
    assert line.at(1000) == 21.0
    assert line.at(1000, by=2.0) == 41.0


def test_a_line_neither_falls_nor_begins_below_nothing():
    assert Line.through((100.0, 5.0), (400.0, 4.0)) == Line(4.5, 0.0)
    assert Line.through((100.0, 1.0), (400.0, 8.0)) == Line(0.0, 0.02)


def test_figures_and_facts_are_read_as_they_were_written():
    assert Figures.from_json(FIGURES.to_json()) == FIGURES
    assert Facts.from_json(FACTS.to_json()) == FACTS


def test_the_terms_of_a_scene_are_those_of_the_model():
    (one,) = estimate([scene(1000)], MEASURED, asked()).scenes
    wanted = {
        "start": 7.0, "opening": 1.0, "reading": 200e6 / 200e6, "preparing": 1.0 + 10.0 + 2.0, "training": 60.0,
        "watching": 2.0, "embedding": 1.0 + 60.0 + 10.0, "probe": 1.5, "drawing": 2.1, "writing": 0.15,
    }  # fmt: skip
    assert one.terms == pytest.approx(wanted)
    assert tuple(one.terms) == TERMS
    assert one.seconds == pytest.approx(sum(wanted.values()))


def test_scenes_after_the_first_are_mapped_by_its_classifier():
    first, second = estimate([scene(1000), scene(500, "b")], MEASURED, asked()).scenes
    assert (first.trains, second.trains) == (True, False)
    assert second.terms["training"] == second.terms["probe"] == second.terms["start"] == 0.0
    assert second.terms["embedding"] == pytest.approx(1.0 + 250_000 * 6e-5), "all levels, whatever the trial heeded"
    both = estimate([scene(1000), scene(500, "b")], MEASURED, asked("each")).scenes
    assert all(one.trains and one.terms["training"] == 60.0 for one in both)


def test_the_shares_of_all_terms_make_a_whole():
    found = estimate([scene(1000), scene(500, "b")], MEASURED, asked())
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert min(found.shares.values()) >= 0.0


def test_hours_of_one_worker_are_the_sum_of_the_terms():
    scenes = [scene(1000), scene(500, "b")]
    found = estimate(scenes, MEASURED, asked())
    low, likely, high = found.workers[0].hours
    begun = FIGURES.start_mapping + FIGURES.loading
    assert 3600 * likely == pytest.approx(sum(one.seconds for one in found.scenes) + begun)
    assert (low, high) == pytest.approx((0.9 * likely, 1.1 * likely))


def test_the_range_is_that_of_the_rounds_where_they_differ_more():
    rounds = replace(MEASURED, whole=(times(FIGURES, 0.5), FIGURES, times(FIGURES, 2.0)))
    low, likely, high = estimate([scene(300)], rounds, asked()).workers[0].hours
    waits = scene(300).stored / MACHINE.read_speed / 3600
    assert high - waits == pytest.approx(2.0 * (likely - waits))
    assert low - waits == pytest.approx(0.5 * (likely - waits))


def test_twice_the_workers_take_half_as_long_while_there_are_cores_and_then_no_less():
    scenes = [scene(400, str(number)) for number in range(64)]
    single = replace(MEASURED, single=(FIGURES,), machine=replace(MACHINE, read_speed=None))
    by = {one.workers: one for one in estimate(scenes, single, asked("each", workers=(1, 2, 4, 8))).workers}
    assert by[1].hours[1] == pytest.approx(2 * by[2].hours[1]) == pytest.approx(4 * by[4].hours[1])
    assert by[8].hours[1] == pytest.approx(by[4].hours[1])
    assert [by[count].limit for count in (2, 4, 8)] == ["workers", "processor", "processor"]


def test_a_share_of_the_cores_lies_between_one_and_all():
    """By Amdahl's law: 10 s on one core and 4 s on four are 2 s that cannot be shared and 8 that can."""
    four = replace(MEASURED, whole=(times(FIGURES, 0.4),), single=(FIGURES,))
    model = replace(four, machine=replace(MACHINE, read_speed=None))
    scenes = [scene(400, "a"), scene(400, "b")]
    two = estimate(scenes, model, asked("each", workers=(2,))).workers[0]
    alone = 3600 * estimate(scenes[:1], replace(model, whole=()), asked("each")).workers[0].hours[1]
    assert 3600 * two.hours[1] == pytest.approx(alone * (0.2 + 0.8 / 2))


def test_one_large_scene_is_not_shared_out_and_that_is_said():
    scenes = [scene(4000), *(scene(100, str(number)) for number in range(5))]
    (found,) = estimate(scenes, MEASURED, asked("each", workers=(3,))).workers
    assert found.limit == "largest scene"


def test_memory_that_is_too_small_keeps_workers_from_beginning():
    small = replace(MEASURED, machine=replace(MACHINE, cores=16, memory=4 * 2**30))
    scenes = [scene(256, str(number)) for number in range(32)]
    (found,) = estimate(scenes, small, asked("each", workers=(16,))).workers
    assert found.at_once == 4 * 2**30 // memory_of(scenes[0], True, FACTS) < 16
    assert found.limit == "memory"
    assert found.memory <= 4 * 2**30
    assert estimate(scenes, small, asked("each")).first == "memory"


def test_a_slow_disk_holds_up_many_workers():
    slow = replace(MEASURED, machine=replace(MACHINE, cores=64, memory=2**40, read_speed=1e6))
    scenes = [scene(600, str(number)) for number in range(64)]
    found = estimate(scenes, slow, asked("each", workers=(64,)))
    assert found.workers[0].limit == "disk"
    assert found.first == "disk"
    assert found.workers[0].hours[1] >= sum(one.stored for one in scenes) / 1e6 / 3600


def test_a_scene_larger_than_the_memory_is_read_in_every_pass():
    model = replace(MEASURED, machine=replace(MACHINE, memory=2**30))
    held, read = (estimate([scene(side)], model, asked()).scenes[0].terms["reading"] for side in (1000, 4000))
    assert held == pytest.approx(scene(1000).stored / 200e6)
    assert read == pytest.approx(12 * scene(4000).stored / 200e6)


def test_machines_are_paid_for_by_the_hour():
    scenes = [scene(1000, str(number)) for number in range(8)]
    wish = asked("each", workers=(1, 4), per_machine=1, price=2.0)
    one, four = estimate(scenes, MEASURED, wish).workers
    assert (one.machines, four.machines) == (1, 4)
    assert one.cost[1] == pytest.approx(2.0 * one.hours[1])
    assert four.cost[1] == pytest.approx(4 * 2.0 * four.hours[1])
    assert estimate(scenes, MEASURED, asked("each")).workers[0].cost is None


def test_bands_count_where_they_are_read():
    few, many = (estimate([scene(1000, bands=count)], MEASURED, asked()).scenes[0].terms for count in (100, 200))
    assert many["embedding"] - few["embedding"] == pytest.approx(60.0)
    assert many["preparing"] - few["preparing"] == pytest.approx(10.0)
    assert many["training"] == few["training"]


def test_memory_grows_by_what_is_held_of_the_whole_scene():
    tile, more = scene(256), scene(1256)
    assert tile.pixels == KNEE
    beyond = more.pixels - KNEE
    gained = memory_of(more, False, FACTS) - memory_of(tile, False, FACTS)
    assert gained == pytest.approx(beyond * (1400 + 24))
    limited = memory_of(scene(20_000), False, FACTS) - memory_of(scene(10_000), False, FACTS)
    assert limited == pytest.approx(24 * (20_000**2 - 10_000**2)), "features of larger scenes lie in a file"


def test_work_is_shared_out_the_longest_first():
    assert shared_out([3.0, 5.0, 3.0, 4.0, 3.0], 2) == 10.0, "one above the shortest time that there is"
    assert shared_out([5.0], 8) == 5.0
    assert shared_out([2.0] * 6, 3) == 4.0


def test_epochs_are_counted_in_steps_by_the_pixels_that_they_see():
    paper = course_of(PretrainSpec("lscosa", "paper", epochs=2))
    assert paper.steps(1000) == 2 * (1000 // 32)
    assert paper.steps(10**9) == 2 * (50_000 // 32), "an epoch sees so many pixels at most"
    assert course_of(PretrainSpec("lscosa", "paper", epochs=200)).readings == 20 + 18
    assert course_of(PretrainSpec("lscosa", epochs=4)).readings == 4
    second = course_of(PretrainSpec("contrastdm", "paper", epochs=3))
    assert second.later_steps == round(3 * second.settings.second_steps)
    assert not course_of(PretrainSpec("svm-pca-smooth")).learns


def test_the_course_is_that_of_the_training_itself():
    assert (course.READINGS, course.EVERY_EPOCH_UNTIL, course.EPOCHS_BETWEEN) == (
        pretrain.READINGS, pretrain.EVERY_EPOCH_UNTIL, pretrain.EPOCHS_BETWEEN,
    )  # fmt: skip
    for made in (5, 25, 200):
        due = pretrain._due(made * 7, made)
        assert course_of(PretrainSpec("lscosa", "paper", epochs=made)).readings == sum(
            due(step) for step in range(1, made * 7 + 1)
        )


def test_a_training_prepares_itself_on_an_excerpt_of_what_it_cannot_hold():
    assert prepared_pixels(1_000_000, 32) == 1_000_000
    assert prepared_pixels(10**9, 32) == 48 * 128 * 128
