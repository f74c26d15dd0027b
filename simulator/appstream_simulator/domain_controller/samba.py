# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Samba as Active Directory domain controller. Everything here runs inside the namespaces of `namespaces`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "127.0.0.10"
DOMAIN = "corp.example.com"
NETBIOS_NAME = "CORP"
HOST_NAME = "dc1"
FQDN = f"{HOST_NAME}.{DOMAIN}"
REALM = DOMAIN.upper()
BASE = ",".join(f"DC={label}" for label in DOMAIN.split("."))

# s3fs serves SYSVOL; the other half of Samba's default services is of no use to a single controller.
_SERVICES = "s3fs, rpc, ldap, cldap, kdc, drepl, winbindd, dns, kcc"
# Real seconds until the last port answers; half a second is usual.
_START_TIMEOUT = 30
_PORTS = (53, 88, 389, 445, 464, 636)

ETC_FILES = {
    "resolv.conf": f"search {DOMAIN}\nnameserver {ADDRESS}\noptions timeout:2 attempts:1\n",
    "hosts": "127.0.0.1 localhost\n",
    # Members of the domain on this machine (`net ads join`, `samba-gpupdate`) look their tokens up through winbind.
    "nsswitch.conf": "passwd: files winbind\ngroup: files winbind\nshadow: files\nhosts: files dns\n",
    "krb5.conf": (
        f"[libdefaults]\n  default_realm = {REALM}\n  dns_lookup_kdc = true\n  dns_lookup_realm = false\n"
        f"  dns_canonicalize_hostname = false\n  rdns = false\n  udp_preference_limit = 1\n"
        f"[domain_realm]\n  .{DOMAIN} = {REALM}\n  {DOMAIN} = {REALM}\n"
    ),
}


@dataclass
class DomainController:
    """A domain controller below one folder.

    Attributes:
        administrator_password: of CORP\\Administrator; made up for one run.
    """

    folder: Path
    administrator_password: str
    _process: subprocess.Popen[bytes] | None = None

    @property
    def configuration(self) -> Path:
        """The smb.conf, for `samba-tool --configfile`."""
        return self.folder / "etc" / "smb.conf"

    def provision(self) -> None:
        """Make the domain.

        Raises:
            subprocess.CalledProcessError: Samba could not.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        empty = self.folder.parent / "empty.conf"
        empty.write_text("[global]\n", encoding="ascii")
        command = [
            *("samba-tool", "domain", "provision", f"--configfile={empty}", f"--realm={REALM}"),
            *(f"--domain={NETBIOS_NAME}", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL"),
            *(f"--host-name={HOST_NAME}", f"--host-ip={ADDRESS}", f"--targetdir={self.folder}"),
            *("--option=interfaces=127.0.0.10/8", "--option=bind interfaces only=yes"),
            # The account lives as long as this process tree, and nobody else sees into its process namespace.
            f"--adminpass={self.administrator_password}",
        ]
        with (self.folder.parent / "provision.log").open("wb") as log:
            subprocess.run(command, check=True, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        lines = self.configuration.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if "dns forwarder" not in line]
        position = kept.index("[global]") + 1
        kept[position:position] = [f"\tserver services = {_SERVICES}", f"\tpid directory = {self.folder}"]
        self.configuration.write_text("\n".join(kept) + "\n", encoding="utf-8")
        # Normally samba_spnupdate adds it some time after the first start.
        self.samba_tool("spn", "add", f"ldap/{FQDN}", f"{HOST_NAME.upper()}$")

    def samba_tool(self, *arguments: str, **options: str) -> str:
        """Output of `samba-tool` working on this controller's own database. Raises subprocess.CalledProcessError."""
        command = ["samba-tool", *arguments, f"--configfile={self.configuration}"]
        finished = subprocess.run(command, check=True, capture_output=True, text=True, input=options.get("stdin", ""))
        return finished.stdout

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            TimeoutError: it does not; its output is in the file samba.log beside its folder.
        """
        with (self.folder.parent / "samba.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["samba", f"--configfile={self.configuration}", "--interactive", "--debug-stdout"],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_TIMEOUT
        for port in _PORTS:
            while not _answers(port):
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise TimeoutError(f"Samba does not answer on port {port}; see {self.folder.parent}/samba.log")
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop it and all its processes; nothing happens when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def running(folder: Path, administrator_password: str) -> Iterator[DomainController]:
    """A new domain controller that runs as long as the context."""
    controller = DomainController(folder / "dc", administrator_password)
    controller.provision()
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def _answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(1)
        return sock.connect_ex((ADDRESS, port)) == 0
