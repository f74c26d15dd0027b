# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How one simulator is set up: defaults, then a YAML file, then `APPSTREAM_SIMULATOR_*` variables, then options."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from appstream_simulator import assumptions
from appstream_simulator.networks import PREFIX_LENGTH

ENVIRONMENT_PREFIX = "APPSTREAM_SIMULATOR_"

# Virtual seconds. The order of magnitude is the real service's (a builder is ready in 5 to 25 minutes, an image takes
# 20 to 60); the exact figures are the simulator's own choice.
DEFAULT_DURATIONS: Mapping[str, float] = MappingProxyType(
    {
        "PENDING": 600.0,
        "UPDATING_AGENT": 120.0,
        "PENDING_SYNCING_APPS": 60.0,
        "SYNCING_APPS": 180.0,
        "STOPPING": 120.0,
        "deletion_begins": 10.0,
        "DELETING": 120.0,
        "SNAPSHOTTING": 1200.0,
        "REBOOTING": 120.0,
        "boot": 60.0,
        "snapshot_begins": 10.0,
        "power_off_after_create_image": 15.0,
        "image_visible": 20.0,
        "image_final_after_stopped": -30.0,
        "image_deleting": 60.0,
        "COPYING": 900.0,
        # Of a managed image update: "it might take several hours".
        "UPDATING": 7200.0,
        "PENDING_QUALIFICATION": 1800.0,
        "fleet_starting": 600.0,
        "fleet_stopping": 300.0,
        "instance_provisioning": 600.0,
        "between_instances": 30.0,
        # "Approximately a day" (AWS's blog), within 16 hours (users).
        "idle_instance_replacement": 57600.0,
        "session_starting": 90.0,
        "expired_session_listed": 300.0,
        # Developer guide, "Import Image": 30 to 60 minutes.
        "IMPORTING": 2400.0,
        "VALIDATING": 900.0,
        "EXPORTING": 1800.0,
    }
)


# Settings that are lists or mappings, so JSON in the environment.
_JSON = (
    "accounts",
    "assumptions",
    "base_image_traits",
    "client_certificates",
    "durations",
    "instance_quotas",
    "shelf_files",
)
DEFAULT_PAGE_SIZE = 25
_COUNTS = ("page_size", "disk_files", "registry_keys")


class SettingsError(ValueError):
    """A setting is unknown or has the wrong form."""


@dataclass
class Settings:
    """What can be set.

    Attributes:
        speed: virtual seconds per real second.
        accounts: Windows accounts and their passwords; administrators of builders of base images. They stand for what a
            base image or a group policy provides on a real builder.
        client_certificates: which of these accounts client certificates stand for: mappings with `issuer` (PEM file of
            the issuer's certificate), `subject` (user principal name, may have `*`) and `account`. With any, WinRM
            takes certificates.
        shelf_files: YAML files describing further installers.
        state_directory: where the certificate authority and its certificates are kept.
        network: the /16 all image builders with a machine must be in; by default one that no other simulator has.
        durations: virtual seconds by name; the keys of `DEFAULT_DURATIONS`, those left out keep their default.
        image_builder_quota: image builders per account and Region (AppStream's default quota is 10).
        image_quota: images per account and Region (AppStream's default quota is 10).
        fleet_quota: fleets per account and Region (AppStream's default quota is 10).
        stack_quota: stacks per account and Region (AppStream's default quota is 10).
        instance_quotas: of an instance type, how many image builders there may be in an account and Region, and how
            many instances all its fleets may have; types that are left out have no quota (AppStream's defaults are 0
            for graphics and single figures for most others).
        page_size: entries of a page of a listing where the request does not say how many. DescribeImages allows no more
            than 25; that this is what the others default to is unproven [page_size].
        journal_file: also write the Windows journal to this file, one JSON object per line.
        older_agent_output: the Image Assistant prints the malformed JSON that agents before 05-17-2021 print.
        one_token_values: what the Image Assistant takes from `--option=value` (unproven [hyphen_launch_parameters]):
            `verbatim`, the value as it is; `unescaped`, without quotes around it, as of a token of its own; `refused`,
            nothing.
        base_image_traits: by platform, what AWS's base images of it bring that a pristine Windows does not (unproven
            [stock_preflight, ssm_registration], so there is none by default): names of `stock_traits.TRAITS`.
        first_boot_applies_policy: whether a new builder has applied its computer policy when it is RUNNING (unproven
            [first_boot_applies_policy]); otherwise its next start does.
        assumptions: what was seen of the real service, by the ids of `assumptions.yml`, to act on instead of what that
            list has. Of times, and of the size of a page, the settings of their own win.
        disk_files, registry_keys: further files and registry keys that the disks of base images have, as many as on a
            real image builder; files are made when somebody looks for them.
        active_directory: image builders with a DomainJoinInfo are really joined to their domain, whose controllers the
            VPC's DNS servers name, and security groups count.
        enforce_policies: calls with a key of an IAM user or of a role's session need what its policies allow; all other
            keys are the root user's, who may do everything. Calls whose rights are not known are refused.
    """

    speed: float = 1.0
    accounts: dict[str, str] = field(default_factory=dict, repr=False)
    client_certificates: list[dict[str, str]] = field(default_factory=list)
    shelf_files: list[Path] = field(default_factory=list)
    state_directory: Path = Path(".appstream-simulator")
    network: IPv4Network | None = None
    durations: dict[str, float] = field(default_factory=dict)
    image_builder_quota: int = 10
    image_quota: int = 10
    fleet_quota: int = 10
    stack_quota: int = 10
    instance_quotas: dict[str, int] = field(default_factory=dict)
    page_size: int = DEFAULT_PAGE_SIZE
    journal_file: Path | None = None
    older_agent_output: bool = False
    one_token_values: str = "verbatim"
    base_image_traits: dict[str, list[str]] = field(default_factory=dict)
    first_boot_applies_policy: bool = True
    disk_files: int = 0
    registry_keys: int = 0
    active_directory: bool = False
    assumptions: dict[str, Any] = field(default_factory=dict)
    enforce_policies: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(set(self.durations) - set(DEFAULT_DURATIONS))
        if unknown:
            raise SettingsError(f"unknown durations: {', '.join(unknown)}; known are {', '.join(DEFAULT_DURATIONS)}")
        try:
            assumptions.check(self.assumptions)
        except assumptions.AssumptionError as error:
            raise SettingsError(str(error)) from error
        seen = assumptions.durations(self.assumptions)
        self.durations = {**DEFAULT_DURATIONS, **seen, **{name: float(value) for name, value in self.durations.items()}}
        if self.page_size == DEFAULT_PAGE_SIZE:
            self.page_size = int(self.assumptions.get("page_size", DEFAULT_PAGE_SIZE))
        if self.one_token_values not in ("verbatim", "unescaped", "refused"):
            raise SettingsError("one_token_values: verbatim, unescaped or refused is expected")
        for mapping in self.client_certificates:
            if set(mapping) != {"issuer", "subject", "account"} or mapping["account"] not in self.accounts:
                raise SettingsError("client_certificates: issuer, subject and one of the accounts are expected")
        self.shelf_files = [Path(name) for name in self.shelf_files]
        self.state_directory = Path(self.state_directory)
        self.journal_file = Path(self.journal_file) if self.journal_file else None
        self.network = IPv4Network(self.network) if self.network else None
        if self.network and self.network.prefixlen != PREFIX_LENGTH:
            raise SettingsError(f"network: a /{PREFIX_LENGTH} is expected, not {self.network}")


