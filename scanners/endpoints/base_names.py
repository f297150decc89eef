"""Names of what stands in front of paths: a base address."""

from __future__ import annotations

from auditor.model.pattern import lazy
from scanners.routing.shapes import words

_BASES = frozenset({
    "api", "base", "url", "uri", "urls", "endpoint", "host", "hostname", "origin", "server", "backend", "gateway", "root",
    "prefix", "domain", "env", "baseurl", "apiurl", "apibase", "basepath", "apihost", "apiendpoint", "baseuri",
})  # fmt: skip
_OWN = frozenset({"api", "base", "server", "backend", "gateway", "host", "origin", "root", "domain"})
_CONFIGURATION = lazy(r"(?i)config|env|setting|const|options|axios|\bapi\b|^this\.|^window\.|^import\.")


def is_base(name: str) -> bool:
    """Whether a name that nobody defines here is called like what stands in front of paths."""
    return bool(_BASES.intersection(words(name.rsplit(".", 1)[-1])))


def is_base_member(name: str) -> bool:
    """`config.url` and `settings.apiUrl`, but not the `pdfUrl` of some record."""
    return is_base(name) and bool(_CONFIGURATION.search(name) or _OWN.intersection(words(name.rsplit(".", 1)[-1])))


_PERSON = lazy(r"(?i)(^|_)(user|customer|client|member|account|owner|guest|patient|student|employee|driver)_?id$")


def names_person(name: str) -> bool:
    """`USER_ID = "u1"`: a person that stands in the code for whoever will be logged in."""
    return _PERSON.search(name) is not None
