#!/usr/bin/env python3
"""Pictures of where a class looked: teaches a lesson to recorded viewers and draws what the box makes of it.

    lectern setup --data /tmp/maps --organisation Maps --admin head --seats 100
    lectern serve --data /tmp/maps --listen 127.0.0.1:8090 &
    docs/insight/heat_maps.py --server http://127.0.0.1:8090 --user head --password ... \
        --trace paris.csv --title "Paris, 58 viewers" --out docs/insight/paris.svg

A trace has the columns viewer, t_ms, yaw_deg, pitch_deg. Each viewer becomes a headset of a room, whose events
go to the box as a headset's do; the picture is drawn of the answer of GET /v1/sessions/ID/debrief alone.
"""
import argparse
import collections
import csv
import json
import math
import time
import urllib.request

CELL = 16  # pixels of 10 degrees


class Box:
    def __init__(self, server):
        self.server, self.token = server, None

    def ask(self, method, path, body=None, token=None):
        request = urllib.request.Request(self.server + path, method=method)
        request.add_header("Content-Type", "application/json")
        if token or self.token:
            request.add_header("Authorization", "Bearer " + (token or self.token))
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data) as answer:
            return json.load(answer)


def read_trace(path):
    viewers = collections.defaultdict(list)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            pitch = max(-90.0, min(90.0, float(row["pitch_deg"])))
            viewers[row["viewer"]].append((int(row["t_ms"]), float(row["yaw_deg"]), pitch))
    return viewers


def teach(box, title, viewers):
    name = "%s %d" % (title, time.time())
    headsets = []
    for viewer in viewers:
        code = box.ask("POST", "/v1/pairing-codes", {})["code"]
        paired = box.ask("POST", "/v1/pairings", {"code": code, "serial_number": name + " " + viewer})
        headsets.append(paired["token"])
    room = box.ask("POST", "/v1/rooms", {"name": name, "rows": 10, "places": 10})["id"]
    box.ask("POST", "/v1/rooms/%d/fill" % room, {})
    duration = max(samples[-1][0] for samples in viewers.values()) + 100
    lesson = box.ask("POST", "/v1/lessons", {"title": title, "kind": "video", "content": "recorded",
                                             "duration_ms": duration})["id"]
    session = box.ask("POST", "/v1/sessions", {"title": name, "room_id": room, "lesson_ids": [lesson]})["id"]
    start = box.ask("POST", "/v1/sessions/%d/start" % session, {})["command"]["at_ms"]
    for token, samples in zip(headsets, viewers.values()):
        events = [{"kind": "gaze", "at_ms": start + t, "position_ms": t, "yaw_deg": yaw, "pitch_deg": pitch}
                  for t, yaw, pitch in samples]
        box.ask("POST", "/v1/events", {"batch_id": "all", "events": events}, token)
    box.ask("POST", "/v1/sessions/%d/stop" % session, {})
    return session


def grid_of(slices):
    grid = collections.Counter()
    for piece in slices:
        cells = piece["cells"]
        for cell, count in zip(cells[::2], cells[1::2]):
            grid[cell] += count
    return grid


def peak_of(grid):
    """The place with the most looks within 20 degrees, and their share."""
    def direction(cell):
        yaw, pitch = math.radians(cell % 36 * 10 - 175), math.radians(85 - cell // 36 * 10)
        return (math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), math.sin(pitch))
    near = math.cos(math.radians(20.5))
    total = sum(grid.values())
    best = max(grid, key=lambda at: sum(
        count for cell, count in grid.items()
        if sum(a * b for a, b in zip(direction(at), direction(cell))) >= near))
    share = sum(count for cell, count in grid.items()
                if sum(a * b for a, b in zip(direction(best), direction(cell))) >= near) / total
    return best, share


def colour(value):
    """From deep blue over magenta to yellow, as even to the eye as three points make it."""
    stops = [(0.0, (16, 20, 48)), (0.35, (96, 36, 128)), (0.7, (232, 96, 80)), (1.0, (252, 236, 120))]
    for (low, a), (high, b) in zip(stops, stops[1:]):
        if value <= high:
            part = (value - low) / (high - low)
            return "#%02x%02x%02x" % tuple(round(x + (y - x) * part) for x, y in zip(a, b))
    return "#fcec78"


def panel(grid, x, y, heading):
    most = max(grid.values())
    parts = ['<g transform="translate(%d %d)">' % (x, y),
             '<text x="0" y="-8" class="heading">%s</text>' % heading,
             '<rect width="%d" height="%d" fill="%s"/>' % (36 * CELL, 18 * CELL, colour(0))]
    for cell, count in sorted(grid.items()):
        parts.append('<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>' % (
            cell % 36 * CELL, cell // 36 * CELL, CELL, CELL, colour(math.sqrt(count / most))))
    peak, share = peak_of(grid)
    px, py = (peak % 36 + 0.5) * CELL, (peak // 36 + 0.5) * CELL
    # A circle on the sphere is wider than high away from the horizon.
    wide = min(2 * CELL / max(math.cos(math.radians(85 - peak // 36 * 10)), 0.2), 9 * CELL)
    parts.append('<ellipse cx="%.1f" cy="%.1f" rx="%.1f" ry="%d" class="ring"/>' % (px, py, wide, 2 * CELL))
    parts.append('<text x="0" y="%d">%.0f%% of all looks within 20 degrees of yaw %d, pitch %d</text>' % (
        18 * CELL + 18, 100 * share, peak % 36 * 10 - 175, 85 - peak // 36 * 10))
    for yaw in (-180, -90, 0, 90, 180):
        parts.append('<text x="%d" y="%d" class="tick">%d</text>' % ((yaw + 180) // 10 * CELL, 18 * CELL + 34, yaw))
    parts.append("</g>")
    return "\n".join(parts)


def draw(title, debrief):
    slices = debrief["slices"]
    moment = max((piece for piece in slices if piece["students"] >= 2), key=lambda piece: piece["agreement"] or 0)
    at = moment["position_ms"] // 1000
    whole = panel(grid_of(slices), 20, 66, "The whole lesson")
    single = panel(grid_of([moment]), 20, 66 + 18 * CELL + 74,
                   "The five seconds in which they agreed most, from 0:%02d on" % at if at < 60 else
                   "The five seconds in which they agreed most, from %d:%02d on" % (at // 60, at % 60))
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">' % (
            36 * CELL + 40, 2 * (18 * CELL + 74) + 48),
        "<style>.heading{font-weight:600}.tick{font-size:11px;text-anchor:middle;fill:#666}"
        ".ring{fill:none;stroke:#fff;stroke-width:2;stroke-dasharray:5 4}text{fill:#222}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="20" y="30" font-size="18" font-weight="600">%s</text>' % title, whole, single, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser()
    for option in ("server", "user", "password", "trace", "title", "out"):
        parser.add_argument("--" + option, required=True)
    options = parser.parse_args()
    box = Box(options.server)
    box.token = box.ask("POST", "/v1/logins", {"username": options.user, "password": options.password})["token"]
    session = teach(box, options.title, read_trace(options.trace))
    debrief = box.ask("GET", "/v1/sessions/%d/debrief" % session)
    with open(options.out, "w") as file:
        file.write(draw(options.title, debrief))
    peak, share = peak_of(grid_of(debrief["slices"]))
    print("%s: session %d, %d headsets, %d slices, peak of %.0f%%" % (
        options.title, session, len(debrief["students"]), len(debrief["slices"]), 100 * share))


if __name__ == "__main__":
    main()
