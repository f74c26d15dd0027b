// Copyright: (c) 2026, The euc.appstream team
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// What the search of _secret_scan.cs asks Windows for.
// Private to the euc.appstream collection.

namespace Euc.AppStream
{
    using System;
    using System.Collections.Generic;
    using System.ComponentModel;
    using System.Diagnostics;
    using System.IO;
    using System.Runtime.InteropServices;
    using System.Text;
    using Microsoft.Win32;
    using Microsoft.Win32.SafeHandles;

    /// <summary>The computer this runs on. Its files by Windows' own functions: .NET Framework refuses long paths and
    /// those that begin with \\?\ in a process that, like powershell.exe, names no newer version as its target.</summary>
    public sealed class Windows : IComputer
    {
        private readonly Stopwatch watch = Stopwatch.StartNew();

        public double Seconds { get { return watch.Elapsed.TotalSeconds; } }

        /// <summary>What programs write that know no Unicode: the ANSI code page, and that of the command line.</summary>
        public static Encoding[] CodePages()
        {
            return new Encoding[] { Encoding.Default, Encoding.GetEncoding((int)Native.GetOEMCP()) };
        }

        public string FullPath(string folder) { return Path.GetFullPath(folder); }

        public IEnumerable<Entry> Entries(string folder)
        {
            FindData data;
            // Without short names, in large pieces.
            using (FindHandle handle = Native.FindFirstFileExW(Long(folder) + "\\*", 1, out data, 0, IntPtr.Zero, 2))
            {
                if (handle.IsInvalid) throw Failure(Marshal.GetLastWin32Error(), true);
                do
                {
                    if (data.FileName != "." && data.FileName != "..") yield return EntryOf(data);
                }
                while (Native.FindNextFileW(handle, out data));
                int error = Marshal.GetLastWin32Error();
                if (error != Native.NoMoreFiles) throw Failure(error, true);
            }
        }

        public Stream Open(string file)
        {
            SafeFileHandle handle = Native.CreateFileW(
                Long(file), Native.GenericRead, Native.ShareAll, IntPtr.Zero, Native.OpenExisting,
                Native.SequentialScan, IntPtr.Zero);
            if (handle.IsInvalid) throw Failure(Marshal.GetLastWin32Error(), false);
            return new FileStream(handle, FileAccess.Read, 1);
        }

        public IKey OpenKey(string path)
        {
            RegistryKey key = KeyAt(path);
            return key == null ? null : new WindowsKey(key);
        }

        public static RegistryKey KeyAt(string path)
        {
            string[] parts = path.Split(new char[] { '\\' }, 2);
            RegistryHive hive;
            switch (parts[0])
            {
                case "HKEY_LOCAL_MACHINE": hive = RegistryHive.LocalMachine; break;
                case "HKEY_USERS": hive = RegistryHive.Users; break;
                case "HKEY_CURRENT_USER": hive = RegistryHive.CurrentUser; break;
                case "HKEY_CLASSES_ROOT": hive = RegistryHive.ClassesRoot; break;
                case "HKEY_CURRENT_CONFIG": hive = RegistryHive.CurrentConfig; break;
                default: throw new ArgumentException("no such registry hive: " + parts[0]);
            }
            RegistryKey root = RegistryKey.OpenBaseKey(hive, RegistryView.Registry64);
            if (parts.Length == 1) return root;
            using (root) return root.OpenSubKey(parts[1]);
        }

        private static Entry EntryOf(FindData data)
        {
            bool isReparsePoint = (data.Attributes & Native.ReparsePoint) != 0;
            return new Entry
            {
                Name = data.FileName,
                IsFolder = (data.Attributes & Native.Directory) != 0,
                // Other reparse points, such as compressed files, are read as what they stand for.
                IsLink = isReparsePoint && (data.ReparseTag & Native.NameSurrogate) != 0,
                IsElsewhere = (data.Attributes & (Native.Offline | Native.RecallOnOpen | Native.RecallOnDataAccess)) != 0,
                Size = (long)data.SizeHigh << 32 | data.SizeLow,
            };
        }

        private static string Long(string path)
        {
            return path.StartsWith("\\\\", StringComparison.Ordinal) ? "\\\\?\\UNC" + path.Substring(1) : "\\\\?\\" + path;
        }

        private static Exception Failure(int error, bool isFolder)
        {
            Win32Exception failure = new Win32Exception(error);
            if (error != Native.FileNotFound && error != Native.PathNotFound) return failure;
            if (isFolder) return new DirectoryNotFoundException(failure.Message);
            return new FileNotFoundException(failure.Message);
        }
    }

