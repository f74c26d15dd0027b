"""Each role in a play of the user's own, as its README shows it."""

from __future__ import annotations

from typing import Any

from workplace import Workplace


def role(role_name: str, **options: Any) -> dict[str, Any]:
    return {
        "role": f"euc.appstream.{role_name}",
        "vars": {f"{role_name}_{option}": value for option, value in options.items()},
    }


def test_roles_in_a_play_of_ones_own(workplace: Workplace) -> None:
    workplace.write_inventory({"children": {"appstream_image_builders": {"hosts": {"windows-box": {}}}}})
    seven_zip = workplace.seven_zip()
    catalog = {"name": "7zip", "display_name": "7-Zip", **seven_zip["launch"]}
    base_image = {"platform": "WINDOWS_SERVER_2022"}
    place = {"instance_type": "stream.standard.medium", "subnet_id": workplace.subnet_id}
    provision = role("provision_image_builder", name="box", base_image=base_image, **place, wait_delay=1)
    capture = {"name": "box-1", "image_builder_name": "box", "wait_delay": 1}
    register = {"euc.appstream.application_catalog": {"applications": [catalog]}}
    windows = {"hosts": "windows-box", "gather_facts": False}

    run = workplace.run_playbook(
        [
            {**windows, "roles": [provision]},
            {
                **windows,
                "roles": [role("connect_image_builder", name="box"), role("install_applications", list=[seven_zip])],
            },
        ]
    )
    assert run.exit_code == 0, run.output
    again = workplace.run_playbook(
        [
            {
                **windows,
                "roles": [provision, role("connect_image_builder"), role("install_applications", list=[seven_zip])],
            }
        ]
    )
    assert again.exit_code == 0, again.output
    assert "changed=0" in again.output, "nothing is created or installed twice"

    early = role("remove_image_builder", name="box", image_name="box-1", require_image=True, wait_delay=1)
    run = workplace.run_playbook([{"hosts": "localhost", "gather_facts": False, "roles": [early]}])
    assert run.exit_code == 2 and "is ABSENT, not AVAILABLE" in " ".join(run.output.split()), run.output
    assert "box" in workplace.builders(), "a builder without its image is left alone"

    run = workplace.run_playbook(
        [
            {**windows, "roles": [role("connect_image_builder", name="box")], "tasks": [register]},
            {**windows, "roles": [role("capture_image", **capture)]},
            {"hosts": "localhost", "gather_facts": False, "roles": [early]},
        ]
    )
    assert run.exit_code == 0, run.output
    assert workplace.images()["box-1"]["State"] == "AVAILABLE"
    assert workplace.builders() == {}


def test_the_steps_of_build_images_in_plays_of_ones_own(workplace: Workplace) -> None:
    """Without the playbook there is no callback plugin: a rescue still knows the task that failed."""
    workplace.write_role("fails", [{"name": "Break", "ansible.builtin.fail": {"msg": "no licence"}}])
    workplace.write_role("works", [{"ansible.windows.win_file": {"path": "C:\\{{ company }}", "state": "directory"}}])
    recipes = [
        workplace.light("design", roles=["works"], vars={"company": "Acme"}),
        workplace.light("office", roles=["fails"]),
    ]
    wait = {"build_image_wait_delay": 1}
    build = {"name": "Build", "ansible.builtin.include_role": {"name": "euc.appstream.build_image"}}
    results = "{{ groups['appstream_builds'] | map('extract', hostvars, 'build_image_result') | list }}"
    run = workplace.run_playbook(
        [
            {"hosts": "localhost", "gather_facts": False, "roles": [role("plan_images", recipes=recipes)]},
            {
                "hosts": "appstream_builds",
                "gather_facts": False,
                "strategy": "ansible.builtin.host_pinned",
                "vars": wait,
                "vars_files": ["{{ build_image_variables_file | default('/dev/null') }}"],
                "tasks": [build, {"name": "End the build", "ansible.builtin.meta": "end_host"}],
            },
            {
                "hosts": "localhost",
                "gather_facts": False,
                "roles": [
                    role("report_images", run="{{ plan_images_result.run }}", results=results, directory="reports")
                ],
            },
        ]
    )
    assert run.exit_code == 2, run.output
    images = {image["name"]: image for image in workplace.manifest()["images"]}
    assert images["design"]["failed"] is False and images["design"]["image"]["state"] == "AVAILABLE", run.output
    office = images["office"]
    assert (office["failed_step"], office["failed_task"], office["message"]) == ("roles", "Break", "no licence")
    made = [entry["arguments"].get("path") for entry in workplace.journal("module")]
    assert "C:\\Acme" in made and workplace.builders() == {}
