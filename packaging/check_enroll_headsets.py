#!/usr/bin/env python3
"""enroll-headsets with a real box and a fake adb: packaging/check_enroll_headsets.py

LECTERN names the program. The fake headsets pair themselves,
    as Home would: only the cable and Android are missing.
"""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent

# One file per headset: what it is, what was done to it, what its log says.
FAKE_ADB = '''#!{python}
import json, pathlib, shlex, sys, urllib.error, urllib.request
folder = pathlib.Path({folder!r})
words = sys.argv[1:]
if words == ["devices"]:
    print("List of devices attached")
    for path in sorted(folder.glob("*.json")):
        print(path.stem + "\\t" + json.loads(path.read_text())["state"])
    sys.exit()
assert words[0] == "-s", words
path = folder / (words[1] + ".json")
device = json.loads(path.read_text())
words = words[2:]
if words[0] == "shell":
    words = shlex.split(words[1])
device["done"].append(words)

def pair(extras):
    request = urllib.request.Request(
        extras["box"] + "/v1/pairings",
        json.dumps({{"code": extras["code"], "serial_number": "SN-" + path.stem, "model": "Fake"}}).encode(),
        {{"Content-Type": "application/json"}})
    try:
        with urllib.request.urlopen(request) as answer:
            device["log"] = "something else\\npaired as SN-" + path.stem
    except urllib.error.HTTPError as error:
        device["log"] = "not paired: That code is unknown, or older than ten minutes."

if words[:2] == ["getprop", "ro.build.version.sdk"]:
    print(device["level"])
elif words[0] == "getprop":
    print("P1 Pro 4K")
elif words[0] == "install":
    print(device["install"])
elif words[:2] == ["pm", "list"]:
    print("package:" + words[-1])
elif words[:2] == ["dpm", "set-device-owner"]:
    print("Error: Not allowed to set the device owner because there are already some accounts on the device.")
elif words[0] == "logcat" and "-c" in words:
    device["log"] = ""
elif words[0] == "logcat":
    print(device["log"])
elif words[:2] == ["am", "broadcast"]:
    extras = dict(zip(words[5::3], words[6::3]))
    if "give_back" in extras:
        device["log"] = "given back"
    elif not device["mute"]:
        pair(extras)
    print("Broadcast completed: result=0")
path.write_text(json.dumps(device))
'''


