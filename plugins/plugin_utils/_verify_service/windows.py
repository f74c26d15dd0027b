# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions to Windows and to Image Assistant on an image builder, by modules that change nothing that lasts.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import base64
import json
import ntpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.seen import (
    Answers,
    not_asked,
    seen,
)
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import WIN_COMMAND, outcome_of
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_output import Outcome
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, require_success

PROGRAM = r"C:\Windows\System32\cmd.exe"
"""What the applications of the probes start: it is on every builder."""
PREFIX = "euc-verify-"
"""Of the names of the probes' applications."""
USERS_PROGRAM = r"C:\Users\Public\euc-verify.exe"

LAUNCH_PARAMETERS: Mapping[str, str] = {
    "hyphen_launch_parameters": "-a -b c",
    "quoted_launch_parameters": 'say "a b" c',
    "backslash_launch_parameters": "C:\\Windows\\",
}

_REGISTRATION = r"C:\ProgramData\Amazon\SSM\Vault\Store\RegistrationKey"
_AGENTS = r"C:\ProgramData\Amazon\AppStream\AppCatalogHelper\DynamicAppCatalog\Agents.json"
_AWS_CLIS = (r"C:\Program Files\Amazon\AWSCLIV2\aws.exe", r"C:\Program Files\Amazon\AWSCLI\bin\aws.exe")
_POLICY_KEYS = (
    r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\PowerShell",
    r"HKLM:\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell",
)
_REFUSE_SCRIPTS = ("restricted", "allsigned")

Probe = Callable[[RunModule, Mapping[str, Any]], Answers]


def settings(run_module: RunModule, _options: Mapping[str, Any]) -> Answers:
    """How a base image is set up. Raises AnsibleActionFail when it can't be read."""
    services = require_success(
        run_module("ansible.windows.win_service_info", {"name": "wuauserv"}), "cannot read the services"
    )["services"]
    found = next((path for path in _AWS_CLIS if _exists(run_module, path)), None)
    return {
        "ssm_registration": seen(_exists(run_module, _REGISTRATION)),
        "execution_policy": seen(not any(_refuses_scripts(run_module, key) for key in _POLICY_KEYS)),
        "aws_cli_path": seen(found or "nowhere"),
        "windows_update_service": seen(any(one["start_mode"] == "disabled" for one in services)),
        "agents_json_form": _agents(run_module),
    }


def commands_of_windows(run_module: RunModule, _options: Mapping[str, Any]) -> Answers:
    """How commands end. Raises AnsibleActionFail when one can't be run."""
    shell = run_module("ansible.windows.win_shell", {"_raw_params": "cmd.exe /c exit 5"})
    installer = run_module(WIN_COMMAND, {"argv": ["msiexec.exe", "/i", r"C:\euc-verify-none.msi", "/qn", "NAME=a b"]})
    return {"shell_exit_code": _code_of(shell), "msiexec_refusals": _code_of(installer)}


def catalog(run_module: RunModule, options: Mapping[str, Any]) -> Answers:
    """What Image Assistant makes of applications; they are removed again, and so is a copy of a program."""
    program = options["image_assistant_path"]
    assistant = _Assistant(program, run_module)
    try:
        return {
            "dry_run_tells_empty_catalog": _dry_run_of_nothing(assistant, options),
            **_listings(assistant),
            "dry_run_tells_taken_name": _dry_run_of_taken_name(assistant, options),
            "parser_error": seen(assistant.exit_code([program, "list-applications", "--no-such-option"])),
            "programs_of_users_refused": _program_of_users(assistant, run_module),
        }
    finally:
        for name in assistant.added:
            assistant.call(commands.remove_application(program, name))
        run_module("ansible.windows.win_file", {"path": USERS_PROGRAM, "state": "absent"})


class _Assistant:
    """Image Assistant on the host, with the names of the applications that have been added."""

    def __init__(self, program: str, run_module: RunModule) -> None:
        self.program = program
        self.added: list[str] = []
        self._run_module = run_module

    def call(self, argv: Sequence[str]) -> Outcome:
        """Raises AnsibleActionFail when it could not be started."""
        return outcome_of(self._run_module(WIN_COMMAND, {"argv": list(argv)}))

    def exit_code(self, argv: Sequence[str]) -> Any:
        """The exit code alone, of what may answer with something else than JSON."""
        return self._run_module(WIN_COMMAND, {"argv": list(argv)}).get("rc")

    def add(self, name: str, **attributes: str) -> Outcome:
        """Add an application that starts ``PROGRAM`` unless it is told another path."""
        entry = {"name": name, "path": PROGRAM, **attributes}
        outcome = self.call(commands.add_application(self.program, entry)[0])
        if outcome.succeeded:
            self.added.append(name)
        return outcome

    def listed(self) -> list[dict[str, Any]]:
        """The entries of the probes as list-applications prints them, keys included."""
        result = self._run_module(WIN_COMMAND, {"argv": commands.list_applications(self.program)})
        printed = str(result.get("stdout") or "")
        found = json.loads(printed[printed.index("{") : printed.rindex("}") + 1]).get("applications") or []
        return [one for one in found if str(one.get("Name", "")).startswith(PREFIX)]


