# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each machine's own accounts for pyspnego's NTLM acceptor.

The acceptor takes users only from the file that the environment variable NTLM_USER_FILE names, for the whole process.
Here each machine has a file of its own (hashes only, mode 0600) and the variable is set, under a lock, for the moments
in which the acceptor reads it.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# pyspnego has no public function for the NT hash, and Python's OpenSSL no MD4.
from spnego._ntlm_raw.crypto import ntowfv1

_process_environment = threading.Lock()
_NO_LM_HASH = "0" * 32
_AUTHENTICATE = b"NTLMSSP\0\x03\0\0\0"


class NtlmCredentials:
    """The NTLM account file of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: str | None = None

    @contextmanager
    def in_force(self, accounts: Mapping[str, str], computer_name: str) -> Iterator[None]:
        """While in this context, and in this thread only, the acceptor knows these accounts and no others."""
        lines = "".join(f"{line}\n" for line in _lines(accounts, computer_name))
        with _process_environment:
            self._write(lines)
            os.environ["NTLM_USER_FILE"] = str(self._path)
            try:
                yield
            finally:
                del os.environ["NTLM_USER_FILE"]

    def _write(self, lines: str) -> None:
        if lines == self._written:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(lines)
        self._written = lines


def _lines(accounts: Mapping[str, str], computer_name: str) -> Iterator[str]:
    """Lines in smbpasswd format, one for each way a client may write the account."""
    for account, password in accounts.items():
        nt_hash = ntowfv1(password).hex().upper()
        for name in account_forms(account, computer_name):
            yield f"{name}:0:{_NO_LM_HASH}:{nt_hash}:[U]:LCT-0"


def claimed_account(token: bytes) -> tuple[str, str] | None:
    """Domain and user that an AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3), bare or in SPNEGO, claims to come from."""
    message = token[token.find(_AUTHENTICATE) :] if _AUTHENTICATE in token else b""
    with suppress(struct.error, UnicodeDecodeError):
        # Length, maximum length and offset of DomainName, then of UserName; UTF-16 is what all clients negotiate.
        domain_length, _, domain_start, user_length, _, user_start = struct.unpack("<HHIHHI", message[28:44])
        domain = message[domain_start : domain_start + domain_length].decode("utf-16-le")
        return domain, message[user_start : user_start + user_length].decode("utf-16-le")
    return None


def account_forms(account: str, computer_name: str) -> list[str]:
    """The ways a client may name an account: local ones with this computer as domain, UPNs also as DOMAIN\\user."""
    if "\\" in account:
        return [account]
    if "@" in account:
        user, _, domain = account.partition("@")
        return [account, f"{domain}\\{user}", f"{domain.partition('.')[0]}\\{user}"]
    return [account, f".\\{account}", f"{computer_name}\\{account}"]
