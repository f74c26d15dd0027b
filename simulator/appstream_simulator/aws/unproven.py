# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which exception answers which situation, and what else of the service no source we have proves.

The service model lists the errors of an operation but not when each is raised. Everything that is our own choice is in
the list of `appstream_simulator.assumptions` and nowhere else, so that one edit follows the first observation of the
real service, and a setting turns one of them round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from appstream_simulator.assumptions import ACCEPTED, EMPTY, ENTRIES, answer
from appstream_simulator.aws import exceptions
from appstream_simulator.aws.exceptions import AppStreamError, ResourceNotFoundException

Found = TypeVar("Found")

_IDS: Mapping[str, str] = MappingProxyType(
    {entry["situation"]: name for name, entry in ENTRIES.items() if "situation" in entry}
)


def exception_named(code: str) -> type[AppStreamError]:
    """The exception with this error code; one that no source names is made."""
    known = getattr(exceptions, code, None)
    if isinstance(known, type) and issubclass(known, AppStreamError):
        return known
    return type(code, (AppStreamError,), {"__doc__": "Seen of the real service."})


REFUSALS: Mapping[str, type[AppStreamError]] = MappingProxyType(
    {situation: exception_named(ENTRIES[name]["assumed"]) for situation, name in _IDS.items()}
)
"""By situation, as it is assumed."""


def refusal(situation: str, message: str) -> AppStreamError:
    """The exception for a situation of `REFUSALS`, to be raised."""
    return exception_named(answer(_IDS[situation]))(message)


def is_accepted(situation: str) -> bool:
    """Whether the real service was seen to carry out what is refused here."""
    return bool(answer(_IDS[situation]) == ACCEPTED)


def require_accepted(name: str, message: str) -> None:
    """Raise the exception with which the real service was seen to refuse what is accepted here."""
    seen = answer(name)
    if seen not in (ACCEPTED, EMPTY):
        raise exception_named(seen)(message)


def found_or_missing(name: str, wanted: Iterable[str], find: Callable[[str], Found]) -> list[Found]:
    """What a listing by names shows: everything, or the exception about the first name that does not exist.

    Args:
        name: the assumption about what is answered then: an exception, or a list without that.
        find: raises ResourceNotFoundException about what does not exist.
    """
    found = []
    for one in wanted:
        try:
            found.append(find(one))
        except ResourceNotFoundException as error:
            seen = answer(name)
            if seen != EMPTY:
                raise exception_named(seen)(error.message) from error
    return found


def copies_keep_description() -> bool:
    """Whether a copy has the description of its source when CopyImage names none."""
    return bool(answer("copies_keep_description"))


def temporary_image_builder_name(name: str, digits: str) -> str:
    """The name of the image builder of a managed update, with the "random 10-digit suffix"."""
    return str(answer("temporary_image_builder_name")).format(name=name, digits=digits)


def export_task_filters() -> Mapping[str, str]:
    """Members of a task by the names of ListExportImageTasks.Filters."""
    return dict(answer("export_task_filters"))


def default_agent_of_imported_images() -> str:
    """CreateImportedImage.AgentSoftwareVersion when it is left out."""
    return str(answer("default_agent_of_imported_images"))


def user_settings_by_default() -> Mapping[str, str]:
    """UserSettings of a stack that sets none: a permission for each action.

    A plan of Terraform's that sets exactly these permissions is one without changes (the model says that all actions
    are enabled). SMART_CARD_REDIRECTION, which is newer than these tests, is shown once it has been set, and not before
    (the model says that it is ENABLED on stacks older than it that have a fleet).
    """
    return dict(answer("user_settings_by_default"))
