# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _optimization_manifest as manifest

FILES = [r"C:\App\a.exe", r"C:\App\A.DLL", r"C:\App\lib\b.dll", r"C:\App\lib\x86\c.dll", r"C:\App\[1]\d.dll"]


@pytest.mark.parametrize(
    ("item", "paths", "recurse"),
    [
        (r"C:\App", [r"C:\App"], True),
        (r"C:\App\*.dll", [r"C:\App"], False),
        (r"C:\*.dll", ["C:\\"], False),
        (r"C:\App\**", [r"C:\App"], True),
        (r"C:\App\**\*.dll", [r"C:\App"], True),
        ("C:/App/l?b/*.dll", [r"C:\App"], True),
    ],
)
def test_where_win_find_looks(item, paths, recurse):
    arguments = manifest.find_arguments(item)
    assert (arguments["paths"], arguments["recurse"], arguments["file_type"]) == (paths, recurse, "file")
    assert arguments["get_checksum"] is False


@pytest.mark.parametrize(
    ("item", "matching"),
    [
        (r"C:\App", FILES),
        (r"C:\App\*.dll", [r"C:\App\A.DLL"]),
        ("c:/app/?.exe", [r"C:\App\a.exe"]),
        (r"C:\App\*\*.dll", [r"C:\App\lib\b.dll", r"C:\App\[1]\d.dll"]),
        (r"C:\App\**\*.dll", FILES[1:]),
        (r"C:\App\lib\**", FILES[2:4]),
        (r"C:\App\[1]\*", [r"C:\App\[1]\d.dll"]),
        (r"C:\App\*.txt", []),
    ],
)
def test_matching(item, matching):
    assert manifest.matching(item, FILES) == matching


def test_content_has_each_path_once_and_windows_line_ends():
    assert manifest.manifest_content([r"C:\b", r"C:\a", r"c:\B"]) == "C:\\a\r\nc:\\B\r\n"


def test_file_name_depends_on_application_option_and_items_only():
    name = manifest.manifest_file_name("a/b", "optimize", [r"C:\App", "*.dll"])
    assert name.startswith("a_b-")
    assert name == manifest.manifest_file_name("a/b", "optimize", ["c:/app", "*.DLL"])
    assert name != manifest.manifest_file_name("a/b", "optimize", [r"C:\App2", "*.dll"])
    assert name != manifest.manifest_file_name("a/b", "trace", [r"C:\App", "*.dll"])
