// The client's rules as tables. Prints each fault and how many rows passed; test.py runs it with an empty folder.
using System;
using System.Collections.Generic;
using System.IO;
using Lectern;

internal static class RulesTest
{
    private static int _held;
    private static int _faults;

    private static int Main(string[] words)
    {
        JsonReadsAndWrites();
        JsonRefuses();
        LessonsObeyByNumberAndTime();
        OnlyTheNewestAfterAnAbsence();
        EventsAreSentInFixedBatches();
        EventsHaveABound();
        EventsOutliveTheApp(words[0]);
        TheAppsOwnMistakesStayItsOwn();
        Console.WriteLine(_held + " hold, " + _faults + " do not");
        return _faults == 0 && _held > 0 ? 0 : 1;
    }

    private static void Check(string what, object found, object wanted)
    {
        string left = Convert.ToString(found), right = Convert.ToString(wanted);
        if (left == right) ++_held;
        else
        {
            ++_faults;
            Console.WriteLine(what + ": " + left + ", not " + right);
        }
    }

    private static void JsonReadsAndWrites()
    {
        string[,] rows =
        {
            { "{}", "{}" },
            { " [ ] ", "[]" },
            { "{\"a\":[1,-2.5,true,false,null]}", "{\"a\":[1,-2.5,true,false,null]}" },
            { "1788249600000", "1788249600000" },
            { "1788249600000.25", "1788249600000.25" },
            { "1e3", "1000" },
            { "9007199254740993", "9007199254740993" },
            { "\"a\\u00e9\\n\\\"\\\\\\/\"", "\"aé\\u000a\\\"\\\\/\"" },
            { "\"\\ud83d\\udc22\"", "\"\U0001F422\"" },
            { "{\"a\":1,\"a\":2}", "{\"a\":2}" },
            { "{\"nested\":{\"list\":[[],[{}]]}}", "{\"nested\":{\"list\":[[],[{}]]}}" },
        };
        for (int i = 0; i < rows.GetLength(0); ++i) Check(rows[i, 0], LecternJson.Write(LecternJson.Parse(rows[i, 0])), rows[i, 1]);
        Check("no number", LecternJson.Write(double.NaN), "null");
        Check("an array", LecternJson.Write(new[] { 1, 2 }), "[1,2]");
        Dictionary<string, object> map = LecternJson.Map("n", 3L, "r", 2.5, "t", "x", "b", true);
        Check("whole", map.Whole("n"), 3);
        Check("number of whole", map.Number("n"), 3);
        Check("number", map.Number("r"), 2.5);
        Check("of another kind", map.Whole("t"), null);
        Check("missing", map.Text("missing") + map.Object("missing") + map.Flag("missing"), "False");
    }

    private static void JsonRefuses()
    {
        string deep = new string('[', 100) + new string(']', 100);
        string[] rows = { "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"open", "\"\\x\"", "\"\\u12\"", "nul", "1 2", "--1", "\"\n\"", deep };
        foreach (string text in rows)
        {
            string refused = "taken";
            try
            {
                LecternJson.Parse(text);
            }
            catch (FormatException)
            {
                refused = "refused";
            }
            Check("JSON " + text, refused, "refused");
        }
    }

    private static LecternCommand Command(long number, string action, long atMs, long positionMs = 0)
    {
        return new LecternCommand(LecternJson.Map("session_id", 1L, "number", number, "action", action, "at_ms", atMs, "position_ms", positionMs,
                                                  "expires_ms", atMs + 60000, "lesson", LecternJson.Map("kind", "video", "duration_ms", 60000L),
                                                  "arguments", LecternJson.Map("until_ms", 5000L)));
    }

    private static Dictionary<string, object> State(long number, long positionMs, long atMs)
    {
        return LecternJson.Map("session_id", 1L, "number", number, "state", "running", "position_ms", positionMs, "at_ms", atMs, "run_id", 7L,
                               "lesson", LecternJson.Map("kind", "video", "duration_ms", 60000L),
                               "controls", LecternJson.Map("eyes_on_me", LecternJson.Map("until_ms", 5000L)));
    }

