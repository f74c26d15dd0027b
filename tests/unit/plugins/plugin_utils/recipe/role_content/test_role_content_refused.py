# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is refused, wherever it is, and what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible import constants
from ansible.release import __version__ as ansible_version
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.examination import RoleUse
from examined_roles import DEBUG, MISSING, ONE_MISSING, PAUSE, clean, only

HAS_END_ROLE = tuple(map(int, ansible_version.split(".")[:2])) >= (2, 18)
REPOSITORY = Path(__file__).resolve().parents[6]


# --- where what is refused is found

PLACES = {
    "tasks": ({"r": PAUSE}, "roles/r/tasks/main.yml:1"),
    "block": ({"r": "- block:\n  - ansible.builtin.pause: {seconds: 1}\n"}, "roles/r/tasks/main.yml:2"),
    "rescue": (
        {"r": "- block:\n  - ansible.builtin.debug:\n  rescue:\n  - ansible.builtin.pause:\n"},
        "roles/r/tasks/main.yml:4",
    ),
    "always": (
        {"r": "- block:\n  - block:\n    - ansible.builtin.debug:\n    always:\n    - ansible.builtin.pause:\n"},
        "roles/r/tasks/main.yml:5",
    ),
    "handlers": ({"r": DEBUG, "r/handlers/main.yml": PAUSE}, "roles/r/handlers/main.yml:1"),
    "import_tasks": ({"r": "- import_tasks: x.yml\n", "r/x.yml": DEBUG + PAUSE}, "roles/r/tasks/x.yml:2"),
    "include_tasks": ({"r": "- include_tasks: x.yml\n", "r/x.yml": PAUSE}, "roles/r/tasks/x.yml:1"),
    "include_tasks: file": (
        {"r": "- include_tasks: {file: sub/x.yml, apply: {tags: a}}\n", "r/tasks/sub/x.yml": PAUSE},
        "roles/r/tasks/sub/x.yml:1",
    ),
    "beside the including file": (
        {
            "r": "- include_tasks: sub/x.yml\n",
            "r/tasks/sub/x.yml": "- include_tasks: y.yml\n",
            "r/tasks/sub/y.yml": PAUSE,
        },
        "roles/r/tasks/sub/y.yml:1",
    ),
    "one folder up, as Ansible understands it": (
        {"r": "- import_tasks: w.yml\n", "r/w.yml": "- include_tasks: ../x.yml\n", "r/x.yml": PAUSE},
        "roles/r/tasks/x.yml:1",
    ),
    "imported in an included file": (
        {"r": "- include_tasks: x.yml\n", "r/x.yml": "- import_tasks: y.yml\n", "r/y.yml": PAUSE},
        "roles/r/tasks/y.yml:1",
    ),
    "included by handlers": (
        {"r": DEBUG, "r/handlers/main.yml": "- name: h\n  include_tasks: x.yml\n", "r/handlers/x.yml": PAUSE},
        "roles/r/handlers/x.yml:1",
    ),
    "imported by handlers": (
        {"r": DEBUG, "r/handlers/main.yml": "- import_tasks: x.yml\n", "r/handlers/x.yml": PAUSE},
        "roles/r/handlers/x.yml:1",
    ),
    "include_role": ({"r": "- include_role: {name: s}\n", "s": PAUSE}, "roles/s/tasks/main.yml:1"),
    "include_role: tasks_from": (
        {"r": "- include_role: {name: s, tasks_from: x}\n", "s": DEBUG, "s/x.yml": PAUSE},
        "roles/s/tasks/x.yml:1",
    ),
    "handlers of an included role": (
        {"r": "- include_role: {name: s}\n", "s": DEBUG, "s/handlers/main.yml": PAUSE},
        "roles/s/handlers/main.yml:1",
    ),
    "import_role": ({"r": "- import_role: {name: s}\n", "s": PAUSE}, "roles/s/tasks/main.yml:1"),
    "dependency": ({"r": DEBUG, "r/meta/main.yml": "dependencies: [s]\n", "s": PAUSE}, "roles/s/tasks/main.yml:1"),
    "dependency of a dependency": (
        {
            "r": DEBUG,
            "r/meta/main.yml": "dependencies: [{role: s}]\n",
            "s/meta/main.yml": "dependencies: [{role: t}]\n",
            "t": PAUSE,
        },
        "roles/t/tasks/main.yml:1",
    ),
    "loop of names": (
        {"r": "- include_tasks: '{{ item }}.yml'\n  loop: [x, y]\n", "r/x.yml": DEBUG, "r/y.yml": PAUSE},
        "roles/r/tasks/y.yml:1",
    ),
    "with_items and loop_var": (
        {
            "r": "- include_tasks: '{{ f }}'\n  with_items: '{{ l }}'\n  loop_control: {loop_var: f}\n",
            "r/defaults/main.yml": "l: [x.yml, [y.yml]]\n",
            "r/x.yml": DEBUG,
            "r/y.yml": PAUSE,
        },
        "roles/r/tasks/y.yml:1",
    ),
    "loop of roles": (
        {"r": "- include_role: {name: '{{ item.n }}'}\n  loop: [{n: s}, {n: t}]\n", "s": DEBUG, "t": PAUSE},
        "roles/t/tasks/main.yml:1",
    ),
    "first_found": (
        {
            "r": """\
                - include_tasks: '{{ item }}'
                  with_first_found:
                  - files: ['{{ ansible_distribution }}.yml', '{{ ansible_os_family }}.yml', other.yml]
                    paths: [../tasks]
                """,
            "r/Windows.yml": PAUSE,
            "r/other.yml": MISSING,
            "r/Debian.yml": MISSING,
        },
        "roles/r/tasks/Windows.yml:1",
    ),
    "lookup of first_found": (
        {
            "r": """\
                - include_tasks: "{{ lookup('first_found', candidates) }}"
                  vars:
                    candidates:
                      files: ["{{ ansible_facts.distribution }}.yml", "{{ ansible_facts.os_family }}.yml", other.yml]
                      paths: [tasks]
                """,
            "r/Windows.yml": PAUSE,
            "r/other.yml": MISSING,
        },
        "roles/r/tasks/Windows.yml:1",
    ),
    "template of facts": (
        {"r": "- include_tasks: '{{ ansible_facts.os_family | lower }}.yml'\n", "r/windows.yml": PAUSE},
        "roles/r/tasks/windows.yml:1",
    ),
    "template of defaults": (
        {
            "r": "- include_tasks: '{{ role_path }}/tasks/{{ kind }}.yml'\n",
            "r/defaults/main.yml": "kind: '{{ short }}x'\nshort: a",
            "r/ax.yml": PAUSE,
            "r/b.yml": MISSING,
        },
        "roles/r/tasks/ax.yml:1",
    ),
}


