#!/usr/bin/env python3
"""What monitors a box asks for figures and words that the program has: packaging/monitoring/check.py

A renamed metric would leave an alert silent for ever, which nobody notices.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def known_metrics():
    source = (ROOT / "app/metrics.cpp").read_text()
    names = re.findall(r'[.](?:gauge|counter|add)\("(\w+)"', source)
    return {name if name.startswith("process_") else "lectern_" + name for name in names}


def main():
    faults = []
    known = known_metrics()
    if len(known) < 20:
        faults.append(f"only {len(known)} metrics were found in app/metrics.cpp")
    json.loads((HERE / "dashboard.json").read_text())
    for name in ("alerts.yml", "dashboard.json"):
        asked = set(re.findall(r"\b(?:lectern|process)_\w+", (HERE / name).read_text()))
        if not asked:
            faults.append(f"{name} asks for nothing")
        faults += [f"{name}: there is no metric {metric}" for metric in sorted(asked - known)]
    operations = (ROOT / "docs/operations.md").read_text()
    sections = re.findall(r'runbook: operations.md, "(.+)"', (HERE / "alerts.yml").read_text())
    faults += [f'docs/operations.md has no section "{section}"' for section in sorted(set(sections))
               if f"\n## {section}\n" not in operations]
    words = re.search(r"failregex = \^\.\*(.+ )<HOST>", (ROOT / "packaging/fail2ban/lectern.conf").read_text())
    if words is None or words[1] not in (ROOT / "lib/http/serving/dispatcher.cpp").read_text():
        faults.append("packaging/fail2ban/lectern.conf looks for words that nothing logs")
    if shutil.which("promtool"):
        said = subprocess.run(["promtool", "check", "rules", str(HERE / "alerts.yml")], check=False)
        if said.returncode != 0:
            faults.append("promtool refuses alerts.yml")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
