# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is worked out for accounts before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import account_changes, accounts
from hypothesis import given
from hypothesis import strategies as st

OPTIONS: dict[str, Any] = {
    "name": "svc",
    "type": "user",
    "path": None,
    "description": None,
    "password": None,
    "enabled": None,
    "password_never_expires": None,
    "user_principal_name": None,
    "groups": None,
    "scope": None,
    "members": None,
    "purge_members": False,
}


@given(st.text(max_size=25))
def test_legal_names_are_of_one_part(name: str) -> None:
    """A legal name is never taken for a distinguished name, a UPN, or an account of another domain."""
    if not accounts.problems_of({**OPTIONS, "name": name}):
        assert 1 <= len(name) <= 20
        assert not set('"/\\[]:;|=,+*?<>@') & set(name)
        assert name == name.strip()


@pytest.mark.parametrize("name", ["appstream-join", "Jürgen", "#1", "a b", "x" * 20])
def test_legal_names(name: str) -> None:
    assert accounts.problems_of({**OPTIONS, "name": name}) == []


def test_groups_may_have_longer_names() -> None:
    assert accounts.problems_of({**OPTIONS, "type": "group", "name": "x" * 64}) == []
    assert accounts.problems_of({**OPTIONS, "type": "group", "name": "x" * 257})


@pytest.mark.parametrize(
    ("enabled", "never_expires", "enable"),
    [(e, n, d) for e in (None, True, False) for n in (None, True, False) for d in (True, False)],
)
@pytest.mark.parametrize("control", [512, 514, 66048, 66050, 512 | 0x100000])
def test_user_account_control(control: int, enabled: bool | None, never_expires: bool | None, enable: bool) -> None:
    wish: Any = account_changes.Wish(
        present=True,
        always_set_password=False,
        **{**OPTIONS, "enabled": enabled, "password_never_expires": never_expires},
    )
    after = account_changes._control(control, wish, enable=enable)
    wanted_enabled = (True if enable else not control & 2) if enabled is None else enabled
    assert (not after & 2) is wanted_enabled
    assert bool(after & 0x10000) is (bool(control & 0x10000) if never_expires is None else never_expires)
    assert after & ~0x10002 == control & ~0x10002


def test_passwords_as_the_directory_takes_them() -> None:
    assert accounts.encoded_password("aé") == b'"\x00a\x00\xe9\x00"\x00'
