"""One recipe, one run: two controllers, killed and paused ones, and nobody loses a builder to somebody else."""

from __future__ import annotations

import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from workplace import Workplace

LOCK = "euc.appstream:lock:"
RUN = "euc.appstream:run"


def slow_role(workplace: Workplace, name: str = "slow") -> Path:
    """A role that goes on once a file is there; returns the file."""
    gate = workplace.folder / f"{name}.gate"
    waiting = {"name": "Wait", "ansible.builtin.wait_for": {"path": str(gate)}, "delegate_to": "localhost"}
    workplace.write_role(name, [waiting])
    return gate


def start(workplace: Workplace, recipe: dict[str, object], name: str, **variables: object) -> subprocess.Popen[bytes]:
    """Another controller's run, whose output goes to a file."""
    command = workplace.command([recipe], **variables)
    # Each run has variables of its own.
    extra = workplace.folder / f"{name}.yml"
    (workplace.folder / "extra.yml").rename(extra)
    command[command.index(f"@{workplace.folder}/extra.yml")] = f"@{extra}"
    return subprocess.Popen(
        command,
        cwd=workplace.folder,
        env=workplace.environment,
        stdout=(workplace.folder / f"{name}.txt").open("wb"),
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


def output(workplace: Workplace, name: str) -> str:
    return (workplace.folder / f"{name}.txt").read_text()


def tags(workplace: Workplace, name: str = "design") -> dict[str, str]:
    arn = workplace.builders()[name]["Arn"]
    found: dict[str, str] = workplace.client("appstream").list_tags_for_resource(ResourceArn=arn)["Tags"]
    return found


def holders(workplace: Workplace) -> list[str]:
    return [key.removeprefix(LOCK) for key in tags(workplace) if key.startswith(LOCK)]


def is_running(workplace: Workplace) -> bool:
    return workplace.builders().get("design", {}).get("State") == "RUNNING"


def elsewhere(minutes: float, phase: str = "holding") -> str:
    """The tag of a run on another controller, as old as that."""
    renewed = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    return f"{renewed:%Y-%m-%dT%H:%M:%SZ} {phase} machine=00000000 process=1.1 job=4711 host=other"


def test_a_run_beside_another_is_refused_at_every_step(workplace: Workplace) -> None:
    """Also with what would have made it delete the builder: a wrong password."""
    gate = slow_role(workplace)
    first = start(workplace, workplace.light("design", image_name="design-1", roles=["slow"]), "first")
    workplace.wait_for(lambda: "design" in workplace.builders() or first.poll() is not None, 60)
    recipe = workplace.light("design", image_name="design-1", on_error="delete")
    workplace.write_inventory(ansible_password="wrong")
    refused = 0
    while first.poll() is None:
        run = workplace.build([recipe], build_image_connect_timeout=10)
        if is_running(workplace) and refused >= 2:
            gate.touch()
        if run.exit_code:
            assert "The image is being built by run 2" in run.output, run.output
            assert "appstream_take_over=2" in run.output
            refused += 1
    assert first.returncode == 0, output(workplace, "first")
    assert refused >= 3
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    assert workplace.builders() == {}
    assert len(workplace.calls("DeleteImageBuilder")) == 1
    assert workplace.calls("StopImageBuilder") == []


@pytest.mark.parametrize("lock", [{}, {"type": "dynamodb", "table": "locks"}], ids=["tags", "dynamodb"])
def test_two_that_begin_together(workplace: Workplace, lock: dict[str, str]) -> None:
    workplace.client("dynamodb").create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "lock", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "lock", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    recipe = workplace.light("design", image_name="design-1")
    runs = [start(workplace, recipe, name, appstream_lock=lock) for name in ("first", "second")]
    codes = sorted(run.wait(120) for run in runs)
    printed = output(workplace, "first") + output(workplace, "second")
    assert codes == [0, 2], printed
    assert "being built by run" in printed
    assert {name: image["State"] for name, image in workplace.images().items()} == {"design-1": "AVAILABLE"}
    assert len(workplace.calls("CreateImageBuilder")) - len(_refused(workplace, "CreateImageBuilder")) == 1
    assert workplace.builders() == {}
    assert workplace.client("dynamodb").scan(TableName="locks")["Items"] == []


def _refused(workplace: Workplace, operation: str) -> list[object]:
    return [call for call in workplace.calls(operation) if call["status"] != 200]


def test_locks_of_other_controllers(workplace: Workplace) -> None:
    """A fresh one is respected, a stale one and one that is taken over are not; it says how to take over."""
    gate = slow_role(workplace)
    recipe = workplace.light("design", roles=["slow"], on_error="keep")
    workplace.build_and_kill([recipe], lambda: is_running(workplace))
    arn = workplace.builders()["design"]["Arn"]
    appstream = workplace.client("appstream")
    # The killed run's own lock is left, but its process is not.
    (killed,) = holders(workplace)
    appstream.tag_resource(ResourceArn=arn, Tags={f"{LOCK}20260101T000000Z-4711": elsewhere(5)})

    run = workplace.build([recipe])
    assert run.exit_code == 2, run.output
    assert "by run 20260101T000000Z-4711 (AWX job 4711) on other, last sign of life 5 minutes ago" in run.output
    run = workplace.build([recipe], "--check")
    assert "by run 20260101T000000Z-4711 (AWX job 4711)" in run.output
    assert holders(workplace) == [killed, "20260101T000000Z-4711"] or killed in holders(workplace)
    assert tags(workplace)[RUN] == killed, "nothing was changed"

    second = start(workplace, recipe, "second", appstream_take_over="20260101T000000Z-4711")
    workplace.wait_for(lambda: tags(workplace)[RUN] != killed or second.poll() is not None, 60)
    (taken,) = holders(workplace)
    assert tags(workplace)[RUN] == taken

    # Meanwhile it is taken over itself: its builder is left to the other run, whatever on_error says.
    appstream.untag_resource(ResourceArn=arn, TagKeys=[LOCK + taken])
    appstream.tag_resource(ResourceArn=arn, Tags={f"{LOCK}20260101T000000Z-1": elsewhere(31), RUN: "somebody"})
    second.kill()
    second.wait()
    third = workplace.light("design", roles=["broken"], on_error="delete")
    workplace.write_role("broken", [{"name": "Fail", "ansible.builtin.fail": {"msg": "no"}}])
    run = workplace.build([third])
    assert run.exit_code == 2 and "FAILED in roles" in run.output, "a stale lock is no hindrance"
    assert workplace.builders() == {}
    gate.touch()


def test_a_run_that_was_taken_over_ends_and_leaves_the_builder(workplace: Workplace) -> None:
    gate = slow_role(workplace)
    recipe = workplace.light("design", roles=["slow"], on_error="delete")
    first = start(workplace, recipe, "first", appstream_lock={"stale_after": 1})
    workplace.wait_for(lambda: is_running(workplace), 60)
    arn = workplace.builders()["design"]["Arn"]
    (mine,) = holders(workplace)
    appstream = workplace.client("appstream")
    appstream.untag_resource(ResourceArn=arn, TagKeys=[LOCK + mine])
    appstream.tag_resource(ResourceArn=arn, Tags={f"{LOCK}20260101T000000Z-9": elsewhere(0), RUN: "20260101T000000Z-9"})
    # A third of the minute after which it would be stale, until its next sign of life.
    time.sleep(21)
    gate.touch()
    assert first.wait(120) == 2, output(workplace, "first")
    printed = " ".join(output(workplace, "first").split())
    assert "Another run has taken over image builder design" in printed
    assert "was left to run 20260101T000000Z-9, which builds with it" in printed
    assert is_running(workplace)
    assert holders(workplace) == ["20260101T000000Z-9"]


def test_a_kept_builder_is_unlocked(workplace: Workplace) -> None:
    workplace.write_role("broken", [{"name": "Fail", "ansible.builtin.fail": {"msg": "no"}}])
    run = workplace.build([workplace.light("design", roles=["broken"], on_error="stop")])
    assert run.exit_code == 2, run.output
    assert workplace.builders()["design"]["State"] == "STOPPED"
    assert holders(workplace) == []
