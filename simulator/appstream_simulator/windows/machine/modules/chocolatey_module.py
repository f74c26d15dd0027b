# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the modules about Chocolatey's settings share (module_utils of the collection chocolatey.chocolatey)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from .. import chocolatey
from ..chocolatey import Source
from .task import Task


def check(task: Task) -> None:
    """Look whether there is a Chocolatey whose settings can be read.

    Raises:
        ModuleFailure: there is none.
    """
    if not chocolatey.is_installed(task.disk):
        task.fail("Failed to find Chocolatey installation, make sure choco.exe is in the PATH env value")
    if task.disk.is_file(chocolatey.CONFIG):
        try:
            ElementTree.fromstring(task.disk.read(chocolatey.CONFIG))
        except ElementTree.ParseError as error:
            task.fail(f"Failed to parse Chocolatey config file at '{chocolatey.CONFIG}': {error}")


def described(source: Source) -> dict[str, Any]:
    """A source as Get-ChocolateySource returns it."""
    return {
        "name": source.name,
        "source": source.url,
        "disabled": source.disabled,
        "source_username": source.user or None,
        "priority": source.priority,
        "certificate": source.certificate or None,
        "bypass_proxy": source.bypass_proxy,
        "allow_self_service": source.allow_self_service,
        "admin_only": source.admin_only,
    }


def value(text: str) -> bool | int | str:
    """A config value as Get-ChocolateyConfig returns it."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text)
    except ValueError:
        return text
