"""A report's PDF through Typst: tagged (PDF/UA-1), the same bytes on every machine, in some hundredths of a second."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from typst import Compiler

_KEPT = 64
"""PDFs held for a second use in one run (files, then attachments)."""
_NO_GLYPH = "could not be displayed"
"""What Typst says of text that no font has, where PDF/UA is asked for."""


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

        Writing that the shipped fonts do not have (Chinese, emoji) is looked for in the fonts of this machine; where
        none has it, the PDF shows empty boxes and does not call itself PDF/UA.

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
        try:
            return _compiled(self._shipped_only, sheet)
        except TypstError as error:
            if _NO_GLYPH not in str(error):
                raise ConfigError(f"{self._template.name}: the sheet cannot be set: {error}") from error
        try:
            return _compiled(self._with_system_fonts, sheet)
        except TypstError:
            return _compiled(self._with_system_fonts, sheet, accessible=False)

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


def _compiled(compiler: Compiler, sheet: str, *, accessible: bool = True) -> bytes:
    content = compiler.compile(format="pdf", sys_inputs={"sheet": sheet}, pdf_standards=["ua-1"] if accessible else [])
    assert isinstance(content, bytes)
    return content
