# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Codecs of policy files: golden bytes, round trips, and what damaged files are told as."""

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import policy_files, registry_policy
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.policy_files import (
    LocalGroup,
    Member,
    UnreadableFile,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.registry_policy import RegistryValue
from hypothesis import given
from hypothesis import strategies as st

# As in a registry: any text but NUL, without half surrogate pairs.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
# What XML can hold, and what it does not fold.
xml_texts = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=20)
values = st.builds(RegistryValue, texts, texts, st.integers(0, 2**32 - 1), st.binary(max_size=40))
lines = st.text(
    st.characters(min_codepoint=33, exclude_characters="[];=\ufeff", exclude_categories=("Cs", "Cc")), min_size=1
)
groups = st.builds(
    LocalGroup,
    xml_texts,
    xml_texts,
    xml_texts,
    st.sampled_from("CRUD"),
    st.lists(st.builds(Member, xml_texts, xml_texts, st.sampled_from(("ADD", "REMOVE"))), max_size=3).map(tuple),
    st.booleans(),
)


def test_registry_policy_has_the_published_bytes() -> None:
    # MS-GPREG 2.2.1: "PReg", version 1, then [key;value;type;size;data] in UTF-16.
    data = registry_policy.build([registry_policy.number("K", "Va", 258), registry_policy.text("K\\L", "", "ü")])
    assert data == bytes.fromhex(
        "50526567 01000000"
        "5b00 4b000000 3b00 560061000000 3b00 04000000 3b00 04000000 3b00 02010000 5d00"
        "5b00 4b005c004c000000 3b00 0000 3b00 01000000 3b00 04000000 3b00 fc000000 5d00"
    )
    assert [registry_policy.shown(value) for value in registry_policy.parse(data)] == [258, "ü"]


@given(st.lists(values, max_size=6))
def test_registry_policy_survives_a_round_trip(wanted: list[RegistryValue]) -> None:
    assert registry_policy.parse(registry_policy.build(wanted)) == wanted


@given(st.lists(values, min_size=1, max_size=3), st.data())
def test_a_registry_policy_that_is_cut_off_is_never_taken_for_a_whole_one(
    wanted: list[RegistryValue], data: st.DataObject
) -> None:
    whole = registry_policy.build(wanted)
    ends = {len(registry_policy.build(wanted[:count])) for count in range(len(wanted) + 1)}
    length = data.draw(st.integers(0, len(whole) - 1))
    if length in ends:
        return
    with pytest.raises(UnreadableFile):
        registry_policy.parse(whole[:length])


@given(st.binary(max_size=60))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    readers = (registry_policy.parse, policy_files.parse_ini, policy_files.parse_groups)
    for read in readers:
        for content in (data, b"PReg\x01\x00\x00\x00" + data, b"\xff\xfe" + data, b"<Groups>" + data + b"</Groups>"):
            try:
                read(content)
            except UnreadableFile as error:
                assert str(error)
    policy_files.gpt_version(data)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (RegistryValue("k", "v", 4, b"\x01\x00\x00\x00"), 1),
        (RegistryValue("k", "v", 4, b"\x01"), "type 4: 01"),
        (RegistryValue("k", "v", 1, "a;b]".encode("utf-16-le") + b"\0\0"), "a;b]"),
        (RegistryValue("k", "v", 1, b"a"), "type 1: 61"),
        (RegistryValue("k", "v", 3, b"\xfe"), "type 3: fe"),
    ],
)
def test_a_value_is_shown_without_loss(value: RegistryValue, shown: str | int) -> None:
    assert registry_policy.shown(value) == shown


@given(st.dictionaries(lines.map(str.strip).filter(bool), st.lists(lines.map(str.strip).filter(bool), max_size=4)))
def test_an_ini_file_survives_a_round_trip(sections: dict[str, list[str]]) -> None:
    assert policy_files.parse_ini(policy_files.build_ini(sections)) == sections
    assert policy_files.parse_ini(policy_files.build_scripts(sections)) == sections


def test_a_list_of_scripts_has_the_bytes_windows_writes() -> None:
    # MS-GPSCR 2.2.3: UTF-16 with a byte order mark, an empty line, CRLF.
    data = policy_files.build_scripts({"Startup": ["0CmdLine=a.ps1", "0Parameters="]})
    assert data == "\ufeff\r\n[Startup]\r\n0CmdLine=a.ps1\r\n0Parameters=\r\n".encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (policy_files.build_gpt_ini(65537), 65537),
        (b"[General]\r\nVersion=3\r\n", 3),
        (b"[GENERAL]\nversion = 4\n", 4),
        (b"\xef\xbb\xbf[General]\r\nVersion=5\r\ndisplayName=New Group Policy Object\r\n", 5),
        ("\ufeff[General]\r\nVersion=6".encode("utf-16-le"), 6),
        (policy_files.build_gpt_ini(7, pending=True), None),
        (b"[General]\r\nVersion=-1\r\n", None),
        (b"[General]\r\nVersion=\xd9\xa3\r\n", None),
        (b"[Other]\r\nVersion=1\r\n", None),
        (b"Version=1\r\n", None),
        (b"", None),
        (None, None),
    ],
)
def test_the_version_of_gpt_ini(data: bytes | None, version: int | None) -> None:
    assert policy_files.gpt_version(data) == version


@given(st.lists(groups, max_size=3))
def test_groups_survive_a_round_trip(wanted: list[LocalGroup]) -> None:
    assert policy_files.parse_groups(policy_files.build_groups(wanted)) == wanted


def test_groups_have_the_form_windows_writes() -> None:
    member = Member('CORP\\Größe & "Co" <x>', "S-1-5-21-1-2-3-4")
    data = policy_files.build_groups([LocalGroup("{A}", "S-1-5-32-544", "Administrators (built-in)", "U", (member,))])
    assert (
        data
        == (
            '<?xml version="1.0" encoding="utf-8"?>\r\n'
            '<Groups clsid="{3125E937-EB16-4b4c-9934-544FC6D24D26}">'
            '<Group clsid="{6D4A79E4-529C-4481-ABD0-F5BD7EA93BA7}" name="Administrators (built-in)" image="2" '
            'changed="2026-01-01 00:00:00" uid="{A}"><Properties action="U" newName="" description="" '
            'deleteAllUsers="0" deleteAllGroups="0" removeAccounts="0" groupSid="S-1-5-32-544" '
            'groupName="Administrators (built-in)">'
            '<Members><Member name=\'CORP\\Größe &amp; "Co" &lt;x&gt;\' action="ADD" sid="S-1-5-21-1-2-3-4"/></Members>'
            "</Properties></Group>\r\n</Groups>\r\n"
        ).encode()
    )


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE g [<!ENTITY a "b">]><Groups>&a;</Groups>',
        b"<Groups><!-- x --></Groups>",
        b"<Users/>",
        b"<Groups><Group/></Groups>",
        b"<Groups>",
        b"\xff",
    ],
)
def test_what_is_no_list_of_groups_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        policy_files.parse_groups(data)


def test_a_local_user_is_a_group_without_sid() -> None:
    data = b'<Groups><User name="joe" uid="{B}"><Properties action="U" userName="joe"/></User></Groups>'
    assert policy_files.parse_groups(data) == [LocalGroup("{B}", "", "User joe", "", ())]