def _dry_run_of_nothing(assistant: _Assistant, options: Mapping[str, Any]) -> Any:
    if assistant.call(commands.list_applications(assistant.program)).applications:
        return not_asked("the base image has applications in its catalog")
    argv = commands.create_image(assistant.program, name=options["image_name"], dry_run=True)
    outcome = assistant.call(argv)
    return seen(not outcome.succeeded, outcome.message)


def _dry_run_of_taken_name(assistant: _Assistant, options: Mapping[str, Any]) -> Any:
    if not options["taken_image_name"]:
        return not_asked("the account has no image whose name is taken")
    outcome = assistant.call(commands.create_image(assistant.program, name=options["taken_image_name"], dry_run=True))
    return seen(not outcome.succeeded, outcome.message)


def _listings(assistant: _Assistant) -> Answers:
    """How applications come back that were added with every option."""
    refused: Answers = {}
    for question, parameters in LAUNCH_PARAMETERS.items():
        name = PREFIX + question.partition("_")[0]
        outcome = assistant.add(
            name, display_name="Verify", working_directory=ntpath.dirname(PROGRAM), launch_parameters=parameters
        )
        if not outcome.succeeded:
            refused[question] = seen(f"refused with status {outcome.status}", outcome.message)
    try:
        listed = {str(one["Name"]): one for one in assistant.listed()}
    except ValueError:
        return {**refused, "list_applications_keys": not_asked("list-applications printed no JSON")}
    answers: Answers = {
        "list_applications_keys": seen(list(dict.fromkeys(key for one in listed.values() for key in one)))
    }
    for question, parameters in LAUNCH_PARAMETERS.items():
        one = listed.get(PREFIX + question.partition("_")[0])
        if one is not None:
            back = one.get("LaunchParameters")
            answers[question] = seen("as given" if back == parameters else f"as {back!r}, given as {parameters!r}")
    icons = {ntpath.dirname(str(one["AbsoluteIconPath"])) for one in listed.values() if one.get("AbsoluteIconPath")}
    if icons:
        answers["extracted_icon_place"] = seen(sorted(icons)[0])
    return {**answers, **refused}


def _program_of_users(assistant: _Assistant, run_module: RunModule) -> Any:
    copied = run_module("ansible.windows.win_copy", {"src": PROGRAM, "dest": USERS_PROGRAM, "remote_src": True})
    if copied.get("failed"):
        return not_asked("a program could not be copied to the folder of the users")
    outcome = assistant.add(PREFIX + "users", path=USERS_PROGRAM)
    return seen(outcome.status, outcome.message)


def preflight(run_module: RunModule, _options: Mapping[str, Any]) -> Answers:
    """What keeps an image from being taken of a base image as it is shipped."""
    found = run_module("euc.appstream.capture_preflight", {"fail": False})
    require_success(found, "the preflight of the capture failed")
    return {"stock_preflight": seen(sorted(found["problems"]), "; ".join(found.get("warnings") or []))}


def scan(run_module: RunModule, options: Mapping[str, Any]) -> Answers:
    """Whether a search for a text that is nowhere comes to its end."""
    secrets = {"probe": options["unfindable"]}
    found = run_module("euc.appstream.secret_scan", {"secrets": secrets, "fail": False})
    figures = ", ".join(f"{name}: {found[name]}" for name in ("seconds", "files", "bytes") if name in found)
    ended = not found.get("failed") and not found.get("time_is_up")
    return {"scan_ends_in_time": seen(ended, figures or str(found.get("msg") or ""))}


PROBES: Mapping[str, Probe] = {
    "windows_settings": settings,
    "windows_commands": commands_of_windows,
    "windows_catalog": catalog,
    "windows_preflight": preflight,
    "windows_scan": scan,
}
"""By the names that assumptions have them by."""


def _exists(run_module: RunModule, path: str) -> bool:
    found = require_success(run_module("ansible.windows.win_stat", {"path": path}), f"cannot look for {path}")
    return bool(found["stat"]["exists"])


def _refuses_scripts(run_module: RunModule, key: str) -> bool:
    found = require_success(
        run_module("ansible.windows.win_reg_stat", {"path": key, "name": "ExecutionPolicy"}), f"cannot read {key}"
    )
    return found["exists"] and str(found.get("value", "")).casefold() in _REFUSE_SCRIPTS


def _agents(run_module: RunModule) -> Any:
    if not _exists(run_module, _AGENTS):
        return not_asked("the base image has no Agents.json")
    read = require_success(run_module("ansible.builtin.slurp", {"src": _AGENTS}), "cannot read Agents.json")
    return seen(next(_forms(base64.b64decode(read["content"]))))


def _forms(content: bytes) -> Iterator[str]:
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            document = json.loads(content.decode(encoding))
        except ValueError:
            continue
        if isinstance(document, dict):
            yield "an object with a list Agents" if isinstance(document.get("Agents"), list) else "another object"
        else:
            yield "a list" if isinstance(document, list) else "something else"
    yield "no JSON"


def _code_of(result: Mapping[str, Any]) -> Any:
    if "rc" not in result:
        return not_asked(str(result.get("msg") or "it could not be started"))
    return seen(result["rc"], str(result.get("stdout") or "").strip())
