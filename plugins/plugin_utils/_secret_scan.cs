// Copyright: (c) 2026, The euc.appstream team
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// Looks for secrets in files and in the registry. The host's Windows PowerShell 5.1 compiles this text and that of
// _secret_scan_windows.cs, one after the other, by Add-Type: C# 5, with no more than mscorlib and System. What is Windows'
// own is in the other file; tests compile both with Mono and put another computer in the place of Windows.
// Private to the euc.appstream collection.

namespace Euc.AppStream
{
    using System;
    using System.Collections.Generic;
    using System.ComponentModel;
    using System.Globalization;
    using System.IO;
    using System.Net;
    using System.Security;
    using System.Text;

    /// <summary>A file or folder in a folder. A link is one that leads elsewhere: a symbolic link or a junction.</summary>
    public sealed class Entry
    {
        public string Name;
        public bool IsFolder;
        public bool IsLink;
        public bool IsElsewhere;
        public long Size;
    }

    /// <summary>A registry key; all methods raise exceptions that say why something can't be read.</summary>
    public interface IKey : IDisposable
    {
        string[] KeyNames();
        string[] ValueNames();
        object Value(string name);
        IKey Open(string name);
    }

    /// <summary>What is searched. Paths have backslashes; what is not there is a FileNotFoundException or a
    /// DirectoryNotFoundException, a registry key that is not there is null.</summary>
    public interface IComputer
    {
        double Seconds { get; }
        string FullPath(string folder);
        IEnumerable<Entry> Entries(string folder);
        Stream Open(string file);
        IKey OpenKey(string path);
    }

    /// <summary>Several byte sequences of at least two bytes, looked for at once: Wu and Manber's algorithm with blocks
    /// of two bytes, which looks at one pair of bytes in as many as the shortest sequence has.</summary>
    public sealed class Patterns
    {
        private readonly List<byte[]> patterns = new List<byte[]>();
        private readonly List<int> owners = new List<int>();
        private readonly byte[] shifts = new byte[65536];
        private readonly int[] first = new int[65536];
        private readonly List<int> next = new List<int>();
        private int shortest = int.MaxValue;
        private int longest;

        public int Longest { get { return longest; } }

        public void Add(byte[] pattern, int owner)
        {
            if (pattern.Length < 2) throw new ArgumentException("a secret is too short to be looked for");
            for (int index = 0; index < patterns.Count; index++)
                if (owners[index] == owner && Same(patterns[index], pattern)) return;
            patterns.Add(pattern);
            owners.Add(owner);
            shortest = Math.Min(shortest, Math.Min(pattern.Length, 256));
            longest = Math.Max(longest, pattern.Length);
        }

        public void Prepare()
        {
            next.Clear();
            for (int pair = 0; pair < shifts.Length; pair++)
            {
                shifts[pair] = (byte)Math.Min(shortest - 1, 255);
                first[pair] = -1;
            }
            for (int index = 0; index < patterns.Count; index++)
            {
                byte[] pattern = patterns[index];
                for (int end = 1; end < shortest; end++)
                {
                    int pair = pattern[end - 1] << 8 | pattern[end];
                    shifts[pair] = (byte)Math.Min(shifts[pair], shortest - 1 - end);
                }
                int last = pattern[shortest - 2] << 8 | pattern[shortest - 1];
                next.Add(first[last]);
                first[last] = index;
            }
        }

        /// <summary>Marks the owners of the patterns in the first bytes of data; says how many that were not yet.</summary>
        public int Search(byte[] data, int length, bool[] found, bool evenOnly)
        {
            int news = 0;
            int position = shortest - 1;
            while (position < length)
            {
                int pair = data[position - 1] << 8 | data[position];
                int shift = shifts[pair];
                if (shift != 0)
                {
                    position += shift;
                    continue;
                }
                int start = position - shortest + 1;
                for (int index = first[pair]; index >= 0; index = next[index])
                {
                    if (found[owners[index]] || (evenOnly && start % 2 != 0)) continue;
                    if (!StandsAt(patterns[index], data, start, length)) continue;
                    found[owners[index]] = true;
                    news++;
                }
                position++;
            }
            return news;
        }

