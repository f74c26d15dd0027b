# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The installer shelf."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError
from appstream_simulator.windows.machine.shelf_items import MSI_MAGIC

OWN_SHELF = """
installers:
  - name: viewer
    kind: exe
    urls: ["https://apps.example.net/viewer/Viewer%20Setup.exe"]
    unc_paths: ['\\\\files.example.net\\apps\\viewer.exe']
    sha256: {digest}
    registry_key: Viewer
    display_version: 1.0
    silent_arguments: [/quiet]
    files:
      - {{path: 'C:\\Program Files\\Viewer\\viewer.exe', version: 1.0}}
    uninstaller: {{path: 'C:\\Program Files\\Viewer\\unins.exe', silent_arguments: [/quiet]}}
"""


def test_the_built_in_shelf_has_what_the_demonstration_needs() -> None:
    installers = Shelf().installers
    assert {"notepadpp", "putty", "7zip-msi", "7zip-exe", "broken", "needs-restart"} <= set(installers)
    assert {installers[name].kind for name in ("notepadpp", "putty", "7zip-msi")} == {"msi"}


def test_content_is_deterministic_and_recognised_by_its_bytes() -> None:
    first, second = Shelf(), Shelf()
    for name, installer in first.installers.items():
        assert installer.content == second.installers[name].content
        assert first.recognise(installer.content) is installer
        assert installer.content.startswith(MSI_MAGIC if installer.kind == "msi" else b"MZ")
    assert first.recognise(b"something else") is None


def test_own_installers(tmp_path: Path) -> None:
    real_file = b"the real installer"
    file = tmp_path / "shelf.yml"
    file.write_text(OWN_SHELF.format(digest=hashlib.sha256(real_file).hexdigest()))
    shelf = Shelf([file])
    viewer = shelf.installers["viewer"]
    assert (viewer.display_name, viewer.display_version, viewer.file_name) == ("viewer", "1.0", "Viewer Setup.exe")
    assert shelf.recognise(real_file) is viewer
    assert shelf.by_url("https://apps.example.net/viewer/Viewer%20Setup.exe?token=1#x") is viewer
    assert shelf.has_host("https://apps.example.net/other")
    assert not shelf.has_host("https://nowhere.example.net/")
    assert shelf.shares.read("\\\\FILES.example.net\\apps\\viewer.exe") == viewer.content


def test_listing_and_export_agree(tmp_path: Path) -> None:
    shelf = Shelf()
    written = shelf.export(tmp_path / "installers")
    listing = {entry["file_name"]: entry for entry in shelf.listing()}
    assert {path.name for path in written} == set(listing)
    for path in written:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listing[path.name]["sha256"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "a mapping with a list 'installers'"),
        ("installers: {}", "a mapping with a list 'installers'"),
        ("installers: [", "shelf.yml"),
        ("installers: [{kind: exe}]", "a mapping with a name"),
        ("installers: [{name: a, kind: rpm}]", "msi or exe"),
        ("installers: [{name: a, kind: msi}]", "product_code"),
        ("installers: [{name: a, kind: exe}]", "registry_key"),
        ("installers: [{name: a, kind: exe, registry_key: a, architecture: arm}]", "architecture"),
        ("installers: [{name: a, kind: exe, registry_key: a, silent: /S}]", "does not know"),
        ("installers: [{name: a, kind: exe, registry_key: a, files: [{pth: x}]}]", "does not know"),
        ("installers: [{name: a, kind: exe, registry_key: a, files: [{version: 1}]}]", "path"),
        ("installers: [{name: putty, kind: exe, registry_key: a}]", "another installer named putty"),
    ],
)
def test_mistakes_in_a_shelf_are_named(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(text)
    with pytest.raises(ShelfError, match=problem):
        Shelf([file])
