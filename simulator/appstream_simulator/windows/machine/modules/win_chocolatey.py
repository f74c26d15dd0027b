# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""chocolatey.chocolatey.win_chocolatey, against the feeds of the shelf."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .. import chocolatey, command_line, installation, setup_command_lines
from ..shelf import ChocolateyPackage
from ..shelf_items import Installer
from . import web_request, win_command
from .task import ModuleFailure, Option, Task
from .web_request import WebRequestError

OPTIONS = {
    "name": Option("list"),
    "state": Option(default="present"),
    "version": Option(),
    "source": Option(),
    "force": Option("bool", False),
    "allow_empty_checksums": Option("bool", False),
    "allow_prerelease": Option("bool", False),
    "ignore_checksums": Option("bool", False),
    "ignore_dependencies": Option("bool", False),
    "ignore_pinned": Option("bool", False),
    "install_args": Option(),
    "override_args": Option("bool", False),
    "package_params": Option(aliases=("params",)),
    "pinned": Option("bool"),
    "skip_scripts": Option("bool", False),
    "bootstrap_script": Option(aliases=("install_ps1", "bootstrap_ps1")),
}
# Feeds answer at once, and nobody checks their certificates.
_HARMLESS_OPTIONS = frozenset({"bootstrap_tls_version", "execution_timeout", "timeout", "validate_certs"})
_DEFAULT_OPTIONS = {
    "allow_multiple": Option("bool", False),
    "architecture": Option(default="default"),
    "remove_dependencies": Option("bool", False),
}
_STATES = ("present", "latest", "upgrade", "downgrade", "absent", "reinstalled")
# A parameter of a package: /Name, /Name:value, /Name="value" (Chocolatey: Get-PackageParameters).
_PARAMETER = re.compile(
    r"/(?P<name>[^\s:='\"/]++)(?:[:=](?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s'\"]*+)))?"
)
_CHECKSUM_FAILED = (
    "ERROR: Checksum for '{path}' did not meet '{wanted}' for checksum type 'sha256'. Consider passing the actual "
    "checksums through with --checksum --checksum64 once you validate the checksums are appropriate. A less secure "
    "option is to pass --ignore-checksums if necessary.\r\n"
)
_NOT_FOUND = (
    "{name} not installed. The package was not found with the source(s) listed.\r\n Source(s): '{source}'\r\n"
    " NOTE: When you specify explicit sources, it overrides default sources.\r\n"
    "If the package version is a prerelease and you didn't specify `--pre`,\r\n the package may not be found.\r\n"
    "Please see https://docs.chocolatey.org/en-us/troubleshooting for more \r\n assistance.\r\n"
)


@dataclass
class _Run:
    task: Task
    options: dict[str, Any]
    result: dict[str, Any] = field(default_factory=lambda: {"changed": False, "rc": 0})


def run(task: Task) -> dict[str, Any]:
    """Install, update or remove packages; Chocolatey itself first when it is missing."""
    task.refuse_other_options(OPTIONS, harmless=_HARMLESS_OPTIONS, at_default=_DEFAULT_OPTIONS)
    options = task.options(OPTIONS)
    if options["state"] not in _STATES:
        task.machine.record("unhandled", what="win_chocolatey state", text=options["state"])
        task.fail(f"appstream-simulator: win_chocolatey is simulated without the state {options['state']}")
    this = _Run(task, options)
    if not chocolatey.is_installed(task.disk):
        _bootstrap(this)
        if task.check_mode:
            reason = "Skipped check mode run on win_chocolatey as choco.exe cannot be found on the system"
            return {**this.result, "skipped": True, "msg": reason}
    if "all" in options["name"] and options["state"] in ("present", "reinstalled"):
        task.fail(f"Cannot specify the package name as 'all' when state={options['state']}", **this.result)
    this.result["choco_cli_version"] = chocolatey.installed(task.disk).get("chocolatey", chocolatey.VERSION)
    names = [name for name in options["name"] if name != "all"]
    if "all" in options["name"]:
        names = sorted(chocolatey.installed(task.disk))
    if options["ignore_pinned"] and chocolatey.numbers(this.result["choco_cli_version"]) < (2, 3):
        task.fail("Option 'ignore_pinned' is not supported on the installed version of Chocolatey CLI", **this.result)
    _to_state(this, names)
    if options["pinned"] is not None and options["state"] != "absent":
        _pin(this, names)
    return this.result


def _pin(this: _Run, names: list[str]) -> None:
    """Hold packages at their versions, or let them go on, as far as they are not yet so."""
    disk, version = this.task.disk, this.options["version"]
    pins = chocolatey.pins(disk)
    for name in names:
        held = pins.get(name.lower())
        if this.options["pinned"]:
            change = held is None or version not in (None, held)
        else:
            change = held is not None and version in (None, held)
        if not change:
            continue
        this.result["changed"] = True
        if this.task.check_mode:
            continue
        if not this.options["pinned"]:
            chocolatey.unpin(disk, name)
        elif not chocolatey.pin(disk, name):
            where = f" at '{version}'" if version else ""
            this.task.fail(f"Error pinning package '{name}'{where}", **this.result)