@pytest.mark.parametrize(("files", "place"), PLACES.values(), ids=PLACES)
def test_a_pause_is_refused_wherever_it_is(write, examine, files, place):
    write(files)
    problem = only(examine("r"))
    role = place.split("/")[1]
    assert problem.startswith(f"role {role}, {place}: ansible.builtin.pause runs once for all hosts")
    assert "ansible.builtin.wait_for: {timeout: 30} with delegate_to: localhost" in problem


@pytest.mark.parametrize("files", [files for files, _place in PLACES.values()], ids=list(PLACES))
def test_a_module_that_is_missing_is_refused_wherever_it_is(write, examine, files):
    swapped = {name: text.replace("ansible.builtin.pause:", "nowhere.tools.install:") for name, text in files.items()}
    write({name: text if "pause" in files[name] else text.replace(MISSING, DEBUG) for name, text in swapped.items()})
    assert ONE_MISSING in only(examine("r"))


# --- what is refused

REFUSED = {
    "pause that is skipped": ("- pause: {seconds: 1}\n  when: false\n", ":1: pause runs once for all hosts"),
    "pause as local action": ("- local_action: pause seconds=1\n", "runs once for all hosts"),
    "pause delegated": ("- action: pause seconds=1\n  delegate_to: localhost\n", "runs once for all hosts"),
    "add_host": ("- add_host: {name: x}\n", "keep the data in a variable with ansible.builtin.set_fact"),
    "end_play": ("- meta: end_play\n", "meta: end_play ends the builds of all images: use "),
    "end_batch": ("- ansible.builtin.meta: end_batch\n", "end_batch ends the builds of all images"),
    "end_host": (
        "- meta: end_host\n  when: ansible_facts.hostname is defined\n",
        "ends the build of the image midway and leaves its",
    ),
    "clear_host_errors": ("- meta: clear_host_errors\n", "handle errors with rescue"),
    "clear_facts": ("- meta: clear_facts\n", "gather facts again with ansible.builtin.setup"),
    "meta that is none": ("- meta: end_rolle\n", "has no meta action end_rolle, and that would end the builds of all"),
    "missing module of a collection": (MISSING, "`ansible-galaxy collection install nowhere.tools`"),
    "module that its collection lacks": (
        "- ansible.windows.win_nonsense:\n",
        "the collection ansible.windows, as installed, has no module win_nonsense: correct its name",
    ),
    "misspelt module": (
        "- win_regdit: {path: x}\n",
        "there is no module win_regdit: correct its name, or write its full",
    ),
    "misspelt module of Ansible": (
        "- ansible.builtin.coppy:\n",
        "ansible.builtin has no module coppy: correct its name",
    ),
    "misspelt keyword": ("- debug:\n  wehn: x\n", "conflicting action statements: debug, wehn: only one of them"),
    "invalid keyword": (
        "- debug:\n  listen: x\n",
        "'listen' is no keyword of a task: correct its spelling, or remove it",
    ),
    "invalid keyword of a block": ("- block: []\n  register: x\n", "'register' is no keyword of a block"),
    "invalid keyword of an include": (
        "- include_tasks: x.yml\n  become: true\n",
        "'become' is no keyword of an include",
    ),
    "YAML": ("- debug: {msg: x\n- b: c\n", "main.yml:2: YAML parsing failed: "),
    "no module": ("- name: x\n", "no module/action detected in task"),
    "two modules": ("- debug:\n  copy:\n", "conflicting action statements: debug, copy"),
    "no list": ("a: b\n", "a file of tasks must contain a list of tasks"),
    "no task": ("- a\n", "an item of the list is no task"),
    "missing file imported": ("- import_tasks: x/gone.yml\n", ":1: there is no file 'gone.yml' to import"),
    "missing file included": ("- include_tasks: gone.yml\n", ":1: there is no file 'gone.yml' to include"),
    "missing file of a template": (
        "- include_tasks: '{{ ansible_os_family }}.yml'\n",
        "'Windows.yml' to include, which '{{ ansible_os_family }}.yml' is for an image builder: add that file",
    ),
    "missing role included": (
        "- include_role: {name: gone}\n",
        "role r, roles/r/tasks/main.yml:1: the role 'gone' was not",
    ),
    "missing role imported": (
        "- import_role: {name: gone}\n",
        "role r, roles/r/tasks/main.yml:1: the role 'gone' was not",
    ),
    "import of a name of the host": (
        "- import_tasks: '{{ ansible_facts.os_family }}.yml'\n",
        "the name '{{ ansible_facts.os_family }}.yml' can't be evaluated when it is loaded",
    ),
    "loop over an import": ("- import_tasks: x.yml\n  loop: [1]\n", "You cannot use loops on 'import_tasks'"),
    "option of include_role": (
        "- include_role: {name: r, task_from: x}\n",
        "Invalid options for include_role: task_from",
    ),
    "apply": ("- include_role: {name: s, apply: {nonsense: x}}\n", "'nonsense' is no keyword of a block"),
    "throttle": ("- debug:\n  throttle: '{{ nowhere }}'\n", "throttle '{{ nowhere }}' can't be evaluated"),
    "throttle that is no number": ("- debug:\n  throttle: a lot\n", "throttle 'a lot' can't be evaluated"),
    "throttle by a template that is no number": (
        "- debug:\n  throttle: '{{ role_name }}'\n",
        "'{{ role_name }}' can't be",
    ),
    "run_once": ("- debug:\n  run_once: '{{ nowhere }}'\n", "run_once '{{ nowhere }}' can't be evaluated"),
    "tags": ("- debug:\n  tags: '{{ nowhere }}'\n", "its tags can't be evaluated without variables of the host"),
    "handler": ("- debug:\n  notify: nobody\n", "no handler of the recipe's roles has the name 'nobody'"),
    "role that imports itself": ("- import_role: {name: r}\n", "refer to one another without end"),
    "file that imports itself": ("- import_tasks: main.yml\n", "refer to one another without end"),
}


