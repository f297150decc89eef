"""Line hashes as GitHub computes them, checked against a second, literal implementation of the rolling window."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.steps.neighbours import line_hashes


def rolling(text: str) -> dict[int, str]:
    """The window of 100 characters moved over the text one character at a time."""
    window, marks = [0] * 100, [-1] * 100
    value, index, line, at_start, after_cr = 0, 0, 0, True, False
    counts: dict[str, int] = {}
    found: dict[int, str] = {}

    def put_out() -> None:
        word = f"{value:x}"
        counts[word] = counts.get(word, 0) + 1
        found[marks[index]] = f"{word}:{counts[word]}"
        marks[index] = -1

    def push(code: int) -> None:
        nonlocal value, index
        value = (value * 37 + code - pow(37, 100) * window[index]) % (1 << 64)
        window[index] = code
        index = (index + 1) % 100

    for read in [*map(ord, text), 65535]:
        if read in {32, 9} or (after_cr and read == 10):
            after_cr = False
            continue
        after_cr = read == 13
        code = 10 if read == 13 else read
        if marks[index] != -1:
            put_out()
        if at_start:
            at_start = False
            line += 1
            marks[index] = line
        at_start = code == 10
        push(code)
    for _ in range(100):
        if marks[index] != -1:
            put_out()
        push(0)
    return found


@given(st.text(alphabet="ab \t\n", max_size=400))
def test_every_line_has_the_hash_of_the_rolling_window(text: str) -> None:
    of = line_hashes([part.encode() for part in text.split("\n")])
    assert {line: of(line) for line in rolling(text)} == rolling(text)


def test_line_ends_and_indentation_take_no_part() -> None:
    plain = line_hashes(b"if x:\n    y\n".split(b"\n"))
    other = line_hashes(b"if x:\r\n\ty\r\n".split(b"\n"))
    assert (plain(1), plain(2)) == (other(1), other(2))
