// Copyright: (c) 2026, The euc.appstream team
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// Puts a machine of the simulator in the place of Windows for a search that a script compiles: secret_scan.py writes its
// disk and registry to the standard input.

namespace AppStreamSimulator
{
    using System;
    using System.Collections.Generic;
    using System.Diagnostics;
    using System.IO;
    using System.Text;
    using Euc.AppStream;

    internal sealed class Folder
    {
        internal string Trouble;
        internal List<Item> Items;
    }

    internal sealed class Item
    {
        internal Entry Entry;
        internal byte[] Content;
        internal string Trouble;
        internal Folder Below;
    }

    internal sealed class Input
    {
        private readonly BinaryReader reader = new BinaryReader(new BufferedStream(Console.OpenStandardInput(), 1 << 16));
        private readonly List<byte[]> contents = new List<byte[]>();

        internal int Number() { return reader.ReadInt32(); }

        internal long Long() { return reader.ReadInt64(); }

        internal byte[] Bytes() { return reader.ReadBytes(reader.ReadInt32()); }

        internal string Text() { return Encoding.Unicode.GetString(Bytes()); }

        internal string[] Texts()
        {
            string[] texts = new string[Number()];
            for (int index = 0; index < texts.Length; index++) texts[index] = Text();
            return texts;
        }

        internal int[] Numbers()
        {
            int[] numbers = new int[Number()];
            for (int index = 0; index < numbers.Length; index++) numbers[index] = Number();
            return numbers;
        }

        internal void ReadContents()
        {
            for (int count = Number(); count > 0; count--) contents.Add(Bytes());
        }

        internal Folder Folder()
        {
            Folder folder = new Folder { Trouble = Text(), Items = new List<Item>() };
            for (int count = Number(); count > 0; count--) folder.Items.Add(Item());
            return folder;
        }

        private Item Item()
        {
            char kind = (char)Number();
            Item item = new Item { Entry = new Entry { Name = Text(), IsFolder = kind != 'f', IsLink = kind == 'l' } };
            if (kind == 'd') item.Below = Folder();
            if (kind != 'f') return item;
            item.Entry.Size = Long();
            int content = Number();
            if (content < 0) item.Trouble = Text();
            else item.Content = contents[content];
            return item;
        }
    }

    internal sealed class SimulatedKey : IKey
    {
        private readonly string trouble;
        private readonly List<string> valueNames = new List<string>();
        private readonly List<object> values = new List<object>();
        private readonly List<string> keyNames = new List<string>();
        private readonly List<SimulatedKey> keys = new List<SimulatedKey>();

        internal SimulatedKey(Input input)
        {
            trouble = input.Text();
            for (int count = input.Number(); count > 0; count--)
            {
                valueNames.Add(input.Text());
                values.Add(Value(input));
            }
            for (int count = input.Number(); count > 0; count--)
            {
                keyNames.Add(input.Text());
                keys.Add(new SimulatedKey(input));
            }
        }

        public string[] KeyNames() { return keyNames.ToArray(); }

        public string[] ValueNames()
        {
            if (trouble.Length > 0) throw new IOException(trouble);
            return valueNames.ToArray();
        }

        public object Value(string name) { return values[valueNames.IndexOf(name)]; }

        public IKey Open(string name) { return keys[keyNames.IndexOf(name)]; }

        public void Dispose() { }

        private static object Value(Input input)
        {
            switch ((char)input.Number())
            {
                case 't': return input.Text();
                case 'm': return input.Texts();
                case 'n': return unchecked((int)input.Long());
                case 'q': return input.Long();
                default: return input.Bytes();
            }
        }
    }

    internal sealed class SimulatedComputer : IComputer
    {
        private readonly Stopwatch watch = Stopwatch.StartNew();
        private readonly Dictionary<string, Folder> folders =
            new Dictionary<string, Folder>(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, Item> files = new Dictionary<string, Item>(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, SimulatedKey> keys = new Dictionary<string, SimulatedKey>();

        internal SimulatedComputer(Input input)
        {
            input.ReadContents();
            for (int count = input.Number(); count > 0; count--) Add(input.Text(), input.Folder());
            for (int count = input.Number(); count > 0; count--) keys.Add(input.Text(), new SimulatedKey(input));
        }

        public double Seconds { get { return watch.Elapsed.TotalSeconds; } }

        public string FullPath(string folder)
        {
            if (folder.IndexOfAny("<>\"|?*".ToCharArray()) < 0) return folder;
            throw new ArgumentException("Illegal characters in path.");
        }

        public IEnumerable<Entry> Entries(string folder)
        {
            if (!folders.ContainsKey(folder)) throw new DirectoryNotFoundException(folder);
            Folder found = folders[folder];
            if (found.Trouble.Length > 0) throw new IOException(found.Trouble);
            foreach (Item item in found.Items) yield return item.Entry;
        }

        public Stream Open(string file)
        {
            Item item = files[file];
            if (item.Trouble != null) throw new IOException(item.Trouble);
            return new MemoryStream(item.Content, false);
        }

        public IKey OpenKey(string path) { return keys.ContainsKey(path) ? keys[path] : null; }

        private void Add(string path, Folder folder)
        {
            folders[path] = folder;
            foreach (Item item in folder.Items)
            {
                string place = path + "\\" + item.Entry.Name;
                if (item.Below != null) Add(place, item.Below);
                else files[place] = item;
            }
        }
    }

    internal static class Program
    {
        private static void Main()
        {
            Input input = new Input();
            string[] texts = input.Texts();
            int[] groups = input.Numbers();
            string[] roots = input.Texts();
            string[] keys = input.Texts();
            long maximumFileSize = input.Long();
            int seconds = input.Number();
            SimulatedComputer computer = new SimulatedComputer(input);
            Encoding[] codePages = new Encoding[] { Encoding.GetEncoding(1252), Encoding.GetEncoding(437) };
            Console.WriteLine(
                new SecretScan(computer, texts, groups, codePages, maximumFileSize, seconds).Search(roots, keys));
        }
    }
}
