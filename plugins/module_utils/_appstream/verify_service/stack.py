# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions to a stack of the probes' own, which costs nothing and is deleted in the end."""

from __future__ import annotations

from typing import Any

from ..core.reconcile import Connect
from .asking import Question, Subject, ask, ask_all, asked
from .seen import ACCEPTED, Answer, Answers, not_asked, seen, why_nothing

_PAGE = "https://example.com/"
_TAG = "euc.appstream:verify_read_back"
_MOST_TAGS = 50


def stack(connect: Connect, subject: Subject) -> Answers:
    """Make the stack, unless there is one, and ask what it takes."""
    client, name = connect("appstream"), subject.name
    made, result = asked(client, "create_stack", Name=name, Tags=dict(subject.tags))
    if made.get("seen") != ACCEPTED:
        return why_nothing("user_settings_by_default", made)
    arn = result["Stack"]["Arn"]
    usual = {one["Action"]: one["Permission"] for one in result["Stack"].get("UserSettings") or []}
    answers: Answers = {
        "user_settings_by_default": seen(usual),
        "deleting_stack_attribute_not_there": ask(
            client, "update_stack", Name=name, AttributesToDelete=["REDIRECT_URL"]
        ),
        **ask_all(client, _refused(name)),
        "update_stack_merges_lists": _merges_lists(client, name),
        "software_of_another_kind_of_resource": ask(client, "describe_software_associations", AssociatedResource=arn),
    }
    ask(client, "tag_resource", ResourceArn=arn, Tags={_TAG: "1"})
    _answer, read = asked(client, "list_tags_for_resource", ResourceArn=arn)
    answers["tags_read_back"] = seen(_TAG in (read.get("Tags") or {}))
    many = {f"euc.appstream:verify_{number}": "1" for number in range(_MOST_TAGS)}
    return {**answers, "more_than_50_tags": ask(client, "tag_resource", ResourceArn=arn, Tags=many)}


def _refused(name: str) -> list[Question]:
    changes: dict[str, dict[str, Any]] = {
        "stack_attribute_both_updated_and_deleted": {"RedirectURL": _PAGE, "AttributesToDelete": ["REDIRECT_URL"]},
        "stack_setting_named_twice": {"UserSettings": [_setting("FILE_UPLOAD", "ENABLED"), _setting("FILE_UPLOAD")]},
        "maximum_length_of_a_user_setting": {
            "UserSettings": [{**_setting("FILE_UPLOAD", "ENABLED"), "MaximumLength": 5}]
        },
        "admin_consent_for_another_storage_connector": _connector(
            "GOOGLE_DRIVE", Domains=["example.com"], DomainsRequireAdminConsent=["example.com"]
        ),
        "storage_connector_without_domains": _connector("ONE_DRIVE"),
        "application_settings_without_a_settings_group": {"ApplicationSettings": {"Enabled": True}},
        "settings_group_of_disabled_application_settings": {
            "ApplicationSettings": {"Enabled": False, "SettingsGroup": "verify"}
        },
    }
    return [Question(about, "update_stack", {"Name": name, **change}) for about, change in changes.items()]


def _connector(kind: str, **more: Any) -> dict[str, Any]:
    return {"StorageConnectors": [{"ConnectorType": kind, **more}]}


def _setting(action: str, permission: str = "DISABLED") -> dict[str, str]:
    return {"Action": action, "Permission": permission}


def _merges_lists(client: Any, name: str) -> Answer:
    """Set one user setting, then another one, and see whether the first is as it was set."""
    for action in ("FILE_UPLOAD", "FILE_DOWNLOAD"):
        answer = ask(client, "update_stack", Name=name, UserSettings=[_setting(action)])
        if answer.get("seen") != ACCEPTED:
            return not_asked("user settings could not be set")
    _answer, read = asked(client, "describe_stacks", Names=[name])
    settings = read["Stacks"][0].get("UserSettings") or [] if read.get("Stacks") else []
    return seen(any(one["Action"] == "FILE_UPLOAD" and one["Permission"] == "DISABLED" for one in settings))