def load(
    path: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings from a file, the environment and command line options; the later win.

    Args:
        path: a YAML mapping with the attributes of `Settings` as keys; relative paths in it are relative to its folder.
        environment: `APPSTREAM_SIMULATOR_<ATTRIBUTE>` is read; lists and mappings are JSON, paths in `SHELF_FILES` may
            also be separated as in PATH.
        options: attributes given on the command line; those that are None are left out.

    Raises:
        SettingsError: a key is unknown or a value has the wrong form.
        OSError: the file cannot be read.
    """
    values: dict[str, Any] = {}
    if path is not None:
        values.update(_from_file(path))
    values.update(_from_environment(environment))
    values.update({name: value for name, value in (options or {}).items() if value is not None})
    return _settings(values)


def _from_file(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: a mapping of settings is expected")
    folder = path.parent
    if "shelf_files" in content:
        content["shelf_files"] = [folder / name for name in content["shelf_files"]]
    for mapping in content.get("client_certificates", []):
        mapping["issuer"] = str(folder / mapping["issuer"])
    for name in ("state_directory", "journal_file"):
        if content.get(name):
            content[name] = folder / content[name]
    return content


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for attribute in fields(Settings):
        text = environment.get(ENVIRONMENT_PREFIX + attribute.name.upper())
        if text:
            values[attribute.name] = _parsed(attribute.name, text)
    return values


def _parsed(name: str, text: str) -> Any:
    if name == "shelf_files" and not text.startswith("["):
        return text.split(os.pathsep)
    if name in ("older_agent_output", "active_directory", "enforce_policies", "first_boot_applies_policy"):
        return text.lower() in ("1", "true", "yes", "on")
    if name not in _JSON:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        # The text may hold passwords: it is not quoted.
        raise SettingsError(f"{ENVIRONMENT_PREFIX}{name.upper()} is not JSON") from error


def _settings(values: Mapping[str, Any]) -> Settings:
    known = {attribute.name for attribute in fields(Settings)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise SettingsError(f"unknown settings: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    converted = dict(values)
    try:
        quotas = [(name, int) for name in known if name.endswith("_quota")]
        for name, convert in (("speed", float), *((name, int) for name in _COUNTS), *quotas):
            if name in converted:
                converted[name] = convert(converted[name])
        if "instance_quotas" in converted:
            converted["instance_quotas"] = {str(name): int(one) for name, one in converted["instance_quotas"].items()}
        if "accounts" in converted:
            converted["accounts"] = {str(user): str(password) for user, password in converted["accounts"].items()}
        return Settings(**converted)
    except (TypeError, ValueError, AttributeError) as error:
        raise SettingsError(f"a setting has the wrong form: {error}") from error
