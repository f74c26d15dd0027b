# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs of the installed Ansible against a simulated machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from appstream_simulator.windows.protocol.certificates import Authority
from fake_host import PASSWORD

BIN = Path(sys.executable).parent

CONNECTIONS: dict[str, dict[str, Any]] = {
    "winrm-http": {"ansible_connection": "winrm", "ansible_port": 5985, "ansible_winrm_transport": "ntlm"},
    "winrm-https": {"ansible_connection": "winrm", "ansible_port": 5986, "ansible_winrm_transport": "basic"},
    "psrp-http": {"ansible_connection": "psrp", "ansible_port": 5985, "ansible_psrp_auth": "ntlm"},
    "psrp-https": {"ansible_connection": "psrp", "ansible_port": 5986, "ansible_psrp_auth": "negotiate"},
}


class Ansible:
    """Ansible in a directory of its own, with one host `builder`."""

    def __init__(self, directory: Path, address: str, authority: Authority, connection: str) -> None:
        self.directory = directory
        variables = {
            "ansible_host": address,
            "ansible_user": "Administrator",
            "ansible_password": PASSWORD,
            "ansible_winrm_ca_trust_path": str(authority.ca_path),
            "ansible_psrp_ca_cert": str(authority.ca_path),
            "ansible_psrp_protocol": connection.rpartition("-")[2],
            **CONNECTIONS[connection],
        }
        inventory = {"all": {"hosts": {"builder": variables}}}
        (directory / "inventory.json").write_text(json.dumps(inventory))

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs with the inventory; text of its output."""
        environment = {
            **os.environ,
            "HOME": str(self.directory),
            "ANSIBLE_HOME": str(self.directory),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
        }
        return subprocess.run(
            [BIN / program, "-i", "inventory.json", *arguments],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
