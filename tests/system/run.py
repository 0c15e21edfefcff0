#!/usr/bin/env python3
"""The life of a package on a box that boots: tests/system/run.py OLDER_PACKAGE PACKAGE [SUITE...]

One story a suite (bookworm and trixie); OLDER_PACKAGE is what is upgraded from. It closes as ctest does, so
that ./dev test can add it up. Needs root, mmdebstrap and systemd-nspawn.
"""

import json
import re
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from box import Box, Memory  # noqa: E402 (after the path)

FOLDER = Path(__file__).resolve().parents[2] / "build/system"
STEPS = []
ADMIN = {"username": "ellis", "password": "correct horse battery"}
CONFIG = "/etc/lectern/lectern.toml"
DROP_IN = "/etc/systemd/system/lectern.socket.d/listen.conf"


def step(function):
    STEPS.append(function)
    return function


def expect(condition, said):
    if not condition:
        raise AssertionError(said)


def restart(box):
    box.out_of("systemctl", "daemon-reload")
    box.run("systemctl", "reset-failed", "lectern.service", "lectern.socket")
    box.out_of("systemctl", "restart", "lectern.service")


def healthy(box, base="http://127.0.0.1"):
    return box.ask("/health", base=base)[0] == 200


def wait_healthy(box, base="http://127.0.0.1"):
    box.wait(f"{base} is healthy", lambda: healthy(box, base))


def install(box, package):
    name = f"/root/{package.name}"
    (box.root / name.lstrip("/")).write_bytes(package.read_bytes())
    return box.out_of("dpkg", "--install", name)


def sign_in(box):
    status, said = box.ask("/v1/logins", json.dumps(ADMIN))
    expect(status == 201, f"signing in: {status} {said}")


def mode_of(box, path):
    return box.out_of("stat", "--format=%a %U:%G", path)


@step
def installed_it_runs_without_privilege(box, packages):
    said = install(box, packages[0])
    expect("setup code" in said, f"the installation does not say how to go on:\n{said}")
    wait_healthy(box)
    expect(mode_of(box, CONFIG) == "640 root:lectern", mode_of(box, CONFIG))
    expect(mode_of(box, "/etc/lectern") == "2750 root:lectern", mode_of(box, "/etc/lectern"))
    expect(mode_of(box, "/var/lib/lectern") == "700 lectern:lectern", mode_of(box, "/var/lib/lectern"))
    status = box.out_of("cat", f"/proc/{box.property('MainPID')}/status")
    user = box.out_of("id", "--user", "lectern")
    expect(re.search(rf"(?m)^Uid:\s+{user}\s+{user}\s", status), "it does not run as the user lectern")
    expect(re.search(r"(?m)^CapEff:\s+0+$", status), "it has capabilities")
    expect(re.search(r"(?m)^NoNewPrivs:\s+1$", status), "it may get privileges")


@step
def the_unit_is_hardened_and_well_formed(box, _):
    said = box.out_of("systemd-analyze", "security", "--no-pager", "lectern.service")
    exposure = re.search(r"exposure level for lectern.service: ([0-9.]+)", said)
    expect(exposure and float(exposure[1]) <= 1.3, said)
    said = box.run("systemd-analyze", "verify", "lectern.service", "lectern.socket")[1]
    expect("lectern" not in said, said)
    said = box.run("apparmor_parser", "--skip-kernel-load", "--skip-cache", "/etc/apparmor.d/lectern")
    expect(said[0] == 0, said[1])
    return f"exposure {exposure[1]}"


@step
def the_setup_code_makes_the_school(box, _):
    code = re.search(r"setup code: ([A-Z0-9]{4}-[A-Z0-9]{4})", box.journal())
    expect(code, "no setup code in the journal:\n" + box.journal())
    status, said = box.ask("/v1/setup", json.dumps({
        "code": code[1], "organisation": {"name": "North School"}, "administrator": ADMIN}))
    expect(status == 201, f"setting up: {status} {said}")
    sign_in(box)


@step
def killed_it_comes_back_once(box, _):
    before = int(box.property("NRestarts"))
    killed = box.property("MainPID")
    box.out_of("systemctl", "kill", "--signal=KILL", "lectern.service")
    box.wait("another process serves", lambda: box.property("MainPID") not in ("0", killed))
    wait_healthy(box)
    restarts = int(box.property("NRestarts")) - before
    expect(restarts == 1, f"{restarts} restarts instead of one")
    sign_in(box)


@step
def killed_again_and_again_it_comes_back_for_its_clients(box, _):
    box.start("timeout", "30", "sh", "-c",
              "while :; do curl --silent --output /dev/null --max-time 5 http://127.0.0.1/health; done")
    for _again in range(6):  # systemd's limit for everything that restarts is five times in ten seconds
        killed = box.property("MainPID")
        box.out_of("systemctl", "kill", "--signal=KILL", "lectern.service")
        box.wait("another process serves", lambda: box.property("MainPID") not in ("0", killed))
        wait_healthy(box)
    sign_in(box)


@step
def what_root_left_unreadable_is_read(box, _):
    box.out_of("chown", "root:root", CONFIG)
    box.out_of("chmod", "600", CONFIG)
    restart(box)
    wait_healthy(box)
    expect(mode_of(box, CONFIG) == "640 root:lectern", mode_of(box, CONFIG))


