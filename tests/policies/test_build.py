"""Builds by a user who has the policy for builds, and by users who lack one of its actions.

Each user's image has a builder of its own. While it is built without an action the preflight's check of rights is off:
it would refuse most of these builds before anything is created. What it says is looked at apart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import build_cells
import identities
import pytest
from build_cells import Cell
from scopes import BUCKET, BUILD, TABLE
from workplace import RECORD, REGION, Run, Workplace

_DOMAIN = {"directory_name": "corp.example.com", "organizational_unit": "OU=Builders,DC=corp,DC=example,DC=com"}
GROUP = pytest.mark.xdist_group("build")


def build(workplace: Workplace, environment: dict[str, str], *arguments: str, **variables: Any) -> Run:
    """Build all images of the inventory."""
    settings = {"appstream_image_builder_quota": 20, "build_image_wait_delay": 10, **variables}
    command = workplace.command(None, "--forks", "24", *arguments, **settings)
    return workplace.run(command, {"EUC_APPSTREAM_FAST_CLOCK": "20", **environment})


def reported(workplace: Workplace) -> dict[str, dict[str, Any]]:
    """What the newest manifest has of each image."""
    return {one["name"]: one for one in workplace.manifest()["images"]}


def states(workplace: Workplace) -> tuple[dict[str, str], dict[str, str]]:
    """Those of all image builders, and of all images, by name."""
    return (
        {name: one["State"] for name, one in workplace.builders().items()},
        {name: one["State"] for name, one in workplace.images().items()},
    )


# The whole policy -----------------------------------------------------------------------------------------------------


def test_whole(tmp_path: Path) -> None:
    """Whoever has the policy is refused nothing, whatever there is before; this is also what is recorded."""
    with identities.open_enforced(tmp_path / "project") as workplace:
        names = {kind.replace(" ", "-"): kind for kind in build_cells.KINDS}
        build_cells.prepare(workplace, names)
        workplace.write_images({name: build_cells.host(workplace, name, kind) for name, kind in names.items()})
        document = identities.ALL if RECORD in os.environ else identities.policy(BUILD)
        keys = identities.make_user(workplace, "ci", document)
        run = build(workplace, identities.environment(keys))
        assert run.exit_code == 2, run.output
        found = reported(workplace)
        assert [name for name, one in found.items() if one["failed"]] == ["fails"], run.output
        assert "on purpose" in found["fails"]["message"]
        builders, images = states(workplace)
        assert images == {f"{name}-1": "AVAILABLE" for name in names if name != "fails"}
        assert builders == {"fails": "STOPPED"}
        assert identities.refused(workplace, keys) == []
        assert_no_doubt(run)


def test_whole_plan_of_a_session(tmp_path: Path) -> None:
    """What a plan asks for recipes that use everything, here with a session of a role."""
    with identities.open_enforced(tmp_path / "project") as workplace:
        workplace.write_images({"everything": everything(workplace)})
        document = identities.ALL if RECORD in os.environ else identities.policy(BUILD)
        session = identities.make_session(workplace, "ci", document)
        off = {"appstream_preflight": {"sources": "warning", "directory_config": "warning", "connection": "off"}}
        run = build(workplace, session, "--check", **off)
        assert run.exit_code == 0, run.output
        assert f"s3://{BUCKET}/gone.msi does not exist" in run.output, run.output
        assert_no_doubt(run)


def test_whole_lock_in_a_table(tmp_path: Path) -> None:
    """With ``appstream_lock`` a build holds its lock in a table of DynamoDB, by this module."""
    with identities.open_enforced(tmp_path / "project") as workplace:
        key = {"AttributeName": "lock", "AttributeType": "S"}
        workplace.client("dynamodb").create_table(
            TableName=TABLE,
            AttributeDefinitions=[key],
            KeySchema=[{"AttributeName": "lock", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        keys = {} if RECORD in os.environ else identities.make_user(workplace, "ci", identities.policy(BUILD))
        lock = {"builder_name": "design", "run": "a", "type": "dynamodb", "table": TABLE, "region": REGION, **keys}
        tasks = [
            {"name": f"Be {state}", "euc.appstream.build_lock": {**lock, "state": state}}
            for state in ("held", "renewed", "released")
        ]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        run = workplace.run_playbook([play], purpose=BUILD)
        assert run.exit_code == 0 and "changed=" in run.output, run.output


def everything(workplace: Workplace) -> dict[str, Any]:
    """A recipe about which the preflight asks all that it can ask."""
    s3, ec2 = workplace.client("s3"), workplace.client("ec2")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=BUCKET, Key="there.msi", Body=b"x")
    vpc = ec2.describe_subnets(SubnetIds=[workplace.subnet_id])["Subnets"][0]["VpcId"]
    service = "com.amazonaws.eu-west-1.appstream.streaming"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, VpcEndpointType="Interface")["VpcEndpoint"]
    build_cells.make_role(workplace)
    builder = {
        **build_cells.host(workplace, "any", build_cells.NEW)["appstream_builder"],
        "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": endpoint["VpcEndpointId"]}],
        "domain": _DOMAIN,
    }
    # An address: nothing here resolves names.
    sources = {**{name: f"s3://{BUCKET}/{name}.msi" for name in ("there", "gone")}, "loaded": "https://1.1.1.1/a.msi"}
    applications = [
        {"name": name, "install": {"source": source, "checksum": "none"}} for name, source in sources.items()
    ]
    return workplace.host(image_name="everything-1", builder=builder, applications=applications)


def assert_no_doubt(run: Run) -> None:
    """The preflight neither misses a right nor lacks one for its own questions."""
    doubts = ("may not call", "may be denied", "could not be checked", "AccessDenied", "UnauthorizedOperation")
    assert [text for text in doubts if text in run.output] == [], run.output


# Without an action ----------------------------------------------------------------------------------------------------


class Observed:
    """What has become of the images of users who each lack an action, and of all with the whole policy after that."""

    def __init__(self, folder: Path) -> None:
        with identities.open_enforced(folder) as workplace:
            cells = build_cells.cells()
            users = identities.make_users(workplace, BUILD)
            build_cells.prepare(workplace, {cell.name: cell.kind for cell in cells})
            hosts = {cell.name: build_cells.host(workplace, cell.name, cell.kind) for cell in cells}
            workplace.write_images(hosts)
            # The plan, on localhost, has the whole policy; each image has the keys of its user.
            (folder / "users.json").write_text(json.dumps({**users, "localhost": users[identities.WHOLE]}))
            own = "(lookup('ansible.builtin.file', 'users.json') | from_json)[inventory_hostname]"
            keys = {name: f"{{{{ {own}.{name} }}}}" for name in ("access_key", "secret_key")}
            off = {"appstream_preflight": {"permissions": "off"}, "appstream_image_builder_quota": 0}
            self.first = build(workplace, {}, appstream_aws=keys, **off)
            self.reported = reported(workplace)
            self.builders, self.images = states(workplace)
            mended = {name: {**host, "appstream_roles": []} for name, host in hosts.items()}
            workplace.write_images(mended)
            self.again = build(workplace, identities.environment(users[identities.WHOLE]), **off)
            self.builders_again, self.images_again = states(workplace)


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Observed]:
    """Made once, when the first test asks for it."""
    known: list[Observed] = []

    def of() -> Observed:
        if not known:
            known.append(Observed(tmp_path_factory.mktemp("without") / "project"))
        return known[0]

    return of


# What becomes of the builder, where the build does not end by deleting it: what it may not look at or stop, it leaves.
_LEFT_AS = {
    "appstream:DeleteImageBuilder": "STOPPED",
    "appstream:DescribeImages": "RUNNING",
    "appstream:StopImageBuilder": "RUNNING",
}


@GROUP
@pytest.mark.parametrize("cell", build_cells.cells(), ids=lambda cell: cell.action)
def test_without(observed: Callable[[], Observed], cell: Cell) -> None:
    """The build names the action that is missing, and the same command with the whole policy loses nothing."""
    seen = observed()
    one = seen.reported[cell.name]
    said = json.dumps([one["message"], one["left_to_do"], one["builder_outcome"]])
    assert f"not authorized to perform: {cell.action} on resource" in said, seen.first.output[-3000:]
    assert "Allow this action in the IAM policy" in said
    assert one["failed"] is (cell.action != "appstream:DeleteImageBuilder"), said
    expected = _LEFT_AS.get(cell.action, seen.builders.get(cell.name) and "STOPPED")
    assert seen.builders.get(cell.name) == expected, said
    assert seen.builders_again.get(cell.name) is None, seen.again.output[-3000:]
    assert seen.images_again[f"{cell.name}-1"] == "AVAILABLE", seen.again.output[-3000:]


@GROUP
def test_without_ends_and_converges(observed: Callable[[], Observed]) -> None:
    assert observed().first.exit_code == 2
    assert observed().again.exit_code == 0, observed().again.output[-3000:]


# What the preflight says of it --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, Any]]:
    """What the preflight finds of one recipe with the keys of each user, by user."""
    known: dict[str, Any] = {}

    def of() -> dict[str, Any]:
        if not known:
            with identities.open_enforced(tmp_path_factory.mktemp("preflight") / "project") as workplace:
                known.update(_found_by_preflight(workplace))
        return known

    return of


def _found_by_preflight(workplace: Workplace) -> dict[str, Any]:
    host = everything(workplace)
    image = {
        "name": "everything",
        "image_name": "everything-1",
        "base_image": host["appstream_base_image"],
        "builder": host["appstream_builder"],
        "s3_sources": [{"source": f"s3://{BUCKET}/{name}.msi"} for name in ("there", "gone")],
        "internet_hosts": ["1.1.1.1"],
    }
    tasks = []
    for name, keys in identities.make_users(workplace, BUILD).items():
        checks = {"sources": "warning", "directory_config": "warning"}
        task = {
            "name": name,
            "euc.appstream.preflight": {"images": [image], "checks": checks, "region": "eu-west-1", **keys},
        }
        keep = {"content": "{{ found | to_json }}", "dest": f"{workplace.folder}/{name}.json", "mode": "600"}
        tasks += [
            {**task, "register": "found", "ignore_errors": True},
            {"name": "Keep", "ansible.builtin.copy": keep, "changed_when": False},
        ]
    run = workplace.run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert run.exit_code == 0, run.output
    return {path.stem: json.loads(path.read_text()) for path in workplace.folder.glob("*.json")}


@pytest.mark.xdist_group("preflight")
@pytest.mark.parametrize("action", identities.actions(BUILD))
def test_the_preflight_without(findings: Callable[[], dict[str, Any]], action: str) -> None:
    """What a build surely needs is refused before anything is created, what it may need is warned of, by name."""
    found = findings()[identities.lacking(action)]
    if action in ("appstream:DescribeImageBuilders", "appstream:DescribeImages"):
        assert found["failed"] and action in found["msg"], found
        return
    [image] = found["images"]
    said = [text for text in [*image["problems"], *image["warnings"]] if action in text]
    if action == "s3:ListBucket":
        # What is missing then is only that an object is not there: it can't be told from one that may not be read.
        said = [text for text in said if "gone.msi" in text]
    if action.startswith("dynamodb:"):
        assert said == [], "a lock in a table is asked for by the build"
        return
    assert said, found
    assert any(action in text for text in image["problems"]) is (action in _CERTAIN), found


_CERTAIN = (
    "appstream:CreateImageBuilder",
    "appstream:DeleteImageBuilder",
    "appstream:ListTagsForResource",
    "appstream:TagResource",
    "iam:PassRole",
)
