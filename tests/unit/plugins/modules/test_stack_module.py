# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules stack and stack_info, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import stack, stack_info

Run = Callable[..., dict[str, Any]]

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234"
VISION = {"agent_action": "COMPUTER_VISION", "permission": "ENABLED"}
REPLAY = {
    "settings": [VISION],
    "screen_resolution": "W_1280xH_720",
    "screen_image_format": "PNG",
    "replay_session_enabled": True,
    "s3_bucket_arn": "arn:aws:s3:::agents",
    "kms_key_arn": KEY,
}
TO_LOCAL, FROM_LOCAL = "CLIPBOARD_COPY_TO_LOCAL_DEVICE", "CLIPBOARD_COPY_FROM_LOCAL_DEVICE"
# Every option with a value; its lists are in no order.
EVERYTHING: dict[str, Any] = {
    "description": "For all",
    "display_name": "Office",
    "redirect_url": "https://example.com/end",
    "feedback_url": "https://example.com/feedback",
    "storage_connectors": [
        {"connector_type": "ONE_DRIVE", "domains": ["b.com", "a.com"], "domains_require_admin_consent": ["b.com"]},
        {"connector_type": "HOMEFOLDERS"},
    ],
    "storage_connector_authentication": "FORCE_REAUTHENTICATION",
    "user_settings": [
        {"action": TO_LOCAL, "permission": "ENABLED", "maximum_length": 100},
        {"action": "FILE_DOWNLOAD", "permission": "DISABLED"},
    ],
    "application_settings": {"enabled": True, "settings_group": "office"},
    "access_endpoints": [{"vpce_id": "vpce-1123456789abcdef0"}, {"vpce_id": "vpce-0123456789abcdef0"}],
    "embed_host_domains": ["portal.example.com", "a.example.com"],
    "streaming_experience_settings": {"preferred_protocol": "UDP"},
    "content_redirection": {
        "host_to_client": {"enabled": True, "allowed_urls": ["https://b.com", "https://a.com"], "denied_urls": []}
    },
    "web_authn_redirection": {"enabled": True, "process_compatibility_list": ["firefox.exe", "chrome.exe"]},
    "agent_access_config": REPLAY,
    "tags": {"a": "b"},
}
OPTIONS = sorted(set(EVERYTHING) - {"tags"})
EMPTY = {str: "", list: [], dict: {}}
# Nothing of it can be taken away by an empty value; its default does it.
AUTHENTICATION = "storage_connector_authentication"


def empty(option: str) -> Any:
    return "REUSE_CREDENTIALS" if option == AUTHENTICATION else EMPTY[type(EVERYTHING[option])]


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(part) for key, part in value.items()}
    return [reordered(part) for part in reversed(value)] if isinstance(value, list) else value


def stored(simulated: Any, name: str = "office") -> dict[str, Any]:
    found = simulated.client("appstream").describe_stacks()["Stacks"]
    return next((one for one in found if one["Name"] == name), {})


def fleets(simulated: Any, name: str = "office") -> list[str]:
    return simulated.client("appstream").list_associated_fleets(StackName=name)["Names"]


@pytest.fixture(autouse=True)
def _fleets(simulated: Any) -> None:
    for name in ("first", "second"):
        simulated.client("appstream").create_fleet(
            Name=name,
            InstanceType="stream.standard.medium",
            ImageName="AppStream-WinServer2022-09-09-2026",
            ComputeCapacity={"DesiredInstances": 1},
        )
    simulated.server.calls.clear()


def both_ways(run_simulated: Run, simulated: Any, **options: Any) -> dict[str, Any]:
    """The result of a run, before which check mode has told the same and done nothing."""
    done = simulated.operations()
    predicted = run_simulated(stack, check_mode=True, **options)
    assert simulated.operations() == done
    result = run_simulated(stack, **options)
    assert (predicted["changed"], predicted.get("diff")) == (result["changed"], result.get("diff"))
    return result


def test_nothing_but_a_name(run_simulated: Run, simulated: Any) -> None:
    result = both_ways(run_simulated, simulated, name="office")
    assert (result["changed"], result["diff"]) == (True, {"before": {}, "after": {"tags": {}, "fleets": []}})
    assert (result["stack"]["name"], result["stack"]["fleets"]) == ("office", [])
    assert not both_ways(run_simulated, simulated, name="office")["changed"]
    assert simulated.operations() == ["CreateStack"]