        private static bool StandsAt(byte[] pattern, byte[] data, int start, int length)
        {
            if (start + pattern.Length > length) return false;
            for (int index = 0; index < pattern.Length; index++)
                if (data[start + index] != pattern[index]) return false;
            return true;
        }

        private static bool Same(byte[] one, byte[] other)
        {
            return one.Length == other.Length && StandsAt(one, other, 0, other.Length);
        }
    }

    /// <summary>One search and what it has come to.</summary>
    public sealed class SecretScan
    {
        private const int BufferSize = 1 << 18;
        private const int MostKept = 1000;

        private readonly IComputer computer;
        private readonly string[] texts;
        private readonly int owners;
        private readonly Patterns contents = new Patterns();
        private readonly Patterns names = new Patterns();
        private readonly byte[] buffer;
        private readonly double limit;
        private readonly long maximumFileSize;
        private readonly StringBuilder findings = new StringBuilder();
        private readonly StringBuilder notSearched = new StringBuilder();
        private long findingCount, tooLarge, unreadable, notReached;
        private long folders, files, bytes, links, keys, values;
        private bool timeIsUp;

        /// <summary>Searches this Windows.</summary>
        /// <param name="secrets">What is looked for.</param>
        /// <param name="groups">The number of each: several spellings of one secret have the same.</param>
        /// <param name="seconds">After so many it ends and says what it has not reached.</param>
        /// <returns>JSON, in ASCII; no secret is in it.</returns>
        public static string Run(
            SecureString[] secrets, int[] groups, string[] folders, string[] keys, long maximumFileSize, int seconds)
        {
            string[] texts = new string[secrets.Length];
            for (int index = 0; index < secrets.Length; index++)
                texts[index] = new NetworkCredential("", secrets[index]).Password;
            IComputer windows = new Windows();
            return new SecretScan(windows, texts, groups, Windows.CodePages(), maximumFileSize, seconds)
                .Search(folders, keys);
        }

        public SecretScan(
            IComputer computer, string[] texts, int[] groups, Encoding[] codePages, long maximumFileSize, double seconds)
        {
            this.computer = computer;
            this.maximumFileSize = maximumFileSize;
            limit = seconds;
            List<Encoding> encodings = new List<Encoding>(codePages);
            encodings.AddRange(new Encoding[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode });
            for (int index = 0; index < texts.Length; index++)
            {
                owners = Math.Max(owners, groups[index] + 1);
                foreach (Encoding encoding in encodings)
                {
                    byte[] form = encoding.GetBytes(texts[index]);
                    if (encoding.GetString(form).Equals(texts[index])) contents.Add(form, groups[index]);
                }
                names.Add(Encoding.Unicode.GetBytes(texts[index].ToUpperInvariant()), groups[index]);
            }
            contents.Prepare();
            names.Prepare();
            buffer = new byte[BufferSize + contents.Longest];
            this.texts = (string[])texts.Clone();
            Array.Sort(this.texts, delegate(string one, string other) { return other.Length - one.Length; });
        }

        public string Search(string[] roots, string[] registryKeys)
        {
            double started = computer.Seconds;
            foreach (string key in registryKeys ?? new string[0]) SearchRegistry(key, started);
            Dictionary<string, bool> known = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
            List<string> found = new List<string>();
            foreach (string root in roots ?? new string[0])
            {
                try
                {
                    string path = computer.FullPath(root).TrimEnd('\\');
                    if (known.ContainsKey(path)) continue;
                    known[path] = true;
                    found.Add(path);
                }
                catch (Exception error)
                {
                    Unreadable(root, error);
                }
            }
            foreach (string root in found) SearchFolders(root, known, started);
            return Json(computer.Seconds - started);
        }

