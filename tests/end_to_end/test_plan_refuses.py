"""What the controller can know is refused by the plan, in all recipes at once, and before AWS is asked."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from workplace import Run, Workplace


def refused(run: Run, workplace: Workplace) -> dict[str, list[str]]:
    """Lines of the plan's message by recipe; nothing else may have happened."""
    assert run.exit_code == 2, run.output
    assert workplace.calls() == [], "AWS was not asked"
    message = run.output.partition("nothing was created:")[2].partition("ansible-doc -t role")[0]
    lines: dict[str, list[str]] = {}
    for line in message.splitlines()[1:]:
        recipe, _colon, problem = line.strip().partition(": ")
        lines.setdefault(recipe, []).append(problem)
    return lines


SLIPS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown-key": ({"on_eror": "keep"}, "on_eror is not a known key; did you mean on_error?"),
    "unknown-part": ({"seal": {"remove_acess": False}}, "seal.remove_acess is not a known key; did you mean remove_ac"),
    "role-key": ({"roles": [{"name": "x", "var": {}}]}, "roles[1].var is not a known key; did you mean vars?"),
    "empty-role": ({"roles": [None]}, "roles[1] is empty"),
    "type": ({"windows": {"updates": True}}, "windows.updates must be a dictionary, not true"),
    "number": (
        {"applications": [{"name": "a", "version": 24.10, "install": {"package": "a"}}]},
        "applications[1].version must be text, but YAML has read it as a number (24.1): put it in quotes",
    ),
    "list": (
        {"applications": [{"name": "a", "install": {"package": ["vlc", "putty"]}}]},
        "applications[1].install.package must be text, not ['vlc', 'putty']",
    ),
    "undefined": ({"description": "{{ nobody }}"}, "description: 'nobody' is undefined"),
    "display-name": ({"display_name": "x" * 101}, "display_name has 101 characters, at most 100 are allowed"),
    "description": ({"description": "x" * 300}, "description has 300 characters, at most 256 are allowed"),
    "tag": ({"tags": {"aws:x": "1"}}, "tags: tag key 'aws:x' must have 1 to 128 characters and not begin with aws:"),
    "time-zone": ({"windows": {"time_zone": "CET"}}, "windows.time_zone: CET is not a time zone of Windows"),
    "launch": (
        {"applications": [{"name": "a", "launch": {"path": "%ProgramFiles%\\a.exe"}}]},
        "applications: a: path '%ProgramFiles%\\\\a.exe' must be an absolute Windows path",
    ),
    "icon": (
        {"applications": [{"name": "a", "launch": {"path": "C:\\a.exe", "icon": "files/a.png"}}]},
        "applications[1] (a).launch.icon: the controller has no files/a.png in",
    ),
    "share": (
        {"applications": [{"name": "a", "install": {"source": "//server/share/x.exe", "checksum": "none"}}]},
        "//server/share/x.exe is no source; a share is written with backslashes: \\\\server\\share\\x.exe",
    ),
    "s3": (
        {"applications": [{"name": "a", "install": {"source": "s3:/b/k.exe", "checksum": "none"}}]},
        "s3:/b/k.exe is no source; it is written s3://b/k.exe",
    ),
    "builder-file": (
        {"applications": [{"name": "a", "install": {"source": "C:\\Temp\\x.exe"}}]},
        "C:\\Temp\\x.exe is a file of the builder, which is no source",
    ),
    "nothing": (
        {"applications": [{"name": "a", "install": None}]},
        "applications[1] (a) says neither how it is installed nor what shows that it is there",
    ),
    "volume": ({"builder": {"root_volume_size": 50}}, "builder: root_volume_size 50 is not between 200 and 500"),
    "instance-type": (
        {"builder": {"instance_type": "stream.standart.medium"}},
        "builder: instance_type 'stream.standart.medium' is of no known family; did you mean stream.standard.medium?",
    ),
    "session-script": (
        {"sessions": {"session_scripts": {"files": [{"src": "start.ps1"}]}}},
        "sessions.session_scripts.files[1].src: the controller has no start.ps1 in",
    ),
    "reserved-variable": ({"vars": {"ansible_user": "x"}}, "vars.ansible_user can't be set here"),
    "localhost": ({"name": "localhost"}, "name localhost is Ansible's own"),
    "group": ({"name": "appstream_image_builders"}, "is that of a group of the inventory"),
}  # fmt: skip


def test_every_slip_of_every_recipe_is_named_at_once(workplace: Workplace) -> None:
    recipes = []
    for name, (changes, _problem) in SLIPS.items():
        builder = {**workplace.recipe("any")["builder"], **changes.get("builder", {})}
        rest = {key: value for key, value in changes.items() if key not in ("name", "builder")}
        recipes.append(workplace.light("any", **{"builder": builder, **rest}) | {"name": changes.get("name", name)})
    found = refused(workplace.build(recipes), workplace)
    for name, (changes, problem) in SLIPS.items():
        label = changes.get("name", name)
        assert any(problem in line for line in found.get(label, [])), f"{label}: {found.get(label)}"
    assert all(len(lines) == 1 for lines in found.values()), found


def test_both_forms_of_a_recipe_are_refused_alike(workplace: Workplace) -> None:
    hosts = {
        "design": {**workplace.host(), "appstream_on_eror": "keep"},
        "office": {**workplace.host(), "appstream_seal": {"remove_access": "perhaps"}},
    }
    workplace.write_images(hosts)
    run = workplace.build(None)
    assert refused(run, workplace) == {
        "design": ["appstream_on_eror is not a known key; did you mean appstream_on_error?"],
        "office": ["appstream_seal.remove_access must be true or false, not 'perhaps'"],
    }
    assert "argument_spec" not in run.output


