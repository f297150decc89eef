"""Expressions in CEL behind a few lines, because the package that evaluates them is young.

https://cel.dev; `cel-expr-python` is Google's C++ engine. Errors come back as values whose truth is True, so the type
of every result is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.errors import MissingExtraError, RuleError


class EvaluationError(Exception):
    """An expression had no answer for one resource; this is neither pass nor fail."""


class Engine:
    """Compiles expressions over one variable, `r`."""

    def __init__(self) -> None:
        """Load the engine; a missing package is said by the name of the extra."""
        try:
            from cel_expr_python import cel
        except ImportError as error:
            raise MissingExtraError("AWS checks need the extra `aws`: pip install 'auditor[aws]'") from error
        self._environment = cel.NewEnv(variables={"r": cel.Type.DYN})

    def compile(self, text: str) -> Expression:
        """Compile once.

        Raises:
            RuleError: not valid CEL; the message has the place.
        """
        try:
            return Expression(self._environment.compile(text.strip()))
        except RuntimeError as error:
            raise RuleError(f"not valid CEL: {' '.join(str(error).split())[:300]}") from None


class Expression:
    """A compiled expression."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled

    def value(self, resource: Mapping[str, Any]) -> Any:
        """Value for one resource, as plain Python.

        Raises:
            EvaluationError: the expression has no value here.
        """
        answer = self._compiled.eval(data={"r": resource})
        if answer.type().name() == "ERROR":
            raise EvaluationError(str(answer.value()))
        return answer.plain_value()

    def holds(self, resource: Mapping[str, Any]) -> bool:
        """Truth for one resource.

        Raises:
            EvaluationError: no value, or one that is neither true nor false.
        """
        truth = self.value(resource)
        if not isinstance(truth, bool):
            raise EvaluationError(f"the expression gives {type(truth).__name__}, not true or false")
        return truth
