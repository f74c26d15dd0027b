# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import codecs
import csv
import io

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import comparable_path
from ansible_collections.euc.appstream.plugins.plugin_utils._launch_trace import read_manifest, read_trace
from hypothesis import given
from hypothesis import strategies as st

HEADER = ["Time of Day", "Process Name", "PID", "Operation", "Path", "Result", "Detail"]
OPENED = "Desired Access: Generic Read, Disposition: Open, Options: , Attributes: n/a, OpenResult: Opened"

names = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='<>:"/\\|?*'), min_size=1, max_size=8)
paths = st.lists(names.map(lambda name: name.strip(" .") or "x"), min_size=1, max_size=4).map(
    lambda parts: "C:\\" + "\\".join(parts)
)
lists_of_paths = st.lists(paths, min_size=1, max_size=20)


def export(*rows: tuple[str, str, str], detail: str = OPENED, header: tuple[str, ...] = tuple(HEADER)) -> str:
    """What Process Monitor saves: every field in quotes, quotes in it doubled."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    for operation, path, result in rows:
        values = {"Operation": operation, "Path": path, "Result": result, "Detail": detail, "PID": "4711"}
        writer.writerow([values.get(column, "x") for column in header])
    return text.getvalue()


def test_an_export_of_process_monitor():
    text = export(
        ("Process Start", "", "SUCCESS"),
        ("CreateFile", r"C:\App\a.exe", "SUCCESS"),
        ("Load Image", r"C:\Windows\System32\ntdll.dll", "SUCCESS"),
        ("ReadFile", r"C:\APP\A.EXE", "SUCCESS"),
        ("CreateFileMapping", r"C:\App\b, c;d.dll", "SUCCESS"),
        ("CreateFile", r"C:\App\missing.dll", "NAME NOT FOUND"),
        ("CreateFile", r"C:\App\locked.dll", "SHARING VIOLATION"),
        ("RegOpenKey", r"HKLM\Software\App", "SUCCESS"),
        ("WriteFile", r"C:\App\log.txt", "SUCCESS"),
        ("QueryDirectory", r"C:\App", "SUCCESS"),
        ("TCP Connect", "builder:1 -> server:443", "SUCCESS"),
    )
    assert read_trace(text.encode()) == [r"C:\App\a.exe", r"C:\Windows\System32\ntdll.dll", r"C:\App\b, c;d.dll"]


@pytest.mark.parametrize(
    "detail",
    [
        "Desired Access: Read Data/List Directory, Disposition: Open, Options: Directory, Open For Backup",
        "CreationTime: 1/1/2026 1:00:00 AM, FileAttributes: D",
        "CreationTime: 1/1/2026 1:00:00 AM, FileAttributes: RHD",
    ],
)
def test_what_the_trace_tells_to_be_a_folder_is_left_out(detail):
    folder = export(("CreateFile", r"C:\App\lib", "SUCCESS"), detail=detail)
    with pytest.raises(ValueError, match="names no file"):
        read_trace(folder.encode())


def test_columns_in_another_order_and_case_and_without_detail():
    text = export(("ReadFile", r"C:\App\a.exe", "SUCCESS"), header=["RESULT", "path", "Operation"])
    with pytest.raises(ValueError, match="names no file"):
        read_trace(text.encode())  # the values above go by their usual names
    text = "Result,Path,Operation\nSUCCESS,C:\\App\\a.exe,ReadFile\nSUCCESS\n"
    assert read_trace(text.encode()) == [r"C:\App\a.exe"]
    assert read_trace(text.lower().encode()) == [r"c:\app\a.exe"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Path", "no column Operation and no column Result"),
        ("Path,Operation", "no column Result"),
        ('"Time of Day","Path","Result"', "no column Operation;"),
    ],
)
def test_missing_columns(header, told):
    with pytest.raises(ValueError, match=told):
        read_trace(f"{header}\nC:\\a.exe\n".encode())


@pytest.mark.parametrize(
    "line",
    [
        r"HKLM\Software\App",
        r"\Device\HarddiskVolume1\a.dll",
        r"\\.\pipe\app",
        r"\\server\share\a.dll",
        r"C:\pagefile.sys",
        r"C:\$Mft",
        r"C:\$Recycle.Bin\a.dll",
        r"C:\System Volume Information\a",
        r"C:\Users\me\AppData\a.dll",
        r"c:/users/public/a.dll",
        r"C:\App\..\Users\a.dll",
        r"C:\Users",
        r"C:\Windows\TEMP\a.dll",
        r"C:\Windows\Prefetch\A.EXE-1.pf",
        r"C:\Temp\a.dll",
        "C:\\",
        "C:\\App\\",
        r"C:\App\a.dll:Zone.Identifier",
        r"C:\App\*.dll",
        r"C:a.dll",
        "a.dll",
    ],
)
def test_what_could_not_be_in_an_image_is_left_out(line):
    with pytest.raises(ValueError, match="names no file"):
        read_trace(line.encode())
    assert read_trace(f"C:\\Kept\\a.dll\n{line}\n".encode()) == [r"C:\Kept\a.dll"]


def test_folders_of_other_files_are_left_out_and_names_that_only_begin_alike_are_kept():
    lines = [
        r"C:\App",
        r"C:\App\lib",
        r"C:\App\lib\a.dll",
        r"C:\App\library",
        r"C:\UsersApp\a.dll",
        r"C:\Tempest\a.dll",
    ]
    assert read_trace("\n".join(lines).encode()) == lines[2:]


def test_a_list_that_begins_like_a_header():
    assert read_trace(b"C:\\a,Path,b.dll\n") == [r"C:\a,Path,b.dll"]


@pytest.mark.parametrize("content", [b"", b"\n\n", codecs.BOM_UTF8, b"Operation,Path,Result\n"])
def test_nothing_in_it(content):
    with pytest.raises(ValueError, match="names no file"):
        read_trace(content)


@pytest.mark.parametrize("content", [b"C:\\Gr\xf6\xdfe.dll", codecs.BOM_UTF16_LE + b"a"])
def test_another_encoding_is_refused_with_the_remedy(content):
    with pytest.raises(ValueError, match="save it as UTF-8"):
        read_trace(content)


@given(lists_of_paths)
def test_every_listed_file_once_whatever_the_format_and_encoding(wanted):
    expected = _result(read_trace, "\r\n".join(wanted).encode())
    exported = export(*(("ReadFile", path, "SUCCESS") for path in wanted))
    for text in ("\n".join(wanted), "\r\n".join(wanted + wanted), exported):
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            assert _result(read_trace, text.encode(encoding)) == expected
    if isinstance(expected, list):
        assert set(expected) <= set(wanted)
        keys = [comparable_path(path) for path in expected]
        assert len(set(keys)) == len(keys)
        assert not any(other.startswith(key + "\\") for key in keys for other in keys)
        assert read_trace("\n".join(expected).encode()) == expected


@given(st.binary(max_size=200))
def test_any_content_is_read_or_refused(content):
    for read in (read_trace, read_manifest):
        _result(read, content)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_export_is_read_or_refused(text):
    _result(read_trace, ("Operation,Path,Result\n" + text).encode())


@given(lists_of_paths, st.sampled_from(["NAME NOT FOUND", "PATH NOT FOUND", "ACCESS DENIED", ""]))
def test_nothing_counts_that_did_not_succeed(wanted, result):
    text = export(*(("ReadFile", path, result) for path in wanted))
    assert isinstance(_result(read_trace, text.encode()), str)


@given(lists_of_paths)
def test_a_manifest_keeps_every_path_in_its_order(wanted):
    unique = {comparable_path(path): path for path in wanted}
    read = read_manifest("\r\n".join(wanted).encode("utf-16"))
    assert list(map(comparable_path, read)) == list(unique)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "lists nothing"),
        (b"C:\\a\nlib\\b", r"'lib\\\\b' must be an absolute"),
        (b"C:\\a\nC:\\b*", "must not contain"),
    ],
)
def test_a_manifest_of_anything_else_is_refused(content, told):
    with pytest.raises(ValueError, match=told):
        read_manifest(content)


def _result(read, content):
    """The paths, or the text of the ValueError; anything else is a failure of the test."""
    try:
        return read(content)
    except ValueError as error:
        return str(error)
