# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""gPLink as text, versions, the access list of a policy's folder, and what errors of SMB are told as."""

from __future__ import annotations

import errno

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import (
    policy_goal,
    policy_links,
    policy_objects,
    policy_security,
    sysvol_errors,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import security_descriptors as sd
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.policy_goal import State
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.policy_links import Link
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.security_descriptors import (
    AccessControlEntry,
    SecurityDescriptor,
)
from hypothesis import given
from hypothesis import strategies as st

POLICIES = "CN=Policies,CN=System,DC=corp,DC=example,DC=com"
OURS = f"CN={{5F1A2D3C-8E07-4B57-9A55-2C1B0C6D7E8F}},{POLICIES}"
others = st.builds(
    lambda guid, head, options: f"[{head}://{{CN}}={{{str(guid).upper()}}},{POLICIES};{options}]".replace("{CN}", "cn"),
    st.uuids(),
    st.sampled_from(("LDAP", "ldap")),
    st.integers(0, 3),
)


@given(st.lists(others, max_size=4), st.integers(0, 4))
def test_a_link_comes_and_goes_without_a_trace(items: list[str], position: int) -> None:
    before = "".join(items)
    linked = policy_links.with_link(before, OURS)
    assert linked == f"{before}[LDAP://{OURS};0]"
    assert policy_links.without_link(linked, OURS) == (before or None)
    assert policy_links.with_link(linked, OURS) == linked
    spelt = [*items[:position], f"[LDAP://{OURS.lower()};3]", *items[position:]]
    assert policy_links.options_in("".join(spelt), OURS) == 3
    enabled = policy_links.with_link("".join(spelt), OURS)
    assert enabled == "".join([*items[:position], f"[LDAP://{OURS};2]", *items[position:]])
    assert policy_links.without_link(enabled, OURS) == (before or None)


@pytest.mark.parametrize("empty", [None, "", " "])
def test_a_place_without_links(empty: str | None) -> None:
    assert policy_links.options_in(empty, OURS) is None
    assert policy_links.with_link(empty, OURS) == f"[LDAP://{OURS};0]"
    assert policy_links.without_link(empty, OURS) is None


@pytest.mark.parametrize(
    ("options", "shown"),
    [(None, None), (0, "enabled"), (1, "disabled"), (2, "enabled, enforced"), (3, "disabled, enforced")],
)
def test_a_link_is_shown_by_its_state(options: int | None, shown: str | None) -> None:
    assert Link("OU=x", options, None, True).shown == shown


@given(st.integers(0, 2**32 - 1))
def test_a_version_survives_the_directory(version: int) -> None:
    stored = policy_objects.signed(version)
    assert -(2**31) <= int(stored) < 2**31
    policy = policy_objects.PolicyObject(
        OURS, "{}", {"versionNumber": stored}, (), SecurityDescriptor(0, None, None, ()), True
    )
    assert policy.version == version


@pytest.mark.parametrize(
    ("version", "file_version", "after"),
    [
        (3, 3, 3),
        (3, None, 4),
        (3, 4, 5),
        (4, 3, 5),
        (0, 0, 1),
        (0, None, 1),
        (65535, None, 1),
        (65535, 65535, 65535),
        (0x2FFFF, None, 0x20001),
        (0x20003, 0x20003, 0x20003),
        (0x20003, 3, 0x20004),
    ],
)
def test_the_version_moves_when_clients_have_to_read_again(version: int, file_version: int | None, after: int) -> None:
    attributes = {"flags": "1", "gPCMachineExtensionNames": "[]"}
    before = State(attributes, version, file_version, (), True, True, {"a": b"b"}, {})
    assert policy_goal._version_after(before, {"a": b"b"}, {**attributes, "flags": "0"}) == after
    for files, names in (({"a": b"c"}, attributes), ({"a": b"b"}, {**attributes, "gPCMachineExtensionNames": "[x]"})):
        moved = policy_goal._version_after(before, files, names)
        assert moved & 0xFFFF not in (0, version & 0xFFFF, (file_version or 0) & 0xFFFF)
        assert moved >> 16 == version >> 16


FULL, READ, APPLY = 0xF00FF, 0x20094, "edacfd8f-ffb3-11d1-b41d-00a0c968f939"
CREATOR, ADMINS, PRE_2000 = "S-1-3-0", "S-1-5-21-1-2-3-512", "S-1-5-32-554"
OBJECT = SecurityDescriptor(
    sd.DACL_PROTECTED | 4,
    ADMINS,
    ADMINS,
    (
        AccessControlEntry(sd.ALLOWED, 2, FULL, ADMINS),
        AccessControlEntry(sd.ALLOWED, 2, FULL, CREATOR),
        AccessControlEntry(sd.ALLOWED, 2 | sd.INHERITED, READ, sd.AUTHENTICATED_USERS),
        AccessControlEntry(sd.ALLOWED_OBJECT, 2, sd.CONTROL_ACCESS, sd.AUTHENTICATED_USERS, APPLY),
        AccessControlEntry(sd.ALLOWED, 2, READ, PRE_2000),
        AccessControlEntry(17, 0, raw=b"\x11\x00\x08\x00abcd"),
    ),
)


@pytest.mark.parametrize("is_samba", [False, True])
def test_a_folder_gets_the_rights_of_the_object(is_samba: bool) -> None:
    folder = policy_security.folder_security(OBJECT, is_samba)
    apply = [AccessControlEntry(sd.ALLOWED_OBJECT, 3, 0, sd.AUTHENTICATED_USERS, APPLY)] if is_samba else []
    assert list(folder.entries) == [
        AccessControlEntry(sd.ALLOWED, 3, 0x1F01FF, ADMINS),
        AccessControlEntry(sd.ALLOWED, 11, 0x1F01FF, CREATOR),
        AccessControlEntry(sd.ALLOWED, 3, 0x1200A9, sd.AUTHENTICATED_USERS),
        *apply,
    ]
    assert folder.control & sd.DACL_PROTECTED
    shuffled = SecurityDescriptor(folder.control | 0x8004, None, None, (*folder.entries[::-1], folder.entries[0]))
    assert policy_security.same_access(folder, shuffled)
    assert not policy_security.same_access(folder, SecurityDescriptor(0x8004, None, None, folder.entries))
    assert not policy_security.same_access(folder, SecurityDescriptor(folder.control, None, None, folder.entries[1:]))


def test_files_and_folders_below_get_it_from_there() -> None:
    folder = policy_security.folder_security(OBJECT, is_samba=False)
    owned = SecurityDescriptor(4, "S-1-5-21-1-2-3-1105", ADMINS, (AccessControlEntry(sd.ALLOWED, 0, 1, PRE_2000),))
    inherited = sd.INHERITED
    assert [(entry.flags, entry.sid) for entry in policy_security.handed_down(folder, owned, False).entries] == [
        (inherited, ADMINS),
        (inherited, "S-1-5-21-1-2-3-1105"),
        (inherited, sd.AUTHENTICATED_USERS),
    ]
    assert [(entry.flags, entry.sid) for entry in policy_security.handed_down(folder, owned, True).entries] == [
        (3 | inherited, ADMINS),
        (inherited, "S-1-5-21-1-2-3-1105"),
        (11 | inherited, CREATOR),
        (3 | inherited, sd.AUTHENTICATED_USERS),
    ]


class StatusError(OSError):
    """Like the errors of smbclient."""

    def __init__(self, status: int) -> None:
        super().__init__(errno.EIO, "in the library's words")
        self.ntstatus = status


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            StatusError(0xC0000022),
            "denied",
            "joe is not allowed to write \\\\dc\\SYSVOL\\x: access is denied. It needs write",
        ),
        (StatusError(0xC0000034), "not found", "no such file"),
        (StatusError(0xC0000043), "other", "somebody else has it open"),
        (StatusError(0xC00000CC), "unreachable", "does not share SYSVOL"),
        (StatusError(0xC000006D), "credentials", "password is wrong"),
        (StatusError(0xC0000999), "other", "in the library's words"),
        (ValueError("Failed to connect to 'dc:445'"), "unreachable", "445"),
        (ConnectionResetError("reset"), "unreachable", "run the same again"),
        (ImportError("GSSAPIProxy requires the Python gssapi library"), "other", "smbprotocol[kerberos]"),
    ],
)
def test_errors_of_smb_say_what_to_do(error: Exception, kind: str, words: str) -> None:
    told = sysvol_errors.failure(error, "write", "\\\\dc\\SYSVOL\\x", "joe", "write access")
    assert told.kind == kind
    assert words in str(told)
