// JSON without reflection: what IL2CPP strips is never asked for.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Lectern
{
    /// <summary>JSON as Dictionary&lt;string, object&gt;, List&lt;object&gt;, string, long, double, bool and null.</summary>
    public static class LecternJson
    {
        private const int DeepestNesting = 64;

        public static object Parse(string text)
        {
            int at = 0;
            object value = Value(text, ref at, 0);
            Skip(text, ref at);
            if (at != text.Length) throw Wrong(at);
            return value;
        }

        public static string Write(object value)
        {
            var text = new StringBuilder();
            Write(value, text, 0);
            return text.ToString();
        }

        /// <summary>Names and values in turn, as an object.</summary>
        public static Dictionary<string, object> Map(params object[] namesAndValues)
        {
            var map = new Dictionary<string, object>();
            for (int i = 0; i + 1 < namesAndValues.Length; i += 2) map[(string)namesAndValues[i]] = namesAndValues[i + 1];
            return map;
        }

        // Missing, null or unexpected fields get a default value: the box may be newer than the app.

        public static Dictionary<string, object> Object(this Dictionary<string, object> map, string name)
        {
            return Field(map, name) as Dictionary<string, object>;
        }

        public static string Text(this Dictionary<string, object> map, string name)
        {
            return Field(map, name) as string ?? "";
        }

        public static bool Flag(this Dictionary<string, object> map, string name)
        {
            return Field(map, name) as bool? ?? false;
        }

        public static double? Number(this Dictionary<string, object> map, string name)
        {
            object value = Field(map, name);
            return value is long ? (long)value : value as double?;
        }

        public static long? Whole(this Dictionary<string, object> map, string name)
        {
            return Field(map, name) as long?;
        }

        private static object Field(Dictionary<string, object> map, string name)
        {
            object value = null;
            if (map != null) map.TryGetValue(name, out value);
            return value;
        }

        private static FormatException Wrong(int at)
        {
            return new FormatException("no JSON at character " + at);
        }

        private static void Skip(string text, ref int at)
        {
            while (at < text.Length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) ++at;
        }

        private static bool Take(string text, ref int at, string word)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) return false;
            at += word.Length;
            return true;
        }

        private static object Value(string text, ref int at, int depth)
        {
            if (depth > DeepestNesting) throw Wrong(at);
            Skip(text, ref at);
            if (at == text.Length) throw Wrong(at);
            if (text[at] == '"') return Quoted(text, ref at);
            if (Take(text, ref at, "{")) return Members(text, ref at, depth);
            if (Take(text, ref at, "[")) return Elements(text, ref at, depth);
            if (Take(text, ref at, "true")) return true;
            if (Take(text, ref at, "false")) return false;
            if (Take(text, ref at, "null")) return null;
            int start = at;
            while (at < text.Length && "+-.0123456789eE".IndexOf(text[at]) >= 0) ++at;
            string number = text.Substring(start, at - start);
            long whole;
            if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole)) return whole;
            double real;
            if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out real)) throw Wrong(start);
            return real;
        }

        private static object Members(string text, ref int at, int depth)
        {
            var map = new Dictionary<string, object>();
            Skip(text, ref at);
            if (Take(text, ref at, "}")) return map;
            do
            {
                Skip(text, ref at);
                string name = Quoted(text, ref at);
                Skip(text, ref at);
                if (!Take(text, ref at, ":")) throw Wrong(at);
                map[name] = Value(text, ref at, depth + 1);
                Skip(text, ref at);
            } while (Take(text, ref at, ","));
            if (!Take(text, ref at, "}")) throw Wrong(at);
            return map;
        }

        private static object Elements(string text, ref int at, int depth)
        {
            var list = new List<object>();
            Skip(text, ref at);
            if (Take(text, ref at, "]")) return list;
            do
            {
                list.Add(Value(text, ref at, depth + 1));
                Skip(text, ref at);
            } while (Take(text, ref at, ","));
            if (!Take(text, ref at, "]")) throw Wrong(at);
            return list;
        }

        private static string Quoted(string text, ref int at)
        {
            if (!Take(text, ref at, "\"")) throw Wrong(at);
            var read = new StringBuilder();
            while (at < text.Length && text[at] != '"')
            {
                char c = text[at++];
                if (c < ' ') throw Wrong(at - 1);
                read.Append(c == '\\' ? Escaped(text, ref at) : c);
            }
            if (!Take(text, ref at, "\"")) throw Wrong(at);
            return read.ToString();
        }

        private static char Escaped(string text, ref int at)
        {
            int which = at < text.Length ? "\"\\/bfnrtu".IndexOf(text[at]) : -1;
            if (which < 0) throw Wrong(at);
            ++at;
            if (which < 8) return "\"\\/\b\f\n\r\t"[which];
            int code;
            if (at + 4 > text.Length || !int.TryParse(text.Substring(at, 4), NumberStyles.AllowHexSpecifier,
                                                      CultureInfo.InvariantCulture, out code)) throw Wrong(at);
            at += 4;
            return (char)code;
        }

        private static void Write(object value, StringBuilder text, int depth)
        {
            if (depth > DeepestNesting) throw new ArgumentException("nested too deeply for JSON");
            var map = value as IDictionary<string, object>;
            if (value == null) text.Append("null");
            else if (value is string) WriteQuoted((string)value, text);
            else if (value is bool) text.Append((bool)value ? "true" : "false");
            else if (value is double || value is float || value is decimal) WriteNumber(Convert.ToDouble(value), text);
            else if (map != null)
            {
                char before = '{';
                foreach (KeyValuePair<string, object> field in map)
                {
                    text.Append(before);
                    WriteQuoted(field.Key, text);
                    text.Append(':');
                    Write(field.Value, text, depth + 1);
                    before = ',';
                }
                text.Append(before == '{' ? "{}" : "}");
            }
            else if (value is System.Collections.IEnumerable)
            {
                char before = '[';
                foreach (object element in (System.Collections.IEnumerable)value)
                {
                    text.Append(before);
                    Write(element, text, depth + 1);
                    before = ',';
                }
                text.Append(before == '[' ? "[]" : "]");
            }
            else text.Append(Convert.ToInt64(value).ToString(CultureInfo.InvariantCulture));
        }

        // NaN and infinity have no JSON form: they come from a sensor that failed.
        private static void WriteNumber(double number, StringBuilder text)
        {
            if (double.IsNaN(number) || double.IsInfinity(number)) text.Append("null");
            else text.Append(number.ToString("R", CultureInfo.InvariantCulture));
        }

        private static void WriteQuoted(string value, StringBuilder text)
        {
            text.Append('"');
            foreach (char c in value)
            {
                if (c == '"' || c == '\\') text.Append('\\').Append(c);
                else if (c < ' ') text.Append("\\u").Append(((int)c).ToString("x4"));
                else text.Append(c);
            }
            text.Append('"');
        }
    }
}
