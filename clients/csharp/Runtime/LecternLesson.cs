// The time, and the lesson that plays; docs/headset-protocol.md has the rules.
using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace Lectern
{
    /// <summary>A teacher's order. Times in ms; AtMs is server time, LocalMs the same moment by LecternHeadset.NowMs.</summary>
    public sealed class LecternCommand
    {
        internal LecternCommand(Dictionary<string, object> data)
        {
            SessionId = data.Whole("session_id") ?? 0;
            Number = data.Whole("number") ?? 0;
            Action = data.Text("action");
            Arguments = data.Object("arguments") ?? new Dictionary<string, object>();
            Lesson = data.Object("lesson");
            RunId = data.Whole("run_id");
            PositionMs = data.Number("position_ms") ?? 0;
            AtMs = data.Number("at_ms") ?? 0;
            ExpiresMs = data.Number("expires_ms") ?? double.MaxValue;
        }

        public long SessionId { get; private set; }
        public long Number { get; private set; }
        public string Action { get; private set; }
        public Dictionary<string, object> Arguments { get; private set; }
        /// <summary>What to show: index, title, kind, content, duration_ms; or null.</summary>
        public Dictionary<string, object> Lesson { get; private set; }
        public double PositionMs { get; private set; }
        public double AtMs { get; private set; }
        public double ExpiresMs { get; private set; }
        public double LocalMs { get { return AtMs - Headset.ClockOffsetMs; } }

        internal long? RunId;
        internal LecternHeadset Headset;
        internal bool Announced;
        internal double? SkewMs;
        internal bool Answered;
        internal bool Finished;

        internal bool IsPlayback { get { return Kind == "playback"; } }

        /// <summary>Only a newer command of the same kind replaces one: a blink never swallows a play.</summary>
        internal string Kind
        {
            get
            {
                switch (Action)
                {
                    case "play": case "pause": case "resume": case "seek": case "stop": return "playback";
                    case "release": return "eyes_on_me";
                    default: return Action;
                }
            }
        }

        /// <summary>It takes a while: call Done or Fail later.</summary>
        public void Running() { Headset.Answer(this, "running", null); }
        /// <summary>Sent automatically after Acting, unless one of the others was called.</summary>
        public void Done() { Headset.Answer(this, "done", null); }
        /// <summary>It cannot be done; a teacher will read the reason.</summary>
        public void Fail(string reason) { Headset.Answer(this, "failed", reason); }
    }

    /// <summary>Server time is the headset's clock plus the mean offset of the 6 quickest of the last 64 round trips.</summary>
    internal sealed class LecternClock
    {
        private struct Trip
        {
            public double RoundTripMs;
            public double OffsetMs;
        }

        private const int Kept = 64;
        private const int Quickest = 6;
        private const double SleptMs = 1000;
        private readonly List<Trip> _trips = new List<Trip>();

        public double? OffsetMs { get; private set; }
        public double? RoundTripMs { get; private set; }

        /// <summary>A clock that only goes forward.</summary>
        public static double NowMs { get { return Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency; } }

        /// <summary>A rough value until the first round trip.</summary>
        public void Guess(double serverMs, double nowMs)
        {
            if (OffsetMs == null) OffsetMs = serverMs - nowMs;
        }

        public void Add(double t0, double t1, double t2)
        {
            if (t2 < t0) return;
            var trip = new Trip { RoundTripMs = t2 - t0, OffsetMs = t1 - (t0 + t2) / 2 };
            // While a headset sleeps its clock may stand still; then earlier measurements are worthless.
            if (OffsetMs != null && Math.Abs(trip.OffsetMs - OffsetMs.Value) > SleptMs + trip.RoundTripMs) _trips.Clear();
            if (_trips.Count == Kept) _trips.RemoveAt(0);
            _trips.Add(trip);
            var sorted = new List<Trip>(_trips);
            sorted.Sort((left, right) => left.RoundTripMs.CompareTo(right.RoundTripMs));
            int count = Math.Min(Quickest, sorted.Count);
            double offset = 0, roundTrip = 0;
            for (int i = 0; i < count; ++i)
            {
                offset += (sorted[i].OffsetMs - sorted[0].OffsetMs) / count; // sums differences, to keep the fractional digits
                roundTrip += sorted[i].RoundTripMs / count;
            }
            OffsetMs = sorted[0].OffsetMs + offset;
            RoundTripMs = roundTrip;
        }
    }

    /// <summary>The lesson that plays, and the commands that wait for their time. Times are server time.</summary>
    internal sealed class LecternLesson
    {
        internal struct Due
        {
            public LecternCommand Command;
            public bool IsOvertaken;
        }

        private const int MostWaiting = 100;
        private readonly Dictionary<string, long> _newest = new Dictionary<string, long>();
        private readonly List<LecternCommand> _waiting = new List<LecternCommand>();
        private double _positionMs;
        private double _atMs;

        public long? SessionId { get; private set; }
        public long? RunId { get; private set; }
        public string State { get; private set; } = "stopped";
        public Dictionary<string, object> Content { get; private set; }
        public Dictionary<string, object> Eyes { get; private set; }
        /// <summary>What was launched in the lesson's place, or null.</summary>
        public Dictionary<string, object> Launched { get; private set; }
        public IEnumerable<LecternCommand> Waiting { get { return _waiting; } }

        public double PositionMs(double nowMs)
        {
            double position = _positionMs + (State == "running" ? Math.Max(0, nowMs - _atMs) : 0);
            return Math.Min(position, EndMs);
        }

        /// <summary>Show the last picture, record no more events, and wait.</summary>
        public bool IsFinished(double nowMs) { return PositionMs(nowMs) >= EndMs; }

        // For what is no video the duration is a plan.
        private double EndMs
        {
            get { return Content.Text("kind") == "video" ? Content.Number("duration_ms") ?? double.MaxValue : double.MaxValue; }
        }

        /// <summary>It ends by itself, network or not.</summary>
        public bool IsHeld(double nowMs)
        {
            return Eyes != null && nowMs < (Eyes.Number("until_ms") ?? 0);
        }

        /// <summary>Goes where the box says the lesson is. Returns the number to answer done, if not obeyed yet.</summary>
        public long? TakeState(Dictionary<string, object> state)
        {
            Enter(state.Whole("session_id"));
            if (state == null) return null;
            RunId = state.Whole("run_id");
            Eyes = state.Object("controls").Object("eyes_on_me");
            Launched = state.Object("controls").Object("launch");
            long number = state.Whole("number") ?? 0;
            // A waiting command will make exactly this state at its time.
            if (_waiting.Exists(command => command.IsPlayback && command.Number >= number)) return null;
            _waiting.RemoveAll(command => command.IsPlayback);
            State = state.Text("state");
            Content = state.Object("lesson");
            _positionMs = state.Number("position_ms") ?? 0;
            _atMs = state.Number("at_ms") ?? 0;
            if (number <= Newest("playback")) return null;
            _newest["playback"] = number;
            return number;
        }

        /// <summary>False if it was obeyed before, or waits already.</summary>
        public bool TakeCommand(LecternCommand command, out LecternCommand tooMany)
        {
            tooMany = null;
            if (command.SessionId != SessionId) Enter(command.SessionId);
            if (command.Number <= Newest(command.Kind)) return false;
            if (_waiting.Exists(other => other.Number == command.Number)) return false;
            int place = _waiting.FindIndex(other => other.AtMs > command.AtMs || (other.AtMs == command.AtMs && other.Number > command.Number));
            _waiting.Insert(place < 0 ? _waiting.Count : place, command);
            if (_waiting.Count > MostWaiting)
            {
                tooMany = _waiting[0];
                _waiting.RemoveAt(0);
            }
            return true;
        }

        public bool IsWaiting(long number)
        {
            return _waiting.Exists(command => command.Number == number);
        }

        /// <summary>Returns the commands that are due. After an absence only the newest of a kind; older ones were overtaken.</summary>
        public List<Due> Obey(double nowMs)
        {
            var due = new List<Due>();
            while (_waiting.Count > 0 && _waiting[0].AtMs <= nowMs)
            {
                LecternCommand command = _waiting[0];
                _waiting.RemoveAt(0);
                bool isNews = command.Number > Newest(command.Kind);
                if (isNews)
                {
                    _newest[command.Kind] = command.Number;
                    Apply(command);
                    for (int i = 0; i < due.Count; ++i)
                    {
                        if (due[i].Command.Kind == command.Kind) due[i] = new Due { Command = due[i].Command, IsOvertaken = true };
                    }
                }
                due.Add(new Due { Command = command, IsOvertaken = !isNews });
            }
            return due;
        }

        private void Apply(LecternCommand command)
        {
            RunId = command.RunId ?? RunId;
            if (command.Action == "eyes_on_me") Eyes = command.Arguments;
            if (command.Action == "release") Eyes = null;
            if (command.Action == "launch") Launched = command.Arguments;
            if (!command.IsPlayback) return;
            if (command.Action == "play" || command.Action == "stop") Launched = null;
            if (command.Action == "stop") Eyes = null;
            Content = command.Lesson ?? Content;
            if (command.Action == "play" || command.Action == "resume") State = "running";
            if (command.Action == "pause") State = "paused";
            if (command.Action == "stop") State = "stopped";
            _positionMs = command.PositionMs;
            _atMs = command.AtMs;
        }

        // Numbers count within a session; another session starts over.
        private void Enter(long? session)
        {
            if (session != null && session == SessionId) return;
            SessionId = session;
            RunId = null;
            State = "stopped";
            Content = null;
            Eyes = Launched = null;
            _positionMs = _atMs = 0;
            _newest.Clear();
            _waiting.Clear();
        }

        private long Newest(string kind)
        {
            long number;
            return _newest.TryGetValue(kind, out number) ? number : 0;
        }
    }
}
