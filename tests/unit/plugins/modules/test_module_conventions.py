# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What all modules have in common, and what one module says for another."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import policy_content
from ansible_collections.euc.appstream.plugins.modules import ad_winrm_policy

_REPOSITORY = Path(__file__).resolve().parents[4]
_MODULES = {path.stem for path in (_REPOSITORY / "plugins" / "modules").glob("*.py")}
# Works on the builder itself, over its own connection, or on the controller's disk.
_WITHOUT_GROUP = {
    "application_catalog",
    "application_info",
    "application_tasks",
    "build_report",
    "build_result",
    "builder_connection",
    "capture_preflight",
    "default_profile",
    "image_host",
    "seal",
    "service_report",
    "secret_scan",
    "session_settings",
    "windows_settings",
}


def test_every_module_is_in_the_action_group_of_what_it_logs_on_to() -> None:
    groups = yaml.safe_load((_REPOSITORY / "meta" / "runtime.yml").read_text())["action_groups"]
    listed = {name: {entry for entry in entries if isinstance(entry, str)} for name, entries in groups.items()}
    assert listed["active_directory"] == {name for name in _MODULES if name.startswith("ad_")}
    assert listed["appstream"] == _MODULES - listed["active_directory"] - _WITHOUT_GROUP


def test_what_others_take_for_the_defaults_of_a_policy_are_the_modules_own() -> None:
    own = {name: option.get("default") for name, option in ad_winrm_policy.ARGUMENT_SPEC.items()}
    needed = {"name", "organizational_unit", "controller_networks", "administrators_group"}
    assert {name: default for name, default in own.items() if name not in needed} == policy_content.DEFAULTS