def _bootstrap(this: _Run) -> None:
    task, options = this.task, this.options
    version = options["version"] if "chocolatey" in options["name"] else None
    net_framework = chocolatey.NET_FRAMEWORK[task.machine.request.platform]
    older = version and chocolatey.numbers(version) < (2,)
    if not older and chocolatey.numbers(net_framework)[:2] < (4, 8):
        task.fail(
            "Chocolatey 2.0.0 requires .NET Framework 4.8 or higher to be installed. Please install .NET Framework 4.8 "
            "or higher and try again, or specify a 1.x version of Chocolatey to install.",
            **this.result,
        )
    url = _bootstrap_url(options)
    try:
        _download(task, url, given=bool(options["bootstrap_script"]))
    except WebRequestError as error:
        text = f'Exception calling "DownloadString" with "1" argument(s): "{error}"'
        raise ModuleFailure(f"Failed to download Chocolatey script from '{url}'; {text}", **this.result) from error
    this.result["changed"] = True
    if task.check_mode:
        return
    with task.machine.disk_in_use():
        chocolatey.bootstrap(task.disk, version or chocolatey.VERSION)
    if not version:
        task.warnings.append("Chocolatey was missing from this system, so it was installed during this task run.")


def _bootstrap_url(options: dict[str, Any]) -> str:
    source = options["source"]
    if options["bootstrap_script"]:
        return str(options["bootstrap_script"])
    if not source:
        return "https://community.chocolatey.org/install.ps1"
    if source.endswith(".ps1"):
        return str(source)
    parts = urlsplit(source)
    repository = parts.path if parts.path.startswith("/repository/") else ""
    return f"{parts.scheme}://{parts.netloc}{repository.rstrip('/')}/install.ps1"


def _download(task: Task, url: str, *, given: bool) -> None:
    """Feeds are taken to offer install.ps1; a script that the task names is a file of the shelf."""
    host = urlsplit(url).hostname
    feeds = (package.source or chocolatey.COMMUNITY_FEED for package in task.machine.shelf.chocolatey)
    if given or host not in {urlsplit(feed).hostname for feed in feeds}:
        web_request.get(task, url)


def _to_state(this: _Run, names: list[str]) -> None:
    state, version, disk = this.options["state"], this.options["version"], this.task.disk
    there = chocolatey.installed(disk)
    if state in ("absent", "reinstalled"):
        for name in names:
            if name.lower() in there and version in (None, there[name.lower()]):
                _uninstall(this, name)
                del there[name.lower()]
    if state == "absent":
        return
    missing = [name for name in names if name.lower() not in there or (state == "present" and this.options["force"])]
    if state == "present" and version and not this.options["force"]:
        _check_versions(this, names, there)
    if missing:
        _install(this, missing, "install")
    if state in ("latest", "upgrade") or (state == "downgrade" and version):
        rest = [name for name in names if name not in missing]
        outdated = [name for name in rest if _is_outdated(this, name, there[name.lower()])]
        pins = {} if this.options["ignore_pinned"] else chocolatey.pins(disk)
        loose = [name for name in outdated if name.lower() not in pins]
        if loose:
            _install(this, loose, "upgrade")


def _check_versions(this: _Run, names: list[str], there: dict[str, str]) -> None:
    version = this.options["version"]
    for name in names:
        found = there.get(name.lower())
        if found not in (None, version):
            this.task.fail(
                f"Chocolatey package '{name}' is already installed with version(s) '{found}' but was expecting "
                f"'{version}'. Either change the expected version, set state=latest or state=upgrade, set "
                "allow_multiple=yes, or set force=yes to continue",
                **this.result,
            )


def _find(this: _Run, name: str) -> ChocolateyPackage | None:
    options = this.options
    asked = chocolatey.feeds(this.task.disk, options["source"])
    packages = this.task.machine.shelf.chocolatey
    return chocolatey.find(packages, name, options["version"], asked, prerelease=options["allow_prerelease"])


def _is_outdated(this: _Run, name: str, version: str) -> bool:
    package = _find(this, name)
    if package is None:
        return False
    newer = chocolatey.order(package.version) > chocolatey.order(version)
    return newer or (this.options["state"] == "downgrade" and package.version != version)


def _install(this: _Run, names: list[str], action: str) -> None:
    """One run of `choco install` or `choco upgrade`, which goes on to the next package when one fails."""
    exit_code, output, failed = 0, "", []
    for name in names:
        package = _find(this, name)
        if package is None:
            source = ";".join(chocolatey.feeds(this.task.disk, this.options["source"]))
            output += _NOT_FOUND.format(name=name, source=source)
        code, text = (1, "") if package is None else _install_with_dependencies(this, package)
        output += text
        if code not in installation.INSTALLED_EXIT_CODES:
            failed.append(name)
        exit_code = code or exit_code
    this.result["rc"] = exit_code
    if failed:
        summary = (
            f"\r\nChocolatey {action}{'ed' if action == 'install' else 'd'} {len(names) - len(failed)}/{len(names)}"
        )
        output += f"{summary} packages. {len(failed)} packages failed.\r\n"
        output += f" See the log for details ({chocolatey.ROOT}\\logs\\chocolatey.log).\r\n"
        doing = "installing" if action == "install" else "updating"
        message = f"Error {doing} package(s) '{', '.join(names)}'"
        this.task.fail(message, **this.result, stdout=output, stderr="", command=_command(this, action, names))
    this.result |= {"changed": True, "failed": False}


