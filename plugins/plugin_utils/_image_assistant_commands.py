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


def add_application(program: str, application: Mapping[str, str]) -> list[str]:
    """``add-application`` for a catalog entry: ``name``, ``path`` and any of APPLICATION_OPTIONS that has a value."""
    argv = [program, "add-application", "--name", application["name"], "--absolute-app-path", application["path"]]
    for attribute, option in APPLICATION_OPTIONS.items():
        value = application.get(attribute)
        if value:
            argv += [option, launch_parameters_argument(value) if attribute == "launch_parameters" else value]
    return argv


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


def launch_parameters_argument(value: str) -> str:
    """The argument that carries launch parameters: any text, quotes and leading hyphens included.

    Unproven: the guide only says ``<""-escaped value>``. Published scripts wrap values that begin with a hyphen in
    literal double quotes, or the option parser would take them for options. So a value is wrapped, its own double
    quotes doubled, when it begins with a hyphen or could itself be taken for a wrapped one; all others go as they are.
    This function and the two below are the only places that know.
    """
    wrapped_looking = len(value) >= 2 and value.startswith('"') and value.endswith('"')
    if not value.startswith("-") and not wrapped_looking:
        return value
    return '"' + value.replace('"', '""') + '"'


def launch_parameters_meant(listed: str) -> str:
    """Listed launch parameters as meant, undoing :func:`launch_parameters_argument` where they are as handed over."""
    meant = listed[1:-1].replace('""', '"')
    return meant if launch_parameters_argument(meant) == listed else listed


def same_launch_parameters(wanted: str, listed: str) -> bool:
    """Whether listed launch parameters are the wanted ones, be they listed as meant or as they were handed over."""
    return listed in (wanted, launch_parameters_argument(wanted))
