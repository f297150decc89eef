"""The outbox: a folder of .eml files, exactly the bytes that another transport would hand over."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from auditor.model.delivery import DeliveryKey, Envelope, SendResult, Sent


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes mails as files; private, and a file is there whole or not at all."""

    folder: Path
    name = "outbox"

    def send(self, envelope: Envelope) -> Sent:
        """Write the file."""
        path = self.path(envelope.key)
        waiting = path.with_name(f".{path.name}.part")
        try:
            for folder in (self.folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.chmod(0o700)
            waiting.unlink(missing_ok=True)
            handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, 0o600)
                file.write(envelope.content)
                file.flush()
                os.fsync(handle)
            waiting.replace(path)
            _sync(path.parent)
        except OSError as error:
            return Sent(SendResult.FAILED, error=f"{path}: {error.strerror}")
        return Sent(SendResult.SENT, message_id=path.name)

    def evidence(self, envelope: Envelope) -> Sent:
        """Whether an interrupted mail is there: a folder, unlike a server, can be asked."""
        try:
            there = self.path(envelope.key).read_bytes() == envelope.content
        except OSError:
            there = False
        if there:
            return Sent(SendResult.SENT, message_id=self.path(envelope.key).name)
        return Sent(SendResult.FAILED, error="the program died before the file was written")

    def path(self, key: DeliveryKey) -> Path:
        """Where the mail of a key lies."""
        shown = re.sub(r"[^A-Za-z0-9@._+-]", "_", f"{key.report}--{key.recipient}--{key.edition}")[:180]
        if shown != f"{key.report}--{key.recipient}--{key.edition}":
            shown += "--" + hashlib.sha256(str(key).encode()).hexdigest()[:8]
        return self.folder / re.sub(r"[^0-9A-Za-z-]", "_", key.period) / f"{shown}.eml"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
