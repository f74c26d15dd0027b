# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads what is on a host, for any number of applications at once, judges whether they are there, and records it.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import NONE
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import UNINSTALL
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import require_success, run_script
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import WIN_COMMAND, Host

Seen = Mapping[str, Mapping[str, Any]]
"""What was read of a host, see :func:`read`: ``keys``, ``files``, ``versions``, ``services``, ``commands`` by what was
asked for, ``packages`` by name in lower case."""


def found(application: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """Whether the application is there, which version, and what speaks against it.

    ``problems`` are conditions that do not hold; ``reasons`` add what the collection's own record says. ``settings``
    says whether only what is set around the installation differs.
    """
    uninstall = _uninstall_entry(application, seen)
    package = seen.get("packages", {}).get(application["product_id"].lower()) if application["kind"] == "msix" else None
    problems = [
        *_product_problems(application, uninstall, package),
        *_file_problems(application, seen),
        *(problem for one in application["verify"] for problem in _condition_problems(one, seen)),
    ]
    record = _record(application, seen)
    present = _is_present(application, seen, uninstall, package)
    version = uninstall.get("version") or package or _file_version(application, seen) or _recorded_version(record)
    known = {"name": application["name"], "present": present, "recorded": record is not None, "version": version}
    if application["state"] == "absent":
        reasons = ["it is there"] if present else []
        return {**known, "there": not present, "problems": reasons, "reasons": reasons, "settings": False}
    reason = _record_reason(application, record)
    # Without an installation, what is set is all that can make the conditions hold.
    only_settings = application["kind"] == NONE or not (problems or reason)
    settings = _settings_reason(application, record) if only_settings else ""
    if application["kind"] == NONE and problems and application["settings"]:
        settings = settings or "what belongs around it has to be set again"
    return {
        **known,
        "there": not problems and not reason and not settings,
        "problems": problems,
        "reasons": [one for one in (*problems, reason, settings) if one],
        "settings": bool(settings),
    }


def reported(
    entry: Mapping[str, Any], version: str | None, *, changed: bool = False, failed: bool = False, message: str = ""
) -> dict[str, Any]:
    """What reports show of an application."""
    return {
        "name": entry["name"],
        "kind": entry["kind"],
        "version": version or (entry["described_version"] if entry["state"] == "present" else "") or None,
        "source": entry["shown_source"] or None,
        "checksum": entry["checksum"],
        "changed": changed,
        "failed": failed,
        "message": message,
    }


def _is_present(application: Mapping[str, Any], seen: Seen, uninstall: Any, package: str | None) -> bool:
    """Whether anything is there that could be removed; a package manager is asked when it comes to that."""
    if application["kind"] in ("msi", "exe"):
        return bool(uninstall)
    if application["kind"] == "msix":
        return package is not None
    return application["kind"] not in ("archive", "font") or any(seen.get("files", {}).values())


def _key(path: str, seen: Seen) -> Mapping[str, Any] | None:
    """Values of a registry key by name in lower case; None when there is no such key."""
    values: Mapping[str, Any] | None = seen.get("keys", {}).get(path)
    return values


def _text_value(values: Mapping[str, Any], name: str) -> str | None:
    return str(values[name.lower()]) if name.lower() in values else None


def _uninstall_entry(application: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    for root in UNINSTALL if application["product_id"] else ():
        values = _key(f"{root}\\{application['product_id']}", seen)
        if values is not None:
            return {"version": _text_value(values, "DisplayVersion")}
    return {}


def _record(application: Mapping[str, Any], seen: Seen) -> dict[str, str | None] | None:
    values = _key(application["record_key"], seen)
    if values is None:
        return None
    return {key: _text_value(values, key) for key in ("Fingerprint", "Version", "Settings")}


def _recorded_version(record: Mapping[str, str | None] | None) -> str | None:
    return (record or {}).get("Version") or None


def _record_reason(application: Mapping[str, Any], record: Mapping[str, str | None] | None) -> str:
    """Why the collection's own record calls for an installation; empty when it doesn't."""
    if application["kind"] == NONE:
        return ""
    if record is None:
        conditions = application["product_id"] or application["creates"] or application["verify"]
        return (
            ""
            if conditions
            else "this collection has not installed it, and nothing is said that would tell that it is there"
        )
    return (
        ""
        if record["Fingerprint"] == application["fingerprint"]
        else "its description has changed since it was installed"
    )


def _settings_reason(application: Mapping[str, Any], record: Mapping[str, str | None] | None) -> str:
    done = (record or {}).get("Settings") or ""
    return "" if application["settings"] in ("", done) else "what belongs around it has not been set"


def provisioned_packages(text: str) -> dict[str, str]:
    """Versions by name in lower case, from the output of ``dism.exe /Get-ProvisionedAppxPackages``."""
    packages = {}
    for block in re.split(r"\r?\n\s*\r?\n", text):
        fields = dict(re.findall(r"(?m)^(\w+)\s*:\s*(.*?)\s*$", block))
        if fields.get("DisplayName"):
            packages[fields["DisplayName"].lower()] = str(fields.get("Version", ""))
    return packages


def full_package_name(text: str, identity: str) -> str:
    """What ``dism.exe`` calls a provisioned package in full; empty when there is none of that name."""
    for block in re.split(r"\r?\n\s*\r?\n", text):
        fields = dict(re.findall(r"(?m)^(\w+)\s*:\s*(.*?)\s*$", block))
        if fields.get("DisplayName", "").lower() == identity.lower():
            return str(fields.get("PackageName", ""))
    return ""


def _product_problems(
    application: Mapping[str, Any], uninstall: Mapping[str, Any], package: str | None
) -> Iterator[str]:
    product, wanted = application["product_id"], application["version"]
    if not product:
        return
    if application["kind"] == "msix" and package is None:
        yield f"no package {product} is provisioned"
        return
    if application["kind"] != "msix" and not uninstall:
        yield f"there is no uninstall entry {product}"
        return
    there = package if application["kind"] == "msix" else uninstall["version"]
    if wanted and there and not version_matches(wanted, there):
        yield f"its version is {there}, not {wanted}"


def _exists(path: str, seen: Seen) -> bool:
    return bool(seen.get("files", {}).get(path))


def _file_problems(application: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    if application["creates"] and not _exists(application["creates"], seen):
        yield f"{application['creates']} is not there"


def _condition_problems(condition: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    if condition.get("file"):
        yield from _file_condition(condition, seen)
    elif condition.get("registry"):
        yield from _registry_condition(condition, seen)
    elif condition.get("service"):
        yield from _service_condition(condition, seen.get("services", {}).get(condition["service"]))
    else:
        command = "\0".join(str(part) for part in condition["command"])
        yield from _command_condition(condition, seen.get("commands", {}).get(command, {}))


def _file_version(application: Mapping[str, Any], seen: Seen) -> str | None:
    versions = (seen.get("versions", {}).get(one["file"]) for one in application["verify"] if one.get("version"))
    return next((str(version) for version in versions if version), None)


def _file_condition(condition: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    path = condition["file"]
    if not _exists(path, seen):
        yield f"{path} is not there"
    elif condition.get("version"):
        version = seen.get("versions", {}).get(path)
        if not version or not version_matches(str(condition["version"]), str(version)):
            yield f"the version of {path} is {version or 'unknown'}, not {condition['version']}"


def _registry_condition(condition: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    path, name = condition["registry"], str(condition.get("name") or "")
    values = _key(path, seen)
    if values is None or (name and name.lower() not in values):
        yield f"the registry has no {'value ' + name + ' in ' + path if name else 'key ' + path}"
    elif condition.get("value") is not None and _text(values[name.lower()]) != _text(condition["value"]):
        yield f"the registry value {name} in {path} is {_text(values[name.lower()])}, not {_text(condition['value'])}"


def _text(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


def _service_condition(condition: Mapping[str, Any], service: Mapping[str, Any] | None) -> Iterator[str]:
    name = condition["service"]
    if service is None:
        yield f"there is no service {name}"
        return
    for option, what in (("state", "is"), ("start_mode", "starts")):
        if condition.get(option) and service.get(option) != condition[option]:
            yield f"the service {name} {what} {service.get(option)}, not {condition[option]}"


def _command_condition(condition: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    line = " ".join(str(part) for part in condition["command"])
    if "rc" not in result:
        yield f"the command {line} could not be run: {result.get('msg') or 'no reason given'}"
        return
    wanted = int(condition.get("return_code") or 0)
    if int(result["rc"]) != wanted:
        yield f"the command {line} ended with {result['rc']}, not {wanted}"
    output = str(result.get("stdout") or "")
    if condition.get("output") and not re.search(str(condition["output"]), output):
        yield f"the command {line} printed {output.strip()[:200]!r}, which {condition['output']} doesn't match"


def version_matches(wanted: str, there: str) -> bool:
    """Whether a version begins with the parts of the wanted one: 24.09 is what 24.9.0.0 begins with, 24.1 isn't."""
    want, have = (re.split(r"[.,]", text.strip()) for text in (wanted, there))
    return len(want) <= len(have) and all(map(_same_part, want, have))


def _same_part(one: str, other: str) -> bool:
    one, other = one.strip().lower(), other.strip().lower()
    if one.isdigit() and other.isdigit():
        return one.lstrip("0") == other.lstrip("0")
    return one == other


_PURPOSE = "cannot read what is installed"
_SERVICES = "ansible.windows.win_service_info"
LIST_PACKAGES = ("dism.exe", "/English", "/Online", "/Get-ProvisionedAppxPackages")

# One object for each registry key that exists, with its values, for each path, and for each file with a version.
# Before, what was installed is recorded, and what is not needed any more is removed.
_SCRIPT = r"""
param([string[]]$Key, [string[]]$File, [string[]]$Version, [string]$Record, [string[]]$Product, [string]$Described,
    [string]$Fingerprint, [string]$Settings, [string[]]$Remove)
foreach ($path in $Remove) {
    if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path -Recurse -Force -ErrorAction SilentlyContinue }
}
if ($Record) {
    $null = New-Item -Path $Record -Force
    $known = $Described
    foreach ($path in $Product) {
        $item = Get-Item -LiteralPath $path -ErrorAction SilentlyContinue
        if ($item -and $item.GetValue('DisplayVersion')) { $known = $item.GetValue('DisplayVersion') }
    }
    Set-ItemProperty -LiteralPath $Record -Name Version -Value $known
    Set-ItemProperty -LiteralPath $Record -Name Fingerprint -Value $Fingerprint
    Set-ItemProperty -LiteralPath $Record -Name Settings -Value $Settings
}
foreach ($path in $Key) {
    $item = Get-Item -LiteralPath $path -ErrorAction SilentlyContinue
    if ($item) {
        $values = @{}
        foreach ($name in $item.GetValueNames()) { $values[$name] = $item.GetValue($name) }
        [pscustomobject]@{ Kind = 'key'; Name = $path; Found = $values }
    }
}
foreach ($path in $File) {
    [pscustomobject]@{ Kind = 'file'; Name = $path; Found = [IO.File]::Exists($path) -or [IO.Directory]::Exists($path) }
}
foreach ($path in $Version) {
    $item = Get-Item -LiteralPath $path -Force -ErrorAction SilentlyContinue
    if ($item) {
        $info = $item.VersionInfo
        $parts = $info.FileMajorPart, $info.FileMinorPart, $info.FileBuildPart, $info.FilePrivatePart
        [pscustomobject]@{ Kind = 'version'; Name = $path; Found = $parts -join '.' }
    }
}
"""


def read(
    host: Host, entries: Sequence[Mapping[str, Any]], record: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """What :func:`found` judges by, of all planned applications together.

    ``record`` are further parameters of the script, which then writes before it reads. Raises AnsibleActionFail.
    """
    looks = [entry["look"] for entry in entries]
    wanted = {key: _unique(one for look in looks for one in look[key]) for key in ("keys", "files", "versions")}
    seen: dict[str, dict[str, Any]] = {"keys": {}, "files": {}, "versions": {}}
    if record or any(wanted.values()):
        parameters = {"Key": wanted["keys"], "File": wanted["files"], "Version": wanted["versions"], **(record or {})}
        for one in run_script(_SCRIPT, parameters, host.run_module, _PURPOSE, read_only=not record):
            value = one["Found"]
            if one["Kind"] == "key":
                value = {str(name).lower(): data for name, data in value.items()}
            seen[f"{one['Kind']}s"][one["Name"]] = value
    seen["services"] = _services(host, _unique(one for look in looks for one in look["services"]))
    commands = {"\0".join(argv): argv for look in looks for argv in look["commands"]}
    seen["commands"] = {key: host.run(WIN_COMMAND, {"argv": argv}, read_only=True) for key, argv in commands.items()}
    seen["packages"] = provisioned_packages(list_packages(host)) if any(look["packages"] for look in looks) else {}
    return seen


def list_packages(host: Host) -> str:
    """What ``dism.exe`` says of packages that new users get. Raises AnsibleActionFail."""
    result = host.run(WIN_COMMAND, {"argv": list(LIST_PACKAGES)}, read_only=True)
    return str(require_success(result, "cannot list the provisioned packages")["stdout"])


def _services(host: Host, names: Sequence[str]) -> dict[str, Any]:
    """By name as it was asked for; one run for any number of them."""
    if not names:
        return {}
    arguments = {"name": names[0]} if len(names) == 1 else {}
    result = require_success(host.run(_SERVICES, arguments, read_only=True), "cannot read the services")
    there = {str(one["name"]).lower(): one for one in result["services"]}
    if len(names) == 1 and there:
        return {names[0]: next(iter(there.values()))}
    return {name: there[name.lower()] for name in names if name.lower() in there}


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
