# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Single entries are added to access control lists and taken away; all others stay as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import (
    access_control_lists,
    delegations,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import security_descriptors as sd
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.access_control_lists import (
    with_entries,
    without_entries,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Entry
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.principals import Principal
from hypothesis import given
from hypothesis import strategies as st

SID, OTHER = "S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-1105"
# Entries that are near to those wanted, so that they meet: the same GUIDs, accounts and rights in any combination.
_PERMISSIONS = [permission.entry for some in delegations.DELEGATIONS.values() for permission in some]
NEAR = st.builds(
    lambda entry, sid, mask, flags, kind: replace(entry, sid=sid, mask=mask, flags=flags, kind=kind),
    st.sampled_from(_PERMISSIONS),
    st.sampled_from([SID, OTHER]),
    st.integers(1, 0x1FF),
    st.sampled_from([sd.CONTAINER_INHERIT, sd.CONTAINER_INHERIT | sd.INHERIT_ONLY, 0x12, 0]),
    st.sampled_from([sd.ALLOWED_OBJECT, sd.DENIED_OBJECT]),
)
RAW = st.builds(
    lambda data: sd.AccessControlEntry(9, 0, raw=b"\x09\x00\x0c\x00" + data), st.binary(min_size=8, max_size=8)
)
LISTS = st.lists(NEAR | RAW, max_size=8).map(tuple)
WANTED = st.sampled_from(list(delegations.DELEGATIONS)).map(
    lambda name: [replace(permission.entry, sid=SID) for permission in delegations.DELEGATIONS[name]]
)


@given(LISTS, WANTED)
def test_added_once_and_no_other_moves(entries: Any, wanted: Any) -> None:
    after = with_entries(entries, wanted)
    assert all(any(entry.covers(one) for entry in after) for one in wanted)
    assert with_entries(after, wanted) == after
    added = [one for one in wanted if not any(entry.covers(one) for entry in entries)]
    assert len(after) == len(entries) + len(added)
    left = list(after)
    for one in added:
        left.remove(one)
    assert sorted(map(repr, left)) == sorted(map(repr, entries))
    # In a list without what was added, the order is what it was.
    assert [entry for entry in after if entry not in added] == [entry for entry in entries if entry not in added]


@given(LISTS, WANTED)
def test_grants_go_behind_the_own_and_before_the_inherited(entries: Any, wanted: Any) -> None:
    canonical = sd.in_canonical_order(entries)
    assert with_entries(canonical, wanted) == sd.in_canonical_order(with_entries(canonical, wanted))


@given(LISTS, WANTED)
def test_taken_away_wholly_and_nothing_else(entries: Any, wanted: Any) -> None:
    after = without_entries(entries, wanted)
    assert without_entries(after, wanted) == after
    for one in wanted:
        assert not any(
            replace(entry, mask=0) == replace(one, mask=0) and entry.mask & one.mask for entry in after if not entry.raw
        )
    others = [entry for entry in entries if entry.raw or entry.sid != SID or entry.is_inherited or entry.is_denial]
    assert [
        entry for entry in after if entry.raw or entry.sid != SID or entry.is_inherited or entry.is_denial
    ] == others


@given(LISTS, WANTED)
def test_taking_away_what_was_added_gives_the_list_as_it_was(entries: Any, wanted: Any) -> None:
    clean = without_entries(entries, wanted)
    assert without_entries(with_entries(clean, wanted), wanted) == clean


def test_denials_come_first() -> None:
    grant = sd.AccessControlEntry(sd.ALLOWED, 0, 0x10, SID)
    denial = sd.AccessControlEntry(sd.DENIED, 0, sd.DELETE, sd.EVERYONE)
    assert with_entries((grant,), [denial]) == (denial, grant)


@pytest.mark.parametrize("name", list(delegations.DELEGATIONS))
def test_delegations_give_rights_over_one_sort_of_thing_only(name: str) -> None:
    """No entry without the type of object, property or right it is for: that would be all of them."""
    for permission in delegations.DELEGATIONS[name]:
        assert permission.entry.kind == sd.ALLOWED_OBJECT
        assert permission.entry.object_type
        assert permission.entry.mask & (sd.DELETE | sd.WRITE_DACL | sd.WRITE_OWNER | sd.DELETE_TREE) == 0
        assert not permission.entry.sid


class FakeDirectory:
    """A directory of one object's security descriptor, which another may write to as well."""

    username = "me"

    def __init__(self, value: bytes | None, meanwhile: bytes | None = None) -> None:
        self.value, self.meanwhile, self.writes = value, meanwhile, 0

    def read(self, name: str, _attributes: list[str], security: int) -> Entry:
        assert security == 4
        return Entry(name, {} if self.value is None else {"ntsecuritydescriptor": [self.value]})

    def replace(self, _name: str, changes: Any, *, needs: str, security: int) -> None:
        assert (security, needs) == (4, "Modify permissions (WRITE_DAC) on OU=x")
        self.writes += 1
        self.value = self.meanwhile or changes[0][1][0]


def descriptor(*entries: sd.AccessControlEntry) -> bytes:
    """A list as the directory returns it."""
    return sd.build(sd.SecurityDescriptor(0x8404, None, None, entries))


def test_writing_is_left_out_when_there_is_nothing_to_write() -> None:
    entry = replace(_PERMISSIONS[0], sid=SID)
    directory: Any = FakeDirectory(descriptor(entry))
    access_control_lists.write_access_control_list(directory, "OU=x", wanted=[entry])
    assert directory.writes == 0
    access_control_lists.write_access_control_list(directory, "OU=x", unwanted=[entry])
    assert (directory.writes, directory.value) == (1, descriptor())


def test_a_change_by_somebody_else_is_told() -> None:
    entry = replace(_PERMISSIONS[0], sid=SID)
    directory: Any = FakeDirectory(descriptor(), meanwhile=descriptor())
    with pytest.raises(ActiveDirectoryError, match="somebody else changed them"):
        access_control_lists.write_access_control_list(directory, "OU=x", wanted=[entry])


def test_a_list_that_may_not_be_read_is_not_taken_for_an_empty_one() -> None:
    directory: Any = FakeDirectory(None)
    with pytest.raises(ActiveDirectoryError, match="READ_CONTROL") as caught:
        access_control_lists.write_access_control_list(directory, "OU=x", wanted=[])
    assert caught.value.kind == ActiveDirectoryError.DENIED


def test_the_diff_tells_rights_in_words() -> None:
    directory: Any = FakeDirectory(descriptor())
    plan = delegations.plan(directory, "OU=x", Principal(SID, "joiner", "CN=joiner"), "link_policies", present=True)
    assert plan.changed
    assert directory.writes == 0
    assert plan.diff == {
        "before": {"organizational_unit": "OU=x", "principal": "joiner", "sid": SID, "permissions": []},
        "after": {
            "organizational_unit": "OU=x",
            "principal": "joiner",
            "sid": SID,
            "permissions": [
                "Read and Write gPLink on this object and all descendant objects",
                "Read and Write gPOptions on this object and all descendant objects",
            ],
        },
    }
