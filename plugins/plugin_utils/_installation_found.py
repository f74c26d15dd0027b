# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Judges by what was read from a builder whether an application is there.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._application_plan import UNINSTALL

Results = Mapping[str, Any]


def found(application: Mapping[str, Any], looked: Mapping[str, Results]) -> dict[str, Any]:
    """Whether the application is there, which version, and what speaks against it.

    ``looked`` has the results of the modules by what was looked at: keys, files, versions, values, services, commands
    and packages, each a registered result (of a loop, but for packages).

    ``problems`` are conditions that do not hold; ``reasons`` add what the collection's own record says.
    """
    seen = {what: _by_item(result) for what, result in looked.items() if what != "packages"}
    uninstall = _uninstall_entry(application, seen.get("keys", {}))
    package = (
        _provisioned(application["product_id"], looked.get("packages") or {}) if application["kind"] == "msix" else None
    )
    problems = [
        *_product_problems(application, uninstall, package),
        *_file_problems(application, seen),
        *(problem for one in application["verify"] for problem in _condition_problems(one, seen)),
    ]
    record = _record(application, seen.get("keys", {}))
    return {
        "name": application["name"],
        "there": not problems and not _record_reason(application, record),
        "problems": problems,
        "reasons": [reason for reason in (*problems, _record_reason(application, record)) if reason],
        "recorded": record is not None,
        "version": uninstall.get("version")
        if uninstall
        else package or _file_version(application, seen) or _recorded_version(record),
    }


def _by_item(result: Results) -> dict[str, Mapping[str, Any]]:
    """Results of a loop by their item; what was skipped left out."""
    return {_item_key(one["item"]): one for one in result.get("results") or [] if not one.get("skipped")}


def _item_key(item: Any) -> str:
    if isinstance(item, Mapping) and "argv" in item:
        return "\0".join(str(part) for part in item["argv"])
    if isinstance(item, Mapping):
        return f"{item['path']}\0{item['name']}"
    return str(item)


def _value(entry: Mapping[str, Any], name: str) -> str | None:
    """A value of a key as win_reg_stat tells it, as text."""
    for found_name, value in (entry.get("properties") or {}).items():
        if found_name.lower() == name.lower():
            return str(value.get("value"))
    return None


def _uninstall_entry(application: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    for root in UNINSTALL if application["product_id"] else ():
        entry = keys.get(f"{root}\\{application['product_id']}")
        if entry and entry.get("exists"):
            return {"version": _value(entry, "DisplayVersion")}
    return {}


def _record(application: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None] | None:
    entry = keys.get(application["record_key"])
    if not entry or not entry.get("exists"):
        return None
    return {"fingerprint": _value(entry, "Fingerprint"), "version": _value(entry, "Version")}


def _recorded_version(record: Mapping[str, str | None] | None) -> str | None:
    return (record or {}).get("version") or None


def _record_reason(application: Mapping[str, Any], record: Mapping[str, str | None] | None) -> str:
    """Why the collection's own record calls for an installation; empty when it doesn't."""
    if application["kind"] == "none":
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
        if record["fingerprint"] == application["fingerprint"]
        else "its description has changed since it was installed"
    )


def _provisioned(identity: str, result: Results) -> str | None:
    """Version of a provisioned package from the output of ``dism.exe /Get-ProvisionedAppxPackages``."""
    text = str(result.get("stdout") or "")
    for block in re.split(r"\r?\n\s*\r?\n", text):
        fields = dict(re.findall(r"(?m)^(\w+)\s*:\s*(.*?)\s*$", block))
        if fields.get("DisplayName", "").lower() == identity.lower():
            return str(fields.get("Version", ""))
    return None


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


def _exists(path: str, seen: Mapping[str, Mapping[str, Any]]) -> bool:
    stat = (seen.get("files") or {}).get(path, {}).get("stat") or {}
    return bool(stat.get("exists"))


def _file_problems(application: Mapping[str, Any], seen: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if application["creates"] and not _exists(application["creates"], seen):
        yield f"{application['creates']} is not there"


def _condition_problems(condition: Mapping[str, Any], seen: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if condition.get("file"):
        yield from _file_condition(condition, seen)
    elif condition.get("registry"):
        yield from _registry_condition(condition, seen.get("values") or {})
    elif condition.get("service"):
        yield from _service_condition(condition, (seen.get("services") or {}).get(condition["service"], {}))
    else:
        argv = [str(part) for part in condition["command"]]
        yield from _command_condition(condition, (seen.get("commands") or {}).get("\0".join(argv), {}))


def _version_of(path: str, seen: Mapping[str, Mapping[str, Any]]) -> str | None:
    version = (seen.get("versions") or {}).get(path, {}).get("win_file_version") or {}
    parts = [str(version.get(f"file_{part}_part", "")) for part in ("major", "minor", "build", "private")]
    return ".".join(parts) if all(parts) else None


def _file_version(application: Mapping[str, Any], seen: Mapping[str, Mapping[str, Any]]) -> str | None:
    versions = (_version_of(one["file"], seen) for one in application["verify"] if one.get("version"))
    return next((version for version in versions if version), None)


def _file_condition(condition: Mapping[str, Any], seen: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    path = condition["file"]
    if not _exists(path, seen):
        yield f"{path} is not there"
    elif condition.get("version"):
        version = _version_of(path, seen)
        if version is None or not version_matches(str(condition["version"]), version):
            yield f"the version of {path} is {version or 'unknown'}, not {condition['version']}"


def _registry_condition(condition: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    path, name = condition["registry"], str(condition.get("name") or "")
    entry = values.get(f"{path}\0{name}", {})
    if not entry.get("exists"):
        yield f"the registry has no {'value ' + name + ' in ' + path if name else 'key ' + path}"
    elif "value" in condition and _text(entry.get("value")) != _text(condition["value"]):
        yield f"the registry value {name} in {path} is {_text(entry.get('value'))}, not {_text(condition['value'])}"


def _text(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


def _service_condition(condition: Mapping[str, Any], result: Results) -> Iterator[str]:
    services: Sequence[Mapping[str, Any]] = result.get("services") or []
    name = condition["service"]
    if not services:
        yield f"there is no service {name}"
        return
    for option, what in (("state", "is"), ("start_mode", "starts")):
        if condition.get(option) and services[0].get(option) != condition[option]:
            yield f"the service {name} {what} {services[0].get(option)}, not {condition[option]}"


def _command_condition(condition: Mapping[str, Any], result: Results) -> Iterator[str]:
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
    if one.strip().isdigit() and other.strip().isdigit():
        return int(one) == int(other)
    return one.strip().lower() == other.strip().lower()
