"""The reaper: what killed controllers have left behind goes, with its reason, and nothing else does."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest
from windows_box import newest_base_image
from workplace import (
    ACCESS_KEY,
    REGION,
    SECRET_KEY,
    Run,
    Workplace,
    descendants,
    open_workplace,
    with_suppressed_kill,
)

OTHER_REGION = "us-east-1"
OTHER_ACCOUNT = "222222222222"
OURS = {"euc.appstream:recipe": "design", "euc.appstream:run": "20261130T090000Z-1", "euc.appstream:image": "design-1"}
READING = ("Describe", "List", "Get", "AssumeRole")


def ago(hours: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


EXPIRED = {**OURS, "euc.appstream:expires": ago(30)}


def lock(hours: float = 0, run: str = "20261130T210000Z-4711") -> dict[str, str]:
    return {f"euc.appstream:lock:{run}": f"{ago(hours)} holding host=controller job=4711"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """One simulated account for all tests, which remove what they have made."""
    with open_workplace(tmp_path_factory.mktemp("clean-up") / "project") as opened:
        yield opened


def client(workplace: Workplace, service: str = "appstream", region: str = REGION, account: str = "") -> Any:
    keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
    made = {"region_name": region, "endpoint_url": workplace.endpoint}
    if account:
        sts = boto3.client("sts", **made, **keys)
        assumed = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/x", RoleSessionName="test")["Credentials"]
        keys = {
            "aws_access_key_id": assumed["AccessKeyId"],
            "aws_secret_access_key": assumed["SecretAccessKey"],
            "aws_session_token": assumed["SessionToken"],
        }
    return boto3.client(service, **made, **keys)


def add(workplace: Workplace, tags: dict[str, dict[str, str]], **where: str) -> None:
    """RUNNING image builders with these tags, by name."""
    appstream = client(workplace, **where)
    image = newest_base_image(workplace)
    for name, given in tags.items():
        appstream.create_image_builder(Name=name, InstanceType="stream.standard.medium", ImageName=image, Tags=given)
    workplace.wait_for(lambda: set(builders(workplace, **where).values()) <= {"RUNNING"}, 60)


def builders(workplace: Workplace, **where: str) -> dict[str, str]:
    found = client(workplace, **where).describe_image_builders()["ImageBuilders"]
    return {one["Name"]: one["State"] for one in found}


def remove_all(workplace: Workplace, **where: str) -> None:
    appstream = client(workplace, **where)
    for name, state in builders(workplace, **where).items():
        if state == "RUNNING":
            appstream.stop_image_builder(Name=name)
    workplace.wait_for(lambda: set(builders(workplace, **where).values()) <= {"STOPPED", "FAILED"}, 60)
    for name in builders(workplace, **where):
        appstream.delete_image_builder(Name=name)
    workplace.wait_for(lambda: builders(workplace, **where) == {}, 60)


def command(**options: Any) -> list[str]:
    given = {"clean_up_wait_delay": 1, **{f"clean_up_{name}": value for name, value in options.items()}}
    return ["ansible-playbook", "euc.appstream.clean_up", "-e", json.dumps(given)]


def clean_up(workplace: Workplace, *arguments: str, environment: dict[str, str] | None = None, **options: Any) -> Run:
    """Run the playbook as a schedule does."""
    workplace.control("calls", method="DELETE")
    return workplace.run([*command(**options), *arguments], environment)


def changing(workplace: Workplace) -> list[str]:
    return [one["operation"] for one in workplace.calls() if not one["operation"].startswith(READING)]


def text(run: Run) -> str:
    return " ".join(run.output.split())


def test_what_a_killed_controller_has_left_behind(workplace: Workplace) -> None:
    recipe = workplace.light("design")
    workplace.build_and_kill([recipe], lambda: any(one["State"] == "RUNNING" for one in workplace.builders().values()))
    young = clean_up(workplace)
    assert young.exit_code == 0, young.output
    assert "image builder design" in text(young) and " stays" in text(young), young.output
    assert list(workplace.builders()) == ["design"], "a rerun can go on with it"

    arn = workplace.builders()["design"]["Arn"]
    workplace.client("appstream").tag_resource(ResourceArn=arn, Tags={"euc.appstream:expires": ago(1)})
    run = clean_up(workplace, grace=0)
    assert run.exit_code == 0, run.output
    assert "is left over" in text(run) and "1 removed" in text(run), run.output
    assert workplace.builders() == {}


@pytest.mark.parametrize("head_start", [0.0, 4.0])
def test_a_rerun_at_the_same_time_loses_nothing(workplace: Workplace, head_start: float) -> None:
    """Whoever comes first: the builder goes and the rerun makes another, or it stays; the image is there in the end."""
    recipe = workplace.light("design", image_name="design-1")
    running = {"RUNNING"}
    workplace.build_and_kill([recipe], lambda: {one["State"] for one in workplace.builders().values()} == running)
    arn = workplace.builders()["design"]["Arn"]
    workplace.client("appstream").tag_resource(ResourceArn=arn, Tags={"euc.appstream:expires": ago(1)})
    reaped: list[Run] = []
    seconds = threading.Event()

    def reap() -> None:
        seconds.wait(head_start)
        reaped.append(workplace.run(command(grace=0)))

    reaper = threading.Thread(target=reap)
    reaper.start()
    rerun = workplace.build([recipe])
    reaper.join()
    assert reaped[0].exit_code == 0, reaped[0].output
    if rerun.exit_code:
        # Refused while the reaper held the lock.
        rerun = workplace.build([recipe])
    assert rerun.exit_code == 0, rerun.output + reaped[0].output
    assert workplace.images()["design-1"]["State"] == "AVAILABLE"
    assert workplace.builders() == {}


def test_each_by_its_reason(account: Workplace) -> None:
    add(
        account,
        {
            "expired": EXPIRED,
            "orphaned": {**OURS, "euc.appstream:recipe": "b", "euc.appstream:expires": ago(-10), **lock(7)},
            "locked": {**EXPIRED, "euc.appstream:recipe": "c", **lock()},
            "foreign": {"CostCenter": "42"},
        },
    )
    prices = {"stream.standard.medium": 0.1}
    predicted = clean_up(account, "--check", hourly_prices=prices)
    assert predicted.exit_code == 0, predicted.output
    told = text(predicted)
    for line in (
        "image builder expired (RUNNING, stream.standard.medium) is left over: expired at",
        "image builder orphaned (RUNNING, stream.standard.medium) is left over: orphaned: run 20261130T210000Z-4711 "
        "(AWX job 4711) on controller, last sign of life 420 minutes ago",
        "image builder locked (RUNNING, stream.standard.medium) stays: in use by run 20261130T210000Z-4711",
        "image builder foreign (RUNNING, stream.standard.medium) stays: it was not made by this collection",
        "To leave them would have cost 48 instance hours a day, 4.8 at the prices given; 2 would be removed",
    ):
        assert line in told, predicted.output
    assert changing(account) == [], "a dry run changes nothing"

    run = clean_up(account, hourly_prices=prices)
    assert run.exit_code == 0, run.output
    assert builders(account) == {"locked": "RUNNING", "foreign": "RUNNING"}
    assert "appstream_clean_up" in run.output, "set_stats hands it to AWX"

    again = clean_up(account)
    assert "changed=0" in again.output and changing(account) == []
    remove_all(account)


def test_an_image_in_the_making_keeps_its_builder_and_a_failed_one_goes(workplace: Workplace) -> None:
    workplace.control("outcomes", [{"image": "design-1", "error_code": "INTERNAL_SERVICE_ERROR", "times": 1}])
    run = workplace.build([workplace.light("design", image_name="design-1", on_error="keep")])
    assert run.exit_code == 2, run.output
    assert workplace.images()["design-1"]["State"] == "FAILED"
    (builder,) = workplace.builders().values()
    workplace.client("appstream").tag_resource(ResourceArn=builder["Arn"], Tags={"euc.appstream:expires": ago(1)})
    run = clean_up(workplace, grace=0)
    assert run.exit_code == 0, run.output
    assert workplace.images() == {} and workplace.builders() == {}

    # Slowly, so that the image is in the making for long enough.
    recipe = workplace.light("office", image_name="office-1")
    workplace.build_and_kill(
        [recipe], lambda: "SNAPSHOTTING" in {one["State"] for one in workplace.builders().values()}
    )
    workplace.control("clock", {"speed": 0})
    (builder,) = workplace.builders().values()
    workplace.client("appstream").tag_resource(ResourceArn=builder["Arn"], Tags={"euc.appstream:expires": ago(1)})
    run = clean_up(workplace, grace=0)
    assert run.exit_code == 0, run.output
    assert changing(workplace) == [], run.output
    assert "stays: " in text(run) and "office" in text(run)
    assert list(workplace.builders()) == ["office"] and list(workplace.images()) == ["office-1"]


def test_regions_and_accounts_of_which_some_refuse(account: Workplace) -> None:
    places = [
        {},
        {"region": OTHER_REGION},
        {"account": OTHER_ACCOUNT},
        {"region": OTHER_REGION, "account": OTHER_ACCOUNT},
    ]
    roles = [f"arn:aws:iam::{number}:role/clean-up" for number in ("123456789012", OTHER_ACCOUNT)]
    for place in places:
        add(account, {"left": EXPIRED}, **place)
    account.control("faults/aws", [{"match": "appstream:DescribeImages", "code": "AccessDeniedException", "times": 1}])
    try:
        run = clean_up(account, regions=[REGION, OTHER_REGION], assume_role_arns=roles)
    finally:
        account.control("faults/aws", method="DELETE")
    assert run.exit_code == 2, run.output
    told = text(run)
    assert f"{REGION} in role {roles[0]}: describe_images failed" in told, run.output
    assert [builders(account, **place) for place in places] == [{"left": "RUNNING"}, {}, {}, {}]
    assert "3 removed" in told
    assert "failed=1 " in told, "one failure, at the end"
    assert SECRET_KEY not in run.output

    again = clean_up(account, regions=[REGION, OTHER_REGION], assume_role_arns=roles)
    assert again.exit_code == 0, again.output
    assert builders(account) == {}


def test_one_that_cannot_be_removed_does_not_stop_the_others(account: Workplace) -> None:
    add(account, {"a-left": EXPIRED, "b-left": {**EXPIRED, "euc.appstream:recipe": "b"}})
    account.control(
        "faults/aws", [{"match": "appstream:StopImageBuilder", "code": "AccessDeniedException", "times": 1}]
    )
    try:
        run = clean_up(account)
    finally:
        account.control("faults/aws", method="DELETE")
    assert run.exit_code == 2, run.output
    assert "image_builder a-left: stop_image_builder failed for image builder a-left" in text(run), run.output
    assert builders(account) == {"a-left": "RUNNING"}
    arn = account.builders()["a-left"]["Arn"]
    left = account.client("appstream").list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert left == EXPIRED, "its lock is taken away, so that a rerun need not wait"
    remove_all(account)


def test_computer_accounts_stay_when_the_domain_is_out_of_reach(account: Workplace) -> None:
    """What is left over in AWS goes all the same. The accounts themselves are removed in tests with a real domain."""
    add(account, {"left": EXPIRED})
    domain = {"domain_server": "localhost", "domain_username": "nobody", "domain_password": "not-a-secret"}
    run = clean_up(account, organizational_unit="OU=Images,DC=corp,DC=example,DC=com", **domain)
    assert run.exit_code == 2, run.output
    assert "computer accounts: " in text(run) and "1 removed" in text(run), run.output
    assert builders(account) == {} and "not-a-secret" not in run.output


def test_transfer_files_need_one_place(account: Workplace) -> None:
    buckets = [{"bucket": "transfer", "prefix": "builds/"}]
    run = clean_up(account, transfer_buckets=buckets, regions=[REGION, OTHER_REGION])
    assert run.exit_code == 2 and "needs one account and Region alone" in text(run), run.output
    assert account.calls() == []


def test_a_reaper_that_is_killed_is_followed_by_another(account: Workplace) -> None:
    add(account, {"left": EXPIRED})
    account.control("faults/aws", [{"match": "appstream:DeleteImageBuilder", "delay": 60, "code": None, "times": 1}])
    reaper = subprocess.Popen(
        command(),
        cwd=account.folder,
        env=account.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        account.wait_for(lambda: builders(account).get("left") == "STOPPED" or reaper.poll() is not None, 120)
        assert reaper.poll() is None
    finally:
        for process in [reaper.pid, *descendants(reaper.pid)]:
            with_suppressed_kill(process)
        reaper.wait()
        account.control("faults/aws", method="DELETE")
    arn = account.builders()["left"]["Arn"]
    tags = account.client("appstream").list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert [key for key in tags if key.startswith("euc.appstream:lock:clean-up-")], "its lock is still there"
    young = clean_up(account)
    assert young.exit_code == 0 and "less than 6 hours ago" in text(young), young.output
    run = clean_up(account, grace=0)
    assert run.exit_code == 0, run.output
    assert builders(account) == {}


def test_throttled(account: Workplace) -> None:
    add(account, {"left": EXPIRED})
    account.control("faults/aws", [{"match": "appstream:.*", "every": 2, "times": 8}])
    try:
        run = clean_up(account)
    finally:
        account.control("faults/aws", method="DELETE")
    assert run.exit_code == 0, run.output
    assert builders(account) == {}


def test_a_rerun_that_comes_between_reading_and_removal(account: Workplace) -> None:
    """The removal of the first waits for its stop; meanwhile a run takes a lock on the second."""
    add(account, {"a-left": EXPIRED, "b-left": {**EXPIRED, "euc.appstream:recipe": "b"}})
    arn = account.builders()["b-left"]["Arn"]
    # The deletion of the first is slow enough for the lock to be there before the second is read again.
    account.control("faults/aws", [{"match": "appstream:DeleteImageBuilder", "delay": 2, "code": None, "times": 1}])

    def take() -> None:
        account.wait_for(lambda: builders(account).get("a-left") == "STOPPED", 60)
        account.client("appstream").tag_resource(ResourceArn=arn, Tags=lock(run="rerun"))

    rerun = threading.Thread(target=take)
    rerun.start()
    try:
        run = clean_up(account)
    finally:
        rerun.join()
        account.control("faults/aws", method="DELETE")
    assert run.exit_code == 0, run.output
    assert builders(account) == {"b-left": "RUNNING"}
    assert "1 removed, 1 kept meanwhile" in text(run), run.output
    assert "in use by run rerun" in text(run)
    remove_all(account)


@pytest.mark.oldest
def test_oldest_supported_core(account: Workplace, oldest_ansible: Path) -> None:
    environment = {
        "PATH": f"{oldest_ansible}/bin:{account.environment['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(oldest_ansible / "collections"),
    }
    roles = [f"arn:aws:iam::{number}:role/clean-up" for number in ("123456789012", OTHER_ACCOUNT)]
    add(account, {"left": EXPIRED, "locked": {**EXPIRED, "euc.appstream:recipe": "c", **lock()}})
    options: dict[str, Any] = {"assume_role_arns": roles, "regions": [REGION, OTHER_REGION]}
    predicted = clean_up(account, "--check", environment=environment, **options)
    assert predicted.exit_code == 0 and changing(account) == [], predicted.output
    denied = {"match": "appstream:DescribeImages", "code": "AccessDeniedException", "after": 1, "times": 1}
    account.control("faults/aws", [denied])
    try:
        run = clean_up(account, environment=environment, hourly_prices={"stream.standard.medium": 0.1}, **options)
    finally:
        account.control("faults/aws", method="DELETE")
    assert run.exit_code == 2, run.output
    assert f"{OTHER_REGION} in role {roles[0]}: describe_images failed" in text(run), run.output
    assert "24 instance hours a day, 2.4 at the prices given; 1 removed, 0 kept meanwhile" in text(run), run.output
    assert builders(account) == {"locked": "RUNNING"}
    remove_all(account)