@pytest.mark.parametrize(("tasks", "expected"), REFUSED.values(), ids=REFUSED)
def test_is_refused_with_place_and_remedy(write, examine, tasks, expected):
    write({"r": tasks, "s": DEBUG, "r/x.yml": DEBUG})
    problem = only(examine("r"))
    assert problem.startswith("role r, roles/r/tasks/main.yml:")
    assert expected in problem


def test_end_role_needs_an_ansible_core_that_has_it(write, examine):
    write({"r": "- meta: end_role\n- meta: end_play\n"})
    problems = examine("r").problems
    if HAS_END_ROLE:
        assert [one for one in problems if "end_role (ansible-core 2.18 or newer), or a condition on the tasks" in one]
    else:
        assert "has no meta action end_role (it needs 2.18 or newer)" in problems[0]
        assert problems[1].endswith(
            "use a condition on the tasks (or, with ansible-core 2.18 or newer, meta: end_role)"
        )
    assert len(problems) == 2 - HAS_END_ROLE


def test_all_faults_are_found_at_once(write, examine):
    write(
        {
            "r": """\
                - debug:
                  wehn: x
                - block:
                    - win_regdit:
                    - import_tasks: x.yml
                  rescue:
                    - pause:
                - import_role: {name: s}
                - block: []
                  nonsense: true
                """,
            "r/x.yml": "- win_pakage:\n- win_servise:\n",
            "s": "- meta: end_play\n- win_copyy:\n",
            "s/handlers/main.yml": "- name: h\n  win_rebot:\n",
            "s/meta/main.yml": "dependencies: [t]\n",
            "t": "- win_feeture:\n",
            "u": MISSING,
        }
    )
    problems = examine("r", "gone", "u").problems
    for text in (
        "roles/r/tasks/main.yml:1: conflicting",
        "roles/r/tasks/main.yml:4: there is no module win_regdit",
        "roles/r/tasks/x.yml:1: there is no module win_pakage",
        "roles/r/tasks/x.yml:2: there is no module win_servise",
        "roles/r/tasks/main.yml:7: pause",
        "roles/s/tasks/main.yml:1: meta: end_play",
        "roles/s/tasks/main.yml:2: there is no module win_copyy",
        "roles/s/handlers/main.yml:1: there is no module win_rebot",
        "roles/t/tasks/main.yml:1: there is no module win_feeture",
        "'nonsense' is no keyword of a block",
        "roles[2]: the role 'gone' was not found",
        "role u, roles/u/tasks/main.yml:1: the module nowhere.tools.install",
    ):
        assert [one for one in problems if text in one], text
    assert len(problems) == 12


