# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""secedit.exe /configure, and who may be become with a password."""

from __future__ import annotations

import pytest
from simulated_machine import World

TEMPLATE = '[Unicode]\r\nUnicode=yes\r\n[Version]\r\nsignature="$CHICAGO$"\r\nRevision=1\r\n'
FILE = "C:\\Windows\\Temp\\baseline.inf"
COMMAND = f"secedit.exe /configure /db secedit.sdb /cfg {FILE} /quiet"


def configure(world: World, sections: str, user: str | None = None) -> int:
    world.machine.disk.write(FILE, (TEMPLATE + sections).encode("utf-16"))
    return world.process(COMMAND, **({} if user is None else {"user": user})).exit_code


def test_a_template_renames_the_administrator_and_assigns_rights(world: World) -> None:
    rights = "[Privilege Rights]\r\nsedenyinteractivelogonright = *S-1-5-32-545,Guests\r\n"
    sections = f'[System Access]\r\nNewAdministratorName = "root"\r\n{rights}'
    assert configure(world, sections) == 0
    accounts = world.machine.disk.accounts
    assert (accounts.administrator, accounts.user("Administrator")) == ("root", None)
    assert accounts.rights == {"SeDenyInteractiveLogonRight": ["S-1-5-32-545", "S-1-5-32-546"]}
    assert configure(world, sections) == 0, "a second time it changes nothing"


@pytest.mark.parametrize(
    ("sections", "code"),
    [
        ("[Registry Keys]\r\nMACHINE\\X=1\r\n", 1),
        ("[Registry Values]\r\nMACHINE\\X=4,1\r\n", 1),
        ("[Privilege Rights]\r\nSeSecret = *S-1-5-32-545\r\n", 1),
        ("[Privilege Rights]\r\nSeDenyInteractiveLogonRight = nobody\r\n", 3),
    ],
)
def test_what_is_not_simulated_changes_nothing(world: World, sections: str, code: int) -> None:
    valid = '[System Access]\r\nNewAdministratorName = "root"\r\nMinimumPasswordLength = 14\r\n'
    assert configure(world, valid + sections) == code
    accounts = world.machine.disk.accounts
    assert (accounts.administrator, accounts.rights, accounts.policy) == ("Administrator", {}, {})


def test_it_needs_an_administrator_and_a_template(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Secret-9"})
    assert configure(world, "", user="bob") == 1
    world.machine.disk.write(FILE, b"no template")
    assert world.process(COMMAND).exit_code == 1
    assert world.process("secedit /configure /db a.sdb /cfg C:\\none.inf").exit_code == 1


def test_any_local_account_may_be_become_with_its_password(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Secret-9", "groups": ["Users"]})
    assert world.machine.check_password("bob", "Secret-9")
    assert not world.machine.check_password("bob", "Secret-8")
    assert "bob" not in world.machine.accounts(), "but not over WinRM"
    world.module("win_user", {"name": "bob", "account_disabled": True})
    assert not world.machine.check_password("bob", "Secret-9")