def _command(this: _Run, action: str, names: list[str]) -> str:
    options = this.options
    switches = ("allow_empty_checksums", "ignore_checksums", "ignore_dependencies", "ignore_pinned", "skip_scripts")
    further = ["--what-if"] if this.task.check_mode else []
    further += ["--prerelease"] if options["allow_prerelease"] else []
    further += [f"--{name.replace('_', '-')}" for name in switches if options[name]]
    further += ["--override-arguments"] if options["override_args"] else []
    further += ["--package-parameters", options["package_params"]] if options["package_params"] else []
    for option, name in (("--install-arguments", "install_args"), ("--source", "source"), ("--version", "version")):
        further += [option, options[name]] if options[name] else []
    return command_line.join(
        [chocolatey.CHOCO, action, *names, "--fail-on-unfound", "--yes", "--no-progress", "--limit-output", *further]
    )


def _install_with_dependencies(this: _Run, package: ChocolateyPackage) -> tuple[int, str]:
    """Exit code and output; dependencies come first, and take neither arguments nor parameters."""
    there = chocolatey.installed(this.task.disk)
    missing = [name for name in package.dependencies if name.lower() not in there]
    for name in [] if this.options["ignore_dependencies"] else missing:
        plain = {**this.options, "install_args": None, "package_params": None, "version": None, "override_args": False}
        other = _Run(this.task, plain)
        found = _find(other, name)
        if found is None:
            return 1, f"Unable to resolve dependency '{name}'.\r\n"
        code, text = _install_with_dependencies(other, found)
        if code not in installation.INSTALLED_EXIT_CODES:
            return code, text
    return _install_package(this, package)


def _install_package(this: _Run, package: ChocolateyPackage) -> tuple[int, str]:
    task, options = this.task, this.options
    if task.check_mode:
        return 0, ""
    code = 0
    if package.installs and not options["skip_scripts"]:
        installer = task.machine.shelf.installers[package.installs]
        checks = chocolatey.features(task.disk).get("checksumFiles", True) and not options["ignore_checksums"]
        if package.checksum_differs and checks:
            wanted = hashlib.sha256(installer.name.encode()).hexdigest().upper()
            return 1, _CHECKSUM_FAILED.format(path=installer.file_name, wanted=wanted)
        code = _run_installer(this, installer, package)
    if code in installation.INSTALLED_EXIT_CODES:
        with task.machine.disk_in_use():
            held = package.name.lower() in chocolatey.pins(task.disk)
            chocolatey.add(task.disk, package.name, package.version)
            if held:
                chocolatey.pin(task.disk, package.name)
    return code, ""


def _of_parameters(package: ChocolateyPackage, text: str) -> list[str]:
    """The arguments that a package's script makes of its parameters."""
    known = {name.lower(): template for name, template in package.parameters.items()}
    found = []
    for parameter in _PARAMETER.finditer(text):
        value = parameter["double"] or parameter["single"] or parameter["bare"] or ""
        template = known.get(parameter["name"].lower())
        found += [template.replace("{value}", value)] if template is not None else []
    return found


def _run_installer(this: _Run, installer: Installer, package: ChocolateyPackage) -> int:
    """What a package's script does: fetch the installer to the temporary folder, and run it silently.

    The arguments of the task come behind the script's own ones, or instead of them.
    """
    task, options = this.task, this.options
    arguments = options["install_args"]
    folder = f"{task.variables['TEMP']}\\chocolatey\\{package.name}\\{package.version}"
    task.disk.make_directories(folder)
    path = f"{folder}\\{installer.file_name}"
    task.disk.write(path, installer.content)
    known = setup_command_lines.silencing(installer.command_line, installer.silent_arguments)
    silent = ["/qn", "/norestart"] if installer.kind == "msi" else list(known)
    program = ["msiexec.exe", "/i", path] if installer.kind == "msi" else [path]
    line = command_line.join(program if options["override_args"] and arguments else [*program, *silent])
    line = " ".join([line, *_of_parameters(package, options["package_params"] or "")])
    return win_command.start_process(task, f"{line} {arguments}" if arguments else line).exit_code


def _uninstall(this: _Run, name: str) -> None:
    """Remove a package, and what it installed as far as Chocolatey's automatic uninstaller finds it."""
    task = this.task
    this.result["changed"] = True
    if task.check_mode:
        return
    package = next((item for item in task.machine.shelf.chocolatey if item.name.lower() == name.lower()), None)
    with task.machine.disk_in_use():
        if package and package.installs:
            installer = task.machine.shelf.installers[package.installs]
            if installation.is_installed(task.disk, installer):
                installation.uninstall(task.disk, installer)
                task.machine.record("uninstall", installer=installer.name, exit_code=0)
        chocolatey.remove(task.disk, name)
