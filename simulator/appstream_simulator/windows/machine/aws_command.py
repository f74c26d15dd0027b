# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The AWS CLI of an image builder: `aws s3 cp s3://BUCKET/KEY TARGET`, and `aws --version`.

The builder's role is in the profile appstream_machine_role (developer guide, "Using an IAM Role to Grant Permissions
to Applications and Scripts"). Exit codes from the CLI's documentation ("Return codes"), texts from its source.
"""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from .disk import DiskFullError
from .requests import S3Error

if TYPE_CHECKING:
    from .processes import Process

# "Base image and managed image update release notes" list version 2 for the newer platforms, version 1 for the older;
# where each installs itself is in the user guide of the AWS CLI.
_VERSION_1 = "C:\\Program Files\\Amazon\\AWSCLI\\bin\\aws.exe"
_VERSION_2 = "C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe"
_OLDER = frozenset({"WINDOWS_SERVER_2016", "WINDOWS_SERVER_2019"})
PROFILE = "appstream_machine_role"
# What `aws --version` prints, by program.
VERSIONS = {
    _VERSION_1: "aws-cli/1.40.24 Python/3.8.10 Windows/10 botocore/1.38.25",
    _VERSION_2: "aws-cli/2.31.30 Python/3.13.7 Windows/2022Server exe/AMD64",
}

_FAILED_TRANSFER, _CONFIGURATION = 1, 255
_WITH_VALUE = frozenset({"--profile", "--region", "--output"})
_FLAGS = frozenset({"--no-progress", "--only-show-errors", "--quiet", "--no-cli-pager"})


def program(platform: str) -> str:
    """Where the AWS CLI of a platform's base images is."""
    return _VERSION_1 if platform in _OLDER else _VERSION_2


@dataclass
class _Command:
    words: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)


def run(process: Process) -> ProcessResult:
    """One run of the CLI."""
    if process.arguments[1:] == ["--version"]:
        return ProcessResult(0, f"{VERSIONS[program(process.machine.request.platform)]}\r\n".encode())
    command = _parsed(process.arguments[1:])
    if command is None or command.words[:2] != ["s3", "cp"] or len(command.words) != 4:
        return _unhandled(process)
    source, target = command.words[2:]
    if not source.startswith("s3://") or target.startswith("s3://") or target == "-":
        return _unhandled(process)
    return _download(process, command, source, target)


def _parsed(arguments: list[str]) -> _Command | None:
    command, rest = _Command(), list(arguments)
    while rest:
        argument = rest.pop(0)
        name, equals, value = argument.partition("=")
        if name in _WITH_VALUE and (equals or rest):
            command.options[name] = value if equals else rest.pop(0)
        elif argument in _FLAGS:
            command.flags.add(argument)
        elif argument.startswith("--"):
            return None
        else:
            command.words.append(argument)
    return command


def _unhandled(process: Process) -> ProcessResult:
    return process.unhandled("aws", 252)


def _download(process: Process, command: _Command, source: str, target: str) -> ProcessResult:
    request = process.machine.request
    profile = command.options.get("--profile") or _variable(process, "AWS_PROFILE")
    bucket, _slash, key = source.removeprefix("s3://").partition("/")
    if profile and (profile != PROFILE or request.iam_role_arn is None):
        text = f"\r\nThe config profile ({profile}) could not be found\r\n"
        return ProcessResult(_CONFIGURATION, b"", text.encode())
    if not profile:
        # Credentials of an instance profile are not offered to image builders, only those of the profile.
        return _fatal("Unable to locate credentials")
    if request.read_s3 is None:
        return _unhandled(process)
    try:
        content = request.read_s3(bucket, key)
    except S3Error as error:
        reason = {403: "Forbidden", 404: f'Key "{key}" does not exist'}.get(error.status, str(error))
        return _fatal(f"An error occurred ({error.status}) when calling the HeadObject operation: {reason}")
    return _write(process, command, source, target, content)


def _variable(process: Process, name: str) -> str:
    return next((value for key, value in process.environment.items() if key.upper() == name), "")


def _write(process: Process, command: _Command, source: str, target: str, content: bytes) -> ProcessResult:
    disk = process.machine.disk
    path = ntpath.normpath(ntpath.join(process.working_directory, target))
    if disk.is_directory(path) or target.endswith(("\\", "/")):
        path = ntpath.join(path, source.rpartition("/")[2])
    disk.make_directories(ntpath.dirname(path))
    try:
        disk.write(path, content)
    except DiskFullError:
        text = f"download failed: {source} to {path} [Errno 28] No space left on device"
        return ProcessResult(_FAILED_TRANSFER, b"", f"{text}\r\n".encode())
    process.record("s3", source=source, path=path)
    if command.flags & {"--quiet", "--only-show-errors"}:
        return ProcessResult(0)
    return ProcessResult(0, f"download: {source} to {target}\r\n".encode())


def _fatal(text: str) -> ProcessResult:
    return ProcessResult(_FAILED_TRANSFER, b"", f"fatal error: {text}\r\n".encode())
