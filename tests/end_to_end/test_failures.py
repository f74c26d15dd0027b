"""What we fear: each failure ends in a clear message and a safe state, and the same command goes on from there."""

from __future__ import annotations

import re

import pytest
from workplace import Workplace


def failing_application(workplace: Workplace) -> dict[str, object]:
    """An application of the shelf whose installer always ends with exit code 1603."""
    return {
        "name": "broken",
        "install": {
            "source": "https://downloads.example.com/broken/broken-1.0.msi",
            "checksum": f"sha256:{workplace.checksums['broken']}",
        },
    }


def states(workplace: Workplace) -> dict[str, str]:
    return {name: builder["State"] for name, builder in workplace.builders().items()}


def test_snapshot_fails(workplace: Workplace) -> None:
    workplace.control("outcomes", {"image": ".*", "error_code": "INTERNAL_SERVICE_ERROR", "times": 3})
    recipes = [
        workplace.recipe(policy, image_name=f"{policy}-1", on_error=policy) for policy in ("delete", "stop", "keep")
    ]
    run = workplace.build(recipes)
    assert run.exit_code == 2, run.output
    assert re.search(r"delete failed at capture.*INTERNAL_SERVICE_ERROR", " ".join(run.output.split()))
    assert states(workplace) == {"stop": "STOPPED", "keep": "STOPPED"}
    assert {image["failed_step"] for image in workplace.manifest()["images"]} == {"capture"}

    run = workplace.build(recipes)
    assert run.exit_code == 0, run.output
    assert {name: image["State"] for name, image in workplace.images().items()} == dict.fromkeys(
        ("delete-1", "stop-1", "keep-1"), "AVAILABLE"
    )
    assert states(workplace) == {}


def test_installation_fails(workplace: Workplace) -> None:
    broken = [failing_application(workplace)]
    run = workplace.build(
        [workplace.recipe(policy, applications=broken, on_error=policy) for policy in ("delete", "stop", "keep")]
    )
    assert run.exit_code == 2, run.output
    assert "1603" in run.output and "broken" in run.output
    assert workplace.images() == {}
    assert states(workplace) == {"stop": "STOPPED", "keep": "RUNNING"}
    assert "create-image-builder-streaming-url" in run.output, "how to look at the builder that was kept"


def test_one_of_three_images_fails(workplace: Workplace) -> None:
    run = workplace.build(
        [
            workplace.recipe("design"),
            workplace.recipe("broken", applications=[failing_application(workplace)]),
            workplace.recipe("office"),
        ]
    )
    assert run.exit_code == 2, run.output
    assert sorted(name.rsplit("-", 1)[0] for name in workplace.images()) == ["design", "office"]
    assert workplace.builders() == {}
    failure = run.output[run.output.index("Fail once for all images") :]
    assert "broken" in failure and "install" in failure and "1603" in failure


def test_builder_ends_failed(workplace: Workplace) -> None:
    workplace.control("outcomes", {"builder": "design", "error_code": "DOMAIN_JOIN_ERROR_ACCESS_DENIED", "times": 1})
    recipes = [workplace.recipe("design", on_error="stop"), workplace.recipe("office", image_name="office-1")]
    run = workplace.build(recipes)
    assert run.exit_code == 2, run.output
    assert "DOMAIN_JOIN_ERROR_ACCESS_DENIED" in run.output
    assert "service account" in run.output, "the remedy is named"
    assert [name.rsplit("-", 1)[0] for name in workplace.images()] == ["office"]
    assert states(workplace) == {"design": "FAILED"}

    run = workplace.build(recipes)
    assert run.exit_code == 0, run.output
    assert sorted(name.rsplit("-", 1)[0] for name in workplace.images()) == ["design", "office"]
    assert states(workplace) == {}


def test_connection_lost_for_good_in_a_users_role(workplace: Workplace) -> None:
    workplace.write_role(
        "baseline",
        [{"name": f"Step {number}", "ansible.windows.win_ping": {"data": f"step {number}"}} for number in range(4)],
    )
    lost = {"host": "design", "kind": "refuse", "match": "win_ping", "after": 2, "times": 100000}
    workplace.control("faults/windows", [lost])
    settings = {
        "ansible_winrm_connection_timeout": 5,
        "ansible_winrm_read_timeout_sec": 6,
        "ansible_winrm_operation_timeout_sec": 5,
    }
    workplace.write_inventory(**settings)
    run = workplace.build(
        [workplace.recipe("design", roles=["baseline"]), workplace.recipe("office", roles=["baseline"])]
    )
    assert run.exit_code == 2, run.output
    assert [name.rsplit("-", 1)[0] for name in workplace.images()] == ["office"]
    assert workplace.builders() == {}, "the policy applies although rescue is skipped for unreachable hosts"
    assert {image["name"]: image["failed_step"] for image in workplace.manifest()["images"]} == {
        "design": "roles",
        "office": None,
    }


