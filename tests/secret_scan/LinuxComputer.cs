// Copyright: (c) 2026, The euc.appstream team
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// Lets the collection's search run on Linux: drive C: is a folder, the registry is Mono's own stand-in, in the folder
// that MONO_REGISTRY_PATH names. What is looked for comes in by the standard input, as linux_search.py writes it.

namespace Euc.AppStream.Tests
{
    using System;
    using System.Collections.Generic;
    using System.Diagnostics;
    using System.IO;
    using System.Text;
    using Microsoft.Win32;

    internal sealed class LinuxComputer : IComputer
    {
        private readonly string drive;
        private readonly double secondsEachTime;
        private readonly Stopwatch watch = Stopwatch.StartNew();
        private double seconds;

        internal LinuxComputer(string drive, double secondsEachTime)
        {
            this.drive = drive;
            this.secondsEachTime = secondsEachTime;
        }

        public double Seconds
        {
            get
            {
                seconds += secondsEachTime;
                return secondsEachTime > 0 ? seconds : watch.Elapsed.TotalSeconds;
            }
        }

        public string FullPath(string folder) { return folder; }

        public IEnumerable<Entry> Entries(string folder)
        {
            foreach (FileSystemInfo item in new DirectoryInfo(Real(folder)).EnumerateFileSystemInfos())
            {
                FileInfo file = item as FileInfo;
                bool isLink = (item.Attributes & FileAttributes.ReparsePoint) != 0;
                yield return new Entry
                {
                    Name = item.Name,
                    IsFolder = file == null,
                    IsLink = isLink,
                    Size = file == null || isLink ? 0 : file.Length,
                };
            }
        }

        public Stream Open(string file)
        {
            return new FileStream(Real(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }

        public IKey OpenKey(string path)
        {
            RegistryKey key = Windows.KeyAt(path);
            return key == null ? null : new ManagedKey(key);
        }

        private string Real(string path) { return drive + path.Substring(2).Replace('\\', '/'); }
    }

    internal static class Program
    {
        private static string Text(BinaryReader input)
        {
            return Encoding.Unicode.GetString(input.ReadBytes(input.ReadInt32()));
        }

        private static string[] Texts(BinaryReader input)
        {
            string[] texts = new string[input.ReadInt32()];
            for (int index = 0; index < texts.Length; index++) texts[index] = Text(input);
            return texts;
        }

        private static int Main()
        {
            BinaryReader input = new BinaryReader(Console.OpenStandardInput());
            string drive = Text(input);
            string[] texts = Texts(input);
            int[] groups = new int[texts.Length];
            for (int index = 0; index < groups.Length; index++) groups[index] = input.ReadInt32();
            Encoding[] codePages = new Encoding[input.ReadInt32()];
            for (int index = 0; index < codePages.Length; index++) codePages[index] = Encoding.GetEncoding(input.ReadInt32());
            string[] folders = Texts(input);
            string[] keys = Texts(input);
            long maximumFileSize = input.ReadInt64();
            double seconds = input.ReadDouble();
            IComputer computer = new LinuxComputer(drive, input.ReadDouble());
            SecretScan scan = new SecretScan(computer, texts, groups, codePages, maximumFileSize, seconds);
            Console.WriteLine(scan.Search(folders, keys));
            return 0;
        }
    }
}
