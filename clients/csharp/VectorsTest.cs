// The vectors that the clients of all languages share. Run by test.py with clients/vectors and an empty folder; prints each
// fault and how many files hold. A file that nothing here runs is a fault.
using System;
using System.Collections.Generic;
using System.IO;
using Lectern;
using Map = System.Collections.Generic.Dictionary<string, object>;
using Values = System.Collections.Generic.List<object>;

internal static class VectorsTest
{
    private static int _faults;
    private static int _folders;
    private static string _folder;

    private static int Main(string[] words)
    {
        _folder = words[1];
        int held = 0;
        foreach (string path in Directory.GetFiles(words[0]))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            var vector = (Map)LecternJson.Parse(File.ReadAllText(path));
            Action<string, Map, Map> run = RunnerOf(name);
            Values cases = List(vector, "cases");
            Check(name + " is run", run != null && cases.Count > 0, true);
            if (run == null) continue;
            foreach (Map one in cases) run(name + ": " + (one.ContainsKey("name") ? one.Text("name") : LecternJson.Write(one)), one, vector.Object("defaults"));
            foreach (Map one in List(vector, "answers")) Answers(name + ": " + LecternJson.Write(one), one);
            ++held;
        }
        if (_faults == 0) Console.WriteLine(held + " vectors hold");
        return _faults == 0 ? 0 : 1;
    }

    private static Action<string, Map, Map> RunnerOf(string name)
    {
        switch (name)
        {
            case "clock": return Clock;
            case "transport": case "controls": case "resume": return Lesson;
            case "reconnecting":
                return (what, one, defaults) => Check(what, LecternRules.PauseMs((int)one.Whole("failures"), one.Number("share").Value), one["pause_ms"]);
            case "drift": return (what, one, defaults) => Check(what, LecternRules.Speed(one.Number("behind_ms").Value), one["rate"]);
            case "refusals": return (what, one, defaults) => Check(what, LecternRules.IsForLater(one.Text("error")), one["again"]);
            case "close_codes": return CloseCodes;
            case "batches": return Batches;
            case "stored": return Stored;
            case "ranges":
                return (what, one, defaults) => Check(
                    what, LecternRules.NextRange(one.Whole("size").Value, one.Whole("have").Value, one.Whole("piece_bytes").Value), one["ask"]);
            case "qr": return Qr;
            default: return null;
        }
    }

    private static Values List(Map map, string name) { return map.ContainsKey(name) ? (Values)map[name] : new Values(); }

    private static void Check(string what, object found, object wanted)
    {
        if (IsSame(found, wanted)) return;
        ++_faults;
        Console.WriteLine(what + ": " + LecternJson.Write(found) + ", not " + LecternJson.Write(wanted));
    }

    private static bool IsSame(object found, object wanted)
    {
        if (found is Values && wanted is Values)
        {
            Values left = (Values)found, right = (Values)wanted;
            bool isSame = left.Count == right.Count;
            for (int i = 0; isSame && i < left.Count; ++i) isSame = IsSame(left[i], right[i]);
            return isSame;
        }
        if (found == null || wanted == null || found is string || found is bool) return Equals(found, wanted);
        return Math.Abs(Convert.ToDouble(found) - Convert.ToDouble(wanted)) < 0.001;
    }

    private static void Clock(string what, Map one, Map defaults)
    {
        var clock = new LecternClock();
        Map welcome = one.Object("welcome");
        if (welcome != null) clock.Guess(welcome.Number("server_ms").Value, welcome.Number("own_ms").Value);
        foreach (Values trip in List(one, "trips"))
        {
            int first = trip.Count - 3;
            for (int left = first == 0 ? 1 : Convert.ToInt32(trip[0]); left > 0; --left)
                clock.Add(Convert.ToDouble(trip[first]), Convert.ToDouble(trip[first + 1]), Convert.ToDouble(trip[first + 2]));
        }
        Check(what + ": offset", clock.OffsetMs, one["offset_ms"]);
        Check(what + ": round trip", clock.RoundTripMs, one["round_trip_ms"]);
    }

    private static Map Both(Map defaults, string name, Map own)
    {
        if (own == null) return null;
        var all = new Map(defaults.Object(name));
        foreach (KeyValuePair<string, object> field in own) all[field.Key] = field.Value;
        return all;
    }

    private static void Lesson(string what, Map one, Map defaults)
    {
        var lesson = new LecternLesson();
        foreach (Map step in List(one, "steps"))
        {
            string at = what + ", " + LecternJson.Write(step);
            if (step.ContainsKey("command"))
            {
                LecternCommand tooMany;
                bool isNew = lesson.TakeCommand(new LecternCommand(Both(defaults, "command", step.Object("command"))), out tooMany);
                if (step.ContainsKey("is_new")) Check(at, isNew, step["is_new"]);
            }
            else if (step.ContainsKey("obey_ms"))
            {
                Values done = new Values(), failed = new Values();
                double now = step.Number("obey_ms").Value;
                foreach (LecternLesson.Due due in lesson.Obey(now))
                    (!due.IsOvertaken && now > due.Command.ExpiresMs ? failed : done).Add(due.Command.Number);
                Check(at, done, step["done"]);
                Check(at, failed, List(step, "failed"));
            }
            else if (step.ContainsKey("at_ms")) Holds(at, lesson, step);
            else Check(at, lesson.TakeState(Both(defaults, "state", step.Object("state"))), step["answer"]);
        }
    }

    private static void Holds(string what, LecternLesson lesson, Map step)
    {
        double at = step.Number("at_ms").Value;
        Map found = LecternJson.Map("session_id", lesson.SessionId, "state", lesson.State, "run_id", lesson.RunId, "position_ms", lesson.PositionMs(at),
                                    "is_finished", lesson.IsFinished(at), "is_held", lesson.IsHeld(at),
                                    "launched", lesson.Launched == null ? null : lesson.Launched.Text("content"));
        foreach (KeyValuePair<string, object> field in step)
            if (field.Key != "at_ms") Check(what + ": " + field.Key, found[field.Key], field.Value);
    }

    private static void CloseCodes(string what, Map one, Map defaults)
    {
        int code = (int)one.Whole("code");
        Check(what, LecternRules.EndsPairing(code) ? "pair" : "reconnect", one["then"]);
        Check(what, LecternRules.LeastPauseMs(code), one["least_pause_ms"]);
    }

    private static List<Map> BatchesOf(LecternEvents events, double offsetMs)
    {
        var found = new List<Map>();
        for (Map batch = events.Fix(offsetMs); batch != null; batch = events.Fix(offsetMs))
        {
            found.Add(batch);
            events.Close(true);
        }
        events.Dispose();
        return found;
    }

    private static string NewFolder() { return Path.Combine(_folder, (++_folders).ToString()); }

    private static void Batches(string what, Map one, Map defaults)
    {
        foreach (string folder in new[] { null, NewFolder() })
        {
            var events = new LecternEvents(one.Text("boot_id"), folder);
            foreach (Values made in List(one, "events")) events.Add(LecternJson.Map("kind", "gaze"), (long?)made[1], Convert.ToDouble(made[0]), 0);
            List<Map> found = BatchesOf(events, one.Number("offset_ms").Value);
            Values wanted = List(one, "batches");
            Check(what, found.Count, wanted.Count);
            for (int i = 0; i < Math.Min(found.Count, wanted.Count); ++i)
            {
                var times = new Values();
                foreach (Map made in List(found[i], "events")) times.Add(made["at_ms"]);
                Check(what, times, ((Map)wanted[i])["at_ms"]);
                foreach (string name in new[] { "boot_id", "number", "run_id" })
                    Check(what + ": " + name, found[i].ContainsKey(name) ? found[i][name] : null, ((Map)wanted[i])[name]);
            }
        }
    }

    private static void Stored(string what, Map one, Map defaults)
    {
        string folder = NewFolder();
        Directory.CreateDirectory(folder);
        int place = 0;
        foreach (Values batch in List(one, "kept"))
            File.WriteAllText(Path.Combine(folder, ++place + ".batch"), LecternJson.Write(LecternJson.Map(
                "boot_id", batch[0], "number", batch[1], "events", new Values { LecternJson.Map("kind", "gaze") })));
        var events = new LecternEvents("new", folder);
        events.Stored(List(one, "stored"));
        var left = new Values();
        foreach (Map batch in BatchesOf(events, 0)) left.Add(new Values { batch["boot_id"], batch["number"] });
        Check(what, left, one["left"]);
    }

    private static void Answers(string what, Map one)
    {
        LecternThen then = LecternRules.AfterAnswer((int)one.Whole("status"), one["content_range"] as string, one.Whole("have").Value);
        Check(what, then.ToString().ToLowerInvariant(), one["then"]);
    }

    private static void Qr(string what, Map one, Map defaults)
    {
        LecternQr read = LecternQr.Read(one.Text("text"));
        Check(what, new Values { read == null ? null : read.Box, read == null ? null : read.Code, read == null ? null : read.Card },
              new Values { one["box"], one["code"], one["card"] });
    }
}
