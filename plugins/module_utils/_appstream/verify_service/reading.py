# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions that change nothing: listings, and what does not exist."""

from __future__ import annotations

import re
from typing import Any

from ..core.calls import call_pages
from ..core.errors import AppStreamError
from ..core.reconcile import Connect
from ..preflight.quota_names import SERVICE_CODE
from .asking import Question, Subject, ask, ask_all, ask_for_list, asked
from .seen import ACCEPTED, Answers, not_asked, seen

NOTHING = "none"
"""Behind the name of the probes: what does not exist."""

_FILTERS = {"state": "State", "image-arn": "ImageArn", "ami-name": "AmiName", "task-id": "TaskId"}
_FURTHER_FILTERS = ("creation-date", "created-date", "image-name")
_FAMILY = re.compile(r"(General Purpose|Compute Optimized|Memory Optimized|Graphics [A-Z][A-Za-z0-9]*)")
_INSTANCE_TYPE = re.compile(r"standard (small|medium|large) streaming instances for image builders")


def read_only(connect: Connect, subject: Subject) -> Answers:
    """Ask about what does not exist, and what breaks the rules of a listing."""
    client, nothing = connect("appstream"), subject.another(NOTHING)
    pair = {"StackName": nothing, "FleetName": nothing}
    refused = (
        Question("two_selectors", "describe_images", {"Names": [nothing], "Type": "PRIVATE"}),
        Question("token_of_another_listing", "describe_fleets", {"NextToken": "of-no-listing"}),
        Question("no_export_task_named", "get_export_image_task", {}),
        Question("sessions_limit_out_of_range", "describe_sessions", {**pair, "Limit": 1000}),
        Question("validation_exception", "describe_images", {"MaxResults": 1000}),
    )
    return {
        **ask_all(client, refused),
        "missing_image": ask_for_list(client, "describe_images", "Images", Names=[nothing]),
        "missing_image_builder": ask_for_list(client, "describe_image_builders", "ImageBuilders", Names=[nothing]),
        "missing_fleet": ask_for_list(client, "describe_fleets", "Fleets", Names=[nothing]),
        "missing_stack": ask_for_list(client, "describe_stacks", "Stacks", Names=[nothing]),
        "describe_sessions_of_nothing": ask_for_list(client, "describe_sessions", "Sessions", **pair),
        "fleets_of_no_stack": ask_for_list(client, "list_associated_fleets", "Names", StackName=nothing),
        "stacks_of_no_fleet": ask_for_list(client, "list_associated_stacks", "Names", FleetName=nothing),
        "export_task_filters": _filters(client),
    }


def base_images(connect: Connect, _subject: Subject) -> Answers:
    """Ask how AWS describes its base images. Raises AppStreamError."""
    client = connect("appstream")
    _answer, first = asked(client, "describe_images")
    size = len(first.get("Images", []))
    images = call_pages(client, "describe_images", "AWS's images", "Images", Type="PUBLIC")
    families = sorted({str(family) for one in images for family in one.get("SupportedInstanceFamilies") or []})
    samples = [one for one in images if "Sample" in one["Name"]]
    usable = [one for one in images if one.get("ImageBuilderSupported")]
    unknown = [family for family in families if not _FAMILY.fullmatch(family)]
    return {
        "page_size": seen(size) if first.get("NextToken") else not_asked("all images are on one page"),
        "families_spelling": seen(families),
        "spelling_of_newer_families": seen(f"otherwise: {', '.join(unknown)}" if unknown else "as the older ones"),
        "base_images_without_families": seen(any(not one.get("SupportedInstanceFamilies") for one in usable)),
        "sample_images_for_fleets_only": (
            seen(not any(one.get("ImageBuilderSupported") for one in samples))
            if samples
            else not_asked("there are no sample images")
        ),
    }


def quotas(connect: Connect, _subject: Subject) -> Answers:
    """Ask Service Quotas how it names the quotas of AppStream."""
    client = connect("service-quotas")
    invalid = ask(client, "list_service_quotas", ServiceCode=SERVICE_CODE, MaxResults=1000)
    try:
        listed = call_pages(client, "list_service_quotas", "quotas", "Quotas", ServiceCode=SERVICE_CODE)
    except AppStreamError as error:
        return {"service_quotas_invalid_request": invalid, "quota_names": not_asked(error.message)}
    names = [str(one.get("QuotaName", "")).casefold() for one in listed]
    return {
        "service_quotas_invalid_request": invalid,
        "quota_names": (
            seen(any(_INSTANCE_TYPE.search(name) for name in names))
            if any("streaming instances" in name for name in names)
            else not_asked("no quota of an instance type is listed")
        ),
    }


def _filters(client: Any) -> Any:
    """Return the names that are taken, with the member that each filters by as far as that is assumed."""
    taken, words = {}, []
    for name in (*_FILTERS, *_FURTHER_FILTERS):
        answer = ask(client, "list_export_image_tasks", Filters=[{"Name": name, "Values": [NOTHING]}])
        if "not_asked" in answer:
            return answer
        if answer["seen"] == ACCEPTED:
            taken[name] = _FILTERS.get(name, name)
        else:
            words.append(answer["text"])
    return seen(taken, words[0] if words else "")