def test_a_collection_that_is_missing_is_named_once_for_a_role(write, examine):
    write(
        {"r": MISSING + MISSING + "- nowhere.tools.other:\n- include_tasks: x.yml\n", "r/x.yml": MISSING, "s": MISSING}
    )
    assert [one.split(":")[0] for one in examine("r", "s").problems] == [
        "role r, roles/r/tasks/main.yml",
        "role s, roles/s/tasks/main.yml",
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"r/vars/main.yml": "- a\n"}, "The vars/main.yml file for role 'r' must contain a dictionary"),
        ({"r/defaults/main.yml": "a: {b\n"}, "roles/r/defaults/main.yml:2: YAML parsing failed"),
        ({"r/meta/main.yml": "- a\n"}, "'meta/main.yml' for role r is not a dictionary"),
        ({"r/meta/main.yml": "dependencies: [gone]\n"}, "roles/r/meta/main.yml:1: the role 'gone' was not found in"),
        ({"r/meta/main.yml": "dependencies: [r]\n"}, "refer to one another without end"),
        ({"r/handlers/main.yml": "- block:\n  - block: []\n"}, "Using a block as a handler is not supported"),
        ({"r/handlers/main.yml": "- meta: flush_handlers\n"}, "flush_handlers in a handler would end the builds"),
    ],
)
def test_other_files_of_a_role_are_examined(write, examine, files, expected):
    write({"r": DEBUG, **files})
    assert expected in only(examine("r"))


# --- what is not there, or where it is found


