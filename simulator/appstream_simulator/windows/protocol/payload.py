# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What Ansible pipes into PowerShell, decoded to one form for ansible-core 2.17 to 2.22.

Three formats exist. Up to 2.18: the exec wrapper's text, a separator and one JSON manifest. From 2.19: a JSON header,
a separator, a JSON manifest, and for transfers another separator and base64 lines. From 2.22 the manifest of that is
compressed and holds the arguments as JSON text. Formats are recognised by their content, never by version.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SEPARATOR = "\0\0\0\0"
Kind = Literal["module", "script", "internal"]

_POWERSHELL = re.compile(r'powershell(?:\.exe)?"?\s', re.IGNORECASE)
_ENCODED_COMMAND = re.compile(r'-e(?:c|nc|ncodedcommand)?\s+"?([A-Za-z0-9+/=]+)', re.IGNORECASE)
_ENCODED_ARGUMENTS = re.compile(r"-EncodedArguments\s+([A-Za-z0-9+/=]+)", re.IGNORECASE)
_TYPE = re.compile(r"\s*type\s", re.IGNORECASE)
_INTO_POWERSHELL = re.compile(r"\|\s*+(?=powershell\b)", re.IGNORECASE)
_TRANSFERRED_MODULE = re.compile(r"\\ansible-tmp-[\d.-]+\\AnsiballZ_(\w{1,100})(?:\.\w{1,10})?(?![\w.])")
# Core's own modules stand for these of ansible.windows when the target is Windows.
_RENAMED = {name: f"win_{name}" for name in ("command", "copy", "file", "ping", "shell", "stat", "template")}


class UnknownPayload(ValueError):
    """The input is in none of the known formats."""


@dataclass(frozen=True)
class Become:
    """The account to become; `password` is None when none was given.

    `logon_type` and `logon_flags` are names of Ansible.Become's enumerations in lower case (`newcredentials`).
    """

    user: str
    password: str | None = field(default=None, repr=False)
    logon_type: str = "interactive"
    logon_flags: str = "withprofile"

    @property
    def for_network_only(self) -> bool:
        """Whether the process stays who it is and uses the account towards other computers only."""
        return self.logon_type == "newcredentials"


@dataclass(frozen=True)
class AsyncJob:
    """A job to start in the background; `boolean_state` is how the core version wants `started` and `finished`.

    `seconds` is how long it may take.
    """

    job_id: str
    directory: str
    boolean_state: bool
    seconds: float


@dataclass(frozen=True)
class ExecCall:
    """One execution that Ansible asks for.

    `name` is a module's FQCN, or the name of a script of the exec wrapper. `arguments` are the module's (or the
    script's parameters), `meta` the `_ansible_*` ones. `source` is the PowerShell sent, `transferred` the file content
    of a transfer. `own` says that Ansible found the module outside of all collections; up to core 2.18 nothing tells.
    """

    kind: Kind
    name: str
    arguments: Mapping[str, Any] = field(repr=False)
    meta: Mapping[str, Any] = field(default_factory=dict, repr=False)
    become: Become | None = None
    async_job: AsyncJob | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: bytes = field(default=b"", repr=False)
    transferred: bytes = field(default=b"", repr=False)
    own: bool = False


@dataclass(frozen=True)
class CommandLine:
    """A WinRS command line taken apart: the PowerShell in it (None for another program), the file that is its stdin."""

    script: str | None
    stdin_file: str | None = None


def parse_command_line(command_line: str) -> CommandLine:
    """Find the PowerShell in a command line, through double encoding and `type FILE |` of unpipelined execution."""
    stdin_file = None
    line = command_line
    while True:
        stdin_file, line = _piped_file(line) or (stdin_file, line)
        if arguments := _ENCODED_ARGUMENTS.search(line):
            stdin_file = _first_argument(arguments[1])
        script = encoded_command(line)
        if script is None:
            return CommandLine(None)
        if encoded_command(script) is None or not re.match(r"\s*(type|powershell)\b", script, re.IGNORECASE):
            return CommandLine(script, stdin_file)
        line = script


def _piped_file(line: str) -> tuple[str, str] | None:
    """The file and the PowerShell of `type FILE | powershell …`."""
    typed, into = _TYPE.match(line), _INTO_POWERSHELL.search(line)
    name = line[typed.end() : into.start()].strip() if typed and into else ""
    return (name.removeprefix('"').removesuffix('"'), line[into.end() :]) if into and name else None


def encoded_command(command_line: str) -> str | None:
    """The text of PowerShell's -EncodedCommand, None when the line isn't PowerShell with one."""
    powershell = _POWERSHELL.search(command_line)
    found = _ENCODED_COMMAND.search(command_line, powershell.end()) if powershell else None
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None


def _first_argument(encoded: str) -> str | None:
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-16-le")
    except ValueError:
        return None
    found = re.search(r"<S>([^<]*)</S>", text)
    return found[1] if found else None


def is_bootstrap(script: str) -> bool:
    """Whether the script is Ansible's bootstrap, which reads a payload from stdin. Its text differs by version."""
    return "`0`0`0`0" in script and "$input" in script


def decode(stdin: bytes) -> ExecCall:
    """Decode what a bootstrap gets on stdin. Raises UnknownPayload with the reason."""
    try:
        text = stdin.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return _decode_actions(text)
        return _decode_single_manifest(text)
    except UnknownPayload:
        raise
    except (
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        ValueError,
        StopIteration,
        zlib.error,
        EOFError,
        OSError,
    ) as error:
        raise UnknownPayload(
            f"unknown payload format: {type(error).__name__}: {error} (ansible-core 2.17 to 2.22 are known)"
        ) from error


