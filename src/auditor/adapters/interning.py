"""Calls for other processes without sending the same large tuple again and again.

Every job of a scanner carries the same tuple of rule cards. It is pickled once, sent once to each worker, and named by a
number from then on.
"""

from __future__ import annotations

import io
import pickle
from multiprocessing.reduction import ForkingPickler
from typing import Any

LONG = 16
"""Elements from which a tuple is worth a number of its own."""


class Sender:
    """The side that sends. Keeps the tuples alive, because their identity is their name."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._parts: list[tuple[object, bytes]] = []

    def number(self, value: tuple[Any, ...]) -> int:
        """Number of a tuple; pickles it at first sight."""
        found = self._numbers.get(id(value))
        if found is None:
            found = self._numbers[id(value)] = len(self._parts)
            self._parts.append((value, bytes(ForkingPickler.dumps(value))))
        return found

    def message(self, value: object, sent: set[int]) -> bytes:
        """The pickled value with those parts that are not in `sent`, which is brought up to date."""
        stream = io.BytesIO()
        pickler = _Pickler(stream, self)
        pickler.dump(value)
        fresh = [(number, self._parts[number][1]) for number in sorted(pickler.used - sent)]
        sent |= pickler.used
        return pickle.dumps((fresh, stream.getvalue()))


class Receiver:
    """The side that receives."""

    def __init__(self) -> None:
        self._parts: dict[int, object] = {}

    def value(self, message: bytes) -> Any:
        """The value, with parts put in."""
        fresh, content = pickle.loads(message)  # noqa: S301  from the parent process, over a private pipe
        for number, part in fresh:
            self._parts[number] = pickle.loads(part)  # noqa: S301
        return _Unpickler(io.BytesIO(content), self._parts).load()


class _Pickler(ForkingPickler):
    def __init__(self, stream: io.BytesIO, sender: Sender) -> None:
        super().__init__(stream)
        self._sender = sender
        self.used: set[int] = set()

    def persistent_id(self, value: object) -> int | None:
        """Number of a long tuple; None: pickle it as usual."""
        if type(value) is tuple and len(value) >= LONG:
            number = self._sender.number(value)
            self.used.add(number)
            return number
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, parts: dict[int, object]) -> None:
        super().__init__(stream)
        self._parts = parts

    def persistent_load(self, number: int) -> object:
        """The part of that number."""
        return self._parts[number]