def test_a_role_that_is_not_found_names_the_folders_searched(examine, tmp_path):
    own = str(REPOSITORY / "playbooks" / "roles")
    constants.DEFAULT_ROLES_PATH.append(own)
    problem = only(examine("corp.gone"))
    assert problem.startswith(
        f"roles[1]: the role 'corp.gone' was not found in {tmp_path}/roles, {tmp_path}/installed, {tmp_path}: "
    )
    assert own not in problem
    assert examine("corp.gone").paths == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "nowhere.tools.baseline",
            "there is no collection nowhere.tools: correct its name, or install the collection with",
        ),
        ("ansible.windows.baseline", "the collection ansible.windows has no role 'baseline'"),
        ("/no/such/folder/role", "the role '/no/such/folder/role' was not found"),
    ],
)
def test_full_names_and_paths_that_are_not_found(examine, name, expected):
    assert expected in only(examine(name))


@pytest.mark.parametrize("kind", ["tasks_from", "handlers_from", "vars_from", "defaults_from"])
def test_a_file_of_a_role_that_is_missing_is_named(write, examine, kind):
    write({"r": DEBUG, "r/handlers/main.yml": DEBUG, "r/vars/main.yml": "a: 1\n", "r/defaults/main.yml": "a: 1\n"})
    problem = only(examine(RoleUse("r", where="applications[2].install.role", **{kind: "gone"})))
    assert problem == (
        f"role r, applications[2].install.role: the role has no file {kind[:-5]}/gone: correct the name, without the "
        "extension .yml"
    )


def test_files_other_than_main_are_taken_instead_of_it(write, examine):
    write({"r": PAUSE, "r/small.yml": "- include_tasks: '{{ a }}.yml'\n", "r/x.yml": DEBUG, "r/y.yml": PAUSE})
    write({"r/defaults/main.yml": "a: y\n", "r/defaults/other.yml": "a: x\n"})
    clean(examine(RoleUse("r", tasks_from="small", defaults_from="other")))


@pytest.mark.parametrize("place", ["roles/r", "installed/r", "r", "elsewhere/r"])
def test_a_role_is_found_where_ansible_finds_it(examine, tmp_path, place):
    role = tmp_path / place
    (role / "tasks").mkdir(parents=True)
    (role / "meta").mkdir()
    (role / "meta" / "main.yml").write_text("dependencies: [beside]\n", encoding="utf-8")
    (role / "tasks" / "main.yml").write_text(DEBUG, encoding="utf-8")
    (role.parent / "beside" / "tasks").mkdir(parents=True)
    (role.parent / "beside" / "tasks" / "main.yml").write_text("- custom:\n", encoding="utf-8")
    (role.parent / "beside" / "library").mkdir()
    (role.parent / "beside" / "library" / "custom.py").write_text("# a module\n", encoding="utf-8")
    content = clean(examine(str(role) if place.startswith("elsewhere") else "r"))
    assert content.paths == {"roles[1]": str(role)}


def test_modules_that_a_role_brings_itself_are_known(write, examine):
    write({"own": "- own_module_of_role:\n- own_action_of_role:\n", "own/library/own_module_of_role.py": "# Python\n"})
    write({"own/library/own_action_of_role.ps1": "#AnsibleRequires\n"})
    clean(examine("own"))


def test_collections_of_a_role_are_searched(write, examine):
    write({"r": "- win_psmodule: {name: x}\n- win_iis_website: {name: x}\n"})
    write({"r/meta/main.yml": "collections: [community.windows]\n"})
    clean(examine("r"))


def test_a_role_of_a_collection(examine):
    content = clean(examine("euc.appstream.report_images"))
    assert content.paths["roles[1]"].endswith("appstream/roles/report_images") or content.paths["roles[1]"] == str(
        REPOSITORY / "roles" / "report_images"
    )


def test_places_outside_the_project_are_shown_in_full(examine, tmp_path, tmp_path_factory):
    role = tmp_path_factory.mktemp("outside") / "r"
    (role / "tasks").mkdir(parents=True)
    (role / "tasks" / "main.yml").write_text(PAUSE, encoding="utf-8")
    assert only(examine(str(role))).startswith(f"role r, {role}/tasks/main.yml:1: ")
