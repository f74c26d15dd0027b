# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.setup: facts, by the module's subsets. `facter` gives none, as on a stock machine."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from typing import Any

from .. import pending_restart, stock, time_zones
from ..accounts import plain_name
from .task import Option, Task

OPTIONS = {
    "gather_subset": Option("list", ["all"]),
    "gather_timeout": Option("int", 10),
    "fact_path": Option("path"),
}

Facts = dict[str, Any]

_GROUPS = {
    "min": {"date_time", "distribution", "dns", "env", "local", "platform", "powershell_version", "user"},
    "network": {"all_ipv4_addresses", "all_ipv6_addresses", "interfaces", "windows_domain", "winrm"},
    "hardware": {"bios", "memory", "processor", "uptime", "virtual"},
    "external": {"facter"},
}
_ALL = set().union(*_GROUPS.values())
_MEMORY_MB = 8192


def run(task: Task) -> dict[str, Any]:
    """Facts of the subsets asked for."""
    options = task.options(OPTIONS)
    facts: Facts = {"gather_subset": options["gather_subset"], "module_setup": True}
    subsets = _chosen(task, options["gather_subset"])
    for subset, gather in _GATHERERS.items():
        if subset in subsets:
            facts.update(gather(task))
    if "local" in subsets and options["fact_path"]:
        facts.update(_local(task, options["fact_path"]))
    return {"ansible_facts": facts}


def _chosen(task: Task, asked: list[str]) -> set[str]:
    groups = {**_GROUPS, "all": _ALL}
    included: set[str] = set()
    excluded: set[str] = set()
    for item in asked:
        name = item.removeprefix("!")
        names = groups.get(name, {name} if name in _ALL else set())
        if item.startswith("!"):
            excluded |= names - _GROUPS["min"] if name == "all" else names
        elif names:
            included |= names
        else:
            task.warnings.append(f"invalid value {item} specified in gather_subset")
    return (_ALL - excluded) | included


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def _addresses(task: Task) -> Facts:
    return {"ansible_ip_addresses": [task.machine.address] if task.machine.address else []}


def _bios(task: Task) -> Facts:
    identity = uuid.uuid5(uuid.NAMESPACE_URL, task.machine.request.key)
    return {
        "ansible_bios_date": "10/16/2017",
        "ansible_bios_version": "1.0",
        "ansible_product_name": task.machine.request.instance_type,
        "ansible_product_serial": str(identity),
        "ansible_product_uuid": str(identity).upper(),
    }


def _date_time(task: Task) -> Facts:
    universal = _moment(task.machine.clock.now())
    now = time_zones.local(task.disk, universal)
    offset = now.strftime("%z")
    epoch = universal.timestamp()
    fields = {
        "date": "%Y-%m-%d",
        "day": "%d",
        "hour": "%H",
        "iso8601_basic": "%Y%m%dT%H%M%S%f",
        "iso8601_basic_short": "%Y%m%dT%H%M%S",
        "minute": "%M",
        "month": "%m",
        "second": "%S",
        "time": "%H:%M:%S",
        "weekday": "%A",
        "weekday_number": "%w",
        "weeknumber": "%W",
        "year": "%Y",
    }
    texts: Facts = {name: now.strftime(pattern) for name, pattern in fields.items()}
    texts |= {
        "epoch": str(epoch),
        "epoch_local": str(epoch + (now.utcoffset() or datetime.timedelta()).total_seconds()),
        "epoch_int": int(epoch),
        "iso8601": universal.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "iso8601_micro": universal.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "tz": time_zones.current(task.disk).removesuffix("_dstoff"),
        "tz_offset": f"{offset[:3]}:{offset[3:]}",
    }
    return {"ansible_date_time": texts}


def _distribution(task: Task) -> Facts:
    release = stock.PLATFORMS[task.machine.request.platform]
    return {
        "ansible_distribution": release.caption,
        "ansible_distribution_version": release.version,
        "ansible_distribution_major_version": release.version.partition(".")[0],
        "ansible_os_family": "Windows",
        "ansible_os_name": release.caption,
        "ansible_os_product_type": release.product_type,
        "ansible_os_installation_type": release.installation_type,
        "ansible_os_install_date": None,
    }


def _env(task: Task) -> Facts:
    return {"ansible_env": {name: text.rstrip("\\") for name, text in task.variables.items()}}


