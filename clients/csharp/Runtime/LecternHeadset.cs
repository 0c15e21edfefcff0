// A headset of a Lectern classroom, for Unity and any other C#: the Lectern*.cs here, no packages.
//
//   string token = LecternHeadset.Pair("http://192.0.2.5:8080", "042137", serialNumber);   // once; it waits: not in a frame
//   var headset = new LecternHeadset("http://192.0.2.5:8080", token);
//   headset.Preparing += command => ...;     // a command has come: load and seek; it takes effect at command.LocalMs
//   headset.Acting += command => ...;        // now
//   headset.StateChanged += () => ...;       // joined, or came back: be where headset.State and headset.PositionMs say
//   headset.Start();                         // in Update(): headset.Poll(); in OnDestroy(): headset.Dispose();
//
// It uses two threads of its own for the network: one reads and one writes. All events are raised inside Poll, on
// the app's thread. Between calls of Poll they wait, only the newest of each. docs/headset-protocol.md has the rules.
using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography.X509Certificates;
using System.Threading;

namespace Lectern
{
    /// <summary>What the app reports about itself; null fields are not sent. PositionMs is the lesson's unless given.</summary>
    public sealed class LecternStatus
    {
        public int? Battery { get; set; }
        public bool? Charging { get; set; }
        public long? StorageFree { get; set; }
        public string App { get; set; }
        public string AppVersion { get; set; }
        public string Content { get; set; }
        public double? PositionMs { get; set; }
        public double? SkewMs { get; set; }
        public double? YawDeg { get; set; }
        public double? PitchDeg { get; set; }
    }

    /// <summary>Error is one of the protocol's codes, "Disconnected", or null on success.</summary>
    public sealed class LecternAnswer
    {
        public string Error { get; internal set; }
        public string Message { get; internal set; }
        public Dictionary<string, object> Data { get; internal set; }
    }

    public sealed partial class LecternHeadset : IDisposable
    {
        // A message that the box must get, even across a break: sent again after reconnecting until acknowledged.
        private sealed class Owed
        {
            public string Key;
            public string Type;
            public Dictionary<string, object> Data;
            public string Eid;
            public double NotBeforeMs;
        }

        private const int MostOwed = 200;
        private const int MostAsked = 64;
        private const double SilenceMs = 10000;
        private const double LaterMs = 1000;

        private readonly Uri _box;
        private readonly string _token;
        private readonly X509Certificate2 _trusted;
        private readonly object _gate = new object();  // guards all below; never held while app or network code runs
        private readonly LecternClock _clock = new LecternClock();
        private readonly LecternLesson _lesson = new LecternLesson();
        private readonly LecternEvents _events;
        private readonly string _role;
        private readonly List<Owed> _owed = new List<Owed>();
        private readonly Queue<string> _outbox = new Queue<string>();
        private readonly Dictionary<string, Action<LecternAnswer>> _asked = new Dictionary<string, Action<LecternAnswer>>();
        private readonly List<KeyValuePair<string, Action>> _news = new List<KeyValuePair<string, Action>>();
        private LecternStatus _status = new LecternStatus();
        private Thread _thread;
        private string _broken;
        private string _heldEid;
        private LecternClosedException _closed;
        private byte[] _picture;
        private long? _adopted;
        private long _eid;
        private int _unanswered;
        private int _quick;
        private double _clockAt, _reportAt, _eventsAt, _heardAt;
        private bool _running, _welcomed;

        /// <summary>Trusted besides the system's authorities, for https: the box's own certificate, or the authority that has signed
        /// it (offered at /v1/authority; not with Mono, which cannot check what `lectern certificate` signs). Events stay in
        /// `folder`, which is this headset's alone, until the box has them; null: in memory. `role`: "device" for what runs all
        /// the time, or for an app that does everything; "run" for the app of a lesson beside it.</summary>
        public LecternHeadset(string box, string token, X509Certificate2 trusted = null, string folder = null, string role = "device")
        {
            _box = new Uri(box);
            _token = token;
            _trusted = trusted;
            _role = role;
            _events = new LecternEvents(Guid.NewGuid().ToString("N"), folder == null ? null : Path.Combine(folder, "events"));
        }

