"""What the parts of an evaluator of router expressions need of each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from scanners.routing.values import (
    Cond,
    Frame,
    Value,
)
from scanners.syntax import tree as t

if TYPE_CHECKING:
    from scanners.routing.interpreter import Interpreter


class Evaluator(ABC):
    """Evaluates expressions for one interpreter."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.run = interpreter
        self._constants: dict[tuple[str, str], Value | None] = {}

    @abstractmethod
    def value(self, node: t.Node, frame: Frame) -> Value | None:
        """What an expression stands for; None where it cannot be said."""

    @abstractmethod
    def condition(self, node: t.Node, frame: Frame) -> Cond:
        """What follows for the route when a test holds, and when it does not."""
