"""What stands as validation of a request's body: a model, a schema, a refusal of what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.pattern import lazy
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

NONE = "none"
NO_BODY = "no body"
_VALIDATORS = lazy(
    r"(?i)(^|\.)(validate\w*|jsonschema\.\w+|parse_obj|parse_raw|model_validate(_json)?|safeParse(Async)?|validateAsync|"
    r"validationResult|check_required\w*|require_fields?|required_fields|load_schema|validate_on_submit|is_valid|celebrate|isEmail|isLength|notEmpty|isInt|isISO8601|isMongoId|"
    r"validator|event_parser|checkSchema|assert_valid\w*)$"
)
_NOT_THE_BODY = lazy(r"(?i)token|jwt|auth|session|signature|user$|password$")
_BAD_REQUEST = lazy(r"(?i)bad_?request|HTTP_400|HTTP_422|ValidationError")
_MODELS = lazy(r"(BaseModel|SQLModel|Schema|TypedDict|Struct)$")


def evidence(statements: Iterable[t.Node], scope: Scope, program: Program, depth: int = 0) -> str:
    """The first evidence in statements and in our functions called by them; `none` when there is none."""
    for node in t.walk(*statements):
        if isinstance(node, t.Function):
            model = _model(node, scope, program)
            if model:
                return model
        elif isinstance(node, t.If) and _rejects(node.body):
            return f"400 at {scope.path}:{node.line}"
        elif isinstance(node, t.Call):
            found = _call(node, scope, program, depth)
            if found != NONE:
                return found
    return NONE


def _call(node: t.Call, scope: Scope, program: Program, depth: int) -> str:
    name = called(node)
    if _VALIDATORS.search(name) and not _NOT_THE_BODY.search(name):
        return f"{name}() at {scope.path}:{node.line}"
    if depth < 2 and isinstance(node.func, t.Name):
        found = program.resolve(scope, node.func.id)
        if isinstance(found, Found) and isinstance(found.node, t.Function):
            return evidence(found.node.body, found.module, program, depth + 1)
    return NONE


def _rejects(body: tuple[t.Node, ...]) -> bool:
    if len(body) > 3:
        return False
    for node in t.walk(*body):
        if isinstance(node, t.Const) and node.value in {400, 422, "400"} and not isinstance(node.value, bool):
            return True
        if isinstance(node, (t.Name, t.Attr)) and _BAD_REQUEST.search(
            node.id if isinstance(node, t.Name) else node.name
        ):
            return True
    return False


def _model(function: t.Function, scope: Scope, program: Program) -> str:
    """A parameter typed by a model class of ours (FastAPI, Powertools with validation), or a validating decorator."""
    for param in function.params:
        for part in t.walk(param.annotation) if param.annotation is not None else ():
            name = t.dotted(part)
            found = program.resolve(scope, name.split(".")[0]) if name else None
            if isinstance(found, Found) and isinstance(found.node, t.Class) and is_model(found, program):
                return f"model {name.rsplit('.', 1)[-1]}"
    for decorator in function.decorators:
        if isinstance(decorator, t.Call) and _VALIDATORS.search(called(decorator)):
            return f"@{called(decorator)}"
    return ""


def is_model(found: Found, program: Program, depth: int = 0) -> bool:
    """Whether a class is a pydantic model or the like."""
    if not isinstance(found.node, t.Class):
        return False
    for base in found.node.bases:
        name = t.dotted(base)
        if _MODELS.search(name):
            return True
        inner = program.resolve(found.module, name) if name and depth < 4 else None
        if isinstance(inner, Found) and is_model(inner, program, depth + 1):
            return True
    return any(t.dotted(d).endswith("dataclass") for d in found.node.decorators)