        private bool IsTimeUp(double started)
        {
            timeIsUp = timeIsUp || computer.Seconds - started >= limit;
            return timeIsUp;
        }

        // Files

        private void SearchFolders(string root, Dictionary<string, bool> roots, double started)
        {
            Stack<string> waiting = new Stack<string>();
            waiting.Push(root);
            while (waiting.Count > 0)
            {
                string folder = waiting.Pop();
                if (IsTimeUp(started))
                {
                    NotReached(folder);
                    continue;
                }
                List<string> below = new List<string>();
                try
                {
                    SearchFolder(folder, below, started);
                    folders++;
                }
                catch (DirectoryNotFoundException)
                {
                    // A folder that is not there holds nothing.
                }
                catch (Exception error)
                {
                    Unreadable(folder, error);
                }
                for (int index = below.Count - 1; index >= 0; index--)
                    if (!roots.ContainsKey(below[index])) waiting.Push(below[index]);
            }
        }

        private void SearchFolder(string folder, List<string> below, double started)
        {
            bool isTold = false;
            foreach (Entry entry in computer.Entries(folder))
            {
                string path = folder + "\\" + entry.Name;
                SearchName(entry.Name, "file_name", path);
                if (entry.IsLink) links++;
                else if (entry.IsFolder) below.Add(path);
                else if (!IsTimeUp(started)) SearchFile(path, entry);
                else if (!isTold)
                {
                    NotReached(folder);
                    isTold = true;
                }
            }
        }

        private void SearchFile(string path, Entry entry)
        {
            if (entry.IsElsewhere)
            {
                Unreadable(path, "its content is not on this disk");
                return;
            }
            if (entry.Size > maximumFileSize)
            {
                tooLarge++;
                NotSearched(tooLarge, "too_large", path, entry.Size.ToString(CultureInfo.InvariantCulture) + " bytes");
                return;
            }
            try
            {
                if (entry.Size > 0) SearchContent(path);
                files++;
            }
            catch (FileNotFoundException)
            {
                // It has gone meanwhile.
            }
            catch (Exception error)
            {
                Unreadable(path, error);
            }
        }

        private void SearchContent(string path)
        {
            bool[] found = new bool[owners];
            using (Stream stream = computer.Open(path))
            {
                int kept = 0;
                int missing = owners;
                while (missing > 0)
                {
                    int read = stream.Read(buffer, kept, buffer.Length - kept);
                    if (read <= 0) break;
                    bytes += read;
                    int length = kept + read;
                    missing -= contents.Search(buffer, length, found, false);
                    // A secret that begins here may end in what is read next.
                    kept = Math.Min(length, contents.Longest - 1);
                    Buffer.BlockCopy(buffer, length - kept, buffer, 0, kept);
                }
            }
            Report(found, "file_content", path);
        }

        // Registry

        private void SearchRegistry(string path, double started)
        {
            try
            {
                using (IKey key = computer.OpenKey(path))
                    if (key != null) SearchKey(key, path, started);
            }
            catch (Exception error)
            {
                Unreadable(path, error);
            }
        }

        private void SearchKey(IKey key, string path, double started)
        {
            if (IsTimeUp(started))
            {
                NotReached(path);
                return;
            }
            keys++;
            SearchName(path.Substring(path.LastIndexOf('\\') + 1), "registry_key", path);
            foreach (string name in key.ValueNames()) SearchValue(key, name, path);
            foreach (string name in key.KeyNames())
            {
                string below = path + "\\" + name;
                try
                {
                    using (IKey child = key.Open(name))
                        if (child != null) SearchKey(child, below, started);
                }
                catch (Exception error)
                {
                    Unreadable(below, error);
                }
            }
        }

        private void SearchValue(IKey key, string name, string path)
        {
            string place = path + ": " + (name.Length > 0 ? name : "(default)");
            SearchName(name, "registry_value_name", place);
            try
            {
                byte[] data = Bytes(key.Value(name));
                bool[] found = new bool[owners];
                contents.Search(data, data.Length, found, false);
                Report(found, "registry_value", place);
                values++;
            }
            catch (Exception error)
            {
                Unreadable(place, error);
            }
        }

