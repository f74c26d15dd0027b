# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The connection an image's host will have: Ansible's own plugin, with the options that a task on that host gives it.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe, first_line
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import option

# What is learned only once the builder runs: where it is, and its name in the domain.
_LEARNED = ("ansible_host", "_host", "_hostname_override")
# Role connect_image_builder: a member of a domain is reached by Kerberos on port 5985 unless the inventory says else.
_DOMAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "winrm": ("ansible_winrm_transport", {"transport": ["kerberos"], "port": 5985}),
    "psrp": ("ansible_psrp_auth", {"auth": "kerberos", "port": 5985}),
}
_PORTS = ("ansible_port", "ansible_winrm_port", "ansible_psrp_port")


@dataclass(frozen=True)
class Settings:
    """How a builder will be reached.

    Attributes:
        name: the connection plugin as it was named.
        connection: that plugin with its options; None when there is none of this name.
        shell: ``ansible_shell_type``.
        problems: sentences about variables that have no value.
    """

    name: str
    connection: Any
    shell: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def plugin(self) -> str:
        """``winrm``, ``psrp`` or another plugin's name, without its collection."""
        return self.name.rpartition(".")[2]

    def get(self, name: str) -> Any:
        """An option of the plugin, or None."""
        return option(self.connection, name)

    @property
    def user(self) -> str:
        return str(self.get("remote_user") or "")

    @property
    def password(self) -> str:
        return str(self.get("remote_password") or "")

    @property
    def transports(self) -> list[str]:
        """Ways to log on: winrm's ``transport``, by default as that plugin chooses it, or psrp's ``auth``."""
        if self.plugin == "psrp":
            return [str(self.get("auth") or "negotiate")]
        named = self.get("transport")
        names = [named] if isinstance(named, str) else list(named or [])
        return [str(name) for name in names if name] or ["kerberos" if "@" in self.user else "basic"]

    @property
    def uses_kerberos(self) -> bool:
        """Whether a ticket is needed; ``negotiate`` can do without one when it has a password."""
        return "kerberos" in self.transports or (self.transports == ["negotiate"] and not self.password)


def read(
    recipe: Recipe, variables: Mapping[str, Any], templar: Any, task_keys: Mapping[str, Any], password: str
) -> Settings:
    """The connection of an image's host.

    ``variables`` are those of its host as they are written; ``task_keys`` are the keywords of a task of this run, which
    have what the command line says (``-u``), and ``password`` is what it asked for (``-k``).
    """
    templar = templar.copy_with_new_env(available_variables=variables)
    problems: list[str] = []

    def value(name: str) -> Any:
        try:
            return templar.template(variables[name])
        except AnsibleError as error:
            if not name.endswith(_LEARNED):
                problems.append(f"{name} has no value: {first_line(error)}")
            return None

    named = value("ansible_connection") if "ansible_connection" in variables else None
    name = str(named or context.CLIARGS.get("connection") or constants.DEFAULT_TRANSPORT)
    shell = value("ansible_shell_type") if "ansible_shell_type" in variables else None
    connection = _plugin(name)
    settings = Settings(name, connection, str(shell or ""), problems)
    if connection is None:
        return settings
    known = constants.config.get_plugin_vars("connection", connection._load_name)
    given: dict[str, Any] = {one: value(one) for one in known if one in variables}
    if getattr(connection, "allow_extras", False):
        before = f"ansible_{settings.plugin}_"
        given["_extras"] = {one: value(one) for one in variables if one.startswith(before) and one not in given}
    keys = {key: one for key, one in task_keys.items() if key not in ("retries", "timeout")}
    try:
        connection.set_options(task_keys={**keys, **({"password": password} if password else {})}, var_options=given)
    except AnsibleError as error:
        problems.append(f"its connection: {first_line(error)}")
        return settings
    if recipe.values["builder"].get("domain"):
        _default_to_kerberos(settings, variables)
    return settings


def direct(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables with which a builder is reached past the controller's web proxy, unless the host's own ask for one.

    None is "no proxy at all" to pywinrm, which takes that of the environment otherwise.
    """
    chosen: dict[str, Any] = {}
    if "ansible_winrm_proxy" not in variables:
        chosen["ansible_winrm_proxy"] = None
    if "ansible_psrp_proxy" not in variables and "ansible_psrp_ignore_proxy" not in variables:
        chosen["ansible_psrp_ignore_proxy"] = True
    return chosen


def _plugin(name: str) -> Any:
    try:
        return connection_loader.get(name, PlayContext(), new_stdin=None)
    except AnsibleError:
        return None


def _default_to_kerberos(settings: Settings, variables: Mapping[str, Any]) -> None:
    undecided, options = _DOMAIN.get(settings.plugin, ("", {}))
    if not undecided or undecided in variables:
        return
    for name, value in options.items():
        if name != "port" or not any(port in variables for port in _PORTS):
            settings.connection.set_option(name, value)