@step
def a_wrong_configuration_is_not_tried_again(box, _):
    box.out_of("cp", "--preserve", CONFIG, "/root/good.toml")
    box.put(CONFIG, "lisen = 1\n")
    box.run("systemctl", "restart", "lectern.service")
    box.wait("it has failed", lambda: box.property("ActiveState") == "failed")
    expect(box.property("ExecMainStatus") == "78", box.property("ExecMainStatus"))
    until = time.monotonic() + 3  # three times RestartSec=: by then it would have been tried again
    while time.monotonic() < until:
        expect(box.ask("/health")[0] == 0, "somebody answers")
        expect(box.property("ActiveState") == "failed", "it is tried again, perhaps for a client")
    expect("lectern.toml:1:1: unknown key 'lisen'" in box.journal(), box.journal())
    box.put(CONFIG, 'listen = "0.0.0.0:8080"\n')
    box.run("systemctl", "restart", "lectern.service")
    box.wait("it has failed", lambda: box.property("ActiveState") == "failed")
    expect("ListenStream=0.0.0.0:8080" in box.journal(), box.journal())
    box.put(DROP_IN, "[Socket]\nListenStream=\nListenStream=0.0.0.0:8080\n")
    restart(box)
    wait_healthy(box, "http://127.0.0.1:8080")
    box.out_of("rm", DROP_IN)
    box.out_of("cp", "--preserve", "/root/good.toml", CONFIG)
    restart(box)
    wait_healthy(box)


@step
def it_serves_the_certificate_that_root_made(box, _):
    box.out_of("lectern", "certificate", "--out", "/etc/lectern/tls", "--name", "lectern.local")
    mode = mode_of(box, "/etc/lectern/tls/authority-key.pem")
    expect(mode.startswith("600 root:"), f"the authority's key has mode {mode}")
    box.put(CONFIG, 'tls_cert = "tls/server.pem"\ntls_key = "tls/server-key.pem"\n')
    box.put(DROP_IN, "[Socket]\nListenStream=\nListenStream=443\n")
    restart(box)
    wait_healthy(box, "https://127.0.0.1")
    box.out_of("rm", DROP_IN)
    box.out_of("cp", "--preserve", "/root/good.toml", CONFIG)
    restart(box)
    wait_healthy(box)


@step
def stopped_it_stays_stopped(box, _):
    box.out_of("systemctl", "stop", "lectern.service")
    expect(box.ask("/health")[0] == 0, "the port is still open")
    expect(box.property("ActiveState") == "inactive", box.property("ActiveState"))
    box.out_of("systemctl", "start", "lectern.service")
    wait_healthy(box)


@step
def commands_work_beside_the_server(box, _):
    box.out_of("lectern", "room", "add", "--name", "Room 2", "--rows", "2", "--places", "3")
    expect("Room 2" in box.out_of("lectern", "room", "list"), "the room is not there")
    for manual in ("lectern", "lectern-serve", "lectern-person-add"):
        said = box.out_of("man", manual)
        expect(manual.upper() in said, said)
    box.out_of("bash", "-c", ". /usr/share/bash-completion/completions/lectern; COMP_WORDS=(lectern person a); "
               "COMP_CWORD=2; _lectern; [ \"${COMPREPLY[*]}\" = add ]")


@step
def upgraded_it_keeps_data_and_configuration(box, packages):
    with open(box.root / CONFIG.lstrip("/"), "a", encoding="utf-8") as config:
        config.write("# ours\n")
    install(box, packages[1])
    wait_healthy(box)
    expect("# ours" in box.out_of("cat", CONFIG), "the configuration was replaced")
    expect(mode_of(box, CONFIG) == "640 root:lectern", mode_of(box, CONFIG))
    sign_in(box)
    expect("Room 2" in box.out_of("lectern", "room", "list"), "the room is gone")


@step
def removed_it_leaves_data_and_configuration(box, _):
    box.out_of("dpkg", "--remove", "lectern")
    expect(box.ask("/health")[0] == 0, "the port is still open")
    box.out_of("test", "-f", "/var/lib/lectern/lectern.db")
    box.out_of("grep", "--quiet", "# ours", CONFIG)


@step
def purged_it_leaves_the_data_alone(box, packages):
    said = box.out_of("dpkg", "--purge", "lectern")
    expect("rm -r /var/lib/lectern" in said, f"nobody is told that the data stays:\n{said}")
    expect(box.run("test", "-e", "/etc/lectern")[0] != 0, box.run("find", "/etc/lectern")[1])
    for trace in ("/etc/apparmor.d/lectern", "/etc/avahi/services/lectern.service", "/usr/bin/lectern"):
        expect(box.run("test", "-e", trace)[0] != 0, f"{trace} is left")
    install(box, packages[1])
    wait_healthy(box)
    sign_in(box)


def run_suite(suite, packages):
    """Each step rests on the ones before, so the first that fails ends the story: the rest count as failed."""
    results = []
    try:
        with Memory() as memory, Box(suite, FOLDER, memory) as box:
            for function in STEPS:
                started = time.monotonic()
                try:
                    note = function(box, packages) or ""
                except Exception:
                    (FOLDER / f"{suite}-journal.log").write_text(box.run("journalctl", "--no-pager")[1])
                    raise
                results.append(True)
                print(f"    Test #{len(results)}: {suite}.{function.__name__} ....   Passed "
                      f"{time.monotonic() - started:7.2f} sec {note}", flush=True)
    except Exception:  # whatever it is, it counts as a failure
        traceback.print_exc()
        failed = STEPS[len(results)].__name__ if len(results) < len(STEPS) else "the end"
        print(f"    Test #{len(results) + 1}: {suite}.{failed} ....***Failed    0.00 sec", flush=True)
    return len(results)


def main():
    packages = [Path(argument).resolve() for argument in sys.argv[1:3]]
    suites = sys.argv[3:] or ["bookworm", "trixie"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    passed = sum(run_suite(suite, packages) for suite in suites)
    every = len(STEPS) * len(suites)
    print(f"\n{100 * passed // every}% tests passed, {every - passed} tests failed out of {every}")
    return 0 if passed == every else 1


if __name__ == "__main__":
    sys.exit(main())
