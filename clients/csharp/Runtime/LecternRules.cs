// Small rules of docs/headset-protocol.md that need no network; clients/vectors holds them against other languages.
using System;
using System.Text.RegularExpressions;

namespace Lectern
{
    /// <summary>What a camera has read: a box and the digits to pair with, or a login card for SignInByCard.</summary>
    public sealed class LecternQr
    {
        public string Box { get; private set; }
        public string Code { get; private set; }
        public string Card { get; private set; }

        /// <summary>Null: it is not for a headset.</summary>
        public static LecternQr Read(string text)
        {
            Match pairing = Regex.Match(text, @"\A(https?://[^\s?#]+)/index/\?code=([0-9]{6})\z");
            if (pairing.Success) return new LecternQr { Box = pairing.Groups[1].Value, Code = pairing.Groups[2].Value };
            Match card = Regex.Match(text, @"\Alectern-card:(\S+)\z");
            return card.Success ? new LecternQr { Card = card.Groups[1].Value } : null;
        }
    }

    internal enum LecternThen { Append, Restart, Later, Failed }

    internal static class LecternRules
    {
        private const int LoginEnded = 4001;
        private const int Replaced = 4009;

        /// <summary>Whether the box may take the same message later. An error that we don't know counts as final.</summary>
        public static bool IsForLater(string error)
        {
            return error == "TooManyRequests" || error == "Unavailable" || error == "StorageFull" || error == "Internal";
        }

        /// <summary>Whether a socket closed with this code says that the token is no longer valid.</summary>
        public static bool EndsPairing(int closeCode) { return closeCode == LoginEnded; }

        /// <summary>After a newer socket of this headset has taken its role: two that fight help nobody.</summary>
        public static double LeastPauseMs(int closeCode) { return closeCode == Replaced ? 30000 : 0; }

        /// <summary>How long to wait after this many failures in a row; chance is from 0 to 1. A class that one access point
        /// has thrown off must not come back all at once.</summary>
        public static double PauseMs(int failures, double chance)
        {
            return Math.Min(2000, 250 * Math.Pow(2, Math.Min(failures, 10))) * (0.5 + chance);
        }

        /// <summary>A little faster or slower goes unnoticed and catches up in a second or two; null: only a seek helps.</summary>
        public static double? Speed(double behindMs)
        {
            if (Math.Abs(behindMs) > 80) return null;
            return 1 + Math.Max(-0.03, Math.Min(0.03, behindMs / 1000));
        }

        /// <summary>The Range to ask for when `have` bytes of a file are there; null: all are.</summary>
        public static string NextRange(long size, long have, long pieceBytes)
        {
            return have >= size ? null : "bytes=" + have + "-" + (Math.Min(size, have + pieceBytes) - 1);
        }

        /// <summary>What to do with the answer to a Range that begins at `have`.</summary>
        public static LecternThen AfterAnswer(int status, string contentRange, long have)
        {
            if (status == 206)
                return (contentRange ?? "").StartsWith("bytes " + have + "-", StringComparison.Ordinal) ? LecternThen.Append : LecternThen.Later;
            if (status == 200) return LecternThen.Restart;
            return status == 429 || status >= 500 ? LecternThen.Later : LecternThen.Failed;
        }
    }
}
