# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets for the properties of items, which are the values of registry keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...machine import winrm_settings
from .. import patterns, registry_keys
from ..conversion import enumeration
from ..errors import NetError, UnknownError
from ..parameters import Cmdlet, Option
from ..places import Place, place
from ..values import CustomObject, to_text
from .items import FORCE, PATHS, item_at, named

if TYPE_CHECKING:
    from ..pipelines import Run

_KIND = "Microsoft.Win32.RegistryValueKind"
_WSMAN = re.compile(r"WSMan:\\localhost\\Service\\(?P<setting>.+)", re.IGNORECASE)
_OF_POLICY = "The WS-Management service cannot process the request. The config setting is controlled by policies."
_ARGUMENT = "System.Management.Automation.PSArgumentException"


def _key(where: Place) -> str:
    if where.provider != "registry":
        raise UnknownError("properties of files and folders")
    return where.path


def _spelt(name: str) -> str:
    """The default value's name in the registry is empty."""
    return "" if name.lower() == "(default)" else name


def _shown(name: str) -> str:
    return name or "(default)"


def _data(run: Run, path: str, name: str) -> Any:
    value = run.session.disk.registry.get(path, name)
    if value is None:
        return None
    # The provider makes a negative number one without a sign (RegistryKeyWrapper's ConvertValueToUInt).
    if isinstance(value.data, int):
        return value.data
    return registry_keys.shown(run.session, value.kind, value.data, expand=True)


def _missing(name: str, path: str) -> NetError:
    return NetError(_ARGUMENT, f"Property {name} does not exist at path {path}.")


def _get(run: Run) -> Iterator[Any]:
    names = run.texts("name")
    for _path, where in named(run, hidden=True):
        if where.provider == "file" and not names:
            yield item_at(run, where)
            continue
        path = _key(where)
        present = run.session.disk.registry.values(path)
        result = CustomObject()
        for wanted in names or ["*"]:
            found = [name for name in present if patterns.like(_shown(name), wanted)]
            if not found and not patterns.has_wildcards(wanted):
                error = _missing(wanted, path)
                run.error(str(error), error.kind, path)
            for name in found:
                result[_shown(name)] = _data(run, path, name)
        if not result and names:
            continue
        parent, _backslash, leaf = path.rpartition("\\")
        result["PSPath"] = f"Microsoft.PowerShell.Core\\Registry::{path}"
        result["PSParentPath"] = f"Microsoft.PowerShell.Core\\Registry::{parent}"
        result["PSChildName"] = leaf
        result["PSProvider"] = "Microsoft.PowerShell.Core\\Registry"
        yield result


def _get_value(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        path = _key(where)
        for wanted in run.texts("name"):
            if patterns.has_wildcards(wanted):
                raise UnknownError("Get-ItemPropertyValue with wildcards")
            if run.session.disk.registry.get(path, _spelt(wanted)) is None:
                error = _missing(wanted, path)
                run.error(str(error), error.kind, path)
            else:
                yield _data(run, path, _spelt(wanted))


def _kind(run: Run, name: str, default: str) -> str:
    given = run.get(name)
    return default if given is None else enumeration(given, _KIND).name


def _set(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        path, name = _key(where), _spelt(to_text(run.get("name")))
        present = run.session.disk.registry.get(path, name)
        kind = _kind(run, "type", present.kind if present else registry_keys.guessed(run.get("value")))
        if run.should("Set Property", f"Item: {path} Property: {name}"):
            registry_keys.write(run.session, path, name, run.get("value"), kind)
        if run.get("passthru"):
            raise UnknownError("Set-ItemProperty -PassThru")
    yield from ()


def _new(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        path, name = _key(where), _spelt(to_text(run.get("name")))
        if run.session.disk.registry.get(path, name) is not None and not run.get("force"):
            run.error("The property already exists.", "System.IO.IOException", path)
            continue
        kind = _kind(run, "propertytype", registry_keys.guessed(run.get("value")) if "value" in run.given else "String")
        if not run.should("New Property", f"Item: {path} Property: {name}"):
            continue
        value = run.get("value")
        empty = {"MultiString": [], "DWord": 0, "QWord": 0, "Binary": b"", "None": b""}.get(kind, "")
        registry_keys.write(run.session, path, name, empty if value is None else value, kind)
        yield CustomObject(
            {_shown(name): _data(run, path, name), "PSPath": f"Microsoft.PowerShell.Core\\Registry::{path}"}
        )


def _remove(run: Run) -> Iterator[Any]:
    for _path, where in named(run, hidden=True):
        path = _key(where)
        for wanted in run.texts("name"):
            present = list(run.session.disk.registry.values(path))
            found = [name for name in present if patterns.like(_shown(name), wanted)]
            if not found and not patterns.has_wildcards(wanted):
                error = _missing(wanted, path)
                run.error(str(error), error.kind, path)
            for name in found:
                if run.should("Remove Property", f"Item: {path} Property: {name}"):
                    run.session.disk.registry.delete(path, name)
    yield from ()


def _set_winrm(run: Run, path: str) -> None:
    """A setting of the WinRM service by the provider WSMan:, which asks unless -Force is given."""
    setting, value = winrm_settings.named(f"service/{path}".replace("\\", "/")), to_text(run.get("value")).lower()
    if setting is None or value not in ("true", "false") or not run.get("force"):
        raise UnknownError(f"Set-Item of WSMan:\\localhost\\Service\\{path}")
    target = f"WSMan:\\localhost\\Service\\{path}"
    if run.should("Set Item", target) and not winrm_settings.change(run.session.machine, setting, on=value == "true"):
        run.error(_OF_POLICY, "System.InvalidOperationException", path)


def _set_item(run: Run) -> Iterator[Any]:
    for path in run.texts("path") + run.texts("literalpath"):
        if setting := _WSMAN.fullmatch(path.replace("/", "\\")):
            _set_winrm(run, setting["setting"])
            continue
        where = place(run.session, path)
        if where.provider == "environment":
            run.session.variables[where.path] = to_text(run.get("value"))
        elif run.should("Set Item", where.path):
            run.session.disk.registry.create_key(_key(where))
            registry_keys.write(run.session, _key(where), "", run.get("value"), "String")
    yield from ()


_NAME, _VALUE = Option("Name", "string", 1), Option("Value", "object", 2)
CMDLETS = (
    Cmdlet("Get-ItemProperty", (*PATHS, Option("Name", "string[]", 1)), _get, pipeline="path", by_path=True),
    Cmdlet("Get-ItemPropertyValue", (*PATHS, Option("Name", "string[]", 1)), _get_value, pipeline="path", by_path=True),
    Cmdlet(
        "Set-ItemProperty",
        (*PATHS, _NAME, _VALUE, Option("Type", "string"), FORCE, Option("PassThru", "switch")),
        _set,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet(
        "New-ItemProperty",
        (
            *PATHS,
            Option("Name", "string"),
            Option("Value", "object"),
            Option("PropertyType", "string", aliases=("type",)),
            FORCE,
        ),
        _new,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet(
        "Remove-ItemProperty",
        (*PATHS, Option("Name", "string[]", 1), FORCE),
        _remove,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
    Cmdlet(
        "Set-Item",
        (*PATHS, Option("Value", "object", 1), FORCE),
        _set_item,
        changes=True,
        pipeline="path",
        by_path=True,
    ),
)
