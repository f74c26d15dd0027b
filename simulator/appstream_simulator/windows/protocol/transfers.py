# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Transfers to and from a machine's disk, as Ansible's connection plugins and their scripts do them."""

from __future__ import annotations

import base64
import hashlib
import json

from appstream_simulator.windows.protocol import clixml
from appstream_simulator.windows.protocol.host import Host, ProcessResult


def put(host: Host, path: str, data: bytes) -> ProcessResult:
    """Write a file; answers its SHA-1 as JSON."""
    host.journal.record("put_file", host=host.builder_name, path=path, size=len(data))
    try:
        host.disk.write(path, data)
    except OSError as error:
        return ProcessResult(1, b"", clixml.error(f'Exception calling "Create" with "1" argument(s): "{error}"'))
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return ProcessResult(0, json.dumps({"sha1": digest}).encode() + b"\r\n")


def fetch_part(host: Host, path: str, size: int, offset: int) -> ProcessResult:
    """A part of a file in base64, nothing at its end, `[DIR]` for a directory."""
    if host.disk.is_file(path):
        if offset == 0:
            host.journal.record("fetch_file", host=host.builder_name, path=path)
        part = host.disk.read(path)[offset : offset + size]
        return ProcessResult(0, base64.b64encode(part) + b"\r\n" if part else b"")
    return _no_file(host, path)


def fetch_whole(host: Host, path: str, size: int) -> ProcessResult:
    """`[FILE]` and the file in base64 lines of `size` bytes each, `[DIR]` for a directory."""
    if not host.disk.is_file(path):
        return _no_file(host, path)
    host.journal.record("fetch_file", host=host.builder_name, path=path)
    data = host.disk.read(path)
    lines = [base64.b64encode(data[i : i + size]) for i in range(0, len(data), size)]
    return ProcessResult(0, b"\r\n".join([b"[FILE]", *lines]) + b"\r\n")


def _no_file(host: Host, path: str) -> ProcessResult:
    if host.disk.is_directory(path):
        return ProcessResult(0, b"[DIR]\r\n")
    return ProcessResult(1, b"", clixml.error(f"{path} does not exist"))
