// Videos and apps that the teacher has headsets fetch beforehand: one after the other, in pieces, going on where a break
// left it, and checked by SHA-256. In its folder SHA256.part has what has arrived, SHA256.whole is complete and checked,
// names.json says which address was which file.
//
//   headset.Fetching = new LecternContent(headset, folder);   // before headset.Start()
//   string file = headset.Fetching.Find(content);             // the own copy of a lesson's `content`, or null
using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;

namespace Lectern
{
    public sealed class LecternContent : IDisposable
    {
        private sealed class Item
        {
            public string Url;
            public string Sha256;
            public long Size;
        }

        private const long KeptFree = 64L << 20;
        private const int MostPiece = 1 << 20;
        private const int MostWanted = 1000;
        private const int AgainMs = 1000;
        private readonly LecternHeadset _headset;
        private readonly string _folder;
        private readonly object _gate = new object();
        private readonly Dictionary<string, object> _names;
        private readonly List<Item> _wanted = new List<Item>();
        private readonly Thread _thread;
        private long _pieceBytes = MostPiece;
        private double _reportAt;
        private bool _running = true;

        /// <summary>`folder` is this headset's alone. Runs a thread of its own until disposed.</summary>
        public LecternContent(LecternHeadset headset, string folder)
        {
            _headset = headset;
            _folder = folder;
            Directory.CreateDirectory(folder);
            _names = ReadNames();
            _thread = new Thread(Run) { IsBackground = true, Name = "Lectern content" };
            _thread.Start();
        }

        /// <summary>The whole file of this address, as a lesson's `content` names it, or null.</summary>
        public string Find(string address)
        {
            lock (_gate)
            {
                string sha256 = _names.Text(address), file = Whole(sha256);
                return sha256 != "" && File.Exists(file) ? file : null;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _running = false;
                Monitor.PulseAll(_gate);
            }
            _thread.Join(1000);
        }

        /// <summary>All that is here, for the box.</summary>
        internal Dictionary<string, object> Held()
        {
            var items = new List<object>();
            foreach (FileInfo file in Wholes())
                items.Add(LecternJson.Map("sha256", Path.GetFileNameWithoutExtension(file.Name), "state", "whole", "received_bytes", file.Length));
            return LecternJson.Map("items", items, "complete", true);
        }

        /// <summary>What `content.fetch` says. Replaces what was wanted before.</summary>
        internal void Wanted(Dictionary<string, object> data)
        {
            var items = data.ContainsKey("items") ? data["items"] as List<object> : null;
            lock (_gate)
            {
                _pieceBytes = Math.Max(1, Math.Min(MostPiece, data.Whole("piece_bytes") ?? MostPiece));
                _wanted.Clear();
                foreach (object one in items ?? new List<object>())
                {
                    var json = one as Dictionary<string, object>;
                    var item = new Item { Url = json.Text("url"), Sha256 = json.Text("sha256"), Size = json.Whole("size") ?? -1 };
                    if (item.Size < 0 || !IsSum(item.Sha256)) continue;  // of a newer box: the others can be fetched
                    if (_wanted.Count < MostWanted) _wanted.Add(item);
                    _names[item.Url] = item.Sha256;
                }
                try
                {
                    File.WriteAllText(Path.Combine(_folder, "names.json"), LecternJson.Write(_names));
                }
                catch (IOException)
                {
                    // The next content.fetch names everything again.
                }
                Monitor.PulseAll(_gate);
            }
        }

        private Dictionary<string, object> ReadNames()
        {
            try
            {
                string text = File.ReadAllText(Path.Combine(_folder, "names.json"));
                return LecternJson.Parse(text) as Dictionary<string, object> ?? LecternJson.Map();
            }
            catch (Exception error)
            {
                if (!(error is IOException) && !(error is FormatException)) throw;
                return LecternJson.Map();  // the next content.fetch names everything again
            }
        }

        private static bool IsSum(string text)
        {
            if (text.Length != 64) return false;
            foreach (char c in text) if ("0123456789abcdef".IndexOf(c) < 0) return false;
            return true;
        }

        private string Whole(string sha256) { return Path.Combine(_folder, sha256 + ".whole"); }

        private List<FileInfo> Wholes()
        {
            var found = new List<FileInfo>(new DirectoryInfo(_folder).GetFiles("*.whole"));
            found.Sort((left, right) => left.LastWriteTimeUtc.CompareTo(right.LastWriteTimeUtc));
            return found;
        }

