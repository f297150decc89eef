"""The language of Terraform, as far as values go: blocks, attributes and expressions, read without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from auditor.model.pattern import lazy
from scanners.endpoints.declarations.hcl_tree import Apply, For, HclBlock, HclError, ListOf, MapOf, On, Ref, Template

_TOKEN = lazy(
    r"(?P<space>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)|(?P<line>\n)|(?P<heredoc><<-?[ \t]*(?P<mark>\w+)[ \t]*\n)|"
    r"(?P<quote>\")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<op>\.\.\.|=>|==|!=|<=|>=|&&|\|\||[-{}\[\]()=,:?.!+*/%<>])"
)
_DEEPEST = 40
_DEEPEST_STRING = 12


class Token(NamedTuple):
    """One word of the source; `value` of a string is a `Template`."""

    kind: str
    value: object
    line: int


def tokens(source: str, start: int = 0, line: int = 1, level: int = 0) -> tuple[list[Token], int, int]:
    """(tokens, where they end, on which line); at a level above 0 up to the brace that closes an interpolation."""
    if level > _DEEPEST_STRING:
        raise HclError("nested too deep")
    found: list[Token] = []
    depth = 0
    position = start
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise HclError(f"line {line}")
        kind = match.lastgroup or ""
        text = match.group()
        if match.group("heredoc"):
            body, position = _heredoc(source, match.end(), match.group("mark"))
            found.append(Token("string", _template(body), line))
            line += source.count("\n", match.start(), position)
            continue
        if kind == "quote":
            begun = line
            template, position, line = _string(source, match.end(), line, level)
            found.append(Token("string", template, begun))
            continue
        if level and kind == "op":
            depth += (text == "{") - (text == "}")
            if depth < 0:
                return found, match.end(), line
        if kind == "line":
            found.append(Token("line", text, line))
        elif kind != "space":
            found.append(Token(kind, text, line))
        line += text.count("\n")
        position = match.end()
    return found, position, line


def _heredoc(source: str, start: int, mark: str) -> tuple[str, int]:
    end = start
    while end < len(source):
        stop = source.find("\n", end)
        stop = len(source) if stop < 0 else stop
        if source[end:stop].strip() == mark:
            return source[start:end], stop
        end = stop + 1
    return source[start:], len(source)


def _string(source: str, start: int, line: int, level: int) -> tuple[Template, int, int]:
    parts: list[object] = []
    text: list[str] = []
    position = start
    while position < len(source):
        char = source[position]
        if char == '"':
            parts.append("".join(text))
            return Template(tuple(p for p in parts if p != "")), position + 1, line
        if char == "\\":
            text.append(
                {"n": "\n", "t": "\t"}.get(source[position + 1 : position + 2], source[position + 1 : position + 2])
            )
            position += 2
        elif source.startswith(("$${", "%%{"), position):
            text.append(source[position + 1 : position + 3])
            position += 3
        elif source.startswith(("${", "%{"), position):
            inner, position, line = tokens(source, position + 2, line, level + 1)
            parts.append("".join(text))
            text = []
            parts.append(Parser(inner).whole() if char == "$" else None)
        else:
            line += char == "\n"
            text.append(char)
            position += 1
    raise HclError(f"line {line}: a string without an end")


def _template(body: str) -> Template:
    """A heredoc: its interpolations are of no use here."""
    return Template((body,)) if "${" not in body else Template((None,))


class Parser:
    """Reads tokens as blocks or as an expression."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.at = 0
        self.depth = 0

    def peek(self) -> Token:
        """The next token; `end` behind the last."""
        return self.found[self.at] if self.at < len(self.found) else Token("end", "", 0)

    def take(self, value: str = "") -> Token:
        """The next token, which must be `value`."""
        token = self.peek()
        if value and (token.value != value or token.kind == "string"):
            raise HclError(f"line {token.line}: {value} expected")
        self.at += 1
        return token

    def is_next(self, *values: str) -> bool:
        """Whether the next token is one of these signs or words."""
        token = self.peek()
        return token.kind != "string" and token.value in values

    def lines(self) -> None:
        """Over ends of lines."""
        while self.peek().kind == "line":
            self.at += 1

    def whole(self) -> object:
        """One expression, and nothing after it."""
        self.lines()
        found = self.expression()
        self.lines()
        if self.peek().kind != "end":
            raise HclError(f"line {self.peek().line}")
        return found

    def body(self, block: HclBlock) -> HclBlock:
        """Attributes and blocks up to the closing brace or the end."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise HclError("nested too deep")
        self.lines()
        while not self.is_next("}") and self.peek().kind != "end":
            name = self.take()
            if self.is_next("=", ":"):
                self.take()
                self.lines()
                key = "".join(map(str, name.value.parts)) if isinstance(name.value, Template) else str(name.value)
                block.attributes[key] = self.expression()
            else:
                labels: list[str] = []
                while not self.is_next("{"):
                    label = self.take()
                    if label.kind not in {"string", "name"}:
                        raise HclError(f"line {label.line}")
                    labels.append(
                        "".join(map(str, label.value.parts)) if isinstance(label.value, Template) else str(label.value)
                    )
                self.take("{")
                block.blocks.append(self.body(HclBlock(str(name.value), tuple(labels), name.line)))
                self.take("}")
            self.lines()
        self.depth -= 1
        return block

    def expression(self) -> object:
        """A condition, or less."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise HclError("nested too deep")
        test = self._operators()
        self._before("?")
        if self.is_next("?"):
            self.take()
            self.lines()
            then = self.expression()
            self.lines()
            self.take(":")
            self.lines()
            test = Apply("?", (test, then, self.expression()))
        self.depth -= 1
        return test

    def _before(self, *signs: str) -> None:
        """Over ends of lines, if one of the signs follows."""
        ahead = self.at
        while ahead < len(self.found) and self.found[ahead].kind == "line":
            ahead += 1
        if ahead < len(self.found) and self.found[ahead].kind == "op" and self.found[ahead].value in signs:
            self.at = ahead

    def _operators(self) -> object:
        """Operators from left to right: which binds closer matters for none of the values asked for here."""
        left = self._operand()
        self._before("&&", "||")
        while self.is_next("==", "!=", "&&", "||", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"):
            sign = str(self.take().value)
            self.lines()
            right = self._operators() if sign in {"&&", "||"} else self._operand()
            left = Apply(sign, (left, right))
            self._before("&&", "||")
        return left

    def _operand(self) -> object:
        token = self.take()
        found: object
        if token.kind == "string":
            found = token.value
        elif token.kind == "number":
            found = float(str(token.value)) if "." in str(token.value) else int(str(token.value))
        elif token.value in {"!", "-"}:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise HclError("nested too deep")
            inner = self._operand()
            self.depth -= 1
            return Apply(f"{token.value}1", (inner,))
        elif token.value == "(":
            self.lines()
            found = self.expression()
            self.lines()
            self.take(")")
        elif token.value == "[":
            found = self._list()
        elif token.value == "{":
            found = self._map()
        elif token.kind == "name":
            found = self._named(str(token.value))
        else:
            raise HclError(f"line {token.line}")
        return self._steps(found)

    def _named(self, name: str) -> object:
        words = {"true": True, "false": False, "null": None}
        if name in words:
            return words[name]
        if not self.is_next("("):
            return Ref(name)
        self.take()
        return Apply(name, tuple(self._listed(")")))

    def _listed(self, closing: str) -> Iterator[object]:
        self.lines()
        while not self.is_next(closing):
            yield self.expression()
            self.lines()
            if self.is_next(",", "..."):
                self.take()
                self.lines()
        self.take(closing)

    def _steps(self, found: object) -> object:
        steps: list[object] = []
        while self.is_next(".", "["):
            if self.take().value == ".":
                steps.append(str(self.take().value))
            elif self.is_next("*"):
                self.take()
                self.take("]")
                steps.append("*")
            else:
                self.lines()
                steps.append(On(self.expression(), ()))
                self.lines()
                self.take("]")
        if not steps:
            return found
        return Ref(found.name, tuple(steps)) if isinstance(found, Ref) else On(found, tuple(steps))

    def _list(self) -> object:
        self.lines()
        if self.is_next("for"):
            return self._for("]")
        return ListOf(tuple(self._listed("]")))

    def _map(self) -> object:
        self.lines()
        if self.is_next("for"):
            return self._for("}")
        pairs: list[tuple[object, object]] = []
        while not self.is_next("}"):
            token = self.peek()
            key = self.expression()
            if isinstance(key, Ref) and not key.steps and token.kind == "name":
                key = key.name
            self.lines()
            self.take("=" if self.is_next("=") else ":")
            self.lines()
            pairs.append((key, self.expression()))
            self.lines()
            if self.is_next(","):
                self.take()
                self.lines()
        self.take("}")
        return MapOf(tuple(pairs))

    def _for(self, closing: str) -> object:
        self.take("for")
        names = [str(self.take().value)]
        while self.is_next(","):
            self.take()
            names.append(str(self.take().value))
        self.take("in")
        self.lines()
        source = self.expression()
        self.lines()
        self.take(":")
        self.lines()
        key, value = None, self.expression()
        self.lines()
        if self.is_next("=>"):
            self.take()
            self.lines()
            key, value = value, self.expression()
            self.lines()
        if self.is_next("..."):
            self.take()
            self.lines()
        test = None
        if self.is_next("if"):
            self.take()
            self.lines()
            test = self.expression()
            self.lines()
        self.take(closing)
        return For(tuple(names), source, value, key, test)


def read_hcl(source: str) -> HclBlock:
    """The blocks of a file.

    Raises:
        HclError: it cannot be read.
    """
    return Parser(tokens(source)[0]).body(HclBlock("", (), 1))
