# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_limits as limits

GOOD = {
    "name": "npp",
    "path": r"C:\Program Files\Notepad++\notepad++.exe",
    "display_name": "N" * 256,
    "icon": "files/npp.PNG",
    "working_directory": r"D:\work",
    "launch_parameters": '-x "a b" --y',
    "optimize": [r"C:\Program Files\Notepad++", r"\\server\share\**\*.dll"],
    "manifest": None,
}


def test_a_good_application_has_no_problem():
    assert limits.catalog_problems([GOOD, {"name": "b", "path": "c:/x/start.BAT"}]) == []


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"name": "a b"}, "white space"),
        ({"name": "a\u00a0b"}, "white space"),
        ({"name": ""}, "1 to 256"),
        ({"name": "n" * 257}, "1 to 256"),
        ({"name": "-n"}, "hyphen"),
        ({"name": "n\x00"}, "control characters"),
        ({"name": "n\ud800"}, "surrogate"),
        ({"path": r"C:\a.lnk"}, "must end in .exe or .bat"),
        ({"path": r"C:\a.ps1"}, "must end in .exe or .bat"),
        ({"path": "a.exe"}, "absolute Windows path"),
        ({"path": r"\a.exe"}, "absolute Windows path"),
        ({"path": r"C:a.exe"}, "absolute Windows path"),
        ({"path": r"C:\Users\me\a.exe"}, r"below C:\Users"),
        ({"path": "c:/USERS/me/a.exe"}, r"below C:\Users"),
        ({"path": r"C:\x\..\Users\me\a.exe"}, r"below C:\Users"),
        ({"path": "C:\\a\n.exe"}, "control characters"),
        ({"path": r"C:\a|b.exe"}, "must not contain any of"),
        ({"path": r"C:\a.exe:stream.exe"}, "must not contain any of"),
        ({"path": r"\\?\C:\a.exe"}, "must not contain any of"),
        ({"working_directory": 'C:\\"a"'}, "must not contain any of"),
        ({"display_name": "d" * 257}, "at most 256"),
        ({"display_name": "-d"}, "hyphen"),
        ({"launch_parameters": "a\nb"}, "line breaks"),
        ({"launch_parameters": "a\x00b"}, "control characters"),
        ({"launch_parameters": "\udc80"}, "surrogate"),
        ({"display_name": "a\rb"}, "line breaks"),
        ({"icon": "a.ico"}, "must end in .png, .jpg, .bmp: convert it to a .png file, or let icon be from_program"),
        ({"icon": r"C:\a?.png"}, "must not contain any of"),
        ({"icon": "from_program", "path": r"\\server\share\a.exe"}, "not on a share"),
        ({"icon": r"C:\a"}, "must end in .png, .jpg, .bmp"),
        ({"working_directory": "work"}, "working_directory 'work'"),
        ({"manifest": "C:\\m\t.txt"}, "control characters"),
        ({"manifest": r"C:\m*.txt"}, "must not contain any of"),
        ({"optimize": [r"C:\a", r"lib\*.dll"]}, "optimize 'lib"),
        ({"optimize": [r"C:\a|b\*.dll"]}, "must not contain any of"),
    ],
)
def test_limits_of_an_application(changes, fragment):
    problems = limits.catalog_problems([{**GOOD, **changes}])
    assert len(problems) == 1
    assert fragment in problems[0]


@pytest.mark.parametrize("changes", [{"icon": "from_program"}, {"icon": "default"}, {"manifest": "files/m.txt"}])
def test_words_and_files_of_the_controller(changes):
    assert limits.application_problems({**GOOD, **changes}) == []


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [(["a" * 32_763], 0), (["a" * 32_764], 1), (["\U0001f3a8" * 16_382], 1), (['"' * 16_382], 1), (["\\" * 16_382], 1)],
)
def test_length_of_a_command_line(arguments, problems):
    assert len(limits.command_line_problems(arguments)) == problems


def test_programs_may_be_in_folders_that_only_begin_like_users():
    assert limits.application_problems({**GOOD, "path": r"C:\UsersApp\a.exe"}) == []


def test_names_are_unique_without_regard_to_case():
    problems = limits.catalog_problems([GOOD, {**GOOD, "name": "NPP"}])
    assert problems == ["npp: the name is used 2 times, it must be unique"]


def test_all_problems_are_told_at_once():
    problems = limits.catalog_problems([{"name": "a b", "path": "x"}, {"name": "c", "path": r"C:\Users\c.txt"}])
    assert len(problems) == 5


@pytest.mark.parametrize(("count", "problems"), [(0, 0), (50, 0), (51, 1)])
def test_size_of_the_catalog(count, problems):
    assert len(limits.catalog_size_problems(count)) == problems


@pytest.mark.parametrize(("size", "problems"), [((256, 256), 0), ((16, 16), 0), ((257, 16), 1), ((16, 512), 1)])
def test_size_of_an_icon(size, problems):
    assert len(limits.icon_size_problems(*size)) == problems


@pytest.mark.parametrize("name", ["design", "d", "9", "Design_1.0-b", "d" * 100])
def test_good_image_names(name):
    assert limits.image_problems(name, None, None, {}) == []


@pytest.mark.parametrize(
    "name", ["", "d" * 101, "-d", ".d", "d e", "d/e", "Ä", "aws-x", "AppStream", "amazonas", "d\n"]
)
def test_bad_image_names(name):
    assert "begin with a letter or digit" in limits.image_problems(name, None, None, {})[0]


@pytest.mark.parametrize(
    ("description", "display_name", "tags", "fragment"),
    [
        ("d" * 257, None, {}, "description has 257"),
        ("-d", None, {}, "hyphen"),
        (None, "d" * 101, {}, "display_name has 101"),
        (None, "a\tb", {}, "line breaks"),
        (None, None, {"": "v"}, "1 to 128"),
        (None, None, {"k" * 129: "v"}, "1 to 128"),
        (None, None, {"AWS:k": "v"}, "aws:"),
        (None, None, {"k": "v" * 257}, "256"),
        (None, None, {"k": "v;w"}, "only letters"),
        (None, None, {"k": "-v"}, "hyphen"),
        (None, None, {"--k": "v"}, "hyphen"),
        (None, None, {f"k{n}": "v" for n in range(51)}, "51 tags"),
    ],
)
def test_limits_of_an_image(description, display_name, tags, fragment):
    problems = limits.image_problems("design", description, display_name, tags)
    assert len(problems) == 1
    assert fragment in problems[0]


def test_the_collections_own_tags_are_legal():
    tags = {"euc.appstream:recipe": "design", "euc.appstream:expires": "2026-11-22T12:00:00Z", "Größe": "5 GB +/- =@"}
    assert limits.image_problems("design", "For designers", "Design", tags) == []