        /// <summary>The orders and pushes that the app obeys, by their names in the protocol; null: nothing is said of it.</summary>
        public string[] Capabilities { get; set; }
        /// <summary>Fetches what the teacher wants on this headset; null: nothing does.</summary>
        public LecternContent Fetching { get; set; }

        /// <summary>The connection to the box came or went.</summary>
        public event Action<bool> ConnectionChanged;
        /// <summary>The token is no longer valid: forget it and pair again.</summary>
        public event Action Unpaired;
        /// <summary>Joined or left a lesson, came back, got another run: go where State, Content and PositionMs say.</summary>
        public event Action StateChanged;
        public event Action<LecternCommand> Preparing;
        public event Action<LecternCommand> Acting;
        /// <summary>The nickname of the person who wears it, or null.</summary>
        public event Action<string> PersonChanged;
        /// <summary>raised, question, unwell.</summary>
        public event Action<Dictionary<string, object>> HandChanged;
        /// <summary>Any other message of the box, by its type: pictures.</summary>
        public event Action<string, Dictionary<string, object>> Pushed;
        /// <summary>For a log.</summary>
        public event Action<string> Problem;

        /// <summary>Milliseconds of a clock that only goes forward.</summary>
        public static double NowMs { get { return LecternClock.NowMs; } }
        public double ClockOffsetMs { get { lock (_gate) return _clock.OffsetMs ?? 0; } }
        public double? RoundTripMs { get { lock (_gate) return _clock.RoundTripMs; } }
        public double ServerMs { get { return NowMs + ClockOffsetMs; } }
        public bool IsConnected { get { lock (_gate) return _welcomed; } }
        public long? SessionId { get { lock (_gate) return _lesson.SessionId; } }
        /// <summary>running, paused or stopped.</summary>
        public string State { get { lock (_gate) return _lesson.State; } }
        /// <summary>The lesson: index, title, kind, content, duration_ms; or null.</summary>
        public Dictionary<string, object> Content { get { lock (_gate) return _lesson.Content; } }
        /// <summary>Where the lesson is now.</summary>
        public double PositionMs { get { lock (_gate) return _lesson.PositionMs(ServerMs); } }
        /// <summary>A video has come to its end: show its last picture, record no more events, wait.</summary>
        public bool IsFinished { get { lock (_gate) return _lesson.IsFinished(ServerMs); } }
        /// <summary>What was launched in the lesson's place: kind, content, title; or null.</summary>
        public Dictionary<string, object> Launched { get { lock (_gate) return _lesson.Launched; } }
        /// <summary>The arguments of eyes_on_me while it lasts, or null. Check it every frame: it ends by itself.</summary>
        public Dictionary<string, object> EyesOnMe { get { lock (_gate) return _lesson.IsHeld(ServerMs) ? _lesson.Eyes : null; } }
        public long AcknowledgedEvents { get { lock (_gate) return _events.Acknowledged; } }
        public long GivenUpEvents { get { lock (_gate) return _events.GivenUp; } }
        public int WaitingEvents { get { lock (_gate) return _events.Waiting; } }

        /// <summary>Returns the token for the six digits on the teacher's page. Waits for the box: call it on a thread.</summary>
        public static string Pair(string box, string code, string serialNumber, string model = "", string name = "",
                                  X509Certificate2 trusted = null)
        {
            Dictionary<string, object> body = LecternJson.Map("code", code, "serial_number", serialNumber), answer;
            if (!string.IsNullOrEmpty(model)) body["model"] = model;
            if (!string.IsNullOrEmpty(name)) body["name"] = name;
            int status = LecternLine.Post(new Uri(box), "/v1/pairings", body, trusted, out answer);
            // 202: the token is good once a teacher has admitted the headset.
            if (status != 201 && status != 202) throw new IOException("pairing: " + status + " " + answer.Text("detail"));
            return answer.Text("token");
        }