def test_the_only_connection_is_lost_for_good(workplace: Workplace) -> None:
    workplace.write_role(
        "baseline", [{"name": "Step", "ansible.windows.win_ping": {}}, {"name": "Step", "ansible.windows.win_ping": {}}]
    )
    workplace.control(
        "faults/windows", [{"host": "design", "kind": "refuse", "match": "win_ping", "after": 1, "times": 100000}]
    )
    workplace.write_inventory(ansible_winrm_read_timeout_sec=6, ansible_winrm_operation_timeout_sec=5)
    run = workplace.build([workplace.recipe("design", roles=["baseline"], on_error="stop")])
    assert run.exit_code == 2, run.output
    assert {builder["State"] for builder in workplace.builders().values()} == {"STOPPED"}
    assert workplace.manifest()["images"][0]["failed"] is True


def test_connection_lost_under_a_limit_without_localhost(workplace: Workplace) -> None:
    workplace.write_role("baseline", [{"name": "Step", "ansible.windows.win_ping": {}} for _step in range(2)])
    workplace.control("faults/windows", [{"host": "design", "kind": "refuse", "match": "win_ping", "after": 1}])
    recipe = workplace.recipe("any", roles=["baseline"])
    variables = {f"appstream_{key}": recipe[key] for key in ("base_image", "builder", "roles", "applications")}
    images = {"hosts": {"design": {}, "office": {}, "left-out": {}}, "vars": variables}
    groups = {"children": {"appstream_image_builders": {}, "appstream_images": images}}
    workplace.write_inventory(groups, ansible_winrm_read_timeout_sec=6, ansible_winrm_operation_timeout_sec=5)
    run = workplace.build(None, "--limit", "design,office")
    assert run.exit_code == 2, run.output
    assert {image["name"]: image["failed"] for image in workplace.manifest()["images"]} == {
        "design": True,
        "office": False,
    }
    assert states(workplace) == {}


def test_a_no_log_failure_stays_hidden(workplace: Workplace) -> None:
    fail = {"name": "Licence", "ansible.builtin.fail": {"msg": "licence key hunter2"}, "no_log": True}
    workplace.write_role("licence", [fail])
    run = workplace.build([workplace.recipe("design", roles=["licence"])])
    assert run.exit_code == 2, run.output
    # ansible-core itself shows the text of a fail task; what must not pass it on is the report and what AWX gets.
    reported = run.output[run.output.index("PLAY [Report]") :]
    assert "hunter2" not in reported + str(workplace.manifest())
    assert "the task has no_log" in run.output


def test_create_image_outlives_its_connection(workplace: Workplace) -> None:
    workplace.control(
        "faults/windows",
        [{"host": "design", "kind": "drop", "when": "after", "match": "create-image --name(?!.*dry-run)", "times": 1}],
    )
    run = workplace.build([workplace.recipe("design")])
    assert run.exit_code == 0, run.output
    assert len(workplace.images()) == 1 and workplace.builders() == {}


def test_throttled_at_every_aws_call(workplace: Workplace) -> None:
    workplace.control(
        "faults/aws",
        [
            {
                "match": ".*",
                "per_operation": 3,
                "times": 100000,
                "code": "ThrottlingException",
                "message": "Rate exceeded",
            }
        ],
    )
    run = workplace.build([workplace.recipe("design")])
    assert run.exit_code == 0, run.output
    assert len(workplace.images()) == 1 and workplace.builders() == {}


def test_wrong_windows_password(workplace: Workplace) -> None:
    run = workplace.build(
        [workplace.recipe("design")], environment={"WINDOWS_PASSWORD": "wrong"}, build_image_connect_timeout=8
    )
    assert run.exit_code == 2, run.output
    assert "credentials" in run.output
    assert workplace.manifest()["images"][0]["failed_step"] == "connect"
    assert workplace.builders() == {}


def test_somebody_elses_builder_is_left_alone(workplace: Workplace) -> None:
    appstream = workplace.client("appstream")
    base = appstream.describe_images(Type="PUBLIC")["Images"]
    usable = next(image for image in base if image["State"] == "AVAILABLE" and image["ImageBuilderSupported"])
    appstream.create_image_builder(Name="design", InstanceType="stream.standard.medium", ImageName=usable["Name"])
    run = workplace.build([workplace.recipe("design")])
    assert run.exit_code == 2, run.output
    assert "design" in workplace.builders()
    assert workplace.images() == {}


@pytest.mark.parametrize("phase", ["provision", "install", "capture"])
def test_killed_and_run_again(workplace: Workplace, phase: str) -> None:
    recipe = workplace.recipe("design")
    moments = {
        "provision": lambda: any(builder["State"] == "PENDING" for builder in workplace.builders().values()),
        "install": lambda: any(
            "win_get_url" in str(entry) or "win_package" in str(entry) for entry in workplace.journal()
        ),
        "capture": lambda: bool(workplace.images()),
    }
    workplace.build_and_kill([recipe], moments[phase])

    run = workplace.build([recipe])

    assert run.exit_code == 0, run.output
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    assert workplace.builders() == {}
    assert len([call for call in workplace.calls("CreateImageBuilder") if call["status"] == 200]) == 1, (
        "no second builder"
    )
