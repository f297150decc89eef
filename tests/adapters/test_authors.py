"""One person under several names and addresses."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.authors import by_person


def test_a_login_in_an_address_of_github_ties_a_name_to_another_address() -> None:
    commits = {("42+dreyes@users.noreply.github.com", "Dana Reyes"): 6, ("dana@example.com", "dreyes"): 4}
    assert by_person(commits) == {"Dana Reyes": 10}


def test_one_name_is_one_person_even_where_it_is_not_the_one_used_most() -> None:
    commits = {("a@example.com", "Dana Reyes"): 6, ("a@example.com", "dr7"): 1, ("b@example.com", "DR7"): 4}
    assert by_person(commits) == {"Dana Reyes": 11}


def test_a_long_name_written_without_its_space_is_the_same_person() -> None:
    commits = {("dana@laptop.local", "Dana Reyes"): 6, ("42+DanaReyes@users.noreply.github.com", "DanaReyes"): 4}
    assert by_person(commits) == {"Dana Reyes": 10}
    short = {("a@example.com", "Al Ma"): 6, ("b@example.com", "Alma"): 4}
    assert by_person(short) == {"Al Ma": 6, "Alma": 4}


def test_names_that_a_computer_gave_tie_nobody() -> None:
    commits = {
        ("a@example.com", "Ada"): 6,
        ("a@example.com", "root"): 1,
        ("b@example.com", "root"): 1,
        ("b@example.com", "Bob"): 4,
    }
    assert by_person(commits) == {"Ada": 7, "Bob": 5}


def test_different_people_stay_apart() -> None:
    commits = {("1+ada@users.noreply.github.com", "Ada N"): 3, ("2+bob@users.noreply.github.com", "Bob"): 2}
    assert by_person(commits) == {"Ada N": 3, "Bob": 2}


@given(st.dictionaries(st.tuples(st.text(max_size=4), st.text(max_size=4)), st.integers(1, 9), max_size=8))
def test_no_commit_is_lost(commits: dict[tuple[str, str], int]) -> None:
    assert sum(by_person(commits).values()) == sum(commits.values())
