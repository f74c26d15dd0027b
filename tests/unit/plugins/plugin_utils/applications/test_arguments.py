# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How arguments become command lines, and what placeholders in them stand for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.arguments import (
    command,
    has_secret,
    msi_arguments,
    placeholder_problems,
    process,
    resolved,
    winget_removal,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("arguments", "transforms", "line"),
    [
        (["INSTALLDIR=C:\\Program Files\\X"], [], 'INSTALLDIR="C:\\Program Files\\X"'),
        (['TOOLBOXFOLDER="C:\\X Data"'], [], 'TOOLBOXFOLDER="C:\\X Data"'),
        (["/qn", "/norestart", "ADDLOCAL=ALL"], [], "ADDLOCAL=ALL"),
        (['TITLE=say "hello"'], [], 'TITLE="say ""hello"""'),
        (["EMPTY="], [], 'EMPTY=""'),
        (["/l*v", "C:\\a b.log"], [], '/l*v "C:\\a b.log"'),
        ('PROP="a b" /qb', [], 'PROP="a b" /qb'),
        (["A=1"], ["x.mst", "y.mst"], 'A=1 TRANSFORMS="%APPLICATION_FOLDER%\\x.mst;%APPLICATION_FOLDER%\\y.mst"'),
        ([], [], ""),
    ],
)
def test_arguments_of_windows_installer(arguments: Any, transforms: list[str], line: str) -> None:
    assert msi_arguments(arguments, transforms) == line


def read_by_windows_installer(line: str) -> list[tuple[str, str]]:
    """Properties of a command line by the rules of "Setting Public Property Values on the Command Line"."""
    found = re.findall(r'([A-Za-z_][A-Za-z0-9_.]*)=(?:"((?:[^"]|"")*)"|([^\s"]*))(?=\s|\Z)', line)
    return [(name, (quoted or plain).replace('""', '"')) for name, quoted, plain in found]


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True),
            st.text(
                st.characters(codec="utf-8", exclude_characters="\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
                max_size=12,
            ).filter(lambda text: not re.fullmatch('".*"', text)),
        ),
        max_size=4,
    )
)
def test_windows_installer_reads_what_was_written(properties: list[tuple[str, str]]) -> None:
    assert read_by_windows_installer(msi_arguments([f"{name}={value}" for name, value in properties])) == properties


def test_a_text_is_a_command_line_as_it_stands() -> None:
    assert command(["a b.exe"], "/S /D=C:\\Program Files\\7 Zip") == {
        "_raw_params": '"a b.exe" /S /D=C:\\Program Files\\7 Zip'
    }
    assert command(["a.exe"], ["/S", "x y"]) == {"argv": ["a.exe", "/S", "x y"]}


def test_programs_of_kinds() -> None:
    assert process("msu", "C:\\a\\k.msu", {}) == ["wusa.exe", "C:\\a\\k.msu", "/quiet", "/norestart"]
    assert process("driver", "C:\\a\\k.inf", {})[-1] == "/install"
    winget = process("winget", "", {"package": "Vendor.App", "package_version": "1.2", "arguments": ["/A"]})
    assert winget[:5] == ["winget.exe", "install", "--id", "Vendor.App", "--exact"]
    assert winget[winget.index("--version") + 1] == "1.2" and winget[winget.index("--custom") + 1] == "/A"
    assert "--accept-package-agreements" not in winget_removal({"package": "Vendor.App"})


CREDENTIALS = {"vendor": {"serial": "S3CR3T"}, "text": "x"}


def test_placeholders() -> None:
    value = {"a": ["%application_folder%\\x", "SERIAL=%CREDENTIAL:vendor.serial%"], "b": 1}
    assert resolved(value, "C:\\F", CREDENTIALS) == {"a": ["C:\\F\\x", "SERIAL=S3CR3T"], "b": 1}
    assert has_secret(value) and not has_secret(["%APPLICATION_FOLDER%", "%PATH%", "100%"])
    assert list(placeholder_problems(value, CREDENTIALS)) == []


@pytest.mark.parametrize("text", ["%CREDENTIAL:nobody.key%", "%CREDENTIAL:vendor.other%", "%credential:text.key%"])
def test_secrets_that_are_not_there(text: str) -> None:
    (problem,) = placeholder_problems([{"a": text}], CREDENTIALS)
    assert "names a secret that install_applications_credentials doesn't have" in problem
    assert "S3CR3T" not in problem


@given(st.text(max_size=40))
def test_other_texts_stay_as_they_are(text: str) -> None:
    if "%" not in text:
        assert resolved(text, "C:\\F", CREDENTIALS) == text
