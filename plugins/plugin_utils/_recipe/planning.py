# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Plans the images of a run: what action ``plan_images`` does, step by step.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import HOLDING, this_run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import WAIT_DELAY
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import (
    ERROR,
    OFF,
    severities,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import (
    checks,
    connection_checks,
    connection_settings,
    outside,
    reading,
    source_checks,
    users_roles,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.build_tasks import build_tasks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.conversion import convert
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.plan import (
    Settings,
    host_variables,
    is_to_be_built,
    lock_finding,
    step_problems,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.project import search_folders
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import write_tasks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import COLLECTION, PARTS, role_options

BUILDERS = "appstream_image_builders"
"""Group of the inventory with the connection settings of image builders."""
BUILDS = "appstream_builds"
"""Group of the images of this run."""

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Names that are no pattern of hosts and no template."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SETTINGS = ("wait_delay", "connect_timeout", "image_wait_timeout", "from_step")
_ROLES = (
    "build_image",
    *PARTS.values(),
    "connect_image_builder",
    "install_applications",
    "capture_image",
    "remove_image_builder",
)


@dataclass(frozen=True)
class Surroundings:
    """What the plan is made in: the task's loader, templar and variables, and the secrets that applications name.

    ``task_keys`` are the keywords of a task of this run, ``password`` what the command line asked for (``-k``), and
    ``preflight`` has the severity of every check.
    """

    loader: Any
    templar: Any
    variables: Mapping[str, Any]
    credentials: Mapping[str, Any]
    check_mode: bool = False
    task_keys: Mapping[str, Any] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    preflight: Mapping[str, str] = field(default_factory=lambda: severities(None))
    _read: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def groups(self) -> Mapping[str, Any]:
        groups: Mapping[str, Any] = self.variables.get("groups") or {}
        return groups

    def host_variables(self, name: str) -> Mapping[str, Any]:
        """Variables of an image's host as they are written, those of the builders' group included.

        The host gets that group, and is made, in this process only, which is one of its own for each task.
        """
        if name not in self._read:
            hostvars = self.variables["hostvars"]
            inventory = hostvars._inventory
            if name not in (self.groups.get(BUILDERS) or []):
                inventory.add_group(BUILDERS)
                inventory.add_host(name, BUILDERS)
                inventory.reconcile_inventory()
            self._read[name] = hostvars.raw_get(name)
        return self._read[name]

    def templated(self, variables: Mapping[str, Any], name: str) -> Any:
        """The value of a variable, None when it has none or needs what is known on the image builder only."""
        try:
            return self.templar.copy_with_new_env(available_variables=variables).template(variables.get(name))
        except AnsibleError:
            return None


def read(surroundings: Surroundings, recipes: Any = None) -> list[Recipe]:
    """All recipes of the play, resolved: those given or of the list ``appstream_images``, then hosts of that group."""
    variables = surroundings.variables
    written = variables.get(reading.GROUP) if recipes is None else recipes
    listed, problems = reading.from_list(written, variables, surroundings.templar)
    play_hosts = variables.get("ansible_play_hosts_all") or []
    hosts = [host for host in play_hosts if host in (surroundings.groups.get(reading.GROUP) or [])]
    found = [*listed, *reading.from_hosts(hosts, {host: surroundings.host_variables(host) for host in hosts})]
    for recipe in found:
        reading.resolve(recipe, surroundings.templar)
    if recipes is None:
        # In a play of the user's own it is the user who says which hosts that play has.
        found = _within_limit(found, surroundings)
    if problems:
        found.insert(0, Recipe("appstream_images", {}, variables, is_host=False, problems=problems))
    return found


def _within_limit(recipes: list[Recipe], surroundings: Surroundings) -> list[Recipe]:
    """Without those recipes of a list whose hosts the limit of the command line leaves out.

    What can be no host's name, or is another one's already, stays: the checks say what is wrong with it.
    """
    if not surroundings.variables.get("ansible_limit"):
        return recipes
    taken = {*constants.LOCALHOST, *surroundings.groups, *(surroundings.groups.get("all") or [])}
    names = {one.name for one in recipes if not one.is_host and _HOST.fullmatch(one.name)} - taken
    for name in names:
        surroundings.host_variables(name)
    inventory = surroundings.variables["hostvars"]._inventory
    chosen = {host.name for host in inventory.get_hosts("all", ignore_restrictions=True)} if names else set()
    return [one for one in recipes if one.name not in names or one.name in chosen]


def connection_of(recipe: Recipe, surroundings: Surroundings) -> connection_settings.Settings:
    """How the builder of an image will be reached; variables of the recipe count more than those of the inventory."""
    variables = {**surroundings.host_variables(recipe.name), **recipe.values["vars"]}
    return connection_settings.read(
        recipe, variables, surroundings.templar, surroundings.task_keys, surroundings.password
    )


def check_all(recipes: Sequence[Recipe], surroundings: Surroundings, found: Sequence[str] = ()) -> list[str]:
    """Lines that say everything that is wrong with the recipes and the play; none when they can be planned.

    ``found``: what is known to be wrong with the play already, as sentences.
    """
    variables = surroundings.variables
    general = [*_play_problems(recipes, surroundings), *found]
    real = [recipe for recipe in recipes if recipe.values]
    known = surroundings.groups
    inventory_hosts = set(known.get("all") or []) - set(known.get(reading.GROUP) or [])
    named = list(checks.name_problems(real, known, inventory_hosts))
    for recipe in real:
        recipe.problems[:0] = [problem for label, problem in named if label == recipe.label]
    folders = search_folders(variables.get("ansible_inventory_sources") or [])
    for recipe in real:
        checks.check(recipe, folders, surroundings.credentials)
    # What is named wrongly has no variables of its own, and takes no part in what follows.
    wrongly_named = {label for label, _problem in named}
    sound = [recipe for recipe in real if recipe.label not in wrongly_named and "name" in recipe.values]
    for recipe in sound:
        recipe.problems += _host_problems(recipe, surroundings)
        _check_connection(recipe, surroundings)
    users_roles.check(
        [recipe for recipe in sound if not recipe.is_wrong_in("roles", "vars", "applications")], surroundings
    )
    wrong = [f"{recipe.label}: {problem}" for recipe in recipes for problem in recipe.problems]
    if not general and not wrong:
        return []
    return [
        "The images can't be built as their recipes are written; nothing was created:",
        *(f"  {line}" for line in [*general, *wrong]),
        "ansible-doc -t role euc.appstream.plan_images describes every key of a recipe.",
    ]


def new_run(variables: Mapping[str, Any], expires_after: int, process: int = 0) -> dict[str, Any]:
    """The run: ``id``, ``started``, ``stamp`` for names of images, and ``expires``, ``expires_after`` hours later.

    ``lock_tag`` is the tag of an image builder that it creates. ``process`` is the one that the run ends with.
    """
    now = datetime.now(timezone.utc)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    job = variables.get("awx_job_id") or variables.get("tower_job_id") or secrets.token_hex(2)
    expires = now + timedelta(hours=expires_after)
    run = {"id": f"{stamp}-{job}", "started": now.strftime(_TIME), "stamp": stamp, "expires": expires.strftime(_TIME)}
    awx = str(job) if "awx_job_id" in variables or "tower_job_id" in variables else ""
    tag = this_run(run["id"], awx, process).at(now, HOLDING).tag
    return {**run, "job": awx, "process": process, "lock_tag": tag}


def ask_others(recipes: Sequence[Recipe], findings: Sequence[Mapping[str, Any]], surroundings: Surroundings) -> None:
    """Ask the domain and servers about images that are to be built; what they say is noted with the recipes."""
    built = {recipe.name: recipe for recipe, found in zip(recipes, findings) if is_to_be_built(found)}
    settings = {name: connection_of(recipe, surroundings) for name, recipe in built.items()}
    if surroundings.preflight["credentials"] != OFF:
        for name, recipe in built.items():
            recipe.warnings += _share_doubts(recipe, settings[name])
    outside.ask(built, settings, surroundings.credentials, surroundings.preflight)


def proxy_line(surroundings: Surroundings) -> str:
    """For people: the web proxy that AWS is asked through; empty when none, or when that check is off."""
    if surroundings.preflight["proxy"] == OFF:
        return ""
    region = surroundings.templated(surroundings.variables, "appstream_aws") or {}
    names = ("AWS_REGION", "AWS_DEFAULT_REGION")
    proxy = outside.aws_proxy(str(region.get("region") or next(filter(None, map(os.environ.get, names)), "")))
    return f"AWS is asked through the web proxy {proxy}; image builders are reached directly" if proxy else ""


def plan_all(
    recipes: Sequence[Recipe],
    findings: Sequence[Mapping[str, Any]],
    run: Mapping[str, Any],
    surroundings: Surroundings,
    lock: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """For each image ``name``, ``groups`` and ``variables`` of its host, ``problems`` and ``warnings``.

    ``lock``: settings of the build lock, and ``take_over``.
    """
    folder = Path(constants.DEFAULT_LOCAL_TMP) / f"euc.appstream-{run['id']}"
    images = []
    for recipe, found in zip(recipes, findings):
        settings = _settings(recipe, surroundings, lock)
        severity = surroundings.preflight["build_lock"]
        locked = lock_finding(found, run["id"], lock["stale_after"], lock["take_over"], severity)
        finding = {
            **locked,
            "problems": [*locked["problems"], *recipe.obstacles, *step_problems(found, settings)],
            "warnings": [*locked["warnings"], *recipe.warnings],
        }
        variables = host_variables(users_roles.without_lazy_values(recipe, surroundings), finding, run, settings)
        plan = variables["build_image_plan"]
        files, installation = users_roles.write_files(recipe, recipes, folder) if plan["steps"] else ({}, [])
        variables.update(files)
        variables.update(connection_settings.direct(surroundings.host_variables(recipe.name)))
        variables["build_image_lock"] = {
            **lock,
            **{key: run[key] for key in ("job", "process")},
            "run": run["id"],
            "recipe": recipe.name,
            "builder_name": finding["builder_name"],
            "file": str(folder / f"{recipe.name}.lock"),
        }
        for name, recorded in (("build_image_file", False), ("build_image_recording_file", True)):
            tasks = build_tasks(plan, files, installation, record_phases=recorded)
            if tasks:
                suffix = "recording.yml" if recorded else "build.yml"
                variables[name] = write_tasks(folder / f"{recipe.name}.{suffix}", tasks)
        images.append(
            {
                "name": recipe.name,
                "groups": [BUILDERS, BUILDS],
                "variables": variables,
                **{key: finding[key] for key in ("image_name", "image", "base_image", "problems", "warnings")},
            }
        )
    return images


def line_about(image: Mapping[str, Any]) -> str:
    """One line for people."""
    base = (image["base_image"] or {}).get("name") or "(no base image)"
    state = f" is {image['image']['state']}" if image["image"] else ""
    warnings = f"; {'; '.join(image['warnings'])}" if image["warnings"] else ""
    problems = f". PROBLEMS: {'; '.join(image['problems'])}" if image["problems"] else ""
    return f"{image['name']}: image {image['image_name']} from {base}{state}{warnings}{problems}"


def _play_problems(recipes: Sequence[Recipe], surroundings: Surroundings) -> list[str]:
    variables = surroundings.variables
    problems = reading.unknown_variables(variables)
    tags = [tag for tag in variables.get("ansible_run_tags") or [] if tag != "all"]
    if tags:
        problems.append(
            f"--tags {','.join(tags)} would leave out what build_images itself consists of. Use --skip-tags for tasks "
            "of your own roles, --limit for images, and build_image_from_step for steps."
        )
    if Path(surroundings.loader.get_basedir()).resolve() == COLLECTION / "playbooks":
        problems.append(
            "The play does not run in your project, because Ansible has not loaded the callback plugin beside "
            "build_images: name the playbook that imports it first on the command line, or alone."
        )
    if constants.config.get_config_value("DEFAULT_KEEP_REMOTE_FILES"):
        problems.append(
            "ANSIBLE_KEEP_REMOTE_FILES (keep_remote_files in ansible.cfg) leaves the modules that ran, with secrets "
            "among their arguments, on the image builder and so in the image: unset it."
        )
    proxy = proxy_line(surroundings)
    if proxy and surroundings.preflight["proxy"] == ERROR:
        problems.append(f"{proxy}, which appstream_preflight forbids: see HTTPS_PROXY and NO_PROXY.")
    if surroundings.groups.get(BUILDS):
        problems.append("build_images runs once in a playbook; put all recipes into one list or inventory.")
    limit = variables.get("ansible_limit")
    if not recipes and limit:
        problems.append(
            f"There is nothing to build: --limit {limit} leaves out every recipe of appstream_images. It takes names "
            "of recipes, of hosts of the group appstream_images, and patterns of both."
        )
    elif not recipes:
        problems.append(
            "There is nothing to build: set appstream_images to a list of recipes, or put hosts into the inventory "
            "group appstream_images."
        )
    accounts = [recipe.variables.get("appstream_aws") or {} for recipe in recipes]
    if any(account != accounts[0] for account in accounts):
        problems.append(
            "appstream_aws must be the same for all recipes: put it into group_vars/all.yml or extra variables."
        )
    return problems


def _host_problems(recipe: Recipe, surroundings: Surroundings) -> list[str]:
    """What is wrong with the variables of the image's host that are options of roles."""
    variables = surroundings.host_variables(recipe.name)
    problems = []
    for name, value in _given_options(variables, surroundings).items():
        problems += convert(value[0], value[1], name).problems
    return problems


def _share_doubts(recipe: Recipe, settings: connection_settings.Settings) -> list[str]:
    """Windows hands nobody on to the next computer, see the guide on connections."""
    delegated = settings.get("kerberos_delegation") or settings.get("negotiate_delegate")
    if settings.plugin not in ("winrm", "psrp") or "credssp" in settings.transports or delegated:
        return []
    return [
        f"{share} is read without a credential, by a connection that carries its account to no other computer: expect "
        "Access is denied unless everybody may read it, and name a credential"
        for share in source_checks.shares_without_credential(recipe.values["applications"])
    ]


def _check_connection(recipe: Recipe, surroundings: Surroundings) -> None:
    if recipe.is_wrong_in("builder", "vars"):
        return
    for name, problem in connection_checks.problems(connection_of(recipe, surroundings), recipe.name):
        severity = surroundings.preflight[name]
        if severity != OFF:
            (recipe.problems if severity == ERROR else recipe.warnings).append(problem)


def _given_options(variables: Mapping[str, Any], surroundings: Surroundings) -> dict[str, tuple[Any, Any]]:
    """Values and specs of options of the pipeline's roles that are variables of the host already."""
    options = {name: option for role in _ROLES for name, option in role_options(role).items()}
    names = [name for name, option in options.items() if variables.get(name) is not None and not option.get("no_log")]
    values = {name: surroundings.templated(variables, name) for name in names}
    return {name: (value, options[name]) for name, value in values.items() if value is not None}


def _settings(recipe: Recipe, surroundings: Surroundings, lock: Mapping[str, Any]) -> Settings:
    given = _given_options(surroundings.host_variables(recipe.name), surroundings)
    # The role leaves this one to the modules.
    defaults = {"build_image_wait_delay": {"default": WAIT_DELAY}}
    options = {**role_options("build_image"), **defaults}
    values = {
        key: convert(given[name][0], given[name][1], name).value if name in given else options[name]["default"]
        for key, name in ((key, f"build_image_{key}") for key in _SETTINGS)
    }
    return Settings(**values, check_mode=surroundings.check_mode, lock=lock)
