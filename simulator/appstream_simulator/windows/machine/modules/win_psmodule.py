# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_psmodule, with the modules of the shelf as the PowerShell Gallery, the only repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .. import powershell_modules
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "required_version": Option(),
    "minimum_version": Option(),
    "maximum_version": Option(),
    "repository": Option(),
    "username": Option(),
    "password": Option(),
    "state": Option(default="present"),
    "allow_clobber": Option("bool", False),
    "skip_publisher_check": Option("bool", False),
    "allow_prerelease": Option("bool", False),
    "accept_license": Option("bool", False),
    "force": Option("bool", False),
}

_VERSIONS = ("required_version", "minimum_version", "maximum_version")
_NEED_NEWER_TOOLS = ("allow_clobber", "allow_prerelease", "skip_publisher_check", "accept_license", *_VERSIONS)


@dataclass
class _Run:
    task: Task
    options: dict[str, Any]
    result: dict[str, Any] = field(
        default_factory=lambda: {"changed": False, "output": "", "nuget_changed": False, "repository_changed": False}
    )

    @property
    def name(self) -> str:
        return str(self.options["name"])

    def fail(self, message: str) -> None:
        self.task.fail(message, **self.result)


def run(task: Task) -> dict[str, Any]:
    """Install, update or remove a module of PowerShell."""
    task.refuse_other_options(OPTIONS)
    this = _Run(task, task.options(OPTIONS))
    _check(this)
    if any(this.options[name] for name in _NEED_NEWER_TOOLS) and _updates_tools(this):
        return this.result
    if this.options["state"] == "absent":
        _remove(this)
    elif this.options["state"] == "latest":
        _update(this)
    else:
        _install(this, {name: this.options[name] or "" for name in _VERSIONS})
    return this.result


def _check(this: _Run) -> None:
    options = this.options
    required, bounds = options["required_version"], options["minimum_version"] or options["maximum_version"]
    if required and bounds:
        this.fail("Parameters required_version and minimum/maximum_version are mutually exclusive.")
    if options["allow_prerelease"] and bounds:
        this.fail("Parameters minimum_version, maximum_version can't be used with the parameter allow_prerelease.")
    if options["allow_prerelease"] and options["state"] == "absent":
        this.fail("The parameter allow_prerelease can't be used with state set to 'absent'.")
    if options["state"] == "latest" and (required or bounds):
        names = "required_version, minimum_version, maximum_version"
        this.fail(f"When the parameter state is equal to 'latest' you can't use any of {names}.")
    if options["repository"] and options["repository"].lower() != powershell_modules.GALLERY.lower():
        this.fail(f"The repository {options['repository']} doesn't exist.")


def _updates_tools(this: _Run) -> bool:
    """Bring PowerShellGet and PackageManagement up to date; says whether the module ends there, in check mode."""
    disk = this.task.disk
    missing = powershell_modules.missing_prerequisites(disk)
    if not missing:
        return False
    this.result["changed"] = True
    if this.task.check_mode:
        this.result["output"] = "Skipped check mode run on win_psmodule as the pre-reqs need upgrading"
        return True
    with this.task.machine.disk_in_use():
        powershell_modules.install_provider(disk)
        for name, version in missing:
            powershell_modules.install(disk, name, version)
    return False


def _existing(this: _Run, versions: dict[str, str]) -> str | None:
    """Get-PsModule: the version that fits, None for none. Bounds are compared as texts, as the module does."""
    found = powershell_modules.installed(this.task.disk, this.name)
    if versions["required_version"]:
        return next((version for version in found if version == versions["required_version"]), None)
    least, most = versions["minimum_version"], versions["maximum_version"]
    fitting = (version for version in found if (not least or least <= version) and (not most or most >= version))
    return next(fitting, None)


def _no_match(this: _Run) -> str:
    tried = "Try Get-PSRepository to see all available registered module repositories."
    return f"No match was found for the specified search criteria and module name '{this.name}'. {tried}"


def _install(this: _Run, versions: dict[str, str]) -> None:
    task = this.task
    if _existing(this, versions) is not None:
        this.result["output"] = f"Module {this.name} already present"
        return
    if not powershell_modules.has_provider(task.disk):
        this.result |= {"changed": True, "nuget_changed": True}
        if not task.check_mode:
            powershell_modules.install_provider(task.disk)
    found = powershell_modules.find(
        task.machine.shelf.powershell_modules,
        this.name,
        required=versions["required_version"],
        minimum=versions["minimum_version"],
        maximum=versions["maximum_version"],
        prerelease=this.options["allow_prerelease"],
    )
    if found is None:
        task.fail(f"Problems installing {this.name} module: {_no_match(this)}", **this.result)
    if not task.check_mode:
        with task.machine.disk_in_use():
            powershell_modules.install(task.disk, found.name, found.version)
    this.result |= {"changed": True, "output": f"Module {this.name} installed"}


def _update(this: _Run) -> None:
    gallery, prerelease = this.task.machine.shelf.powershell_modules, this.options["allow_prerelease"]
    latest = powershell_modules.find(gallery, this.name, prerelease=prerelease)
    if latest is None:
        this.task.fail(f"Cant find the module {this.name}: {_no_match(this)}", **this.result)
    existing = next(iter(powershell_modules.installed(this.task.disk, this.name)), None)
    if latest.version != existing or this.options["force"]:
        _install(this, {**dict.fromkeys(_VERSIONS, ""), "required_version": latest.version})


def _remove(this: _Run) -> None:
    task, versions = this.task, {name: this.options[name] or "" for name in _VERSIONS}
    found = powershell_modules.installed(task.disk, this.name)
    if not found:
        this.result["output"] = f"Module {this.name} removed"
        return
    existing = _existing(this, versions)
    if existing is None:
        return
    gone = [existing] if any(versions.values()) else found
    if not task.check_mode and not powershell_modules.remove(task.disk, this.name, gone):
        reason = f"No match was found for the specified search criteria and module names '{this.name}'."
        this.fail(f"Problems uninstalling {this.name} module: {reason}")
    this.result |= {"changed": True, "output": f"Module {this.name} removed"}
