# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``managed_directory`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES
from ..core.errors import AppStreamError
from ..core.networks import describe_subnets
from ..core.old_settings import told
from ..core.tags import tags_after
from ..core.waits import Outcome, Reconciler, Resource, untouched, wait_options
from . import api as managed_directories

RESULT_KEY = "directory"
# The API's own default is Enterprise, which costs several times as much.
DEFAULT_EDITION = "Standard"

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **wait_options(timeout=5400),
}


def _vpc(member: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda directory: (directory.get("vpc_settings") or {}).get(member)


# Per option: what an existing directory has. All of it is fixed when the directory is created.
SETTINGS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "short_name": lambda directory: directory.get("short_name"),
    "description": lambda directory: directory.get("description") or "",
    "edition": lambda directory: directory.get("edition"),
    "vpc_id": _vpc("vpc_id"),
    "subnet_ids": lambda directory: sorted(_vpc("subnet_ids")(directory) or []),
}


@dataclass
class Wish:
    """What the options of module ``managed_directory`` ask for.

    ``vpc_id`` tells directories of one name apart, ``settings`` are those that are set, ``directory_id`` is set as soon
    as the directory is known. The password is kept out of repr.
    """

    name: str
    state: str
    vpc_id: str | None
    settings: dict[str, Any]
    password: str | None = field(repr=False)
    tags: dict[str, Any] | None
    purge_tags: bool
    directory_id: str | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``managed_directory``."""
        is_present = options["state"] == "present"
        wanted = {option: options[option] for option in SETTINGS if options[option] is not None}
        if "subnet_ids" in wanted:
            wanted["subnet_ids"] = sorted(wanted["subnet_ids"])
        return cls(
            name=options["name"],
            state=options["state"],
            vpc_id=options["vpc_id"],
            settings=wanted if is_present else {},
            password=options["password"],
            tags=options["tags"] if is_present else None,
            purge_tags=options["purge_tags"],
        )


def view(directory: Resource) -> dict[str, Any]:
    """Return what can be compared of a directory: its settings as options and its tags; {} when it does not exist."""
    if directory is None:
        return {}
    shown = {option: current(directory) for option, current in SETTINGS.items()}
    shown = {option: value for option, value in shown.items() if value not in (None, "", [])}
    return {"name": directory["name"], **shown, "tags": dict(directory.get("tags") or {})}


def lasting(directory: Resource) -> Resource:
    """Return the directory, None when it is about to be gone: nothing on that one can be kept or changed."""
    return None if states.state_of(directory) == "Deleting" else directory


def view_after(before: Resource, wish: Wish) -> dict[str, Any]:
    """Return the view of the directory as it is to be; {} when it is to be gone."""
    if wish.state == "absent":
        return {}
    there = lasting(before)
    if there:
        return {**view(there), "tags": tags_after(there["tags"], wish.tags, wish.purge_tags)}
    settings = {"edition": DEFAULT_EDITION, **wish.settings}
    return {"name": wish.name, **settings, "tags": tags_after({}, wish.tags, wish.purge_tags)}


def is_changed(before: Resource, after: Mapping[str, Any], wish: Wish, *, waits: bool) -> bool:
    """Say whether a run changes anything; what has to be waited for is done only by a run that waits."""
    there = lasting(before)
    if wish.state == "absent":
        step = states.managed_directory_step(before, wish.state)
        return step == states.DELETE or (step == states.WAIT and waits and there is not None)
    if there:
        return bool(there["tags"] != after["tags"])
    return before is None or waits


def refuse_drift(before: Resource, wish: Wish) -> None:
    """Raise AppStreamError naming every setting that only a new directory could have."""
    there = lasting(before)
    if there is None:
        return
    current = {option: read(there) for option, read in SETTINGS.items()}
    drift = {
        option: {"current": current[option], "wanted": value}
        for option, value in wish.settings.items()
        if not _is_same(option, current[option], value)
    }
    if not drift:
        return
    raise AppStreamError(
        f"Directory {wish.name} differs in what the service cannot change on an existing directory: {told(drift)}",
        remedy="Leave these options out, or delete the directory, with everything in the domain, and create it anew.",
        result={**untouched(RESULT_KEY, before), "drift": drift},
    )


def _is_same(option: str, current: Any, wanted: Any) -> bool:
    if option == "short_name":
        return str(current).lower() == str(wanted).lower()
    return bool(current == wanted)


def require_possible(before: Resource, wish: Wish, open_ec2: Callable[[], Any]) -> None:
    """Raise AppStreamError when the directory has to be created and that can't be done with what is given.

    ``open_ec2`` gives a client of Amazon EC2, which is asked about the subnets when the credentials allow that.
    """
    if wish.state == "absent" or lasting(before) is not None:
        return
    given = {"password": wish.password, **{option: wish.settings.get(option) for option in ("vpc_id", "subnet_ids")}}
    missing = [option for option, value in given.items() if not value]
    if missing:
        raise AppStreamError(f"Directory {wish.name} does not exist, and to create it {_listed(missing)} must be set")
    problems = _subnet_problems(open_ec2(), wish.settings["vpc_id"], wish.settings["subnet_ids"])
    if problems:
        raise AppStreamError(f"Directory {wish.name} cannot be created: {'; '.join(problems)}")


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _subnet_problems(ec2_client: Any, vpc_id: str, subnet_ids: list[str]) -> list[str]:
    try:
        subnets = describe_subnets(ec2_client, subnet_ids)
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return []
    problems = [f"subnet {name} does not exist" for name in subnet_ids if name not in subnets]
    problems += [
        f"subnet {name} is in VPC {subnet['vpc_id']}, not in {vpc_id}"
        for name, subnet in subnets.items()
        if subnet["vpc_id"] != vpc_id
    ]
    zones = {subnet["availability_zone"] for subnet in subnets.values()}
    if not problems and len(zones) < len(subnet_ids):
        problems.append(f"both subnets are in Availability Zone {next(iter(zones))}, they must be in different ones")
    return problems


def creation_request(wish: Wish) -> dict[str, Any]:
    """Return the parameters of CreateMicrosoftAD."""
    names = {"short_name": "ShortName", "description": "Description", "edition": "Edition"}
    settings = {"edition": DEFAULT_EDITION, **wish.settings}
    request = {names[option]: value for option, value in settings.items() if option in names and value}
    tags = {"Tags": managed_directories.tag_list(wish.tags)} if wish.tags else {}
    return {
        "Name": wish.name,
        "Password": wish.password,
        "VpcSettings": {"VpcId": settings["vpc_id"], "SubnetIds": settings["subnet_ids"]},
        **request,
        **tags,
    }


def predicted_outcome(before: Resource, after: Mapping[str, Any], wish: Wish) -> Outcome:
    """Return what check mode says of a run."""
    there = lasting(before)
    changes = untouched(RESULT_KEY, before)["state_changes"]
    if wish.state == "absent":
        return Outcome(None, 0, changes, [])
    if there:
        return Outcome({**there, "tags": after["tags"]}, 0, changes, [])
    known = {option: after[option] for option in ("name", "short_name", "description", "edition") if option in after}
    vpc_settings = {option: after[option] for option in ("vpc_id", "subnet_ids")}
    return Outcome({**known, "vpc_settings": vpc_settings, "tags": after["tags"]}, 0, changes, [])


def goal(client: Any, wish: Wish, before: Resource, after: Mapping[str, Any]) -> Reconciler:
    """Return how to bring the directory to the wanted state, with the tags it is known to have."""
    wish.directory_id = before["directory_id"] if before else None

    def tagged(directory: Resource) -> Resource:
        if directory is None:
            return None
        is_former = before is not None and directory["directory_id"] == before["directory_id"]
        known: Mapping[str, Any] = before if before and is_former and (not after or not lasting(before)) else after
        return {**directory, "tags": dict(known.get("tags", {}))}

    def read() -> Resource:
        if wish.directory_id:
            return tagged(managed_directories.describe_managed_directory(client, wish.directory_id))
        return tagged(managed_directories.find_managed_directory(client, wish.name, wish.vpc_id))

    def act(step: str, directory: Resource) -> tuple[Resource, list[str]]:
        if step == states.CREATE:
            wish.directory_id = managed_directories.create_managed_directory(client, creation_request(wish))
            begun = {"directory_id": wish.directory_id, "name": wish.name, "stage": "Requested"}
            return _seen_or(read, tagged(begun)) or tagged(begun), [step]
        there: dict[str, Any] = directory or {}
        managed_directories.delete_managed_directory(client, wish.name, there["directory_id"])
        return _seen_or(read, directory), [step]

    return Reconciler(
        about=f"Directory {wish.name}",
        result_key=RESULT_KEY,
        wanted=wish.state,
        next_step=lambda directory: states.managed_directory_step(directory, wish.state),
        act=act,
        read=read,
        is_transient=lambda error: error.is_retryable,
        failure_reason=lambda directory: failure_reason(wish.name, directory),
    )


def _seen_or(read: Callable[[], Resource], otherwise: Resource) -> Resource:
    """Return the directory as it is now; what was begun is begun also when it can't be looked at."""
    try:
        return read()
    except AppStreamError:
        return otherwise


def failure_reason(name: str, directory: Resource) -> str | None:
    """Say why a directory in this stage can't get where it should; None when its stage says it all."""
    stage = states.state_of(directory)
    if states.managed_directory_is(states.FAILED, stage):
        return f"Directory {name} ({(directory or {}).get('directory_id')}) is {stage}"
    return None