    private static bool Take(LecternLesson lesson, LecternCommand command)
    {
        LecternCommand tooMany;
        return lesson.TakeCommand(command, out tooMany);
    }

    // The commands that are acted on, overtaken ones in brackets.
    private static string Obey(LecternLesson lesson, double nowMs)
    {
        var said = new List<string>();
        foreach (LecternLesson.Due due in lesson.Obey(nowMs))
            said.Add(due.IsOvertaken ? "(" + due.Command.Action + ")" : due.Command.Action);
        return string.Join(" ", said);
    }

    private static void LessonsObeyByNumberAndTime()
    {
        var lesson = new LecternLesson();
        Check("a command is news", Take(lesson, Command(1, "play", 1000)), true);
        Check("not before its moment", Obey(lesson, 999), "");
        Check("at its moment", Obey(lesson, 1002), "play");
        Check("the position grows", lesson.PositionMs(3000), 2000);
        Check("and ends with the lesson", lesson.PositionMs(200000), 60000);
        Check("twice is no news", Take(lesson, Command(1, "play", 1000)), false);
        Take(lesson, Command(9, "identify", 1000));
        Obey(lesson, 1002);
        Check("a control swallows no pause", Take(lesson, Command(5, "pause", 5000, 4000)), true);
        Obey(lesson, 5000);
        Check("paused", lesson.State + " " + lesson.PositionMs(9000), "paused 4000");
        Take(lesson, Command(10, "eyes_on_me", 4000));
        Obey(lesson, 4000);
        Check("held", lesson.IsHeld(4999) + " " + lesson.IsHeld(5000), "True False");
        Take(lesson, Command(11, "release", 4500));
        Obey(lesson, 4500);
        Check("released", lesson.IsHeld(4600), false);
        lesson.TakeState(null);
        Check("in no lesson", lesson.State + lesson.SessionId, "stopped");
        Check("another session counts from the start", Take(lesson, Command(1, "play", 1000)), true);
    }

    private static void OnlyTheNewestAfterAnAbsence()
    {
        var lesson = new LecternLesson();
        Check("a state to obey", lesson.TakeState(State(4, 1000, 500)), 4);
        Check("only once", lesson.TakeState(State(4, 1000, 500)), null);
        Check("it is where the lesson is", lesson.PositionMs(2500) + " " + lesson.RunId + " " + lesson.IsHeld(4000), "3000 7 True");
        Check("what it covers is done", Take(lesson, Command(3, "pause", 100)), false);
        Take(lesson, Command(5, "seek", 3000, 10));
        Check("a state that a waiting command makes", lesson.TakeState(State(5, 10, 3000)), null);
        Take(lesson, Command(6, "pause", 3100, 110));
        Take(lesson, Command(7, "resume", 3200, 110));
        Take(lesson, Command(8, "identify", 3050));
        Check("the newest of each kind", Obey(lesson, 9000), "(seek) identify (pause) resume");
        Take(lesson, Command(10, "seek", 9500));
        lesson.TakeState(State(11, 0, 9600));
        Check("a newer state takes its place", Obey(lesson, 10000), "");
        LecternCommand tooMany = null;
        for (int i = 0; i < 101; ++i) lesson.TakeCommand(Command(100 + i, "identify", 20000 + i), out tooMany);
        Check("the 101st turns out the first", tooMany.Number, 100);
    }