def _decode_single_manifest(text: str) -> ExecCall:
    """ansible-core 2.17 and 2.18."""
    _wrapper, separator, manifest_text = text.partition(SEPARATOR)
    if not separator:
        raise UnknownPayload("unknown payload format: neither a JSON header nor a separator")
    manifest = json.loads(manifest_text)
    actions = manifest["actions"]
    arguments, meta = _split_arguments(manifest.get("module_args") or {})
    environment = manifest.get("environment") or {}
    is_script = "module_script_wrapper" in actions
    job = None
    if "async_wrapper" in actions:
        directory, seconds = environment["ANSIBLE_ASYNC_DIR"], float(manifest["async_timeout_sec"])
        job = AsyncJob(manifest["async_jid"], directory, boolean_state=False, seconds=seconds)
    become = None
    if "become_wrapper" in actions:
        become = Become(
            manifest["become_user"], manifest.get("become_password"), **_become_flags(manifest.get("become_flags"))
        )
    return ExecCall(
        kind="script" if is_script else "module",
        name="script" if is_script else canonical_name(meta["_ansible_module_name"]),
        arguments=arguments,
        meta=meta,
        become=become,
        async_job=job,
        environment=environment,
        source=base64.b64decode(manifest["module_entry"]),
    )


def _decode_actions(text: str) -> ExecCall:
    """ansible-core 2.19 and later."""
    parts = [part.strip("\r\n") for part in re.split(rf"(?m)^{SEPARATOR}\r?$", text)]
    header = json.loads(parts[0])
    manifest_text = parts[1]
    if header["params"].get("DecompressInput"):
        manifest_text = gzip.decompress(base64.b64decode(manifest_text)).decode()
    manifest = json.loads(manifest_text)
    actions = {action["name"]: action for action in manifest["actions"]}
    final = manifest["actions"][-1]
    if final["name"] != "module_wrapper.ps1":
        chunks = parts[2].split() if len(parts) > 2 else []
        return ExecCall(
            kind="internal",
            name=final["name"],
            arguments=dict(final["params"]),
            transferred=b"".join(base64.b64decode(chunk) for chunk in chunks),
        )
    return _decode_module_wrapper(manifest, actions, final["params"])


def _decode_module_wrapper(
    manifest: Mapping[str, Any], actions: Mapping[str, Mapping[str, Any]], params: Mapping[str, Any]
) -> ExecCall:
    is_module = bool(params.get("ForModule"))
    arguments, meta = _split_arguments(_complex_args(params) if is_module else {})
    name = params["Script"]
    return ExecCall(
        kind="module" if is_module else "script",
        name=canonical_name(name.removesuffix(".ps1")) if is_module else name,
        arguments=arguments,
        meta=meta,
        become=_become(actions.get("become_wrapper.ps1")),
        async_job=_async_job(actions.get("async_wrapper.ps1"), actions.get("async_watchdog.ps1")),
        environment=params.get("Environment") or {},
        source=base64.b64decode(manifest["scripts"][name]["script"]),
        # What a collection has comes under its full name, whatever the task called it.
        own=is_module and name.startswith("ansible.legacy."),
    )


def _complex_args(params: Mapping[str, Any]) -> Mapping[str, Any]:
    if "ArgumentJSON" in params:
        arguments: Mapping[str, Any] = json.loads(params["ArgumentJSON"])
        return arguments
    return next(variable["Value"] for variable in params["Variables"] if variable["Name"] == "complex_args")


def _become(action: Mapping[str, Any] | None) -> Become | None:
    if action is None:
        return None
    params, password = action["params"], (action.get("secure_params") or {}).get("BecomePassword")
    return Become(
        params["BecomeUser"],
        password,
        logon_type=str(params.get("LogonType") or "interactive").lower(),
        logon_flags=str(params.get("LogonFlags") or "withprofile").lower(),
    )


def _become_flags(flags: str | None) -> dict[str, str]:
    """`logon_type=new_credentials logon_flags=netcredentials_only` as ansible-core up to 2.18 sends them."""
    given = dict(flag.split("=", 1) for flag in (flags or "").split() if "=" in flag)
    return {name: given[name].replace("_", "").lower() for name in ("logon_type", "logon_flags") if name in given}


def _async_job(wrapper: Mapping[str, Any] | None, watchdog: Mapping[str, Any] | None) -> AsyncJob | None:
    if wrapper is None or watchdog is None:
        return None
    params, seconds = wrapper["params"], float(watchdog["params"]["Timeout"])
    return AsyncJob(params["AsyncJid"], params["AsyncDir"], boolean_state=True, seconds=seconds)


def transferred_module(script: str) -> str | None:
    """The name of a module that Ansible has copied to the host to be run there as a program; None for other texts.

    That are modules of the old style, without Ansible's utilities, and binary ones. Python's need an interpreter.
    """
    found = _TRANSFERRED_MODULE.search(script)
    return found[1] if found and not found[0].lower().endswith(".py") else None


def _split_arguments(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    meta = {name: value for name, value in arguments.items() if name.startswith("_ansible_")}
    return {name: value for name, value in arguments.items() if name not in meta}, meta


def canonical_name(name: str) -> str:
    """The FQCN of the Windows module that a name stands for, by whatever name core or a playbook called it."""
    if resolved := re.fullmatch(r"ansible_collections\.(\w+)\.(\w+)\.plugins\.modules\.(.+)", name):
        name = ".".join(resolved.groups())
    collection, _, module = name.rpartition(".")
    if collection not in ("", "ansible.legacy", "ansible.builtin", "ansible.windows", "ansible.modules"):
        return name
    return f"ansible.windows.{_RENAMED.get(module, module)}"