        private static byte[] Bytes(object data)
        {
            if (data == null) throw new IOException("its data cannot be read");
            byte[] raw = data as byte[];
            if (raw != null) return raw;
            string[] several = data as string[];
            if (several != null) return Encoding.Unicode.GetBytes(string.Join("\0", several));
            if (data is int) return BitConverter.GetBytes((int)data);
            if (data is long) return BitConverter.GetBytes((long)data);
            return Encoding.Unicode.GetBytes(data.ToString());
        }

        // What comes out

        private void SearchName(string name, string kind, string place)
        {
            byte[] data = Encoding.Unicode.GetBytes(name.ToUpperInvariant());
            bool[] found = new bool[owners];
            if (names.Search(data, data.Length, found, true) > 0) Report(found, kind, place);
        }

        private void Report(bool[] found, string kind, string place)
        {
            for (int owner = 0; owner < owners; owner++)
            {
                if (!found[owner]) continue;
                findingCount++;
                if (findingCount > MostKept) continue;
                findings.Append(findings.Length > 0 ? "," : "");
                findings.AppendFormat(CultureInfo.InvariantCulture, "{{\"secret\":{0},\"kind\":\"{1}\",\"place\":{2}}}",
                    owner, kind, Text(Masked(place)));
            }
        }

        private void Unreadable(string place, Exception error)
        {
            Win32Exception windows = error as Win32Exception;
            string code = windows == null ? "" : string.Format(
                CultureInfo.InvariantCulture, " (error {0})", windows.NativeErrorCode);
            Unreadable(place, error.Message.Trim() + code);
        }

        private void Unreadable(string place, string reason)
        {
            unreadable++;
            NotSearched(unreadable, "unreadable", place, reason);
        }

        private void NotReached(string place)
        {
            notReached++;
            NotSearched(notReached, "not_reached", place, "the time limit was reached");
        }

        private void NotSearched(long count, string kind, string place, string reason)
        {
            if (count > MostKept) return;
            notSearched.Append(notSearched.Length > 0 ? "," : "");
            notSearched.AppendFormat(CultureInfo.InvariantCulture, "{{\"kind\":\"{0}\",\"place\":{1},\"reason\":{2}}}",
                kind, Text(Masked(place)), Text(Masked(reason)));
        }

        private string Masked(string text)
        {
            foreach (string secret in texts)
            {
                StringBuilder masked = new StringBuilder();
                int start = 0;
                int found = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
                while (found >= 0)
                {
                    masked.Append(text, start, found - start).Append("***");
                    start = found + secret.Length;
                    found = text.IndexOf(secret, start, StringComparison.OrdinalIgnoreCase);
                }
                text = masked.Append(text, start, text.Length - start).ToString();
            }
            return text;
        }

        private string Json(double seconds)
        {
            return string.Format(CultureInfo.InvariantCulture,
                "{{\"folders\":{0},\"files\":{1},\"bytes\":{2},\"links\":{3},\"registry_keys\":{4},\"registry_values\":{5},"
                + "\"seconds\":{6:0.000},\"time_is_up\":{7},\"findings\":[{8}],\"findings_count\":{9},"
                + "\"not_searched\":[{10}],\"too_large\":{11},\"unreadable\":{12},\"not_reached\":{13}}}",
                folders, files, bytes, links, keys, values, seconds, timeIsUp ? "true" : "false", findings,
                findingCount, notSearched, tooLarge, unreadable, notReached);
        }

        private static string Text(string text)
        {
            StringBuilder json = new StringBuilder("\"");
            foreach (char character in text)
            {
                bool plain = character >= ' ' && character < '\x7f' && character != '"' && character != '\\';
                if (plain) json.Append(character);
                else json.AppendFormat(CultureInfo.InvariantCulture, "\\u{0:x4}", (int)character);
            }
            return json.Append('"').ToString();
        }
    }
}