    private static void EventsAreSentInFixedBatches()
    {
        var events = new LecternEvents("boot");
        Check("nothing waits", events.Fix(0), null);
        events.Add(LecternJson.Map("kind", "gaze"), 7, 1.4, 0);
        events.Add(LecternJson.Map("kind", "gaze"), 8, 2, 0);
        Check("one run a batch, in server time", LecternJson.Write(events.Fix(1000)),
              "{\"boot_id\":\"boot\",\"number\":1,\"events\":[{\"kind\":\"gaze\",\"at_ms\":1001}],\"run_id\":7}");
        Check("one on its way", events.Fix(1000), null);
        Check("both wait", events.Waiting, 2);
        events.Close(true);
        Check("acknowledged", events.Acknowledged + " " + events.Waiting, "1 1");
        Check("the next has another number", events.Fix(1000).Whole("number"), 2);
        events.Close(false);
        Check("refused", events.Acknowledged + " " + events.GivenUp + " " + events.Waiting, "1 1 0");
    }

    private static LecternEvents Kept(string folder, string bootId) { return new LecternEvents(bootId, folder); }

    // What an app that is killed anywhere leaves behind, and what the next one makes of it.
    private static void EventsOutliveTheApp(string folder)
    {
        LecternEvents killed = Kept(folder, "a");
        for (int n = 1; n <= 201; ++n) killed.Add(LecternJson.Map("n", n), 7, n, 1000);
        string sent = LecternJson.Write(killed.Fix(2000));
        killed.Dispose();  // as the system closes the files of an app that is killed
        File.AppendAllText(Path.Combine(folder, "2.open"), "{\"run_id\":7,\"fie");
        LecternEvents next = Kept(folder, "b");
        Check("all is still there", next.Waiting, 201);
        Check("the batch on its way is the same to the letter", LecternJson.Write(next.Fix(9000)), sent);
        next.Close(true);
        Check("the rest has the time as it was known then", LecternJson.Write(next.Fix(9000)),
              "{\"boot_id\":\"b\",\"number\":1,\"events\":[{\"n\":201,\"at_ms\":1201}],\"run_id\":7}");
        Check("the box has it", next.Stored(new List<object> { LecternJson.Map("boot_id", "b", "up_to", 1L) }), true);
        Check("and nothing is left", next.Waiting + " " + Directory.GetFiles(folder).Length, "0 0");
        for (int i = 0; i < 3 * LecternEvents.MostWaiting; ++i) next.Add(LecternJson.Map("kind", "gaze"), null, i, 0);
        Check("a long absence has a bound", File.ReadAllLines(Directory.GetFiles(folder, "*.open")[0]).Length <= 2 * LecternEvents.MostWaiting, true);
        next.Dispose();
    }

    // Without a box: the caller is refused a message that cannot be sent, and no other.
    private static void TheAppsOwnMistakesStayItsOwn()
    {
        using (var headset = new LecternHeadset("http://127.0.0.1:1", "token"))
        {
            string refused = "taken";
            try
            {
                headset.AddEvent("gaze", LecternJson.Map("data", LecternJson.Map("of", new object())));
            }
            catch (InvalidCastException)
            {
                refused = "refused";
            }
            Check("what has no JSON", refused + " " + headset.WaitingEvents, "refused 0");
            headset.AddEvent("gaze", LecternJson.Map("yaw_deg", double.NaN));
            Check("a sensor that failed", headset.WaitingEvents, 1);
            string error = "";
            headset.SignIn("Ada", "1234", answer => error = answer.Error);
            Check("answers come in Poll", error, "");
            headset.Poll();
            Check("not connected", error, "Disconnected");
        }
    }

    private static void EventsHaveABound()
    {
        var events = new LecternEvents("name");
        for (int i = 0; i < LecternEvents.MostWaiting + 5; ++i) events.Add(LecternJson.Map("kind", "gaze"), null, i, 0);
        Check("the oldest are given up", events.GivenUp + " " + events.Waiting, "5 " + LecternEvents.MostWaiting);
        Dictionary<string, object> batch = events.Fix(0);
        var sent = (List<object>)batch["events"];
        Check("a batch has a bound", sent.Count, LecternEvents.LargestBatch);
        Check("from the oldest that is left", ((Dictionary<string, object>)sent[0])["at_ms"], 5);
        Check("no run, no field", batch.ContainsKey("run_id"), false);
    }
}
