# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pywinrm as the tests use it."""

from __future__ import annotations

from typing import Any

import winrm
from fake_host import PASSWORD, FakeHost


def endpoint(host: FakeHost, scheme: str) -> str:
    return f"{scheme}://{host.address}:{5986 if scheme == 'https' else 5985}/wsman"


def protocol(host: FakeHost, scheme: str = "http", **options: Any) -> winrm.Protocol:
    """A pywinrm protocol: NTLM as Administrator unless the options say otherwise."""
    settings = {"transport": "ntlm", "username": "Administrator", "password": PASSWORD, **options}
    return winrm.Protocol(endpoint=endpoint(host, scheme), **settings)


def run(client: winrm.Protocol, program: str, *arguments: str, **options: Any) -> tuple[bytes, bytes, int]:
    """Run one command in a shell of its own: stdout, stderr, exit code."""
    shell = client.open_shell()
    try:
        command = client.run_command(shell, program, arguments, **options)
        output: tuple[bytes, bytes, int] = client.get_command_output(shell, command)
        client.cleanup_command(shell, command)
        return output
    finally:
        client.close_shell(shell)