        public void Start()
        {
            lock (_gate)
            {
                if (_running) return;
                _running = true;
                _thread = new Thread(Run) { IsBackground = true, Name = "Lectern" };
                _thread.Start();
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _running = false;
                Monitor.PulseAll(_gate);
            }
            if (_thread != null) _thread.Join(1000);  // wait no longer: it may be connecting, and ends with the app
            lock (_gate) _events.Dispose();
        }

        /// <summary>Call it once a frame. It raises events for what has come, and runs the commands that are due.</summary>
        public void Poll()
        {
            List<KeyValuePair<string, Action>> news;
            var arrived = new List<LecternCommand>();
            List<LecternLesson.Due> due;
            double now;
            lock (_gate)
            {
                news = new List<KeyValuePair<string, Action>>(_news);
                _news.Clear();
                foreach (LecternCommand command in _lesson.Waiting)
                {
                    if (!command.Announced) arrived.Add(command);
                    command.Announced = true;
                }
                now = ServerMs;
                due = _lesson.Obey(now);
            }
            foreach (KeyValuePair<string, Action> one in news) Guarded(one.Value);
            foreach (LecternCommand command in arrived) Guarded(() => Raise(Preparing, command));
            foreach (LecternLesson.Due one in due) Act(one, now);
        }

        /// <summary>The speed for a video at this position, or null: too far off, so seek to PositionMs. Ask twice a second.</summary>
        public double? SpeedFor(double playingMs) { return LecternRules.Speed(PositionMs - playingMs); }

        /// <summary>Sent once a second from now on.</summary>
        public void Report(LecternStatus status) { lock (_gate) _status = status; }

        /// <summary>Something the student did just now; kept until the box has it. IOException: the disk does not take it. Fields as in the protocol: yaw_deg, target...</summary>
        public void AddEvent(string kind, Dictionary<string, object> fields = null)
        {
            // A deep copy: the app may reuse its own, and data without a JSON form is refused here, to the caller.
            var data = (Dictionary<string, object>)LecternJson.Parse(LecternJson.Write(fields ?? LecternJson.Map()));
            foreach (string name in new List<string>(data.Keys))
            {
                if (data[name] == null) data.Remove(name);  // a sensor that failed must not cost the batch
            }
            data["kind"] = kind;
            lock (_gate)
            {
                if (_lesson.SessionId != null && !data.ContainsKey("position_ms")) data["position_ms"] = (long)PositionMs;
                _events.Add(data, _lesson.RunId, NowMs, _clock.OffsetMs ?? CalendarMs - NowMs);
                if (_events.Waiting >= LecternEvents.LargestBatch) Monitor.PulseAll(_gate);
            }
        }

        public void SignIn(string nickname, string pin, Action<LecternAnswer> answered)
        {
            Ask("headset.sign_in", LecternJson.Map("nickname", nickname, "pin", pin), answered);
        }

        /// <summary>With the card that LecternQr has read.</summary>
        public void SignInByCard(string card, Action<LecternAnswer> answered) { Ask("headset.sign_in", LecternJson.Map("card", card), answered); }

        public void SignOut(Action<LecternAnswer> answered) { Ask("headset.sign_out", null, answered); }

        // The teacher must learn of these, even if the Wi-Fi is down just now. The newest counts.

        public void RaiseHand(string question = "") { Owe("hand", "headset.hand", LecternJson.Map("question", question)); }
        public void LowerHand() { Owe("hand", "headset.hand_down", LecternJson.Map()); }
        /// <summary>Fade out first, without waiting for the box; then call this.</summary>
        public void Unwell() { Owe("well", "headset.unwell", LecternJson.Map()); }
        public void Well() { Owe("well", "headset.well", LecternJson.Map()); }

