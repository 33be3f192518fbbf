"""Instruction counts and their baseline, from numbers that are known."""

import pytest

from bench.instructions.baseline import RECORD, Baseline, change, rounded

MEASURED_WITH = {"profile": "debug", "valgrind": "valgrind-3.19.0"}
KNOWN = ("manifest-tag", "token")


@pytest.fixture
def baseline() -> Baseline:
    return Baseline(MEASURED_WITH, {"manifest-tag": 80_000, "token": 500_000})


def test_a_change_is_a_part_of_what_was_before():
    assert change(80_000, 88_000) == pytest.approx(0.1)
    assert change(80_000, 60_000) == pytest.approx(-0.25)


def test_counts_keep_three_digits():
    assert rounded(80_149) == 80_100
    assert rounded(999) == 999


def test_up_to_ten_per_cent_either_way_are_no_complaint(baseline: Baseline):
    assert list(baseline.complaints({"manifest-tag": 87_900, "token": 450_100}, KNOWN)) == []


def test_a_loss_says_how_large_it_is_and_what_records_it(baseline: Baseline):
    [said] = baseline.complaints({"manifest-tag": 88_777, "token": 500_000}, KNOWN)
    assert said.startswith("manifest-tag takes 11.0% more instructions than its baseline, 88,800 a request")
    assert "instead of 80,000" in said and RECORD in said


def test_a_gain_is_to_be_recorded_too(baseline: Baseline):
    [said] = baseline.complaints({"token": 400_000}, KNOWN)
    assert "token takes 20.0% fewer instructions" in said
    assert f"To keep the gain, run `{RECORD}`" in said


def test_rows_and_baseline_name_the_same(baseline: Baseline):
    [unknown] = baseline.complaints({"blob-head": 1}, (*KNOWN, "blob-head"))
    assert unknown.startswith("blob-head has no baseline") and RECORD in unknown
    [stale] = baseline.complaints({"token": 500_000}, ("token",))
    assert stale.startswith("manifest-tag has a baseline and is no row any more") and RECORD in stale


def test_rows_that_were_not_asked_for_are_no_complaint(baseline: Baseline):
    assert list(baseline.complaints({"token": 500_000}, KNOWN)) == []


def test_the_table_has_each_row_with_its_change(baseline: Baseline):
    _, first, second = baseline.table({"manifest-tag": 84_000, "blob-head": 70_000})
    assert first.split() == ["manifest-tag", "80,000", "84,000", "+5.0%"]
    assert second.split() == ["blob-head", "none", "70,000"]


def test_other_tools_and_profiles_are_named(baseline: Baseline):
    assert list(baseline.differences(MEASURED_WITH)) == []
    [said] = baseline.differences({**MEASURED_WITH, "profile": "release"})
    assert said == "the baseline was measured with another profile: debug, not release"


def test_a_part_is_recorded_beside_the_rest_and_read_again(baseline: Baseline, tmp_path):
    file = tmp_path / "instructions.json"
    baseline.rows["gone"] = 1
    baseline.recorded(MEASURED_WITH, {"token": 400_123}, KNOWN).save(file)
    assert Baseline.load(file) == Baseline(MEASURED_WITH, {"manifest-tag": 80_000, "token": 400_000})
    assert Baseline.load(tmp_path / "none") == Baseline()
