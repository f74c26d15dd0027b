# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Command lines of ``image-assistant.exe``, as argument vectors for ``ansible.windows.win_command``.

Grammar: AppStream 2.0 administration guide, "Create Your Image Programmatically by Using the Image Assistant CLI
Operations".

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping

IMAGE_ASSISTANT_PATH = r"C:\Program Files\Amazon\Photon\ConsoleImageBuilder\image-assistant.exe"
"""The guide says the folder is in PATH; published scripts found it missing in remote sessions."""

APPLICATION_OPTIONS = {
    "display_name": "--display-name",
    "icon": "--absolute-icon-path",
    "working_directory": "--working-directory",
    "launch_parameters": "--launch-parameters",
    "manifest": "--absolute-manifest-path",
}
"""Optional attributes of an application (keys of our own catalog entries) and the option that sets each."""


def list_applications(program: str) -> list[str]:
    """``list-applications``: needs no administrator rights, changes nothing."""
    return [program, "list-applications"]


def remove_application(program: str, name: str) -> list[str]:
    """``remove-application``: only the catalog entry goes, the program stays installed."""
    return [program, "remove-application", "--name", name]


def add_application(program: str, application: Mapping[str, str]) -> list[list[str]]:
    """``add-application`` for a catalog entry: ``name``, ``path`` and any of APPLICATION_OPTIONS that has a value.

    The ways to say it, the most likely to be understood first: there are several for some launch parameters.
    """
    argv = [program, "add-application", "--name", application["name"], "--absolute-app-path", application["path"]]
    values = {attribute: application.get(attribute) for attribute in APPLICATION_OPTIONS}
    parameters = values.pop("launch_parameters")
    for attribute, value in values.items():
        if value:
            argv += [APPLICATION_OPTIONS[attribute], value]
    return [[*argv, *form] for form in launch_parameters_forms(parameters)] if parameters else [argv]


def update_default_profile(program: str, profile: str | None = None) -> list[str]:
    r"""``update-default-profile``, of the Template User or of a ``DOMAIN\name`` or ``.\name``."""
    return [program, "update-default-profile", *(["--profile", profile] if profile else [])]


def create_image(
    program: str,
    *,
    name: str,
    description: str | None = None,
    display_name: str | None = None,
    dynamic_app_catalog: bool = False,
    use_latest_agent_version: bool = True,
    tags: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> list[str]:
    """``create-image``.

    Both flags are always spelled out, because the defaults of the CLI and of the graphical Image Assistant differ.
    Tags come last: the option takes all tokens that follow it.
    """
    argv = [program, "create-image", "--name", name]
    if description:
        argv += ["--description", description]
    if display_name:
        argv += ["--display-name", display_name]
    argv.append("--enable-dynamic-app-catalog" if dynamic_app_catalog else "--no-enable-dynamic-app-catalog")
    argv.append("--use-latest-agent-version" if use_latest_agent_version else "--no-use-latest-agent-version")
    if dry_run:
        argv.append("--dry-run")
    if tags:
        argv.append("--tags")
        for key, value in tags.items():
            argv += [key, value]
    return argv


def launch_parameters_forms(value: str) -> list[list[str]]:
    """The tokens that may carry launch parameters: any text, quotes and leading hyphens included.

    Unproven [quoted_launch_parameters, hyphen_launch_parameters]: the guide only says ``<""-escaped value>``, and
    nobody has published a call for Windows with a value that begins with a hyphen. Option parsers take such a token for
    an option, but whatever follows ``=`` as it is (the tool for Linux, too), which comes first; scripts for Linux wrap
    the value in literal double quotes, which comes second.
    A value that could itself be taken for a wrapped one is wrapped first. What ``list-applications`` says afterwards
    tells which was right. This function and the two below are the only places that know.
    """
    option = APPLICATION_OPTIONS["launch_parameters"]
    one_token, wrapped = [f"{option}={value}"], [option, _wrapped(value)]
    if value.startswith("-"):
        return [one_token, wrapped]
    if _is_wrapped(value):
        return [wrapped, one_token]
    return [[option, value]]


def launch_parameters_meant(listed: str) -> str:
    """Listed launch parameters as meant, undoing the wrapping where they are listed as they were handed over."""
    meant = listed[1:-1].replace('""', '"')
    is_handed_over = _is_wrapped(listed) and _wrapped(meant) == listed and (meant.startswith("-") or _is_wrapped(meant))
    return meant if is_handed_over else listed


def same_launch_parameters(wanted: str, listed: str) -> bool:
    """Whether listed launch parameters are the wanted ones, be they listed as meant or as they were handed over."""
    return wanted in (listed, launch_parameters_meant(listed))


def _wrapped(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _is_wrapped(value: str) -> bool:
    return len(value) >= 2 and value.startswith('"') and value.endswith('"')
