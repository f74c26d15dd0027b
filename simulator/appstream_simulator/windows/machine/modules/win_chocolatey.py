# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""chocolatey.chocolatey.win_chocolatey, against the feeds of the shelf."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .. import chocolatey, command_line, installation
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
    "install_args": Option(),
    "bootstrap_script": Option(aliases=("install_ps1", "bootstrap_ps1")),
}
# Packages here have no scripts of their own to take parameters, no checksums and no licences, and are there at once.
_HARMLESS_OPTIONS = frozenset(
    {
        "allow_empty_checksums",
        "allow_prerelease",
        "bootstrap_tls_version",
        "execution_timeout",
        "ignore_checksums",
        "package_params",
        "params",
        "timeout",
        "validate_certs",
    }
)
_STATES = ("present", "latest", "upgrade", "absent", "reinstalled")
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
    task.refuse_other_options(OPTIONS, harmless=_HARMLESS_OPTIONS)
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
    _to_state(this, names)
    return this.result


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
    if state in ("latest", "upgrade"):
        outdated = [name for name in names if name not in missing and _is_outdated(this, name, there[name.lower()])]
        if outdated:
            _install(this, outdated, "upgrade")


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
    feeds = this.task.machine.shelf.chocolatey
    return chocolatey.find(feeds, name, this.options["version"], this.options["source"])


def _is_outdated(this: _Run, name: str, version: str) -> bool:
    package = _find(this, name)
    return package is not None and chocolatey.numbers(package.version) > chocolatey.numbers(version)


def _install(this: _Run, names: list[str], action: str) -> None:
    """One run of `choco install` or `choco upgrade`, which goes on to the next package when one fails."""
    exit_code, output, failed = 0, "", []
    for name in names:
        package = _find(this, name)
        if package is None:
            source = this.options["source"] or chocolatey.COMMUNITY_FEED
            output += _NOT_FOUND.format(name=name, source=source)
        code = 1 if package is None else _install_package(this, package)
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
    further = ["--what-if"] if this.task.check_mode else []
    for option, name in (("--install-arguments", "install_args"), ("--source", "source"), ("--version", "version")):
        further += [option, this.options[name]] if this.options[name] else []
    return command_line.join(
        [chocolatey.CHOCO, action, *names, "--fail-on-unfound", "--yes", "--no-progress", "--limit-output", *further]
    )


def _install_package(this: _Run, package: ChocolateyPackage) -> int:
    task = this.task
    if task.check_mode:
        return 0
    code = 0
    if package.installs:
        code = _run_installer(
            task, task.machine.shelf.installers[package.installs], package, this.options["install_args"]
        )
    if code in installation.INSTALLED_EXIT_CODES:
        with task.machine.disk_in_use():
            chocolatey.add(task.disk, package.name, package.version)
    return code


def _run_installer(task: Task, installer: Installer, package: ChocolateyPackage, arguments: str | None) -> int:
    """What a package's script does: fetch the installer to the temporary folder, and run it silently."""
    folder = f"{task.variables['TEMP']}\\chocolatey\\{package.name}\\{package.version}"
    task.disk.make_directories(folder)
    path = f"{folder}\\{installer.file_name}"
    task.disk.write(path, installer.content)
    silent = ["/qn", "/norestart"] if installer.kind == "msi" else list(installer.silent_arguments[:1])
    program = ["msiexec.exe", "/i", path] if installer.kind == "msi" else [path]
    line = command_line.join([*program, *silent])
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
