"""The validation queue: one Member, whole days, and something to decide."""

import pytest

from rilo_training.seizures import ExtractError, load_seizures, next_in_queue, validate
from rilo_training.world import make_world


@pytest.fixture(scope="module")
def raw():
    """The raw uploads of the practice world."""
    return load_seizures("datasets/practice", raw=True)


def test_an_upload_is_of_one_member_and_of_whole_days(raw):
    """No line of the first day is cut off, so that no case is cut in two."""
    upload = next_in_queue(raw)
    member, day = upload["reporting_country"].iloc[0], upload["report_date"].min()
    own = raw[raw["reporting_country"].eq(member) & raw["report_date"].ge(day)]
    assert upload["reporting_country"].nunique() == 1
    assert len(upload) == len(own) >= 400
    assert upload.index.tolist() == list(range(len(upload)))


@pytest.mark.parametrize("seed", [61, 62, 63])
def test_an_upload_has_something_to_decide_on_every_world(seed):
    """It breaks the two rules that the unit teaches, and enough other lines are doubtful."""
    upload = next_in_queue(make_world(seed, tables=["seizures_raw"]).tables["seizures_raw"])
    found = validate(upload.drop_duplicates())
    assert {"report_before_seizure", "personal_detail"} <= set(found["rule"])
    assert found.loc[found["rule"].ne("label"), "row"].nunique() >= 28


def test_the_order_of_the_extract_changes_nothing_but_the_order_of_a_day(raw):
    """The upload is chosen by the days of the reports."""
    turned = next_in_queue(raw.iloc[::-1])
    assert sorted(turned["case_id"]) == sorted(next_in_queue(raw)["case_id"])


def test_too_large_an_upload_is_refused_with_a_sentence(raw):
    """The message says what was expected."""
    with pytest.raises(ExtractError, match="No Member has 100000 lines in a row"):
        next_in_queue(raw, lines=100_000)
    with pytest.raises(ExtractError, match="next_in_queue was given a list"):
        next_in_queue([1])
