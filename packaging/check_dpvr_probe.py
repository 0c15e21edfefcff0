#!/usr/bin/env python3
"""dpvr-probe against a fake headset that behaves as docs/dpvr.md says: packaging/check_dpvr_probe.py"""

import importlib.machinery
import importlib.util
import json
import socket
import tempfile
import threading
import unittest
from pathlib import Path

LOADER = importlib.machinery.SourceFileLoader("dpvr_probe", str(Path(__file__).with_name("dpvr-probe")))
probe = importlib.util.module_from_spec(importlib.util.spec_from_loader("dpvr_probe", LOADER))
LOADER.exec_module(probe)

HEARTBEAT = '{"hardware":"PA7650E1","battery_level":83,"top_apk":"com.dpvr.videoplayer","cast_rtsp_url":""}'


class FakeHeadset:
    """Says who it is, answers nothing, and keeps what it hears."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.heard = []

    def say(self, data):
        self.socket.sendall(data)

    def listen(self):
        buffer = bytearray()
        while data := self.socket.recv(4096):
            buffer += data
            self.heard += probe.frames_in(buffer)
        self.socket.close()


class ProbeTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name, "record.jsonl")

    def start(self, steps=(), ask=None, seconds=20):
        record = probe.Record(self.path)
        self.addCleanup(record.file.close)
        subject = probe.Probe(("127.0.0.1", 0), record, steps, 0, ask)
        self.addCleanup(subject.server.close)
        thread = threading.Thread(target=subject.run, args=(seconds,))
        thread.start()
        self.addCleanup(thread.join)
        return subject.server.getsockname()[1], thread

    def notes(self, what):
        lines = map(json.loads, self.path.read_text().splitlines())
        return [line for line in lines if line["what"] == what]

    def test_every_order_goes_out_and_every_frame_is_kept(self):
        port, thread = self.start(probe.STEPS, lambda look_at: "yes")
        headset = FakeHeadset(port)
        whole = probe.frame_bytes(1001, HEARTBEAT)
        headset.say(whole[:9])
        headset.say(whole[9:] + probe.frame_bytes(4002, '{"contents":[]}'))
        headset.listen()  # until the probe closes
        again = FakeHeadset(port)
        thread.join()
        again.socket.close()
        self.assertEqual([frame[6:] for frame in headset.heard[:3]], [b"", b"null", b"{}"])
        self.assertEqual(headset.heard[1], b"\x00\x0a\x03\xeb\x00\x01null")
        self.assertEqual(len(headset.heard), len(probe.STEPS))
        frames = self.notes("frame")
        self.assertEqual([frame["type"] for frame in frames], [1001, 4002])
        self.assertEqual(frames[0]["body"], HEARTBEAT)
        self.assertEqual(frames[0]["head"][4:], "03e90001")
        self.assertEqual(len(self.notes("seen")), len(probe.STEPS))
        self.assertIsNotNone(self.notes("connected")[1]["seconds_after_close"])
        self.assertEqual(self.notes("end")[0]["steps_left"], 0)

    def test_what_is_no_frame_is_kept_as_hex_and_closes(self):
        port, thread = self.start(seconds=1)
        headset = FakeHeadset(port)
        headset.say(probe.frame_bytes(1001, HEARTBEAT) + b"\x00\x05\x03\xe9\xff")
        headset.listen()
        thread.join()
        self.assertEqual(len(self.notes("frame")), 1)
        self.assertEqual(self.notes("broken")[0]["hex"], "000503e9ff")

    def test_without_being_asked_it_sends_nothing_and_takes_text_of_any_kind(self):
        port, thread = self.start(probe.STEPS, seconds=1)
        headset = FakeHeadset(port)
        headset.say(probe.HEAD.pack(8, 1001, 7) + b"\xff\xe8")
        headset.socket.settimeout(10)
        thread.join()
        self.assertEqual(self.notes("sent"), [])
        self.assertEqual(self.notes("frame")[0]["body"], "\\xff\\xe8")
        self.assertEqual(self.notes("frame")[0]["reserved"], 7)
        headset.socket.close()


if __name__ == "__main__":
    unittest.main()
