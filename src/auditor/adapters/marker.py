"""The keyed hash that stands for a secret: equal secrets are equal, and without the key nothing can be guessed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from auditor.adapters.cache import private_folder
from auditor.errors import ConfigError

KEY_VARIABLE = "AUDITOR_KEY"
"""For CI, where no state folder survives: 64 hexadecimal digits, the same on every runner."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyedMarker:
    """BLAKE2b with a key of this installation."""

    key: bytes = field(repr=False)

    def __call__(self, secret: bytes) -> str:
        """Hex digest, 32 characters."""
        return hashlib.blake2b(secret, key=self.key, digest_size=16).hexdigest()


def installation_marker(folder: Path, environment: Mapping[str, str]) -> KeyedMarker:
    """The marker whose key lies in a state folder; made at first use, mode 0600.

    Raises:
        ConfigError: the variable or the key file holds no key.
    """
    if given := environment.get(KEY_VARIABLE, ""):
        return KeyedMarker(_key(given, f"the variable {KEY_VARIABLE}"))
    path = private_folder(folder) / "key"
    with suppress(FileNotFoundError):
        return KeyedMarker(_key(path.read_text(encoding="ascii").strip(), str(path)))
    # Whole or not at all: half a key on a full disk would stand in the way for ever, and of two programs the first wins.
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(os.urandom(_BYTES).hex() + "\n")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return KeyedMarker(_key(path.read_text(encoding="ascii").strip(), str(path)))


def _key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise ConfigError(f"{where} holds no key: {_BYTES * 2} hexadecimal digits are expected")
    return key
