# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tests of applications install: installers of every kind beside those that every simulator has."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import boto3
import yaml
from appstream_simulator.windows.machine.shelf import Shelf

SHARE = "\\\\files.example.com\\protected"
SHARE_PASSWORD = "Password-of-the-share-1"
WEB_PASSWORD = "Password-of-the-web-server-2"
TOKEN = "Token-of-the-web-server-3"
BUCKET = "example-installers"


def _setup(name: str, **entry: Any) -> dict[str, Any]:
    """A setup program whose product and file are named after it."""
    return {
        "name": name,
        "kind": "exe",
        "urls": [f"https://apps.example.com/{name}/{name}.exe"],
        "display_name": name,
        "display_version": "1.2.3",
        "registry_key": name,
        "silent_arguments": ["/S"],
        "seconds": 5,
        "files": [{"path": f"C:\\Program Files\\{name}\\{name}.exe", "version": "1.2.3.4"}],
        **entry,
    }


SHELF: dict[str, Any] = {
    "installers": [
        _setup("headers", require_headers={"Authorization": f"Bearer {TOKEN}"}),
        _setup("basic", basic_auth={"username": "reader", "password": WEB_PASSWORD}),
        _setup("signed", signer="CN=Example Corporation, O=Example Corporation, C=US"),
        _setup("role-read", needs=["C:\\Program Files\\signed\\signed.exe"]),
        _setup("protected", urls=[]),
        _setup("hangs", hangs=True),
        _setup("long", seconds=20000),
        _setup("huge", size="900 GB"),
        _setup("tampered", signer="CN=Example Corporation", signature_status="HashMismatch"),
        _setup("restart-at-last"),
        {
            "name": "store-app",
            "kind": "msix",
            "urls": ["https://apps.example.com/store-app/store-app.msix"],
            "identity": "Example.StoreApp",
            "publisher": "CN=Example Corporation",
            "display_name": "Store App",
            "display_version": "3.1.0.0",
            "files": [{"path": "storeapp.exe", "version": "3.1.0.0"}],
        },
    ],
    "shares": [
        {
            "path": SHARE,
            "accounts": {"reader": SHARE_PASSWORD},
            "files": [{"path": "protected\\protected.exe", "installer": "protected"}],
        }
    ],
    "chocolatey": [{"name": "vlc", "version": "3.0.21", "installs": "notepadpp"}],
}


def write_shelf(folder: Path) -> Path:
    """The shelf as a file for the simulator's settings."""
    path = folder / "shelf.yml"
    path.write_text(yaml.safe_dump(SHELF))
    return path


def archive() -> bytes:
    """A portable application, packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name in ("portable.exe", "data/readme.txt"):
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), f"{name} of a portable application\r\n")
    return buffer.getvalue()


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Content:
    """Bytes and checksums of the installers."""

    def __init__(self, shelf_file: Path) -> None:
        self._installers = Shelf([shelf_file]).installers

    def bytes(self, name: str) -> bytes:
        return self._installers[name].content

    def checksum(self, name: str) -> str:
        return sha256(self.bytes(name))


def upload(client: boto3.client, content: Content) -> None:
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name in ("signed", "role-read"):
        client.put_object(Bucket=BUCKET, Key=f"installers/{name}.exe", Body=content.bytes(name))