def test_everything_at_once(run_simulated: Run, simulated: Any) -> None:
    result = both_ways(run_simulated, simulated, name="office", fleet="first", **EVERYTHING)
    assert result["changed"]
    assert (result["stack"]["tags"], result["stack"]["fleets"]) == ({"a": "b"}, ["first"])
    assert fleets(simulated) == ["first"]
    assert simulated.operations() == ["CreateStack", "AssociateFleet"]
    for options in (EVERYTHING, reordered(EVERYTHING)):
        again = both_ways(run_simulated, simulated, name="office", fleet="first", purge_attributes=True, **options)
        assert not again["changed"], again["diff"]
        assert again["diff"]["before"] == again["diff"]["after"]
    assert simulated.operations() == ["CreateStack", "AssociateFleet"]


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_is_set_and_taken_away(run_simulated: Run, simulated: Any, option: str) -> None:
    run_simulated(stack, name="office", description="kept", tags={"c": "d"})
    untouched = stored(simulated)
    for value in (EVERYTHING[option], empty(option)):
        assert both_ways(run_simulated, simulated, name="office", **{option: value})["changed"]
        assert not both_ways(run_simulated, simulated, name="office", **{option: value})["changed"]
    if option != "description":
        assert stored(simulated) == untouched
    assert simulated.operations() == ["CreateStack", "UpdateStack", "UpdateStack"]


