// The client's rules as tables. Prints each fault and how many rows passed; test.py runs it.
using System;
using System.Collections.Generic;
using Lectern;

internal static class RulesTest
{
    private static int _held;
    private static int _faults;

    private static int Main()
    {
        JsonReadsAndWrites();
        JsonRefuses();
        TimeIsTheQuickestTrips();
        PausesGrowAndDiffer();
        SmallDifferencesAreMadeGoodUnnoticed();
        LessonsObeyByNumberAndTime();
        OnlyTheNewestAfterAnAbsence();
        EventsAreSentInFixedBatches();
        EventsHaveABound();
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

    private static void TimeIsTheQuickestTrips()
    {
        var clock = new LecternClock();
        Check("at first", clock.OffsetMs, null);
        clock.Guess(500, 100);
        Check("guessed", clock.OffsetMs, 400);
        for (int i = 0; i < 6; ++i) clock.Add(0, 1005, 10);
        clock.Add(0, 1300, 400);
        clock.Add(10, 0, 5);
        Check("slow trips and trips backwards do not count", clock.OffsetMs + " " + clock.RoundTripMs, "1000 10");
        for (int i = 0; i < 64; ++i) clock.Add(0, 1105, 10);
        Check("old trips are forgotten", clock.OffsetMs, 1100);
        clock.Add(0, 61200, 200);
        Check("after a sleep only what is measured since", clock.OffsetMs + " " + clock.RoundTripMs, "61100 200");
    }

    private static void PausesGrowAndDiffer()
    {
        double[,] rows = { { 0, 0, 125 }, { 0, 1, 375 }, { 1, 0.5, 500 }, { 2, 0.5, 1000 }, { 3, 0.5, 2000 }, { 500, 0, 1000 }, { 500, 1, 3000 } };
        for (int i = 0; i < rows.GetLength(0); ++i)
            Check("pause " + rows[i, 0], LecternBackoff.PauseMs((int)rows[i, 0], rows[i, 1]), rows[i, 2]);
    }

    private static void SmallDifferencesAreMadeGoodUnnoticed()
    {
        double[,] rows = { { 0, 1 }, { 20, 1.02 }, { -20, 0.98 }, { 80, 1.03 }, { -80, 0.97 } };
        for (int i = 0; i < rows.GetLength(0); ++i) Check("behind by " + rows[i, 0], LecternLesson.Speed(rows[i, 0]), rows[i, 1]);
        Check("far behind", LecternLesson.Speed(81), null);
        Check("far ahead", LecternLesson.Speed(-81), null);
    }

    private static LecternCommand Command(long number, string action, long atMs, long positionMs = 0)
    {
        return new LecternCommand(LecternJson.Map("session_id", 1L, "number", number, "action", action, "at_ms", atMs, "position_ms", positionMs,
                                                  "expires_ms", atMs + 60000, "lesson", LecternJson.Map("duration_ms", 60000L),
                                                  "arguments", LecternJson.Map("until_ms", 5000L)));
    }

    private static Dictionary<string, object> State(long number, long positionMs, long atMs)
    {
        return LecternJson.Map("session_id", 1L, "number", number, "state", "running", "position_ms", positionMs, "at_ms", atMs, "run_id", 7L,
                               "lesson", LecternJson.Map("duration_ms", 60000L),
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
        var events = new LecternEvents("name");
        Check("nothing waits", events.Fix(0), null);
        events.Add(LecternJson.Map("kind", "gaze"), 7, 1.4);
        events.Add(LecternJson.Map("kind", "gaze"), 8, 2);
        Check("one run a batch, in server time", LecternJson.Write(events.Fix(1000)),
              "{\"batch_id\":\"name-1\",\"events\":[{\"kind\":\"gaze\",\"at_ms\":1001}],\"run_id\":7}");
        Check("one on its way", events.Fix(1000), null);
        Check("both wait", events.Waiting, 2);
        events.Close(true);
        Check("acknowledged", events.Acknowledged + " " + events.Waiting, "1 1");
        Check("the next has another id", events.Fix(1000).Text("batch_id"), "name-2");
        events.Close(false);
        Check("refused", events.Acknowledged + " " + events.GivenUp + " " + events.Waiting, "1 1 0");
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
        for (int i = 0; i < LecternEvents.MostWaiting + 5; ++i) events.Add(LecternJson.Map("kind", "gaze"), null, i);
        Check("the oldest are given up", events.GivenUp + " " + events.Waiting, "5 " + LecternEvents.MostWaiting);
        Dictionary<string, object> batch = events.Fix(0);
        var sent = (List<object>)batch["events"];
        Check("a batch has a bound", sent.Count, LecternEvents.LargestBatch);
        Check("from the oldest that is left", ((Dictionary<string, object>)sent[0])["at_ms"], 5);
        Check("no run, no field", batch.ContainsKey("run_id"), false);
    }
}