    /// <summary>A key of the registry as .NET has it.</summary>
    public class ManagedKey : IKey
    {
        protected readonly RegistryKey key;

        public ManagedKey(RegistryKey key) { this.key = key; }

        public string[] KeyNames() { return key.GetSubKeyNames(); }

        public string[] ValueNames() { return key.GetValueNames(); }

        public void Dispose() { key.Dispose(); }

        public virtual object Value(string name)
        {
            return key.GetValue(name, null, RegistryValueOptions.DoNotExpandEnvironmentNames);
        }

        public virtual IKey Open(string name)
        {
            RegistryKey below = key.OpenSubKey(name);
            return below == null ? null : new ManagedKey(below);
        }
    }

    /// <summary>The same by Windows' functions where .NET's do too much or too little: a key below that is a link is
    /// opened as what it is, with no key in it, so that nothing is searched twice and no circle is followed.</summary>
    public sealed class WindowsKey : ManagedKey
    {
        public WindowsKey(RegistryKey key) : base(key) { }

        public override object Value(string name) { return base.Value(name) ?? Raw(name); }

        public override IKey Open(string name)
        {
            IntPtr handle;
            int error = Native.RegOpenKeyExW(key.Handle, name, Native.OpenLink, Native.KeyRead, out handle);
            if (error == Native.FileNotFound) return null;
            if (error != 0) throw new Win32Exception(error);
            return new WindowsKey(RegistryKey.FromHandle(new SafeRegistryHandle(handle, true), RegistryView.Registry64));
        }

        /// <summary>The data of types that .NET does not know.</summary>
        private byte[] Raw(string name)
        {
            int type;
            int size = 0;
            int error = Native.RegQueryValueExW(key.Handle, name, IntPtr.Zero, out type, null, ref size);
            byte[] data = new byte[size];
            if (error == 0 && size > 0)
                error = Native.RegQueryValueExW(key.Handle, name, IntPtr.Zero, out type, data, ref size);
            if (error != 0) throw new Win32Exception(error);
            return data;
        }
    }

    /// <summary>WIN32_FIND_DATAW.</summary>
    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
    public struct FindData
    {
        public uint Attributes;
        public uint CreationLow;
        public uint CreationHigh;
        public uint AccessLow;
        public uint AccessHigh;
        public uint WriteLow;
        public uint WriteHigh;
        public uint SizeHigh;
        public uint SizeLow;
        public uint ReparseTag;
        public uint Reserved;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 260)]
        public string FileName;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 14)]
        public string ShortName;
    }

    internal sealed class FindHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        private FindHandle() : base(true) { }

        protected override bool ReleaseHandle() { return Native.FindClose(handle); }
    }

    internal static class Native
    {
        internal const int FileNotFound = 2;
        internal const int PathNotFound = 3;
        internal const int NoMoreFiles = 18;
        internal const uint Directory = 0x10;
        internal const uint ReparsePoint = 0x400;
        internal const uint Offline = 0x1000;
        internal const uint RecallOnOpen = 0x40000;
        internal const uint RecallOnDataAccess = 0x400000;
        internal const uint NameSurrogate = 0x20000000;
        internal const uint GenericRead = 0x80000000;
        internal const uint ShareAll = 7;
        internal const uint OpenExisting = 3;
        internal const uint SequentialScan = 0x08000000;
        internal const int OpenLink = 8;
        internal const int KeyRead = 0x20019 | 0x100;

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        internal static extern FindHandle FindFirstFileExW(
            string pattern, int level, out FindData data, int search, IntPtr filter, int flags);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool FindNextFileW(FindHandle handle, out FindData data);

        [DllImport("kernel32.dll", ExactSpelling = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool FindClose(IntPtr handle);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        internal static extern SafeFileHandle CreateFileW(
            string path, uint access, uint share, IntPtr security, uint disposition, uint flags, IntPtr template);

        [DllImport("kernel32.dll", ExactSpelling = true)]
        internal static extern uint GetOEMCP();

        [DllImport("advapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        internal static extern int RegOpenKeyExW(
            SafeRegistryHandle key, string name, int options, int access, out IntPtr handle);

        [DllImport("advapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        internal static extern int RegQueryValueExW(
            SafeRegistryHandle key, string name, IntPtr reserved, out int type, byte[] data, ref int size);
    }
}
