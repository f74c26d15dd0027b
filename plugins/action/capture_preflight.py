# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import KEYS, Findings, judged
from ansible_collections.euc.appstream.plugins.plugin_utils._security_policy import Template, decoded, parsed
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    RunModule,
    require_success,
    run_on_host,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "fail": {"type": "bool", "default": True},
    "settle_pending_reboot": {"type": "bool", "default": False},
    "reboot_timeout": {"type": "int", "default": 1200},
}

SECEDIT = r"C:\Windows\System32\secedit.exe"
MANIFEST = r"C:\ProgramData\Amazon\Photon\Prewarm\PrewarmManifest.txt"


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Looks for what would break AppStream or the image, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)

        def run_module(module: str, arguments: Mapping[str, Any], **keywords: bool) -> Mapping[str, Any]:
            return run_on_host(self, task_vars or {}, module, arguments, **{"read_only": True, **keywords})

        facts, rebooted = _facts(run_module), False
        if facts.get("reboot_pending") and options["settle_pending_reboot"]:
            arguments = {"reboot_timeout": options["reboot_timeout"], "msg": "A reboot was pending before the image."}
            reboot = run_module("ansible.windows.win_reboot", arguments, read_only=False)
            require_success(reboot, "the pending reboot failed")
            facts, rebooted = (
                {**_facts(run_module), **({"reboot_pending": False} if self._task.check_mode else {})},
                True,
            )
        found = _findings(facts, run_module)
        result.update(changed=rebooted, problems=found.problems, warnings=found.warnings)
        if found.problems and options["fail"]:
            result.update(failed=True, msg=f"no image can be taken of this builder yet: {'; '.join(found.problems)}")
        return result


def _facts(run_module: RunModule) -> dict[str, Any]:
    arguments = {"gather_subset": ["!all", "!min", "platform", "windows_domain"]}
    found = run_module("ansible.windows.setup", arguments)
    facts = require_success(found, "cannot read the facts of the image builder")["ansible_facts"]
    return {name.removeprefix("ansible_"): value for name, value in facts.items()}


def _findings(facts: Mapping[str, Any], run_module: RunModule) -> Findings:
    values = {key: _values(key, run_module) for key in KEYS}
    services = require_success(run_module("ansible.windows.win_service_info", {}), "cannot read the services")[
        "services"
    ]
    found = judged(values, _security_policy(run_module), facts, services)
    return Findings(found.problems, [*found.warnings, *_manifest_warnings(run_module)])


def _values(key: str, run_module: RunModule) -> dict[str, Any]:
    """Values of a registry key by name; none when the key doesn't exist."""
    found = require_success(run_module("ansible.windows.win_reg_stat", {"path": key}), f"cannot read {key}")
    return {name: entry.get("value") for name, entry in (found.get("properties") or {}).items()}


def _security_policy(run_module: RunModule) -> Template:
    """The local security policy as ``secedit`` exports it, which no module reads."""
    temporary = require_success(
        run_module("ansible.windows.win_tempfile", {"state": "file", "suffix": ".inf"}), "cannot make a temporary file"
    )["path"]
    try:
        argv = [SECEDIT, "/export", "/areas", "SECURITYPOLICY", "USER_RIGHTS", "/cfg", temporary]
        purpose = "cannot export the local security policy"
        exported = run_module("ansible.windows.win_command", {"argv": argv})
        require_success({**exported, "msg": exported.get("stdout") or exported.get("msg")}, purpose)
        content = require_success(run_module("ansible.windows.slurp", {"src": temporary}), purpose)["content"]
        return parsed(decoded(base64.b64decode(content)))
    finally:
        run_module("ansible.windows.win_file", {"path": temporary, "state": "absent"})


def _manifest_warnings(run_module: RunModule) -> list[str]:
    """create-image fails with "access denied" on a manifest it can't read (guide, "Troubleshooting Image Builders")."""
    looked = run_module("ansible.windows.win_stat", {"path": MANIFEST, "get_size": False})
    if not looked.get("failed"):
        return []
    return [f"{MANIFEST} can't be read ({looked.get('msg')}); create-image fails when it can't either: delete the file"]
