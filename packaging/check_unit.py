#!/usr/bin/env python3
"""The shipped unit is well-formed and stays hardened: packaging/check_unit.py UNIT [SOCKET]

It asks systemd-analyze, without a running system, and lists everything that is missing. Then it takes out
each line of the hardening, one after the other, and fails when the check would not have noticed.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
MOST_EXPOSURE = 1.3  # of 10

# What systemd-analyze would like as well, and why a server cannot have it. Names that it gives its findings.
NEEDED = {
    "RootDirectoryOrRootImage": "the program and its configuration are the host's",
    "RestrictAddressFamilies_AF_INET_INET6": "it serves the network",
    "RestrictAddressFamilies_AF_UNIX": "sd_notify and the admin socket",
    "RestrictAddressFamilies_AF_NETLINK": "it tells its own addresses",
    "PrivateNetwork": "it serves the network",
    "IPAddressDeny": "which addresses are the school's is not known here",
    "ProcSubset": "it reads the id of this boot, in /proc/sys",
    "DeviceAllow": "ProtectClock= itself allows reading the clock",
}

# What systemd-analyze does not look at.
UNMEASURED = [
    "Restart=always",
    "RestartPreventExitStatus=2 65 77 78",
    "WatchdogSec=60",
    "User=lectern",
    "Group=lectern",
    "StateDirectoryMode=0700",
    "AmbientCapabilities=",
    "SystemCallErrorNumber=EPERM",
    "AppArmorProfile=-lectern",
]


# What the socket must not lose: the story in tests/system shows what happens otherwise.
SOCKET = [
    "BindsTo=lectern.service",
    "StartLimitIntervalSec=0",
    "ReusePort=yes",
    "TriggerLimitIntervalSec=0",
]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def well_formed(folder, units):
    """What systemd-analyze says of the files. /bin/true stands in for programs that are not here."""
    paths = []
    for unit in units:
        text = re.sub(r"/usr/bin/[\w-]+", "/bin/true", unit.read_text())
        path = folder / unit.name
        path.write_text(re.sub(r"(?m)^Documentation=.*\n", "", text))
        paths.append(str(path))
    said = run("systemd-analyze", "verify", "--man=no", *paths).stderr
    names = [unit.name for unit in units]
    return [line for line in said.splitlines() if any(name in line for name in names)]


def hardening(folder, text):
    """What is missing of the hardening, by name."""
    missing = [f"the line {line}" for line in UNMEASURED if line not in text.splitlines()]
    path = folder / "analysed" / "lectern.service"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("/usr/bin/lectern", "/bin/true"))
    said = run("systemd-analyze", "security", "--offline=yes", "--json=short", "--no-pager", str(path))
    findings = json.loads(said.stdout)
    if len(findings) < 70:
        missing.append(f"only {len(findings)} findings of systemd-analyze, about 80 were expected")
    for finding in findings:
        if finding["exposure"] and finding["json_field"] not in NEEDED:
            missing.append(f"{finding['name']}: {finding['description']}")
    said = run("systemd-analyze", "security", "--offline=yes", "--no-pager", str(path))
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said.stdout)
    if exposure is None:
        return missing + ["systemd-analyze tells no exposure"], None
    if float(exposure[1]) > MOST_EXPOSURE:
        missing.append(f"the exposure is {exposure[1]}, at most {MOST_EXPOSURE} is allowed")
    return missing, float(exposure[1])


def hardening_lines(text):
    """The settings from "# Hardening" to the end of their section."""
    section = text.split("# Hardening.", 1)[1].split("\n[", 1)[0]
    return [line for line in section.splitlines() if re.match(r"[A-Z]\w+=", line)]


def main():
    units = [Path(argument) for argument in sys.argv[1:]]
    if run("sh", "-c", "command -v systemd-analyze").returncode != 0:
        print("skipped: no systemd-analyze on this machine")
        return SKIPPED
    text = units[0].read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        faults = well_formed(folder, units)
        missing, exposure = hardening(folder, text)
        faults += missing
        lines = hardening_lines(text)
        if len(lines) < 25:
            faults.append(f"only {len(lines)} lines of hardening")
        for line in lines:
            without = text.replace(f"\n{line}\n", "\n", 1)
            if not hardening(folder, without)[0]:
                faults.append(f"nothing would notice that this line is missing: {line}")
    for unit in units[1:]:
        faults += [f"{unit.name} lacks the line {line}" for line in SOCKET
                   if line not in unit.read_text().splitlines()]
    for fault in faults:
        print(f"{units[0].name}: {fault}", file=sys.stderr)
    print(f"exposure {exposure}; {len(lines)} lines of hardening were taken out, one by one")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
