"""Accessibility of rendered pages with axe-core in a headless Chromium; prints every violation, exit code 1 if any.

Use: `npm pack axe-core`, unpack it, then `python benchmarks/reports/axe.py package/axe.min.js reports/2026-10/*.html`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

RUN = """<script>%s</script><script>axe.run(document,{resultTypes:['violations','incomplete']}).then(r=>{
document.body.innerHTML='<pre id="axe">'+JSON.stringify(r.violations.map(v=>({id:v.id,impact:v.impact,help:v.help,
nodes:v.nodes.slice(0,3).map(n=>n.html.slice(0,200))}))).replace(/&/g,'&amp;').replace(/</g,'&lt;')+'</pre>'})</script>"""
CHROMIUM = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=20000", "--dump-dom",
)  # fmt: skip


def violations(page: Path, axe: str) -> list[dict[str, object]]:
    html = page.read_text(encoding="utf-8")
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "page.html"
        copy.write_text(html.replace("</body>", RUN % axe + "</body>"), encoding="utf-8")
        done = subprocess.run(
            [*CHROMIUM, f"--user-data-dir={folder}/user", copy.as_uri()], capture_output=True, timeout=120, check=False
        )
    found = re.search(r'<pre id="axe">(.*?)</pre>', done.stdout.decode(errors="replace"), re.DOTALL)
    if found is None:
        raise SystemExit(f"{page}: axe did not finish")
    result: list[dict[str, object]] = json.loads(
        found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )
    return result


def main() -> None:
    axe = Path(sys.argv[1]).read_text(encoding="utf-8")
    count = 0
    for name in sys.argv[2:]:
        found = violations(Path(name), axe)
        count += len(found)
        print(f"{name}: {len(found)} violations")
        for violation in found:
            print(f"  {violation['impact']} {violation['id']}: {violation['help']}")
            for node in violation["nodes"]:  # type: ignore[attr-defined]
                print(f"    {node}")
    raise SystemExit(1 if count else 0)


if __name__ == "__main__":
    main()