@pytest.mark.parametrize(
    ("images", "problem"),
    [
        (None, "There is nothing to build"),
        (
            {"name": "design"},
            "appstream_images must be a list of recipes, each beginning with a hyphen, not a dictionary",
        ),
        (["design"], "recipe 1 of appstream_images must be a dictionary, not 'design'"),
    ],
)
def test_a_list_that_is_none_is_said_to_be_none(workplace: Workplace, images: Any, problem: str) -> None:
    run = workplace.build(None, appstream_images=images)
    assert run.exit_code == 2 and problem in " ".join(run.output.split()), run.output


def test_variables_of_the_playbook_are_checked_by_the_plan(workplace: Workplace) -> None:
    run = workplace.build([workplace.light("design")], build_image_wait_delay=0.5, appstream_credential={})
    lines = refused(run, workplace)
    assert lines["design"] == ["build_image_wait_delay must be a whole number, not 0.5"]
    assert "appstream_credential is not a known key; did you mean appstream_credentials?" in run.output


def test_no_connection_settings_are_found_out_before_anything_is_created(workplace: Workplace) -> None:
    (workplace.folder / "inventory" / "group_vars" / "appstream_image_builders.yml").unlink()
    lines = refused(workplace.build([workplace.light("design")]), workplace)
    assert lines["design"][0].startswith(
        "its connection would be ssh, which does not reach Windows: set ansible_connection"
    )


# What a role has in it, and what the plan says of it. While images are built, most of these would end the run of all.
ROLES: dict[str, tuple[Any, str]] = {
    "pausing": ([{"ansible.builtin.pause": {"seconds": 1}}], "roles/pausing/tasks/main.yml:1"),
    "pausing_never": ([{"ansible.builtin.pause": {"seconds": 1}, "when": False}], "wait_for"),
    "adding": ([{"ansible.builtin.add_host": {"name": "x"}}], "add_host"),
    "missing_module": ([{"ansible.windows.win_nonexistent_module": {}}], "has no module win_nonexistent_module"),
    "missing_collection": ([{"nobody.nothing.module": {}}], "ansible-galaxy collection install nobody.nothing"),
    "broken": ("- name: x\n  debug: {", "roles/broken/tasks/main.yml"),
    "unheard": ([{"ansible.windows.win_ping": {}, "notify": "nobody"}], "'nobody'"),
    "ending_play": ([{"ansible.builtin.meta": "end_play"}], "end_play"),
    "ending_host": ([{"ansible.builtin.meta": "end_host"}], "end_role"),
    "clearing": ([{"ansible.builtin.meta": "clear_host_errors"}], "clear_host_errors"),
    "including": ([{"ansible.builtin.include_tasks": "nowhere.yml"}], "nowhere.yml"),
}


def test_what_would_end_the_run_of_all_images_is_refused(workplace: Workplace) -> None:
    for name, (tasks, _problem) in ROLES.items():
        workplace.write_role(name, [] if isinstance(tasks, str) else tasks)
        if isinstance(tasks, str):
            (workplace.folder / "roles" / name / "tasks" / "main.yml").write_text(tasks)
    recipes = [workplace.light(f"image-{name}", roles=[name]) for name in ROLES]
    recipes += [
        workplace.light("image-none", roles=["no_such_role"]),
        workplace.light("image-from", roles=[{"name": "adding", "tasks_from": "nope"}]),
        workplace.light("image-fqcn", roles=["nobody.nothing.role"]),
        workplace.light("image-app", applications=[{"name": "a", "install": {"role": "no_such_role"}}]),
        workplace.light("image-good"),
    ]
    lines = refused(workplace.build(recipes), workplace)
    for name, (_tasks, problem) in ROLES.items():
        said = " ".join(lines[f"image-{name}"])
        assert problem in said and f"role {name}" in said, f"{name}: {said}"
    assert "no_such_role" in lines["image-none"][0] and str(workplace.folder) in lines["image-none"][0]
    assert "nope" in lines["image-from"][0]
    assert "nobody.nothing" in lines["image-fqcn"][0]
    assert "no_such_role" in lines["image-app"][0]
    assert "image-good" not in lines


def test_handlers_of_two_images_are_not_mixed_up(workplace: Workplace) -> None:
    for name in ("one", "two"):
        handler = {"name": "Restart", "ansible.windows.win_ping": {}}
        workplace.write_role(name, [{"ansible.windows.win_ping": {}, "notify": "Restart"}], handlers=[handler])
    lines = refused(
        workplace.build([workplace.light(f"image-{name}", roles=[name]) for name in ("one", "two")]), workplace
    )
    assert "Restart" in lines["image-one"][0] and "image-two" in lines["image-one"][0]


def test_a_role_for_several_systems_is_taken(workplace: Workplace) -> None:
    """What is only for others is never loaded by Ansible either."""
    workplace.write_role(
        "everywhere",
        [
            {"ansible.builtin.include_tasks": "linux.yml", "when": "ansible_facts['os_family'] != 'Windows'"},
            {"ansible.builtin.include_tasks": "{{ ansible_facts['os_family'] }}.yml"},
        ],
    )
    tasks = workplace.folder / "roles" / "everywhere" / "tasks"
    (tasks / "linux.yml").write_text(yaml.safe_dump([{"nobody.nothing.module": {}}]))
    (tasks / "Debian.yml").write_text(yaml.safe_dump([{"nobody.nothing.module": {}}]))
    (tasks / "Windows.yml").write_text(yaml.safe_dump([{"ansible.windows.win_ping": {}}]))
    run = workplace.build([workplace.light("design", roles=["everywhere"])], "--check")
    assert run.exit_code == 0, run.output