        /// <summary>Sends any other message. The answer comes in Poll; "Disconnected" if there is no connection: then nothing is sent.</summary>
        public void Ask(string type, Dictionary<string, object> data, Action<LecternAnswer> answered)
        {
            lock (_gate)
            {
                string eid, message = Message(type, data, out eid);
                string refusal = !_welcomed ? "Disconnected" : _unanswered >= MostAsked ? "TooManyRequests" : null;
                ++_unanswered;
                if (refusal != null)
                {
                    Answered(answered, new LecternAnswer { Error = refusal, Message = "The box cannot be asked now." });
                    return;
                }
                _outbox.Enqueue(message);
                _asked[eid] = answered;
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Sends what the student sees, after `pictures` was pushed. At most one picture waits: the newest.</summary>
        public void SendPicture(byte[] jpeg)
        {
            lock (_gate)
            {
                _picture = jpeg;
                Monitor.PulseAll(_gate);
            }
        }

        private static double CalendarMs { get { return (DateTime.UtcNow - new DateTime(1970, 1, 1)).TotalMilliseconds; } }

        internal Uri Box { get { return _box; } }
        internal string Token { get { return _token; } }
        internal X509Certificate2 Trusted { get { return _trusted; } }

        /// <summary>How it stands with a file: kept until the box has it, the newest of each file.</summary>
        internal void ReportContent(string sha256, string state, long received, string error)
        {
            Dictionary<string, object> item = LecternJson.Map("sha256", sha256, "state", state, "received_bytes", received);
            if (error != null) item["error"] = error;
            Owe("content " + sha256, "content.report", LecternJson.Map("items", new List<object> { item }));
        }

        internal void Answer(LecternCommand command, string state, string error)
        {
            if (command.Finished) return;
            command.Answered = true;
            command.Finished = state != "running";
            OweAnswer(command.SessionId, command.Number, state, command.SkewMs, error);
        }

        private void OweAnswer(long session, long number, string state, double? skewMs, string error)
        {
            Dictionary<string, object> data = LecternJson.Map("session_id", session, "number", number, "state", state);
            if (skewMs != null) data["skew_ms"] = skewMs;
            if (error != null) data["error"] = error;
            Owe("answer " + session + " " + number, "command.answer", data);  // only the last state of a command counts
        }

        private void Owe(string key, string type, Dictionary<string, object> data)
        {
            lock (_gate)
            {
                _owed.RemoveAll(other => other.Key == key);
                _owed.Add(new Owed { Key = key, Type = type, Data = data });
                if (_owed.Count > MostOwed) _owed.Remove(_owed.Find(other => other.Type == "command.answer"));
                Monitor.PulseAll(_gate);
            }
        }

        private static void Raise<T>(Action<T> handlers, T value)
        {
            if (handlers != null) handlers(value);
        }

        // If one handler throws, the app's other handlers must still run.
        private void Guarded(Action action)
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                Raise(Problem, "a handler has thrown: " + error.Message);
            }
        }

        private void Act(LecternLesson.Due due, double now)
        {
            LecternCommand command = due.Command;
            bool isExpired = now > command.ExpiresMs;
            const string expired = "came after it had expired";
            if (due.IsOvertaken) command.Done();
            else if (isExpired && !command.IsPlayback) command.Fail(expired);
            if (command.Finished) return;
            command.SkewMs = now - command.AtMs;
            if (isExpired) command.Fail(expired);  // but go to the state all the same
            try
            {
                Raise(Acting, command);
            }
            catch (Exception error)
            {
                command.Fail(error.Message);
                Raise(Problem, command.Action + " has thrown: " + error.Message);
            }
            if (!command.Answered) command.Done();
        }

        // The newest action of each key waits for Poll; without a key all of them do (answers: there are few).
        private void Tell(string key, Action action)
        {
            lock (_gate)
            {
                if (key != null) _news.RemoveAll(other => other.Key == key);
                _news.Add(new KeyValuePair<string, Action>(key, action));
            }
        }

        private void Answered(Action<LecternAnswer> answered, LecternAnswer answer)
        {
            Tell(null, () =>
            {
                lock (_gate) --_unanswered;
                Raise(answered, answer);
            });
        }
    }
}
