// The headset's two threads: one connects, sends what is due and reconnects after a break; the other listens.
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace Lectern
{
    public sealed partial class LecternHeadset
    {
        private void Run()
        {
            var chance = new Random(Guid.NewGuid().GetHashCode());
            for (int failures = 0; ; ++failures)
            {
                double leastMs = 0;
                try
                {
                    using (LecternLine line = LecternLine.WebSocket(_box, "/v1/live?role=" + _role, _token, _trusted))
                    {
                        failures = 0;
                        TakePart(line);
                    }
                }
                catch (LecternUnpairedException)
                {
                    Tell("unpaired", () => { if (Unpaired != null) Unpaired(); });
                    return;
                }
                catch (LecternClosedException closed)
                {
                    Tell("problem", () => Raise(Problem, closed.Message));
                    leastMs = LecternRules.LeastPauseMs(closed.Code);
                }
                catch (Exception error)  // the network failed, or bytes made no sense: reconnecting cures both
                {
                    Tell("problem", () => Raise(Problem, error.Message));
                }
                if (!Leave(Math.Max(leastMs, LecternRules.PauseMs(failures, chance.NextDouble())))) return;
            }
        }

        // Waiting commands, events and owed messages stay; callers that wait for an answer are told.
        private bool Leave(double pauseMs)
        {
            lock (_gate)
            {
                if (_welcomed) Tell("connection", () => Raise(ConnectionChanged, false));
                _welcomed = false;
                _outbox.Clear();
                foreach (Owed owed in _owed) owed.Eid = null;
                foreach (Action<LecternAnswer> answered in _asked.Values)
                    Answered(answered, new LecternAnswer { Error = "Disconnected", Message = "The box has gone." });
                _asked.Clear();
                double until = NowMs + pauseMs;
                for (double left = pauseMs; _running && left > 0; left = until - NowMs) Monitor.Wait(_gate, (int)Math.Ceiling(left));
                return _running;
            }
        }

        private void TakePart(LecternLine line)
        {
            lock (_gate)
            {
                _broken = null;
                _closed = null;
                _picture = null;
                _quick = 10;
                _clockAt = _reportAt = _eventsAt = _heardAt = NowMs;
            }
            var reader = new Thread(() => Listen(line)) { IsBackground = true, Name = "Lectern reader" };
            reader.Start();
            try
            {
                while (SayNext(line)) { }
            }
            finally
            {
                line.Dispose();
                reader.Join();
            }
        }

        private bool SayNext(LecternLine line)
        {
            string text;
            byte[] picture = null;
            lock (_gate)
            {
                double now = NowMs;
                while ((text = Next(now)) == null && _picture == null && _running && _broken == null)
                {
                    double wake = _clock.RoundTripMs == null ? _clockAt : Math.Min(_clockAt, _reportAt);
                    Monitor.Wait(_gate, (int)Math.Ceiling(Math.Max(1, wake - now)));
                    now = NowMs;
                }
                if (!_running) return false;
                if (_broken == null && now - _heardAt > SilenceMs) _broken = "the box is silent";
                if (_closed != null && LecternRules.EndsPairing(_closed.Code)) throw new LecternUnpairedException();
                if (_closed != null) throw new LecternClosedException(_closed);
                if (_broken != null) throw new IOException(_broken);
                if (text == null)
                {
                    picture = _picture;
                    _picture = null;
                }
            }
            if (text != null) line.SendText(text);
            else line.SendPicture(picture);
            return true;
        }

        private string Next(double now)
        {
            string eid;
            if (now >= _clockAt)
            {
                _clockAt = now + (--_quick > 0 ? 60 : 1000);
                return Message("clock", LecternJson.Map("t0", now), out eid);
            }
            if (!_welcomed) return null;
            if (_clock.RoundTripMs != null && (now >= _eventsAt || _events.Waiting >= LecternEvents.LargestBatch))
            {
                OweEvents(now >= _eventsAt);
                _eventsAt = now + 1000;
            }
            Owed owed = _owed.Find(one => one.Eid == null && now >= one.NotBeforeMs);
            if (owed != null) return Message(owed.Type, owed.Data, out owed.Eid);
            if (_outbox.Count > 0) return _outbox.Dequeue();
            if (_clock.RoundTripMs == null || now < _reportAt) return null;
            _reportAt = now + 1000;
            return Message("headset.report", Status(), out eid);
        }

        // A full disk must not cost the connection.
        private void OweEvents(bool isSecond)
        {
            try
            {
                if (isSecond) _events.Sync();
                Dictionary<string, object> batch = _events.Fix(ClockOffsetMs);
                if (batch != null) Owe("events", "events", batch);
            }
            catch (IOException error)
            {
                Tell("problem", () => Raise(Problem, "the disk: " + error.Message));
            }
        }

        private Dictionary<string, object> Status()
        {
            Dictionary<string, object> data = LecternJson.Map("round_trip_ms", _clock.RoundTripMs, "clock_offset_ms", _clock.OffsetMs);
            double? position = _status.PositionMs ?? (_lesson.SessionId == null ? (double?)null : PositionMs);
            Action<string, object> say = (name, value) => { if (value != null) data[name] = value; };
            say("battery", _status.Battery);
            say("charging", _status.Charging);
            say("storage_free", _status.StorageFree);
            say("app", _status.App);
            say("app_version", _status.AppVersion);
            say("content", _status.Content);
            say("position_ms", (long?)position);
            say("skew_ms", _status.SkewMs);
            if (_status.YawDeg != null && _status.PitchDeg != null)
                data["gaze"] = LecternJson.Map("yaw_deg", _status.YawDeg, "pitch_deg", _status.PitchDeg);
            return data;
        }

        private string Message(string type, Dictionary<string, object> data, out string eid)
        {
            eid = (++_eid).ToString();
            return LecternJson.Write(LecternJson.Map("type", type, "data", data ?? LecternJson.Map(), "eid", eid));
        }

        private void Listen(LecternLine line)
        {
            try
            {
                while (true)
                {
                    string text = line.ReadText();
                    double now = NowMs;
                    var message = LecternJson.Parse(text) as Dictionary<string, object>;
                    lock (_gate) Hear(message, now);
                }
            }
            catch (Exception error)
            {
                lock (_gate)
                {
                    _broken = error.Message;
                    _closed = error as LecternClosedException;
                    Monitor.PulseAll(_gate);
                }
            }
        }

        private void Hear(Dictionary<string, object> message, double now)
        {
            _heardAt = now;
            string eid = message.Text("eid"), error = message.Text("error");
            if (eid != "") HearAnswer(eid, message, now);
            else if (error != "")  // of what had no eid: a picture
                Tell("problem", () => Raise(Problem, error + ": " + message.Object("data").Text("message")));
            else HearPush(message.Text("type"), message.Object("data"), now);
        }

        private void HearAnswer(string eid, Dictionary<string, object> message, double now)
        {
            Dictionary<string, object> data = message.Object("data");
            string type = message.Text("type"), error = message.Text("error");
            double? t0 = data.Number("t0"), t1 = data.Number("t1");
            if (type == "clock" && t0 != null && t1 != null) _clock.Add(t0.Value, t1.Value, now);
            if (eid == _heldEid && error == "" && Fetching != null) Fetching.Wanted(data);  // it answers what to fetch
            Action<LecternAnswer> answered;
            if (_asked.TryGetValue(eid, out answered))
            {
                _asked.Remove(eid);
                Answered(answered, new LecternAnswer { Error = error == "" ? null : error, Message = data.Text("message"), Data = data });
            }
            Owed owed = _owed.Find(one => one.Eid == eid);
            if (owed != null && LecternRules.IsForLater(error))
            {
                owed.Eid = null;
                owed.NotBeforeMs = now + LaterMs;
                return;
            }
            if (owed != null)
            {
                _owed.Remove(owed);
                if (type == "events") _events.Close(error == "");
            }
            if (error != "" && answered == null) Tell("problem", () => Raise(Problem, type + ": " + error + ": " + data.Text("message")));
        }

        private void HearPush(string type, Dictionary<string, object> data, double now)
        {
            switch (type)
            {
                case "welcome":
                    _clock.Guess(data.Number("server_ms") ?? now, now);
                    _welcomed = true;
                    if (data.ContainsKey("stored") && _events.Stored(data["stored"] as List<object> ?? new List<object>()))
                        _owed.RemoveAll(owed => owed.Type == "events");
                    SayHello();
                    Tell("connection", () => Raise(ConnectionChanged, true));
                    TellPerson(data);
                    Tell("hand", () => Raise(HandChanged, data.Object("hand")));
                    Adopt(data.Object("session"));
                    Monitor.PulseAll(_gate);
                    break;
                case "state": Adopt(data); break;
                case "command": Take(new LecternCommand(data) { Headset = this }); break;
                case "person": TellPerson(data); break;
                case "hand": Tell("hand", () => Raise(HandChanged, data)); break;
                case "content.fetch":
                    _heldEid = null;  // this list is newer than the answer to our report, which may have been made before it
                    if (Fetching != null) Fetching.Wanted(data);
                    break;
                default: Tell("push " + type, () => { if (Pushed != null) Pushed(type, data); }); break;
            }
        }

        private void SayHello()
        {
            string eid;
            if (Capabilities != null) _outbox.Enqueue(Message("hello", LecternJson.Map("capabilities", Capabilities), out eid));
            if (Fetching == null) return;
            _outbox.Enqueue(Message("content.report", Fetching.Held(), out eid));
            _heldEid = eid;
        }

        private void TellPerson(Dictionary<string, object> data)
        {
            Dictionary<string, object> person = data.Object("person");
            Tell("person", () => Raise(PersonChanged, person == null ? null : person.Text("nickname")));
        }

        // The state counts as done once the app has been told to go there.
        private void Adopt(Dictionary<string, object> state)
        {
            long session = state.Whole("session_id") ?? 0;
            if (session != SessionId) _adopted = null;
            _adopted = _lesson.TakeState(state) ?? _adopted;
            Tell("state", () =>
            {
                long? number;
                lock (_gate)
                {
                    number = _adopted;
                    _adopted = null;
                }
                try
                {
                    if (StateChanged != null) StateChanged();
                }
                finally
                {
                    if (number != null) OweAnswer(session, number.Value, "done", null, null);
                }
            });
        }

        private void Take(LecternCommand command)
        {
            LecternCommand tooMany;
            bool isNews = _lesson.TakeCommand(command, out tooMany) || _lesson.IsWaiting(command.Number);
            OweAnswer(command.SessionId, command.Number, isNews ? "received" : "done", null, null);
            if (tooMany != null) tooMany.Fail("too many commands at once");
        }
    }
}