def _interfaces(task: Task) -> Facts:
    address = task.machine.address
    if address is None:
        return {"ansible_interfaces": []}
    hardware_address = ":".join(f"{int(part):02X}" for part in ("6", "26", *address.split(".")))
    interface = {
        "connection_name": "Ethernet 2",
        "default_gateway": f"{address.rpartition('.')[0]}.1",
        "dns_domain": task.machine.domain,
        "interface_index": 5,
        "interface_name": "Amazon Elastic Network Adapter",
        "ipv4": {"address": address, "prefix": "24"},
        "ipv6": None,
        "macaddress": hardware_address,
        "mtu": 9001,
        "speed": 25000,
    }
    return {"ansible_interfaces": [interface]}


def _memory(_task: Task) -> Facts:
    return {
        "ansible_memtotal_mb": _MEMORY_MB,
        "ansible_memfree_mb": _MEMORY_MB // 2,
        "ansible_swaptotal_mb": 0,
        "ansible_pagefiletotal_mb": 2048,
        "ansible_pagefilefree_mb": 2048,
    }


def _platform(task: Task) -> Facts:
    machine = task.machine
    administrator = machine.is_administrator(task.call.user)
    return {
        "ansible_domain": machine.domain or "",
        "ansible_fqdn": machine.fqdn,
        "ansible_hostname": machine.computer_name,
        "ansible_netbios_name": machine.computer_name,
        "ansible_kernel": stock.PLATFORMS[machine.request.platform].version,
        "ansible_nodename": machine.fqdn,
        "ansible_machine_id": machine.disk.accounts.machine_identifier,
        "ansible_owner_name": "EC2",
        "ansible_owner_contact": "",
        "ansible_system": "Win32NT",
        "ansible_system_description": "",
        "ansible_system_vendor": "Amazon EC2",
        "ansible_architecture": "64-bit" if administrator else None,
        "ansible_architecture2": "x86_64",
        "ansible_reboot_pending": pending_restart.is_pending(machine.disk),
    }


def _powershell_version(_task: Task) -> Facts:
    return {"ansible_powershell_version": 5}


def _processor(_task: Task) -> Facts:
    processors = [text for index in range(2) for text in (str(index), "GenuineIntel", "Intel(R) Xeon(R) Processor")]
    return {
        "ansible_processor": processors,
        "ansible_processor_count": 1,
        "ansible_processor_vcpus": 2,
        "ansible_processor_cores": 1,
        "ansible_processor_threads_per_core": 2,
    }


def _uptime(task: Task) -> Facts:
    boot_time = task.machine.boot_time
    return {
        "ansible_lastboot": _moment(boot_time).strftime("%Y-%m-%d %H:%M:%SZ"),
        "ansible_uptime_seconds": int(task.machine.clock.now() - boot_time),
    }


def _user(task: Task) -> Facts:
    user = task.call.user
    return {
        "ansible_user_dir": task.machine.profile_directory(user),
        "ansible_user_gecos": "",
        "ansible_user_id": plain_name(user),
        "ansible_user_sid": task.machine.identifier(user),
    }


def _windows_domain(task: Task) -> Facts:
    domain = task.machine.domain
    return {
        "ansible_windows_domain": domain or "WORKGROUP",
        "ansible_windows_domain_member": domain is not None,
        "ansible_windows_domain_role": "Member server" if domain else "Stand-alone server",
    }


def _virtual(_task: Task) -> Facts:
    return {"ansible_virtualization_role": "guest", "ansible_virtualization_type": "kvm"}


def _local(task: Task, folder: str) -> Facts:
    if not task.disk.is_directory(folder):
        task.warnings.append(f"Non existing path was set for local facts - {folder}")
        return {}
    facts: Facts = {}
    for name in task.disk.list(folder):
        if name.endswith(".json"):
            facts[f"ansible_{name.removesuffix('.json')}"] = json.loads(task.disk.read(f"{folder}\\{name}"))
        elif name.endswith(".ps1"):
            task.machine.record("unhandled", what="local facts", text=f"{folder}\\{name}")
            task.fail(f"appstream-simulator: local facts by PowerShell are not simulated: {folder}\\{name}")
    return facts


_GATHERERS: dict[str, Callable[[Task], Facts]] = {
    "all_ipv4_addresses": _addresses,
    "bios": _bios,
    "date_time": _date_time,
    "distribution": _distribution,
    "env": _env,
    "interfaces": _interfaces,
    "memory": _memory,
    "platform": _platform,
    "powershell_version": _powershell_version,
    "processor": _processor,
    "uptime": _uptime,
    "user": _user,
    "windows_domain": _windows_domain,
    "virtual": _virtual,
}
