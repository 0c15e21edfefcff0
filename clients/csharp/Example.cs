// A whole headset on a console: an example to read, a way to try a box by hand, a start for an app.
//
//   Example.exe pair BOX CODE SERIAL [TRUSTED.pem]    prints the token of a headset that is paired now
//   Example.exe run BOX TOKEN [TRUSTED.pem]           takes part and says what happens; while a lesson runs it looks around
//
// BOX is http://192.0.2.5:8080. TRUSTED is the box's certificate, for https without a public authority's signature.
// While it runs it accepts lines: sign-in NICKNAME PIN, sign-out, hand QUESTION, down, unwell, well, quit.
// mcs -out:/tmp/Example.exe Example.cs Runtime/*.cs && mono /tmp/Example.exe
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Lectern;

internal static class Example
{
    private const double FrameMs = 10;
    private const double LookAroundMs = 200;
    private static readonly Queue<string> Lines = new Queue<string>();
    private static bool _running = true;
    private static int _looks;

    private static int Main(string[] words)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        bool isPair = words.Length >= 4 && words.Length <= 5 && words[0] == "pair";
        bool isRun = words.Length >= 3 && words.Length <= 4 && words[0] == "run";
        if (!isPair && !isRun)
        {
            Console.Error.WriteLine("Example.exe pair BOX CODE SERIAL [TRUSTED.pem] | run BOX TOKEN [TRUSTED.pem]");
            return 2;
        }
        int plain = isPair ? 4 : 3;
        X509Certificate2 trusted = words.Length > plain ? new X509Certificate2(words[plain]) : null;
        try
        {
            if (isPair) Console.WriteLine(LecternHeadset.Pair(words[1], words[2], words[3], "C#", "", trusted));
            else TakePart(words[1], words[2], trusted);
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static void Say(string format, params object[] values)
    {
        Console.WriteLine(string.Format(format, values));
        Console.Out.Flush();
    }

    private static void TakePart(string box, string token, X509Certificate2 trusted)
    {
        using (var headset = new LecternHeadset(box, token, trusted))
        {
            headset.ConnectionChanged += isConnected => Say(isConnected ? "connected" : "gone");
            headset.Unpaired += () => { Say("unpaired"); _running = false; };
            headset.StateChanged += () => Say("state {0} position_ms={1:0}", headset.State, headset.PositionMs);
            headset.Preparing += command => Say("prepare {0} in_ms={1:0}", command.Action, command.LocalMs - LecternHeadset.NowMs);
            headset.Acting += command => Act(headset, command);
            headset.PersonChanged += nickname => Say("person {0}", nickname ?? "nobody");
            headset.HandChanged += hand => Say("hand raised={0} unwell={1}", hand.Flag("raised"), hand.Flag("unwell"));
            headset.Problem += problem => Say("problem {0}", problem);
            headset.Report(new LecternStatus { Battery = 100, Charging = true, App = "Example.exe", AppVersion = "1" });
            headset.Start();
            new Thread(ReadLines) { IsBackground = true }.Start();
            Frames(headset);
        }
    }

    private static void Act(LecternHeadset headset, LecternCommand command)
    {
        if (command.Action == "launch") command.Fail("This headset shows no apps.");
        Say("act {0} number={1} position_ms={2:0} late_ms={3:0.0}", command.Action, command.Number, headset.PositionMs,
            LecternHeadset.NowMs - command.LocalMs);
    }

    // Unity calls this Update.
    private static void Frames(LecternHeadset headset)
    {
        double lookAt = 0;
        bool clockIsKnown = false;
        string eventsSaid = "";
        while (_running)
        {
            headset.Poll();
            if (!clockIsKnown && headset.RoundTripMs != null)
            {
                clockIsKnown = true;
                Say("clock");
            }
            if (headset.State == "running" && LecternHeadset.NowMs >= lookAt)
            {
                lookAt = LecternHeadset.NowMs + LookAroundMs;
                double yaw = _looks++ * 7 % 360 - 180;
                headset.AddEvent("gaze", LecternJson.Map("yaw_deg", yaw, "pitch_deg", 0.0, "data", LecternJson.Map("look", _looks)));
            }
            string events = string.Format("events made={0} acknowledged={1} given_up={2}", _looks, headset.AcknowledgedEvents,
                                          headset.GivenUpEvents);
            if (events != eventsSaid) Say("{0}", events);
            eventsSaid = events;
            string line = null;
            lock (Lines)
            {
                if (Lines.Count > 0) line = Lines.Dequeue();
            }
            if (line != null) Obey(headset, line);
            Thread.Sleep((int)FrameMs);
        }
    }

    private static void ReadLines()
    {
        for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
        {
            lock (Lines) Lines.Enqueue(line);
        }
    }

    private static void Obey(LecternHeadset headset, string line)
    {
        string[] words = line.Split(' ');
        Action<LecternAnswer> answered = answer => Say("{0}: {1}", words[0], answer.Error == null ? "done" : answer.Error + " " + answer.Message);
        if (words[0] == "sign-in" && words.Length == 3) headset.SignIn(words[1], words[2], answered);
        else if (words[0] == "sign-out") headset.SignOut(answered);
        else if (words[0] == "hand") headset.RaiseHand(line.Substring(4).Trim());
        else if (words[0] == "down") headset.LowerHand();
        else if (words[0] == "unwell") headset.Unwell();
        else if (words[0] == "well") headset.Well();
        else if (words[0] == "quit") _running = false;
        else Say("unknown: {0}", line);
    }
}