def test_purging_what_is_left_out(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", fleet="first", tags={"c": "d"})
    untouched = stored(simulated)
    run_simulated(stack, name="office", **{option: EVERYTHING[option] for option in OPTIONS})
    assert not run_simulated(stack, name="office")["changed"]
    result = both_ways(run_simulated, simulated, name="office", purge_attributes=True)
    assert result["changed"]
    assert stored(simulated) == untouched
    assert (result["stack"]["fleets"], result["stack"]["tags"]) == (["first"], {"c": "d"})
    assert not both_ways(run_simulated, simulated, name="office", purge_attributes=True)["changed"]


def test_purging_everything_but_one(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", **EVERYTHING)
    run_simulated(stack, name="office", purge_attributes=True, redirect_url=EVERYTHING["redirect_url"])
    kept = {"Name", "Arn", "CreatedTime", "StackErrors", "UserSettings", "RedirectURL"}
    filled = {member for member, value in stored(simulated).items() if value not in ([], {"Enabled": False})}
    assert filled | {"StackErrors"} == kept


def test_connectors_that_are_not_listed_go(run_simulated: Run, simulated: Any) -> None:
    google = {"connector_type": "GOOGLE_DRIVE", "domains": ["example.com"]}
    run_simulated(stack, name="office", storage_connectors=EVERYTHING["storage_connectors"])
    both_ways(run_simulated, simulated, name="office", storage_connectors=[{"connector_type": "ONE_DRIVE"}, google])
    found = {one["ConnectorType"]: one for one in stored(simulated)["StorageConnectors"]}
    assert sorted(found) == ["GOOGLE_DRIVE", "ONE_DRIVE"]
    assert found["ONE_DRIVE"]["Domains"] == ["a.com", "b.com"], "what is not said of it stays"


def test_user_settings_that_are_not_listed_stay(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", user_settings=EVERYTHING["user_settings"])
    off = [{"action": FROM_LOCAL, "permission": "DISABLED"}]
    assert both_ways(run_simulated, simulated, name="office", user_settings=off)["changed"]
    found = {one["Action"]: one for one in stored(simulated)["UserSettings"]}
    assert found[TO_LOCAL]["MaximumLength"] == 100
    assert (found[FROM_LOCAL]["Permission"], found["FILE_DOWNLOAD"]["Permission"]) == ("DISABLED", "DISABLED")
    same = [{"action": TO_LOCAL, "permission": "ENABLED"}]
    assert not both_ways(run_simulated, simulated, name="office", user_settings=same)["changed"]
    most = [{**same[0], "maximum_length": 20971520}]
    assert both_ways(run_simulated, simulated, name="office", user_settings=most)["changed"]
    assert not both_ways(run_simulated, simulated, name="office", user_settings=most)["changed"]


def test_parts_of_agent_access(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", agent_access_config=REPLAY)
    for part, told in (
        ({"settings": [{"agent_action": "COMPUTER_INPUT", "permission": "ENABLED"}]}, "settings"),
        ({"kms_key_arn": ""}, "kms_key_arn"),
        ({"kms_key_arn": KEY}, "kms_key_arn"),
        ({"replay_session_enabled": False}, "kms_key_arn"),
        ({"screenshots_upload_enabled": True, "user_control_mode": "VIEW_ONLY"}, "user_control_mode"),
        ({"screenshots_upload_enabled": False}, "screenshots_upload_enabled"),
    ):
        result = both_ways(run_simulated, simulated, name="office", agent_access_config=part)
        assert result["changed"], part
        before, after = (result["diff"][side]["agent_access_config"] for side in ("before", "after"))
        assert before.get(told) != after.get(told)
        assert not both_ways(run_simulated, simulated, name="office", agent_access_config=part)["changed"], part
    actions = {one["AgentAction"] for one in stored(simulated)["AgentAccessConfig"]["Settings"]}
    assert actions == {"COMPUTER_INPUT", "COMPUTER_VISION"}


def test_parts_of_other_structures(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", **EVERYTHING)
    parts: tuple[dict[str, Any], ...] = (
        {"application_settings": {"enabled": True}},
        {"application_settings": {"enabled": True, "settings_group": "office"}},
        {"content_redirection": {"host_to_client": {"enabled": True}}},
        {"web_authn_redirection": {"enabled": True}},
    )
    for part in parts:
        assert not both_ways(run_simulated, simulated, name="office", **part)["changed"], part
    emptied = {"content_redirection": {"host_to_client": {"enabled": False, "allowed_urls": []}}}
    assert both_ways(run_simulated, simulated, name="office", **emptied)["changed"]
    assert stored(simulated)["ContentRedirection"] == {"HostToClient": {"Enabled": False, "AllowedUrls": []}}
    assert not both_ways(run_simulated, simulated, name="office", **emptied)["changed"]
    assert both_ways(run_simulated, simulated, name="office", application_settings={"enabled": False})["changed"]
    assert stored(simulated)["ApplicationSettings"] == {"Enabled": False}


def test_tags(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", tags={"a": "b", "c": "d"})
    added = both_ways(run_simulated, simulated, name="office", tags={"e": 1}, purge_tags=False)
    assert added["stack"]["tags"] == {"a": "b", "c": "d", "e": "1"}
    replaced = both_ways(run_simulated, simulated, name="office", tags={"e": "1"})
    arn = replaced["stack"]["arn"]
    assert simulated.client("appstream").list_tags_for_resource(ResourceArn=arn)["Tags"] == {"e": "1"}
    assert not both_ways(run_simulated, simulated, name="office", tags={"e": "1"})["changed"]
    assert simulated.operations() == ["CreateStack", "TagResource", "UntagResource"]


def test_the_fleet_of_a_stack(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", fleet="first")
    assert not both_ways(run_simulated, simulated, name="office", fleet="first")["changed"]
    assert not both_ways(run_simulated, simulated, name="office")["changed"]
    simulated.server.calls.clear()
    moved = both_ways(run_simulated, simulated, name="office", fleet="second")
    assert (moved["changed"], moved["stack"]["fleets"], fleets(simulated)) == (True, ["second"], ["second"])
    assert simulated.operations() == ["DisassociateFleet", "AssociateFleet"]
    off = both_ways(run_simulated, simulated, name="office", fleet="")
    assert (off["changed"], off["stack"]["fleets"], fleets(simulated)) == (True, [], [])
    assert not both_ways(run_simulated, simulated, name="office", fleet="")["changed"]


def test_a_fleet_that_does_not_exist(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", fleet="first")
    simulated.server.calls.clear()
    for name in ("office", "new"):
        for check_mode in (False, True):
            result = run_simulated(stack, check_mode, name=name, fleet="none", description="new", tags={"a": "b"})
            assert result["failed"] and "none, which does not exist" in result["msg"]
            assert "Create the fleet first" in result["remedy"]
    assert (simulated.operations(), fleets(simulated), stored(simulated, "new")) == ([], ["first"], {})


def test_a_fleet_in_use_stays_and_the_next_run_goes_on(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", fleet="first")
    simulated.fail(match="appstream:DisassociateFleet", code="ResourceInUseException", status=400)
    for options in ({"fleet": "second", "description": "new"}, {"state": "absent"}):
        result = run_simulated(stack, name="office", **options)
        assert result["failed"] and result["error"]["code"] == "ResourceInUseException"
        assert "streaming sessions" in result["remedy"] and not result["retryable"]
        assert fleets(simulated) == ["first"]
    simulated.server.gateway.faults.clear()
    assert run_simulated(stack, name="office", fleet="second", description="new")["changed"]
    assert (fleets(simulated), stored(simulated)["Description"]) == (["second"], "new")


def test_deleting(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", fleet="first")
    simulated.server.calls.clear()
    deleted = both_ways(run_simulated, simulated, name="office", state="absent")
    assert (deleted["changed"], deleted["stack"], deleted["diff"]["after"]) == (True, None, {})
    assert simulated.operations() == ["DisassociateFleet", "DeleteStack"]
    assert not both_ways(run_simulated, simulated, name="office", state="absent", redirect_url="x" * 2000)["changed"]
    assert len(simulated.client("appstream").describe_fleets()["Fleets"]) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "-x"}, "name '-x'"),
        ({"fleet": "a b"}, "fleet 'a b'"),
        ({"description": "x" * 257}, "description has 257"),
        ({"display_name": "x" * 101}, "display_name has 101"),
        ({"redirect_url": "x" * 1001}, "redirect_url has 1001"),
        ({"feedback_url": "x" * 1001}, "feedback_url has 1001"),
        ({"storage_connectors": [{"connector_type": "ONE_DRIVE"}] * 2}, "ONE_DRIVE 2 times"),
        ({"storage_connectors": [{"connector_type": "ONE_DRIVE"}]}, "ONE_DRIVE needs domains"),
        ({"user_settings": [{"action": "FILE_UPLOAD", "permission": "ALLOWED"}]}, "value of permission"),
        ({"application_settings": {"enabled": True}}, "need a settings_group"),
        ({"application_settings": {"settings_group": "x"}}, "application_settings needs enabled"),
        ({"embed_host_domains": ["Example.com"]}, "embed_host_domains 'Example.com'"),
        ({"agent_access_config": {"settings": [VISION]}}, "needs screen_resolution, screen_image_format"),
        ({"tags": {"aws:x": "y"}}, "tag key"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_done(
    run_simulated: Run, simulated: Any, options: dict[str, Any], told: str
) -> None:
    for check_mode in (False, True):
        result = run_simulated(stack, check_mode, **{"name": "office", "fleet": "first", **options})
        assert result["failed"] and told in result["msg"]
    assert simulated.operations() == []


def test_an_older_botocore_is_told_of_first(
    run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_simulated(stack, name="office")
    model = simulated.client("appstream").meta.service_model
    for operation in ("CreateStack", "UpdateStack"):
        members = model.operation_model(operation).input_shape.members
        monkeypatch.delitem(members, "WebAuthnRedirection")
        monkeypatch.delitem(members["AgentAccessConfig"].members, "KmsKeyArn")
    simulated.server.calls.clear()
    for name in ("office", "new"):
        result = run_simulated(
            stack,
            name=name,
            fleet="first",
            tags={"a": "b"},
            **{option: EVERYTHING[option] for option in ("web_authn_redirection", "agent_access_config")},
        )
        assert "does not know AgentAccessConfig.KmsKeyArn, WebAuthnRedirection" in result["msg"]
    assert simulated.operations() == []


CALLS = [
    "CreateStack",
    "UpdateStack",
    "DescribeStacks",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
    "ListAssociatedFleets",
    "DescribeFleets",
    "DisassociateFleet",
    "AssociateFleet",
    "DeleteStack",
]


@pytest.mark.parametrize(
    "fault",
    [
        {"code": "RequestLimitExceededException"},
        {"match": "appstream:(?!Describe|List).*", "code": "ConcurrentModificationException"},
        {"code": "InternalFailure", "status": 500},
        {"drop": True},
        {"drop": "after"},
    ],
    ids=str,
)
def test_every_call_fails_once(run_simulated: Run, simulated: Any, fault: dict[str, Any]) -> None:
    for options in (
        {"fleet": "first", "tags": {"a": "b"}, **{key: EVERYTHING[key] for key in ("redirect_url", "user_settings")}},
        {"fleet": "second", "tags": {"c": "d"}, "redirect_url": "", "description": "new"},
        {"state": "absent"},
    ):
        simulated.fail(**{"match": "appstream:.*", "per_operation": 1, **fault})
        result = run_simulated(stack, name="office", **options)
        assert result["changed"] and not result.get("failed"), result
        assert simulated.server.gateway.faults.list()[0]["fired"] >= 2
        simulated.server.gateway.faults.clear()
        assert not run_simulated(stack, name="office", **options)["changed"]
    assert stored(simulated) == {}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_is_refused_is_made_up_for_by_the_next_run(run_simulated: Run, simulated: Any, call: str) -> None:
    wanted = {"fleet": "second", "tags": {"c": "d"}, "redirect_url": "", "description": "new"}
    run_simulated(stack, name="office", fleet="first", tags={"a": "b"}, redirect_url="https://example.com")
    name = "new" if call == "CreateStack" else "office"
    step = {"state": "absent"} if call == "DeleteStack" else wanted
    simulated.fail(match=f"appstream:{call}", code="AccessDeniedException", status=400)
    result = run_simulated(stack, name=name, **step)
    assert result["failed"] and result["error"]["code"] == "AccessDeniedException"
    assert "IAM policy" in result["remedy"]
    simulated.server.gateway.faults.clear()
    assert run_simulated(stack, name=name, **step)["changed"]
    assert not run_simulated(stack, name=name, **step)["changed"]
    if step is wanted:
        found = stored(simulated, name)
        assert (found["Description"], "RedirectURL" in found, fleets(simulated, name)) == ("new", False, ["second"])


def test_a_fleet_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:AssociateFleet", code="ResourceNotFoundException", status=400, times=5)
    result = run_simulated(stack, name="office", fleet="first")
    assert (result["changed"], result["actions"]) == (True, ["create", "associate"])
    assert fleets(simulated) == ["first"]


def test_what_was_done_before_a_failure_is_returned(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:AssociateFleet", code="AccessDeniedException", status=400)
    result = run_simulated(stack, name="office", fleet="first", tags={"a": "b"})
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["create"])
    assert (result["stack"]["name"], result["stack"]["tags"], result["stack"]["fleets"]) == ("office", {"a": "b"}, [])
    again = run_simulated(stack, name="office", fleet="first", tags={"a": "b"})
    assert (again["failed"], again["changed"], again["actions"]) == (True, False, [])


def test_information(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated.server.settings, "page_size", 2)
    for name in ("e", "d", "c", "b", "a"):
        run_simulated(stack, name=name, fleet="first" if name == "c" else None, tags={"of": name})
    found = run_simulated(stack_info)["stacks"]
    assert [(one["name"], one["tags"]["of"], one["fleets"]) for one in found] == [
        (name, name, ["first"] if name == "c" else []) for name in "abcde"
    ]
    some = run_simulated(stack_info, names=["d", "none", "a"])
    assert [one["name"] for one in some["stacks"]] == ["a", "d"]
    assert not run_simulated(stack_info, names=[])["stacks"]


def test_information_with_little(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", **EVERYTHING)
    simulated.server.calls.clear()
    simulated.fail(match="appstream:List.*", code="AccessDeniedException", status=400)
    assert run_simulated(stack_info)["failed"]
    (found,) = run_simulated(stack_info, include_tags=False, include_fleets=False)["stacks"]
    assert not found.keys() & {"tags", "fleets"}


def test_tags_that_were_removed_before_a_failure_count(run_simulated: Run, simulated: Any) -> None:
    run_simulated(stack, name="office", tags={"a": "b"})
    simulated.fail(match="appstream:TagResource", code="AccessDeniedException", status=400)
    result = run_simulated(stack, name="office", tags={"c": "d"})
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["untag"])
    assert result["stack"]["tags"] == {}
