"""Medians, ratios and targets, from numbers that are known."""

import fnmatch

import pytest

from bench.reasons import REASONS, UNKNOWN, why
from bench.report import number, ratio, spread
from bench.results import Measured, Results, Sample
from bench.rows import ROWS
from bench.targets import Unknown, at_least, at_least_best, cpu_at_most_best, tail_below

ROW = "manifest-tag-32"


def measured(*values: float, cpu: float = 1.0, p50: float = 1.0, p99: float = 1.0) -> Measured:
    return Measured([Sample(value, cpu, 1.0, p50, p99) for value in values])


@pytest.fixture
def results() -> Results:
    return Results(
        {
            ROW: {
                "wharf": measured(90, 100, 200, cpu=2.0, p50=100, p99=399),
                "distribution-2.8": measured(5, cpu=9.0),
                "nginx": measured(110, cpu=1.0),
            }
        }
    )


def test_a_median_comes_with_its_spread():
    assert spread(measured(90, 100, 200)) == "100 (90.0–200)"
    assert spread(measured(1234.5)) == number(1234.5)


def test_a_ratio_above_one_is_better_whichever_way_the_numbers_go():
    assert ratio(100, 50, more_is_better=True) == 2
    assert ratio(100, 50, more_is_better=False) == 0.5


def test_cpu_time_is_that_of_all_rounds_over_the_work_of_all_rounds():
    one = Measured([Sample(1, cpu=1.0, work=1.0), Sample(1, cpu=3.0, work=3.0)])
    assert one.cpu_per_work == 1
    assert Measured([Sample(1)]).cpu_per_work is None


def test_targets_compare_medians(results: Results):
    assert at_least(ROW, 20, "distribution-2.8")(results).holds
    assert not at_least(ROW, 20.1, "distribution-2.8")(results).holds
    assert at_least_best(ROW)(results).says == "0.91 × nginx"
    assert not at_least_best(ROW)(results).holds
    assert not cpu_at_most_best(ROW)(results).holds
    assert tail_below(ROW, 4)(results).holds


def test_what_was_not_measured_is_unknown(results: Results):
    with pytest.raises(Unknown):
        at_least("token", 1, "nginx")(results)


def test_each_reason_is_about_a_row_that_there_is():
    keys = [row.key for row in ROWS]
    for pattern in (pattern for reason in REASONS for pattern in reason.rows):
        assert fnmatch.filter(keys, pattern), pattern
    assert why("start", "wharf", "nginx") == next(one.text for one in REASONS if "start" in one.rows)
    assert why("no such row", "wharf", "nginx") == UNKNOWN


def test_results_are_kept_as_they_are(results: Results, tmp_path):
    file = tmp_path / "results.json"
    results.save(file)
    assert Results.load(file) == results
