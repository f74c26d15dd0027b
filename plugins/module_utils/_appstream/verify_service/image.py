# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions to the image that was made of the probes' own image builder, from when it can be seen until it goes."""

from __future__ import annotations

from typing import Any

from ..core.reconcile import Connect
from ..image.api import describe_image
from ..image_builder.api import describe_image_builder
from .asking import Question, Subject, ask, ask_all, ask_in_state, asked
from .seen import ACCEPTED, Answer, Answers, not_asked, seen, why_nothing

_NOBODY = "000000000000"
_NO_ACCOUNT = "1"
_NO_REGION = "eu-none-1"


def image_pending(connect: Connect, subject: Subject) -> Answers:
    """Ask for its tags while it is PENDING. Raises AppStreamError."""
    client = connect("appstream")
    image = describe_image(client, subject.image)
    if image is None or image.get("state") != "PENDING":
        late = not_asked("the image was not PENDING any more, or not to be seen yet")
        return {"tags_of_pending_image": late, "tagging_pending_image": late}
    read = ask(client, "list_tags_for_resource", ResourceArn=image["arn"])
    return {
        "tags_of_pending_image": seen("readable") if read.get("seen") == ACCEPTED else read,
        "tagging_pending_image": ask(client, "tag_resource", ResourceArn=image["arn"], Tags=dict(subject.tags)),
    }


def image_available(connect: Connect, subject: Subject) -> Answers:
    """Ask once it is AVAILABLE, and see whether its image builder is STOPPED by then. Raises AppStreamError."""
    client, image = connect("appstream"), subject.image
    builder = describe_image_builder(client, subject.name) or {}
    share = {"Name": image, "ImagePermissions": {"allowFleet": True, "allowImageBuilder": True}}
    copy = {"SourceImageName": image, "DestinationImageName": subject.another("copy"), "DestinationRegion": _NO_REGION}
    reserved = {"existingImageName": image, "newImageName": "appstream-verify", "dryRun": True}
    questions = (
        Question(
            "sharing_with_the_own_account", "update_image_permissions", {**share, "SharedAccountId": subject.account}
        ),
        Question(
            "sharing_with_a_malformed_account_id", "update_image_permissions", {**share, "SharedAccountId": _NO_ACCOUNT}
        ),
        Question("deleting_permissions_that_are_not_there", "delete_image_permissions", _of_nobody(image)),
        Question("no_such_destination_region", "copy_image", copy),
        Question("reserved_name_of_an_updated_image", "create_updated_image", reserved),
    )
    read, result = asked(client, "describe_image_permissions", Name=image, SharedAwsAccountIds=[_NOBODY])
    found = result.get("SharedImagePermissionsList")
    return {
        "builder_stops_before_image_is_available": seen(builder.get("state") == "STOPPED"),
        **ask_all(client, questions),
        "permissions_of_nobody": seen("an empty list") if read.get("seen") == ACCEPTED and not found else read,
        "update_of_current_image": _update(client, subject),
    }


def image_deleting(connect: Connect, subject: Subject) -> Answers:
    """Delete it, and ask once more while it goes. Raises AppStreamError."""
    client, image = connect("appstream"), subject.image
    deleted = ask(client, "delete_image", Name=image)
    if deleted.get("seen") != ACCEPTED:
        return why_nothing("deleting_an_image_on_its_way", deleted)
    update = {"existingImageName": image, "newImageName": subject.another("update"), "dryRun": True}
    questions = (
        Question("updating_an_image_that_is_not_available", "create_updated_image", update),
        Question("deleting_an_image_on_its_way", "delete_image", {"Name": image}),
    )
    return ask_in_state(client, questions, {"DELETING"}, lambda: (describe_image(client, image) or {}).get("state"))


def _of_nobody(image: str) -> dict[str, str]:
    return {"Name": image, "SharedAccountId": _NOBODY}


def _update(client: Any, subject: Subject) -> Answer:
    update = {"existingImageName": subject.image, "newImageName": subject.another("update"), "dryRun": True}
    answer, result = asked(client, "create_updated_image", **update)
    if answer.get("seen") != ACCEPTED:
        return answer
    if result.get("canUpdateImage"):
        return not_asked("there is something newer than the image")
    return seen("canUpdateImage is false")
