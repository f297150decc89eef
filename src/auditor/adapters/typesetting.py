"""A report's PDF through Typst: tagged (PDF/UA-1), the same bytes on every machine, in some hundredths of a second."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from typst import Compiler, TypstError

_KEPT = 64
"""PDFs held for a second use in one run (files, then attachments)."""
_NO_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed")
"""What Typst says of text that no font has, where PDF/UA is asked for."""
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class Typesetter:
    """Sets sheets with one template; fonts are read once, and each sheet is set once.

    The template gets the sheet as JSON and prints strings as text, so nothing in them is markup. Its root is its own
    folder: it can read nothing else, and it imports no package.
    """

    def __init__(self, template: Path, fonts: Path) -> None:
        self._template = template
        self._fonts = fonts
        self._made: dict[bytes, bytes] = {}

    def pdf(self, sheet: str) -> bytes:
        """The sheet, given as JSON, as PDF.

        The shipped fonts hold Latin, Greek, Cyrillic, Arabic and Hebrew. Emoji are set as their names; other writing is
        looked for in the fonts of this machine, and what none of them has becomes an empty box.

        Raises:
            MissingExtraError: Typst is not installed.
            ConfigError: the template is wrong, or the logo is no picture.
        """
        key = hashlib.sha256(sheet.encode()).digest()
        if key not in self._made:
            if len(self._made) >= _KEPT:
                del self._made[next(iter(self._made))]
            self._made[key] = self._set(sheet)
        return self._made[key]

    def _set(self, sheet: str) -> bytes:
        try:
            from typst import TypstError
        except ImportError as error:
            raise MissingExtraError(f"PDF needs `pip install 'auditor[pdf]'`: {error}") from error
        fonts, given = self._shipped_only, sheet
        for instead in (_emoji_word, None, _box):
            try:
                return _compiled(fonts, given)
            except TypstError as error:
                missing = _without_glyph(error)
                if not missing:
                    raise ConfigError(f"{self._template.name}: the sheet cannot be set: {error}") from error
            if instead is None:
                fonts = self._with_system_fonts
            else:
                given = given.translate({ord(char): instead(char) for char in missing})
        return _compiled(fonts, given)

    @cached_property
    def _shipped_only(self) -> Compiler:
        return self._compiler(system=False)

    @cached_property
    def _with_system_fonts(self) -> Compiler:
        return self._compiler(system=True)

    def _compiler(self, *, system: bool) -> Compiler:
        from typst import Compiler, Fonts

        fonts = Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=[str(self._fonts)])
        return Compiler(str(self._template), root=str(self._template.parent), font_paths=fonts)


def _compiled(compiler: Compiler, sheet: str) -> bytes:
    content = compiler.compile(format="pdf", sys_inputs={"sheet": sheet}, pdf_standards=["ua-1"])
    assert isinstance(content, bytes)
    return content


def _without_glyph(error: TypstError) -> set[str]:
    """Characters that no font has; empty when the error is another one."""
    texts = (_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _NO_GLYPH.findall(error.diagnostic))
    return {char for text in texts for char in text}


def _emoji_word(char: str) -> str:
    """`[sailboat]`; nothing for what only joins or tints the sign before it; other writing stays."""
    kind, name = unicodedata.category(char), unicodedata.name(char, "")
    if kind in {"Cf", "Mn", "Me", "Sk"}:
        return ""
    return f"[{name.lower().removeprefix('regional indicator symbol letter ')}]" if kind == "So" and name else char


def _box(_: str) -> str:
    return "\N{WHITE SQUARE}"