class Enroll(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        adb = self.folder / "adb"
        adb.write_text(FAKE_ADB.format(python=sys.executable, folder=folder.name))
        adb.chmod(adb.stat().st_mode | stat.S_IXUSR)
        self.apk = self.folder / "home.apk"
        self.apk.write_text("an app")
        self.options = []

    def serve(self, *options):
        process = subprocess.Popen(
            [os.environ["LECTERN"], "serve", "--data", str(self.folder / "data"), "--listen", "127.0.0.1:0",
             "--demo", *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.send_signal, signal.SIGTERM)
        for line in process.stdout:
            if found := re.search(r"listening on (https?://[\d.:]+)", line):
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return found[1]
        self.fail("the server does not start")

    def plug_in(self, name, **more):
        device = {"state": "device", "level": 29, "install": "Success", "mute": False, "log": "", "done": [],
                  **more}
        (self.folder / (name + ".json")).write_text(json.dumps(device))

    def done(self, name):
        return json.loads((self.folder / (name + ".json")).read_text())["done"]

    def run_it(self, *words, password="demo-demo"):
        ran = subprocess.run(
            [sys.executable, "-B", "-W", "error", str(HERE / "enroll-headsets"), "--patience", "5", *words],
            capture_output=True, text=True, timeout=120,
            env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "LECTERN_PASSWORD": password})
        return ran.returncode, ran.stdout, ran.stderr

    def serial_numbers(self, box):
        def call(path, token=None, body=None):
            request = urllib.request.Request(box + path, body and json.dumps(body).encode(),
                                             {"Content-Type": "application/json"})
            if token:
                request.add_header("Authorization", "Bearer " + token)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        token = call("/v1/logins", body={"username": "demo", "password": "demo-demo"})["token"]
        return {one["serial_number"] for one in call("/v1/devices", token)["items"]}

    def test_all_that_are_plugged_in_are_paired_and_the_others_are_told_apart(self):
        box = self.serve()
        for n in range(5):
            self.plug_in(f"usb{n}")
        self.plug_in("locked", state="unauthorized")
        self.plug_in("ancient", level=23)
        self.plug_in("other", install="Failure [INSTALL_FAILED_UPDATE_INCOMPATIBLE: signatures]")
        self.plug_in("lost", mute=True)
        code, said, fault = self.run_it("--box", box, "--user", "demo", "--apk", str(self.apk), "--pin",
                                        "4711")
        self.assertEqual((code, fault), (1, ""))
        for n in range(5):
            self.assertIn(f"usb{n}: P1 Pro 4K, API level 29: paired as SN-usb{n}\n", said)
        self.assertIn("locked: left out, because it is unauthorized: allow USB debugging in the headset\n",
                      said)
        self.assertIn("ancient: FAILED: P1 Pro 4K has Android API level 23; Home needs 26 (Android 8)\n",
                      said)
        self.assertIn("other: FAILED: another key has signed the Home", said)
        self.assertIn("lost: FAILED: Home has said nothing in 5.0 s: is the headset in the school's Wi-Fi?\n",
                      said)
        self.assertLessEqual({f"SN-usb{n}" for n in range(5)}, self.serial_numbers(box))

        done = self.done("usb0")
        for what in ("SYSTEM_ALERT_WINDOW", "REQUEST_INSTALL_PACKAGES", "WRITE_SETTINGS"):
            self.assertIn(["appops", "set", "org.lectern.home", what, "allow"], done)
        told = next(words for words in done if words[:2] == ["am", "broadcast"])
        self.assertEqual(told[2:7], ["-n", "org.lectern.home/lectern.android.SetUpReceiver", "--es", "box",
                                     box])
        self.assertEqual(told[-3:], ["--es", "pin", "4711"])
        self.assertFalse([words for words in done if words[0] == "dpm"],
                         "an owner only where it is asked for")
        self.assertFalse([words for words in self.done("ancient") if words[0] == "install"])

    def test_one_by_a_code_of_the_page(self):
        box = self.serve()
        self.plug_in("usb0")
        options = ["--box", box, "--apk", str(self.apk), "--code"]
        code, said, _ = self.run_it(*options, "000000")
        self.assertEqual(code, 1)
        self.assertIn("usb0: FAILED: That code is unknown, or older than ten minutes.", said)
        self.plug_in("usb1")
        code, _, fault = self.run_it(*options, "000000")
        self.assertEqual((code, fault), (1,
                                         "enroll-headsets: a code pairs one headset, and there are several: "
                                            "give --user instead\n"))

    def test_what_cannot_be_is_said_before_a_headset_is_touched(self):
        box = self.serve()
        options = ["--box", box, "--user", "demo", "--apk", str(self.apk)]
        self.assertEqual(self.run_it(*options)[2], "enroll-headsets: no headset is plugged in\n")
        self.plug_in("usb0")
        self.assertIn("the box refuses", self.run_it(*options, password="wrong")[2])
        self.assertIn("not plugged in: usb9", self.run_it(*options, "--headset", "usb9")[2])
        self.assertIn("--pin has 4 to 12 digits", self.run_it(*options, "--pin", "secret")[2])
        self.assertEqual(self.done("usb0"), [])

    def test_an_owner_that_android_refuses_is_a_fault(self):
        box = self.serve()
        self.plug_in("usb0")
        code, said, _ = self.run_it("--box", box, "--user", "demo", "--apk", str(self.apk), "--owner")
        self.assertEqual(code, 1)
        self.assertIn("FAILED: it could not be made the owner: Error: Not allowed", said)

    def test_a_box_behind_https_is_told_by_its_key(self):
        subprocess.run([os.environ["LECTERN"], "certificate", "--out", str(self.folder), "--address",
                        "127.0.0.1"],
                       check=True, stdout=subprocess.DEVNULL)
        box = self.serve("--tls-cert", str(self.folder / "server.pem"), "--tls-key",
                         str(self.folder / "server-key.pem"))
        self.plug_in("usb0", mute=True)
        options = ["--box", box, "--user", "demo", "--apk", str(self.apk)]
        _, said, _ = self.run_it(*options)
        key = re.search(r"the box's key is ([0-9a-f]{64})\n", said)[1]
        told = next(words for words in self.done("usb0") if words[:2] == ["am", "broadcast"])
        self.assertEqual(told[told.index("key") + 1], key)
        _, _, fault = self.run_it(*options, "--key", "0" * 64)
        self.assertEqual(fault, f"enroll-headsets: another box answers: its key is {key}\n")

    def test_they_are_given_back(self):
        self.plug_in("usb0")
        self.plug_in("usb1")
        code, said, _ = self.run_it("--give-back")
        self.assertEqual((code, sorted(said.splitlines())), (0, ["usb0: given back", "usb1: given back"]))
        self.assertEqual(self.done("usb1")[-1], ["uninstall", "org.lectern.home"])


if __name__ == "__main__":
    unittest.main()