        private void Run()
        {
            while (true)
            {
                Item item;
                lock (_gate)
                {
                    while (_running && _wanted.Count == 0) Monitor.Wait(_gate);
                    if (!_running) return;
                    item = _wanted[0];
                }
                bool hasEnded = Fetch(item);
                lock (_gate)
                {
                    if (hasEnded) _wanted.Remove(item);
                    else if (_running && _wanted.Contains(item)) Monitor.Wait(_gate, AgainMs);
                }
            }
        }

        private bool IsWanted(Item item) { lock (_gate) return _running && _wanted.Contains(item); }

        // Whether it has ended, well or not.
        private bool Fetch(Item item)
        {
            string part = Path.Combine(_folder, item.Sha256 + ".part");
            try
            {
                if (File.Exists(Whole(item.Sha256))) return End(item, "whole", item.Size, null);
                if (Size(part) > item.Size) File.Delete(part);
                if (!MakeRoom(item.Size - Size(part))) return End(item, "failed", Size(part), "no space left");
                for (long have = Size(part); have < item.Size; have = Size(part))
                {
                    if (!IsWanted(item)) return false;
                    int status = FetchPiece(item, part, have);
                    LecternThen then = LecternRules.AfterAnswer(status, null, have);
                    if (status != 200 && status != 206 && then == LecternThen.Failed)
                        return End(item, "failed", have, "the box answers " + status);
                    if (Size(part) <= have && status != 200) return false;
                    Report(item, Size(part));
                }
                return Check(item, part);
            }
            catch (Exception)  // the Wi-Fi: what has come is on disk
            {
                return false;
            }
        }

        private int FetchPiece(Item item, string part, long have)
        {
            var file = new Uri(_headset.Box, item.Url.StartsWith("/", StringComparison.Ordinal) ? _headset.Box.AbsolutePath.TrimEnd('/') + item.Url : item.Url);
            bool isOwn = file.Scheme == _headset.Box.Scheme && file.Authority == _headset.Box.Authority;  // the token goes nowhere else
            long piece;
            lock (_gate) piece = _pieceBytes;
            int found = 0;
            FileStream output = null;
            try
            {
                LecternLine.GetRange(file, isOwn ? _headset.Token : null, LecternRules.NextRange(item.Size, have, piece),
                                     isOwn ? _headset.Trusted : null, (status, of) =>
                {
                    found = status;
                    LecternThen then = LecternRules.AfterAnswer(status, of, have);
                    if (then != LecternThen.Append && then != LecternThen.Restart) return false;
                    output = new FileStream(part, then == LecternThen.Append ? FileMode.Append : FileMode.Create);
                    return true;
                }, bytes =>
                {
                    output.Write(bytes, 0, bytes.Length);
                    if (output.Position > item.Size) throw new IOException("the box sends more than there is");
                });
            }
            finally
            {
                if (output != null) output.Dispose();
            }
            return found;
        }

        private bool Check(Item item, string part)
        {
            var sum = new StringBuilder();
            using (SHA256 sha = SHA256.Create())
            using (var input = new FileStream(part, FileMode.OpenOrCreate))
                foreach (byte one in sha.ComputeHash(input)) sum.Append(one.ToString("x2"));
            if (sum.ToString() != item.Sha256)
            {
                File.Delete(part);
                return End(item, "failed", 0, "the SHA-256 is another one");
            }
            File.Move(part, Whole(item.Sha256));
            return End(item, "whole", item.Size, null);
        }

        // Deletes the oldest files that nobody wants now, until there is room. Where the system does not say how much there
        // is, a full disk shows when it is written.
        private bool MakeRoom(long bytes)
        {
            foreach (FileInfo old in Wholes())
            {
                if (HasRoom(bytes)) return true;
                lock (_gate) if (_wanted.Exists(item => item.Sha256 == Path.GetFileNameWithoutExtension(old.Name))) continue;
                old.Delete();
            }
            return HasRoom(bytes);
        }

        private bool HasRoom(long bytes)
        {
            try
            {
                return new DriveInfo(Path.GetFullPath(_folder)).AvailableFreeSpace >= bytes + KeptFree;
            }
            catch (Exception)
            {
                return true;
            }
        }

        private static long Size(string file) { return File.Exists(file) ? new FileInfo(file).Length : 0; }

        private bool End(Item item, string state, long received, string error)
        {
            _headset.ReportContent(item.Sha256, state, received, error);
            return true;
        }

        private void Report(Item item, long received)
        {
            if (LecternHeadset.NowMs < _reportAt || received >= item.Size) return;
            _reportAt = LecternHeadset.NowMs + 1000;
            _headset.ReportContent(item.Sha256, "fetching", received, null);
        }
    }
}
