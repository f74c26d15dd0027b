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
    using System.Runtime.InteropServices;
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

        public string FullPath(string folder)
        {
            if (folder.IndexOf('*') >= 0) throw new ArgumentException("Illegal characters in path.");
            return folder;
        }

        public IEnumerable<Entry> Entries(string folder)
        {
            string real = Real(folder);
            IntPtr list = Libc.opendir(Libc.Text(real));
            if (list == IntPtr.Zero) throw Libc.Failure(real, true);
            try
            {
                byte[] state = new byte[Libc.StateSize];
                for (IntPtr item = Libc.readdir(list); item != IntPtr.Zero; item = Libc.readdir(list))
                {
                    string name = Libc.Name(item);
                    if (name == "." || name == "..") continue;
                    if (Libc.lstat(Libc.Text(real + "/" + name), state) != 0) throw Libc.Failure(name, true);
                    int kind = BitConverter.ToInt32(state, Libc.ModeAt) & Libc.KindMask;
                    yield return new Entry
                    {
                        Name = name,
                        IsFolder = kind == Libc.Folder,
                        IsLink = kind == Libc.Link,
                        Size = kind == Libc.RegularFile ? BitConverter.ToInt64(state, Libc.SizeAt) : 0,
                    };
                }
            }
            finally
            {
                Libc.closedir(list);
            }
        }

        public Stream Open(string file) { return new LinuxFile(Real(file)); }

        public IKey OpenKey(string path)
        {
            RegistryKey key = Windows.KeyAt(path);
            return key == null ? null : new ManagedKey(key);
        }

        private string Real(string path) { return drive + path.Substring(2).Replace('\\', '/'); }
    }

    /// <summary>A file as the kernel reads it, as Windows' own functions read one there.</summary>
    internal sealed class LinuxFile : Stream
    {
        private readonly int descriptor;

        internal LinuxFile(string path)
        {
            descriptor = Libc.open(Libc.Text(path), Libc.ReadOnly);
            if (descriptor < 0) throw Libc.Failure(path, false);
        }

        public override bool CanRead { get { return true; } }

        public override bool CanSeek { get { return false; } }

        public override bool CanWrite { get { return false; } }

        public override long Length { get { throw new NotSupportedException(); } }

        public override long Position
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            GCHandle pinned = GCHandle.Alloc(buffer, GCHandleType.Pinned);
            try
            {
                IntPtr place = Marshal.UnsafeAddrOfPinnedArrayElement(buffer, offset);
                int read = (int)Libc.read(descriptor, place, (IntPtr)count);
                if (read < 0) throw Libc.Failure("read", false);
                return read;
            }
            finally
            {
                pinned.Free();
            }
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) { throw new NotSupportedException(); }

        public override void SetLength(long value) { throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) { throw new NotSupportedException(); }

        protected override void Dispose(bool disposing)
        {
            Libc.close(descriptor);
            base.Dispose(disposing);
        }
    }

    /// <summary>The C library of 64-bit Linux on x86.</summary>
    internal static class Libc
    {
        internal const int StateSize = 144;
        internal const int ModeAt = 24;
        internal const int SizeAt = 48;
        internal const int KindMask = 0xF000;
        internal const int Folder = 0x4000;
        internal const int RegularFile = 0x8000;
        internal const int Link = 0xA000;
        internal const int ReadOnly = 0;
        private const int NameAt = 19;
        private const int NoEntry = 2;

        internal static byte[] Text(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }

        internal static string Name(IntPtr item)
        {
            int length = 0;
            while (Marshal.ReadByte(item, NameAt + length) != 0) length++;
            byte[] name = new byte[length];
            Marshal.Copy(IntPtr.Add(item, NameAt), name, 0, length);
            return Encoding.UTF8.GetString(name);
        }

        internal static Exception Failure(string path, bool isFolder)
        {
            int error = Marshal.GetLastWin32Error();
            if (error != NoEntry) return new IOException(path + ": " + Marshal.PtrToStringAnsi(strerror(error)));
            if (isFolder) return new DirectoryNotFoundException(path);
            return new FileNotFoundException(path);
        }

        [DllImport("libc", SetLastError = true)]
        internal static extern IntPtr opendir(byte[] path);

        [DllImport("libc")]
        internal static extern IntPtr readdir(IntPtr list);

        [DllImport("libc")]
        internal static extern int closedir(IntPtr list);

        [DllImport("libc", SetLastError = true)]
        internal static extern int lstat(byte[] path, byte[] state);

        [DllImport("libc", SetLastError = true)]
        internal static extern int open(byte[] path, int flags);

        [DllImport("libc", SetLastError = true)]
        internal static extern IntPtr read(int descriptor, IntPtr buffer, IntPtr count);

        [DllImport("libc")]
        internal static extern int close(int descriptor);

        [DllImport("libc")]
        private static extern IntPtr strerror(int error);
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
