"""Pictures of rendered pages and mails, as a reader sees them, with a headless Chromium.

Use: `python benchmarks/reports/picture.py reports/2026-10/ceo.html docs/images/ceo-report.png --width 640 --height 1500`;
`--dark` shows the dark colours. Needs Chromium and Pillow (which comes with the extra `pdf`).
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

CHROMIUM = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--allow-file-access-from-files",
)  # fmt: skip


def picture(source: Path, target: Path, *, width: int, height: int, dark: bool) -> None:
    """A narrow window is an iframe: Chromium's own window is never narrower than 500 pixels."""
    from PIL import Image

    html = source.read_text(encoding="utf-8")
    if dark:
        html = html.replace("prefers-color-scheme:dark", "min-width:1px")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "page.html").write_text(html, encoding="utf-8")
        frame = f'<body style="margin:0"><iframe src="page.html" style="border:0;width:{width}px;height:{height}px"></iframe>'
        (place / "frame.html").write_text(frame, encoding="utf-8")
        shot = place / "shot.png"
        size = f"--window-size={max(width, 500)},{height}"
        command = [
            *CHROMIUM,
            size,
            f"--user-data-dir={place / 'user'}",
            f"--screenshot={shot}",
            str(place / "frame.html"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        image = Image.open(shot).convert("RGB").crop((0, 0, width, height))
        image.save(target, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=1500)
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    picture(given.source, given.target, width=given.width, height=given.height, dark=given.dark)


if __name__ == "__main__":
    main()
