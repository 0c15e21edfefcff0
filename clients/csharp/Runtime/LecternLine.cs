// Calls and WebSockets to the box.
//
// Not ClientWebSocket, because in .NET Standard 2.0 it can neither trust a box's own certificate nor tell a refused
// token (401) from a box that is still starting.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Lectern
{
    /// <summary>The token is no longer valid: forget it and pair again.</summary>
    public sealed class LecternUnpairedException : Exception
    {
        public LecternUnpairedException() : base("the token is no longer good: pair again") { }
    }

    /// <summary>The box has closed, and says why by a code of the protocol.</summary>
    internal sealed class LecternClosedException : IOException
    {
        public LecternClosedException(int code, string reason) : base("the box has closed with " + code + ": " + reason) { Code = code; }
        public LecternClosedException(LecternClosedException other) : base(other.Message, other) { Code = other.Code; }
        public int Code { get; private set; }
    }

    /// <summary>One connection to the box: a call, or a WebSocket that one thread reads and any thread writes.</summary>
    internal sealed class LecternLine : IDisposable
    {
        private const int PatienceMs = 5000;
        private const int LargestMessage = 1 << 20;
        private readonly TcpClient _client = new TcpClient();
        private readonly Stream _stream;
        private readonly byte[] _buffer = new byte[16384];
        private readonly object _writing = new object();
        private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
        private int _first;
        private int _end;

        private LecternLine(Uri box, X509Certificate2 trusted)
        {
            try
            {
                if (!_client.ConnectAsync(box.DnsSafeHost, box.Port).Wait(PatienceMs)) throw new IOException("the box does not answer");
                _client.NoDelay = true;
                _client.SendTimeout = PatienceMs;
                _client.ReceiveTimeout = PatienceMs;
                _stream = _client.GetStream();
                if (box.Scheme != "https") return;
                var secure = new SslStream(_stream, false, (sender, certificate, chain, errors) => IsTrusted(certificate, errors, trusted));
                _stream = secure;
                secure.AuthenticateAsClient(box.DnsSafeHost, null, SslProtocols.Tls12, false);
            }
            catch (AggregateException error)
            {
                _client.Close();
                throw new IOException("the box cannot be reached: " + error.InnerException.Message);
            }
            catch (AuthenticationException error)
            {
                _client.Close();
                throw new IOException("the box's certificate is not trusted", error);
            }
            catch
            {
                _client.Close();
                throw;
            }
        }

        // The box's own certificate needs neither a name nor an authority: whoever holds its key is the box. A school's
        // authority counts beside the system's, but then the certificate must also bear the box's name.
        private static bool IsTrusted(X509Certificate certificate, SslPolicyErrors errors, X509Certificate2 trusted)
        {
            if (errors == SslPolicyErrors.None) return true;
            if (trusted == null || certificate == null) return false;
            if (IsSame(certificate, trusted)) return true;
            if (errors != SslPolicyErrors.RemoteCertificateChainErrors) return false;
            try
            {
                using (var chain = new X509Chain())
                {
                    chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                    chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
                    chain.ChainPolicy.ExtraStore.Add(trusted);
                    return chain.Build(new X509Certificate2(certificate)) && chain.ChainElements.Count > 0 &&
                           IsSame(chain.ChainElements[chain.ChainElements.Count - 1].Certificate, trusted);
                }
            }
            catch (NotSupportedException)  // Mono cannot check chains with elliptic curves, which `lectern certificate` makes
            {
                return false;
            }
        }

        private static bool IsSame(X509Certificate left, X509Certificate right)
        {
            return Convert.ToBase64String(left.GetRawCertData()) == Convert.ToBase64String(right.GetRawCertData());
        }

        /// <summary>Sends one POST. Returns the status, and the answer's body in `answer`.</summary>
        public static int Post(Uri box, string path, object body, X509Certificate2 trusted, out Dictionary<string, object> answer)
        {
            using (var line = new LecternLine(box, trusted))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(LecternJson.Write(body));
                line.WriteText("POST " + Under(box, path) + " HTTP/1.1\r\nHost: " + box.Authority + "\r\nContent-Type: application/json\r\n" +
                               "Connection: close\r\nContent-Length: " + bytes.Length + "\r\n\r\n");
                line._stream.Write(bytes, 0, bytes.Length);
                string length;
                Dictionary<string, string> head;
                int status = line.ReadHead(out head);
                int size = head.TryGetValue("content-length", out length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0;
                if (size > LargestMessage) throw new IOException("the answer is too long");
                string text = Encoding.UTF8.GetString(line.Read(size));
                answer = text.StartsWith("{", StringComparison.Ordinal) ? (Dictionary<string, object>)LecternJson.Parse(text) : null;
                return status;
            }
        }

        /// <summary>Asks for a range of a file. `take` is told status and Content-Range (or null), and returns whether it wants
        /// the bytes, which `write` then gets.</summary>
        public static void GetRange(Uri file, string token, string range, X509Certificate2 trusted, Func<int, string, bool> take,
                                    Action<byte[]> write)
        {
            using (var line = new LecternLine(file, trusted))
            {
                line.WriteText("GET " + file.PathAndQuery + " HTTP/1.1\r\nHost: " + file.Authority + "\r\nRange: " + range + "\r\n" +
                               (token == null ? "" : "Authorization: Bearer " + token + "\r\n") + "Connection: close\r\n\r\n");
                Dictionary<string, string> head;
                string of, length;
                int status = line.ReadHead(out head);
                head.TryGetValue("content-range", out of);
                if (!take(status, of)) return;
                long left;
                if (!head.TryGetValue("content-length", out length) || !long.TryParse(length, out left))
                    throw new IOException("the answer says no length");
                for (; left > 0; left -= Math.Min(left, 16384)) write(line.Read((int)Math.Min(left, 16384)));
            }
        }

        public static LecternLine WebSocket(Uri box, string path, string token, X509Certificate2 trusted)
        {
            var line = new LecternLine(box, trusted);
            try
            {
                line.Upgrade(box, path, token);
                line._client.ReceiveTimeout = 0; // the caller that asks for the clock notices silence
                return line;
            }
            catch
            {
                line.Dispose();
                throw;
            }
        }

        private void Upgrade(Uri box, string path, string token)
        {
            string key = Convert.ToBase64String(Random(16));
            WriteText("GET " + Under(box, path) + " HTTP/1.1\r\nHost: " + box.Authority + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            Dictionary<string, string> head;
            int status = ReadHead(out head);
            if (status == 401) throw new LecternUnpairedException();
            if (status != 101) throw new IOException("the box answers " + status);
            string accepted;
            using (SHA1 sha = SHA1.Create())
            {
                byte[] digest = sha.ComputeHash(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
                if (!head.TryGetValue("sec-websocket-accept", out accepted) || accepted != Convert.ToBase64String(digest))
                    throw new IOException("this is no WebSocket");
            }
        }

        public void SendText(string text)
        {
            Send(1, Encoding.UTF8.GetBytes(text));
        }

        /// <summary>A picture's bytes follow one byte for the kind, 1.</summary>
        public void SendPicture(byte[] jpeg)
        {
            var payload = new byte[jpeg.Length + 1];
            payload[0] = 1;
            Buffer.BlockCopy(jpeg, 0, payload, 1, jpeg.Length);
            Send(2, payload);
        }

        /// <summary>Returns the next text. Answers pings meanwhile, or the teacher would see an offline headset.</summary>
        public string ReadText()
        {
            var whole = new MemoryStream();
            while (true)
            {
                byte[] head = Read(2);
                long size = head[1] & 127;
                if (size == 126) size = BigEndian(Read(2));
                else if (size == 127) size = BigEndian(Read(8));
                if (size < 0 || size + whole.Length > LargestMessage) throw new IOException("a message is too long");
                byte[] payload = Read((int)size);
                int kind = head[0] & 15;
                if (kind == 8) throw Closed(payload);
                if (kind == 9) Send(10, payload);
                if (kind > 2) continue;
                whole.Write(payload, 0, payload.Length);
                if ((head[0] & 128) != 0) return Encoding.UTF8.GetString(whole.ToArray());
            }
        }

        private static LecternClosedException Closed(byte[] payload)
        {
            if (payload.Length < 2) return new LecternClosedException(1005, "");
            return new LecternClosedException(payload[0] << 8 | payload[1], Encoding.UTF8.GetString(payload, 2, payload.Length - 2));
        }

        public void Dispose()
        {
            _client.Close();
        }

        // A box behind a site key has its paths under /k/KEY.
        private static string Under(Uri box, string path) { return box.AbsolutePath.TrimEnd('/') + path; }

        private static long BigEndian(byte[] bytes)
        {
            long value = 0;
            foreach (byte part in bytes) value = (value << 8) | part;
            return value;
        }

        private byte[] Random(int count)
        {
            var bytes = new byte[count];
            _random.GetBytes(bytes);
            return bytes;
        }

        private void Send(int kind, byte[] payload)
        {
            int size = payload.Length;
            int extra = size < 126 ? 0 : size < 65536 ? 2 : 8;
            var frame = new byte[2 + extra + 4 + size];
            frame[0] = (byte)(128 | kind);
            frame[1] = (byte)(128 | (extra == 0 ? size : extra == 2 ? 126 : 127));
            for (int i = 0; i < extra; ++i) frame[2 + i] = (byte)((long)size >> (8 * (extra - 1 - i)));
            lock (_writing)
            {
                byte[] mask = Random(4);
                Buffer.BlockCopy(mask, 0, frame, 2 + extra, 4);
                for (int i = 0; i < size; ++i) frame[6 + extra + i] = (byte)(payload[i] ^ mask[i % 4]);
                _stream.Write(frame, 0, frame.Length);
                _stream.Flush();
            }
        }

        private void WriteText(string text)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            _stream.Write(bytes, 0, bytes.Length);
        }

        private int ReadHead(out Dictionary<string, string> head)
        {
            var text = new StringBuilder();
            while (text.Length < 4 || text.ToString(text.Length - 4, 4) != "\r\n\r\n")
            {
                if (text.Length > 16384) throw new IOException("the answer's head is too long");
                text.Append((char)Read(1)[0]);
            }
            string[] lines = text.ToString().Split(new[] { "\r\n" }, StringSplitOptions.RemoveEmptyEntries);
            head = new Dictionary<string, string>();
            foreach (string line in lines)
            {
                int colon = line.IndexOf(':');
                if (colon > 0) head[line.Substring(0, colon).ToLowerInvariant()] = line.Substring(colon + 1).Trim();
            }
            int status;
            string[] words = lines[0].Split(' ');
            if (words.Length < 2 || !int.TryParse(words[1], out status)) throw new IOException("this is no HTTP");
            return status;
        }

        private byte[] Read(int count)
        {
            var bytes = new byte[count];
            for (int have = 0; have < count;)
            {
                if (_first == _end)
                {
                    _first = 0;
                    _end = _stream.Read(_buffer, 0, _buffer.Length);
                    if (_end <= 0) throw new IOException("the box has hung up");
                }
                int take = Math.Min(count - have, _end - _first);
                Buffer.BlockCopy(_buffer, _first, bytes, have, take);
                _first += take;
                have += take;
            }
            return bytes;
        }
    }
}
