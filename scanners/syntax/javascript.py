"""JavaScript, TypeScript, JSX and Apps Script as the small tree, by tree-sitter; broken code gives what can be read."""

from __future__ import annotations

from collections.abc import Mapping

from scanners.syntax import javascript_expressions as e
from scanners.syntax import javascript_statements as s
from scanners.syntax import tree as t
from scanners.syntax.lowering import Lowering, Rule, field_of, text_in


def parse_javascript(path: str, source: bytes, *, first_line: int = 1, dialect: str = "") -> t.Module:
    """The tree of a file, or of a script that begins at `first_line` of a page.

    `dialect`: `ts`, `tsx`, or empty for JavaScript with JSX; by the file's name where it is not said.
    """
    import tree_sitter

    parser = tree_sitter.Parser(tree_sitter.Language(_grammar(dialect or _dialect(path))))
    root = parser.parse(source).root_node
    return t.Module(path, "javascript", Lowering(first_line, _RULES).block(root))


def _dialect(path: str) -> str:
    if path.endswith((".ts", ".mts", ".cts")):
        return "ts"
    return "tsx" if path.endswith(".tsx") else ""


def _grammar(dialect: str) -> object:
    if dialect:
        import tree_sitter_typescript

        return (
            tree_sitter_typescript.language_tsx() if dialect == "tsx" else tree_sitter_typescript.language_typescript()
        )
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


_RULES: Mapping[str, Rule] = {
    "identifier": e.identifier, "this": e.identifier, "super": e.identifier, "undefined": e.identifier, "property_identifier": e.identifier,
    "shorthand_property_identifier": e.identifier, "private_property_identifier": e.identifier, "type_identifier": e.identifier,
    "import": e.identifier, "string": e.string, "template_string": e.template, "number": e.number,
    "true": lambda lo, n: t.Const(lo.line(n), True),
    "false": lambda lo, n: t.Const(lo.line(n), False),
    "null": lambda lo, n: t.Const(lo.line(n), None),
    "regex": lambda lo, n: t.Regex(lo.line(n), text_in(p) if (p := field_of(n, "pattern")) is not None else ""),
    "member_expression": e.member, "subscript_expression": e.subscript, "call_expression": e.call,
    "new_expression": e.call, "binary_expression": e.binary, "unary_expression": e.unary,
    "ternary_expression": e.ternary, "assignment_expression": e.assignment,
    "augmented_assignment_expression": e.assignment, "variable_declarator": e.declarator,
    "enum_declaration": e.enum,
    "array": lambda lo, n: t.Items(lo.line(n), lo.block(n)),
    "array_pattern": lambda lo, n: t.Items(lo.line(n), e.with_holes(lo, n)),
    "sequence_expression": lambda lo, n: t.Unknown(lo.line(n), lo.block(n)),
    "object": e.object_literal, "object_pattern": e.object_literal,
    "spread_element": lambda lo, n: t.Spread(lo.line(n), e.single(lo, n)),
    "rest_pattern": lambda lo, n: t.Spread(lo.line(n), e.single(lo, n)),
    "assignment_pattern": lambda lo, n: lo.node(left) if (left := field_of(n, "left")) is not None else t.Unknown(0),
    "arrow_function": s.function_definition, "function_expression": s.function_definition, "function_declaration": s.function_definition,
    "generator_function": s.function_definition, "generator_function_declaration": s.function_definition, "function": s.function_definition,
    "method_definition": s.method, "field_definition": s.field_definition,
    "public_field_definition": s.field_definition, "class_declaration": s.class_definition, "class": s.class_definition,
    "abstract_class_declaration": s.class_definition, "if_statement": s.if_statement, "switch_statement": s.switch_statement,
    "for_in_statement": s.for_in_loop, "for_statement": s.for_loop, "while_statement": s.while_loop, "do_statement": s.while_loop,
    "try_statement": s.try_statement, "import_statement": s.import_statement, "export_statement": s.export_statement,
    "return_statement": lambda lo, n: t.Return(lo.line(n), s.last(lo, n)),
    "throw_statement": lambda lo, n: t.Raise(lo.line(n), s.last(lo, n)),
    "await_expression": e.single, "parenthesized_expression": e.single, "non_null_expression": e.single,
    "as_expression": e.single, "satisfies_expression": e.single, "expression_statement": e.single,
    "decorator": e.single, "jsx_expression": e.single,
    "variable_declaration": s.statements, "lexical_declaration": s.statements, "statement_block": s.statements,
}  # fmt: skip
