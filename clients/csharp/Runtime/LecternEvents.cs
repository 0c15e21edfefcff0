// Keeps what the student did until the box has it: on disk where the app names a folder, otherwise in memory.
//
//   NUMBER.open    events as they come, one JSON object a line; at most one such file
//   NUMBER.batch   the sealed batch, as it is sent; it goes when the box has answered
//
// A sealed batch never changes: sent twice under one identity it is stored once. Its identity is something random for
// each start of the app, and a number that counts the batches of that start. One is on its way at a time. On overflow
// the oldest events in no batch yet are dropped and counted: a long absence keeps its end.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Lectern
{
    internal sealed class LecternEvents : IDisposable
    {
        private struct Event
        {
            public double? OwnMs;  // null: of an earlier start, whose clock means nothing any more
            public long? RunId;
            public Dictionary<string, object> Data;
        }

        private sealed class Batch
        {
            public long Place;
            public int Count;
            public Dictionary<string, object> Data;
        }

        public const int MostWaiting = 10000;
        public const int LargestBatch = 200;
        private static readonly UTF8Encoding Utf8 = new UTF8Encoding(false);
        private readonly string _bootId;
        private readonly string _folder;
        private readonly LinkedList<Event> _waiting = new LinkedList<Event>();
        private readonly List<Batch> _sealed = new List<Batch>();  // the first one is on its way, if Fix has given it
        private FileStream _file;
        private long _place = 1;
        private long _number;
        private int _lines;
        private int _inSealed;
        private bool _isSent;

        /// <summary>`bootId` is new at each start of the app. `folder` is this headset's alone; null: in memory.</summary>
        public LecternEvents(string bootId, string folder = null)
        {
            _bootId = bootId;
            _folder = folder;
            if (folder != null) Load();
        }

        public long Acknowledged { get; private set; }
        public long GivenUp { get; private set; }
        public int Waiting { get { return _waiting.Count + _inSealed; } }

        /// <summary>`offsetMs` is the best guess so far, in case the app ends before the event is sent.</summary>
        public void Add(Dictionary<string, object> data, long? runId, double ownMs, double offsetMs)
        {
            var kept = new Dictionary<string, object>(data);
            kept["at_ms"] = (long)Math.Round(ownMs + offsetMs);
            var one = new Event { OwnMs = ownMs, RunId = runId, Data = kept };
            if (_folder != null) Append(one);
            _waiting.AddLast(one);
            if (_waiting.Count <= MostWaiting) return;
            _waiting.RemoveFirst();
            ++GivenUp;
            if (_folder != null && _lines > 2 * MostWaiting) Rewrite();
        }

        /// <summary>What was added outlives a dead battery from now on.</summary>
        public void Sync()
        {
            if (_file != null) _file.Flush(true);
        }

        /// <summary>The next batch, or null if nothing waits or one is on its way. Times are settled only now: without a
        /// connection the offset may have been unknown.</summary>
        public Dictionary<string, object> Fix(double offsetMs)
        {
            if (_isSent) return null;
            if (_sealed.Count == 0 && _waiting.Count > 0) Seal(offsetMs);
            _isSent = _sealed.Count > 0;
            return _isSent ? _sealed[0].Data : null;
        }

        /// <summary>The batch on its way is on the box's disk, or was refused for good.</summary>
        public void Close(bool isStored)
        {
            if (!_isSent) return;
            if (isStored) Acknowledged += _sealed[0].Count;
            else GivenUp += _sealed[0].Count;
            Remove(0);
        }

        /// <summary>What the welcome says: [{boot_id, up_to, beyond}]. None of that is sent again. True: the batch on its way is
        /// stored.</summary>
        public bool Stored(List<object> starts)
        {
            bool wasSent = _isSent;
            foreach (object one in starts)
            {
                var start = one as Dictionary<string, object>;
                var beyond = start != null && start.ContainsKey("beyond") ? start["beyond"] as List<object> : null;
                for (int i = _sealed.Count - 1; i >= 0; --i)
                {
                    long number = _sealed[i].Data.Whole("number") ?? 0;
                    if (_sealed[i].Data.Text("boot_id") != start.Text("boot_id")) continue;
                    if (number > (start.Whole("up_to") ?? 0) && (beyond == null || !beyond.Contains(number))) continue;
                    Acknowledged += _sealed[i].Count;
                    Remove(i);
                }
            }
            return wasSent && !_isSent;
        }

        public void Dispose()
        {
            if (_file != null) _file.Dispose();
            _file = null;
        }

        private void Seal(double offsetMs)
        {
            long? run = _waiting.First.Value.RunId;
            var events = new List<object>();
            foreach (Event one in _waiting)
            {
                if (events.Count == LargestBatch || one.RunId != run) break;
                if (one.OwnMs != null) one.Data["at_ms"] = (long)Math.Round(one.OwnMs.Value + offsetMs);
                events.Add(one.Data);
            }
            var data = LecternJson.Map("boot_id", _bootId, "number", _number + 1, "events", events);
            if (run != null) data["run_id"] = run.Value;
            if (_folder != null)
            {
                // The rest first under the next number, then the batch, then the old lines go. After a power cut in between
                // both are there, and Load knows which of them count.
                Dispose();
                var rest = new StringBuilder();
                int place = 0;
                foreach (Event one in _waiting) if (place++ >= events.Count) rest.Append(Line(one));
                if (rest.Length > 0) Replace(_place + 1, "open", rest.ToString());
                Replace(_place, "batch", LecternJson.Write(data));
                File.Delete(Named(_place, "open"));
                _lines = _waiting.Count - events.Count;
            }
            for (int i = 0; i < events.Count; ++i) _waiting.RemoveFirst();
            Know(new Batch { Place = _place++, Count = events.Count, Data = data });
            ++_number;
        }

        private void Know(Batch batch)
        {
            _sealed.Add(batch);
            _inSealed += batch.Count;
        }

        private void Remove(int which)
        {
            if (_folder != null) File.Delete(Named(_sealed[which].Place, "batch"));
            _inSealed -= _sealed[which].Count;
            _sealed.RemoveAt(which);
            if (which == 0) _isSent = false;
        }

        private string Named(long place, string kind)
        {
            return Path.Combine(_folder, place.ToString(CultureInfo.InvariantCulture) + "." + kind);
        }

        private static string Line(Event one)
        {
            return LecternJson.Write(LecternJson.Map("run_id", one.RunId, "fields", one.Data)) + "\n";
        }

        // The system has it when this returns, so it outlives the app.
        private void Append(Event one)
        {
            if (_file == null) _file = new FileStream(Named(_place, "open"), FileMode.Append, FileAccess.Write, FileShare.Read);
            byte[] line = Utf8.GetBytes(Line(one));
            _file.Write(line, 0, line.Length);
            _file.Flush();
            ++_lines;
        }

        private void Rewrite()
        {
            Dispose();
            var lines = new StringBuilder();
            foreach (Event one in _waiting) lines.Append(Line(one));
            Replace(_place, "open", lines.ToString());
            _lines = _waiting.Count;
        }

        private void Replace(long place, string kind, string text)
        {
            string beside = Named(place, "new"), there = Named(place, kind);
            using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
            {
                byte[] bytes = Utf8.GetBytes(text);
                file.Write(bytes, 0, bytes.Length);
                file.Flush(true);
            }
            if (File.Exists(there)) File.Replace(beside, there, null);
            else File.Move(beside, there);
        }

        private List<long> Numbers(string kind)
        {
            var found = new List<long>();
            foreach (string path in Directory.GetFiles(_folder, "*." + kind))
            {
                long number;
                if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out number))
                    found.Add(number);
            }
            found.Sort();
            return found;
        }

        private void Load()
        {
            Directory.CreateDirectory(_folder);
            foreach (string unfinished in Directory.GetFiles(_folder, "*.new")) File.Delete(unfinished);
            foreach (long place in Numbers("batch"))
            {
                _place = Math.Max(_place, place + 1);
                Dictionary<string, object> data = Parsed(File.ReadAllText(Named(place, "batch"), Utf8));
                var events = data != null && data.ContainsKey("events") ? data["events"] as List<object> : null;
                if (events == null) File.Delete(Named(place, "batch"));  // damaged by the disk: nobody can read it any more
                else Know(new Batch { Place = place, Count = events.Count, Data = data });
            }
            // Of a seal that was cut off before its batch was written, the newer lines are copies of the older ones.
            bool isFirst = true;
            foreach (long place in Numbers("open"))
            {
                if (!isFirst || place < _place) File.Delete(Named(place, "open"));
                else
                {
                    isFirst = false;
                    _place = place;
                    ReadLines(File.ReadAllText(Named(place, "open"), Utf8));
                    Rewrite();
                }
            }
        }

        private void ReadLines(string text)
        {
            string whole = text.Substring(0, text.LastIndexOf('\n') + 1);  // a line without its end was being written
            foreach (string line in whole.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries))
            {
                Dictionary<string, object> read = Parsed(line), fields = read.Object("fields");
                if (fields == null) ++GivenUp;
                else _waiting.AddLast(new Event { RunId = read.Whole("run_id"), Data = fields });
            }
        }

        private static Dictionary<string, object> Parsed(string text)
        {
            try
            {
                return LecternJson.Parse(text) as Dictionary<string, object>;
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }
}
