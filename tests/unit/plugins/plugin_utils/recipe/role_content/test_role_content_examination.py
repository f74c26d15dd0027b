# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from ansible import constants, context
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.dataloader import DataLoader
from ansible.release import __version__ as ansible_version
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content import examination
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.examination import RoleUse

try:
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(text):
        return text


HAS_END_ROLE = tuple(map(int, ansible_version.split(".")[:2])) >= (2, 18)
REPOSITORY = Path(__file__).resolve().parents[6]
PAUSE = "- ansible.builtin.pause: {seconds: 1}\n"
DEBUG = "- ansible.builtin.debug: {msg: hello}\n"
MISSING = "- nowhere.tools.install: {name: x}\n"
ONE_MISSING = "the module nowhere.tools.install is missing"


@pytest.fixture(autouse=True)
def no_roles_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "DEFAULT_ROLES_PATH", [str(tmp_path / "installed")])


@pytest.fixture
def write(tmp_path):
    """Writes files of roles; "r" is short for roles/r/tasks/main.yml, "r/x.yml" for a file of its tasks."""

    def write_files(**files):
        for name, text in files.items():
            role, _slash, file = name.replace("__", "/").partition("/")
            path = tmp_path / "roles" / role / (file or "tasks/main.yml")
            if file and "/" not in file:
                path = tmp_path / "roles" / role / "tasks" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    return lambda files: write_files(**files)


@pytest.fixture
def examine(tmp_path):
    def examine_roles(*uses, **variables):
        loader = DataLoader()
        loader.set_basedir(str(tmp_path))
        raw = {name: trusted(value) if isinstance(value, str) else value for name, value in variables.items()}
        roles = [
            use if isinstance(use, RoleUse) else RoleUse(use, where=f"roles[{n}]") for n, use in enumerate(uses, 1)
        ]
        return examination.examine(roles, examination.Surroundings(loader, raw))

    return examine_roles


def only(content):
    assert content.warnings == ()
    assert len(content.problems) == 1, content.problems
    return content.problems[0]


def clean(content):
    assert (content.problems, content.warnings) == ((), ())
    return content


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


# --- what is not known before the build


def test_all_files_that_a_name_may_mean_are_examined(write, examine):
    write(
        {
            "r": "- register: found\n  debug:\n- include_tasks: '{{ found.kind }}-{{ ansible_facts.os_family }}.yml'\n",
            "r/a-Windows.yml": DEBUG,
            "r/b-Windows.yml": PAUSE,
            "r/b-Debian.yml": PAUSE,
            "r/tasks/sub/c-Windows.yml": MISSING,
        }
    )
    problems = examine("r").problems
    assert len(problems) == 2
    assert problems[0].startswith("role r, roles/r/tasks/b-Windows.yml:1: ansible.builtin.pause")
    assert problems[0].endswith(
        "(it cannot be known before the build whether this is included: roles/r/tasks/main.yml:3 includes by the name "
        "'{{ found.kind }}-{{ ansible_facts.os_family }}.yml')"
    )
    assert problems[1].startswith("role r, roles/r/tasks/sub/c-Windows.yml:1: the module nowhere.tools.install")


@pytest.mark.parametrize(
    "main",
    [
        "- include_tasks: '{{ nowhere }}'\n",
        '- include_tasks: \'{{ lookup("pipe", "touch never") }}\'\n',
        "- include_tasks: '{{ item }}'\n  loop: '{{ nowhere }}'\n",
        "- include_tasks: '{{ item }}'\n  with_fileglob: '*.yml'\n",
        "- include_role: {name: r, tasks_from: '{{ nowhere }}'}\n",
        "- set_fact: {kind: x}\n- include_tasks: '{{ kind }}'\n",
        "- set_fact: kind=x\n- include_tasks: '{{ kind }}'\n",
        "- include_vars: more.yml\n- include_tasks: '{{ late }}'\n",
        "- include_vars: {file: more.yml, name: kind}\n- include_tasks: '{{ kind.late }}'\n",
    ],
)
def test_all_files_are_examined_when_nothing_of_the_name_is_known(write, examine, tmp_path, monkeypatch, main):
    monkeypatch.chdir(tmp_path)
    write({"r": main, "r/x.yml": DEBUG, "r/tasks/sub/y.yml": PAUSE, "r/vars/more.yml": "late: x.yml\n"})
    write({"r/defaults/main.yml": "kind: x.yml\nlate: x.yml\n"})
    problem = only(examine("r"))
    assert problem.startswith("role r, roles/r/tasks/sub/y.yml:1: ansible.builtin.pause")
    assert "it cannot be known before the build whether this is included: roles/r/tasks/main.yml:" in problem
    assert not (tmp_path / "never").exists()


def test_files_that_may_be_included_find_others_beside_them(write, examine):
    write({"r": "- include_tasks: 'a/{{ nowhere }}.yml'\n", "r/tasks/a/x.yml": "- include_tasks: y.yml\n"})
    write({"r/tasks/a/y.yml": "- import_tasks: z.yml\n", "r/tasks/a/z.yml": DEBUG})
    clean(examine("r"))


def test_the_user_s_own_parameter_wins_over_a_task_that_sets_it(write, examine):
    write({"r": "- include_role: {name: s}\n  vars: {kind: x}\n", "s/x.yml": DEBUG, "s/y.yml": PAUSE})
    write({"s": "- set_fact: {kind: y}\n- include_tasks: '{{ kind }}.yml'\n"})
    clean(examine("r"))


def test_a_doubt_is_gone_when_the_file_is_included_elsewhere_for_sure(write, examine):
    write({"r": "- include_tasks: '{{ nowhere }}.yml'\n- include_tasks: x.yml\n", "r/x.yml": PAUSE})
    assert "cannot be known" not in only(examine("r"))


@pytest.mark.parametrize(
    ("tasks", "warning"),
    [
        ("- include_role: {name: '{{ nowhere }}'}\n", "which role '{{ nowhere }}' is can't be known before the build"),
        ("- include_tasks: '{{ nowhere }}/x.yml'\n", "and no file of the role fits: it was not examined"),
        ("- include_tasks: '/{{ ansible_facts.hostname }}/x.yml'\n", "and no file of the role fits"),
        (
            "- debug:\n  throttle: '{{ ansible_facts.processor_vcpus }}'\n",
            "throttle '{{ ansible_facts.processor_vcpus }}'",
        ),
        ("- include_role: {name: s, vars_from: '{{ nowhere }}'}\n", "vars_from '{{ nowhere }}' can't be known"),
        (
            "- meta: flush_handlers\n  when: nowhere == 1\n",
            "condition 'nowhere == 1' of meta: flush_handlers can't be",
        ),
    ],
)
def test_what_could_not_be_examined_is_a_warning(write, examine, tasks, warning):
    write({"r": tasks, "s": DEBUG})
    content = examine("r")
    assert content.problems == ()
    assert len(content.warnings) == 1
    assert content.warnings[0].startswith("role r, roles/r/tasks/main.yml:1: ")
    assert warning in content.warnings[0]


# --- what is never loaded

MULTI_OS = {
    "by condition": "- include_tasks: Debian.yml\n  when: ansible_facts.os_family == 'Debian'\n",
    "by condition, negated": "- include_tasks: Debian.yml\n  when: not (ansible_os_family == 'Windows')\n",
    "by distribution": "- include_tasks: Debian.yml\n  when: ansible_distribution in ['Debian', 'Ubuntu']\n",
    "by one of several conditions": (
        "- include_tasks: Debian.yml\n  when:\n  - ansible_facts.distribution_version is version('12', '>=')\n"
        "  - ansible_facts['os_family'] != 'Windows'\n"
    ),
    "by the condition of a block": (
        "- when: ansible_system == 'Linux'\n  block:\n  - block:\n    - include_tasks: Debian.yml\n"
    ),
    "by the condition of an import": "- import_tasks: x.yml\n  when: ansible_system == 'Linux'\n",
    "by the condition of an include": "- include_tasks: x.yml\n  when: ansible_system == 'Linux'\n",
    "by name": "- include_tasks: '{{ ansible_facts.os_family }}.yml'\n",
    "by name of the distribution": (
        "- include_tasks: '{{ item }}'\n  with_first_found:\n  - '{{ ansible_distribution }}.yml'\n"
        "  - '{{ ansible_distribution }}-{{ ansible_distribution_major_version }}.yml'\n"
        "  - '{{ ansible_os_family }}.yml'\n"
    ),
    "by a default": "- include_tasks: Debian.yml\n  when: r_linux | bool\n",
    "by a role's parameter": "- include_tasks: Debian.yml\n  when: r_wanted | default(false)\n",
    "by a loop that is empty": "- include_tasks: Debian.yml\n  loop: []\n",
    "by an item of a loop": "- include_tasks: '{{ item }}.yml'\n  loop: [Debian, Windows]\n  when: item != 'Debian'\n",
    "by a tag": "- include_tasks: Debian.yml\n  tags: [never, linux]\n",
    "as a role": "- include_role: {name: s}\n  when: ansible_facts.os_family != 'Windows'\n",
}


@pytest.mark.parametrize("main", MULTI_OS.values(), ids=MULTI_OS)
def test_what_windows_never_loads_is_accepted(write, examine, main):
    write(
        {"r": main, "r/Windows.yml": DEBUG, "r/Debian.yml": MISSING + PAUSE, "r/x.yml": "- include_tasks: Debian.yml\n"}
    )
    write({"r/defaults/main.yml": "r_linux: '{{ ansible_os_family != \"Windows\" }}'\n", "s": MISSING})
    write({"s/handlers/main.yml": PAUSE})
    clean(examine("r"))


@pytest.mark.parametrize(
    "main",
    [
        "- include_tasks: Debian.yml\n  when: ansible_facts.hostname == 'x'\n",
        "- include_tasks: Debian.yml\n  when: found is defined\n- debug:\n  register: found\n",
        "- include_tasks: Debian.yml\n  when: r_later\n- set_fact: {r_later: true}\n",
        "- include_tasks: Debian.yml\n  when: ansible_facts.distribution_version is version('10.0.20348')\n",
        "- include_tasks: Debian.yml\n  when: lookup('pipe', 'true') == 'x'\n",
        "- import_tasks: Debian.yml\n  when: false\n",
    ],
)
def test_what_may_be_loaded_is_not(write, examine, main):
    write({"r": main, "r/Debian.yml": MISSING, "r/defaults/main.yml": "r_later: false\n"})
    assert ONE_MISSING in only(examine("r"))


def test_variables_of_recipe_and_inventory_decide_too(write, examine):
    write({"r": "- include_tasks: Debian.yml\n  when: wanted\n", "r/Debian.yml": MISSING})
    write({"r/defaults/main.yml": "wanted: true\n"})
    assert ONE_MISSING in only(examine("r"))
    clean(examine("r", wanted=False))
    clean(examine("r", wanted="{{ other }}", other=False))
    clean(examine(RoleUse("r", variables={"wanted": False}), wanted=True))
    write({"r/vars/main.yml": "wanted: true\n"})
    assert ONE_MISSING in only(examine("r", wanted=False))


@pytest.mark.parametrize(
    "tasks",
    [
        "- pause:\n  tags: never\n",
        "- meta: end_play\n  when: ansible_os_family == 'Debian'\n",
        "- debug:\n  notify: nobody\n  when: ansible_os_family == 'Debian'\n",
        "- debug:\n  run_once: true\n  any_errors_fatal: true\n  throttle: 1\n",
        "- meta: flush_handlers\n- meta: reset_connection\n- meta: refresh_inventory\n- meta: noop\n",
        "- command: x\n  delegate_to: localhost\n- local_action: {module: command, cmd: x}\n",
        "- name: Install {{ item }}\n  debug:\n  loop: [1]\n",
        "- name: Install {{ nowhere\n  debug:\n- name: Install {{ nowhere }}\n  debug:\n",
        "- action: '{{ nowhere }}'\n",
        "- include_tasks: main.yml\n",
        "- include_role: {name: r}\n",
        "- include_role: {name: r}\n  vars: {n: '{{ n | int + 1 }}'}\n",
        "- include_tasks: main.yml\n  loop: '{{ children | default([]) }}'\n",
        "- include_tasks: main.yml\n  loop: [1, 2]\n  loop_control: {loop_var: n}\n",
        "- include_role:\n    name: s\n    apply: {tags: x, become: true}\n    public: true\n",
        "",
        "[]\n",
    ],
)
def test_what_is_harmless_is_accepted(write, examine, tasks):
    write({"r": tasks, "s": DEBUG})
    clean(examine("r"))


def test_skipped_tags_are_never_run(write, examine, monkeypatch):
    write({"r": "- pause:\n  tags: slow\n- include_tasks: x.yml\n  tags: [slow]\n", "r/x.yml": MISSING})
    assert len(examine("r").problems) == 2
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(skip_tags=("slow",)))
    clean(examine("r"))


@pytest.mark.parametrize(
    ("keywords", "left"),
    [
        ({}, 4),
        ({"when": "wanted"}, 4),
        ({"when": ["later", True]}, 4),
        ({"when": "ansible_os_family == 'Debian'"}, 2),
        ({"when": ["wanted", False]}, 2),
        ({"when": "{{ wanted }}"}, 4),
        ({"tags": ["sometimes"]}, 4),
        ({"tags": ["never"]}, 1),
    ],
)
def test_condition_and_tags_of_a_role_decide_over_its_tasks(write, examine, keywords, left):
    """A role that is not run is loaded all the same, and actions that run once for all hosts ignore conditions."""
    write({"r": "- meta: end_play\n- debug:\n  notify: nobody\n- pause:\n" + MISSING})
    keywords = {key: trusted(one) if isinstance(one, str) else one for key, one in keywords.items()}
    problems = examine(RoleUse("r", **keywords), wanted=True).problems
    assert len(problems) == left
    assert [one for one in problems if ONE_MISSING in one]
    write({"r": "- include_tasks: x.yml\n", "r/x.yml": MISSING})
    assert len(examine(RoleUse("r", **keywords), wanted=True).problems) == int(left == 4)


# --- handlers


@pytest.mark.parametrize(
    "handlers",
    [
        {"r/handlers/main.yml": "- name: Restart it\n  debug:\n"},
        {"r/handlers/main.yml": "- name: Other\n  debug:\n  listen: Restart it\n"},
        {"r/handlers/main.yml": "- name: '{{ nowhere }}'\n  debug:\n  listen: [x, Restart it]\n"},
        {"r/handlers/main.yml": "- import_tasks: x.yml\n", "r/handlers/x.yml": "- name: Restart it\n  debug:\n"},
        {"r/handlers/main.yml": "- name: Restart it\n  include_tasks: x.yml\n", "r/handlers/x.yml": DEBUG},
        {"r/handlers/main.yml": "- name: Restart {{ what }}\n  debug:\n", "r/vars/main.yml": "what: it\n"},
        {"r/meta/main.yml": "dependencies: [s]\n", "s/handlers/main.yml": "- name: Restart it\n  debug:\n"},
        {"r/z.yml": DEBUG, "later/handlers/main.yml": "- name: Restart it\n  debug:\n"},
    ],
)
def test_a_handler_that_is_there_is_found(write, examine, handlers):
    write({"r": "- debug:\n  notify: Restart it\n", "later": DEBUG, **handlers})
    content = clean(examine("r", "later"))
    assert [one.name for one in content.notified] == ["Restart it"]
    assert content.handlers


@pytest.mark.parametrize("notified", ["r : Restart it", "r : topic", "corp.r.x : Restart it"])
def test_a_handler_is_found_by_the_name_with_its_role(write, examine, notified):
    write({"r": f"- debug:\n  notify: '{notified}'\n"})
    write({"r/handlers/main.yml": "- name: Restart it\n  debug:\n  listen: topic\n"})
    content = examine("r")
    assert len(content.problems) == int("corp" in notified)


def test_a_handler_of_an_included_role_is_found(write, examine):
    write({"r": "- include_role: {name: s}\n- debug:\n  notify: [Restart it]\n", "s": DEBUG})
    write({"s/handlers/main.yml": "- name: Restart it\n  debug:\n"})
    clean(examine("r"))


TEMPLATED = {
    "f": "- debug:\n  notify: Reboot after {{ feature }}\n",
    "f/handlers/main.yml": "- name: Reboot after {{ feature }}\n  debug:\n",
}


def test_a_name_with_a_parameter_of_the_role_is_known(write, examine):
    write(TEMPLATED)
    uses = [RoleUse("f", variables={"feature": one}, where=f"roles[{n}]") for n, one in enumerate(["IIS", "DNS"])]
    content = clean(examine(*uses))
    assert [one.names[0] for one in content.handlers] == ["Reboot after IIS", "Reboot after DNS"]
    assert [one.name for one in content.notified] == ["Reboot after IIS", "Reboot after DNS"]


@pytest.mark.parametrize("variables", [{"feature": "IIS"}, {}])
def test_a_name_with_a_variable_of_the_host_is_refused(write, examine, variables):
    write(TEMPLATED)
    problem = only(examine("f", **variables))
    assert problem.startswith("role f, roles/f/tasks/main.yml:1: 'Reboot after ")
    assert "can only be the handler 'Reboot after {{ feature }}' (roles/f/handlers/main.yml:1)" in problem
    assert "give the variable as a plain value in the role's own vars in the recipe, rather than" in problem


@pytest.mark.parametrize(
    ("notify", "found"),
    [
        ("'{{ nowhere }}'", True),
        ("'Restart {{ ansible_facts.hostname }}'", True),
        ("'Reload {{ nowhere }}'", False),
        ("'{{ names }}'", True),
        ("'{{ names + [\"x\"] }}'", False),
        ("'Restart {{ item }}'\n  loop: [it, it]", True),
        ("'Restart {{ item }}'\n  loop: [it, her]", False),
        ("'Restart {{ item }}'\n  loop: '{{ nowhere }}'", True),
    ],
)
def test_a_notification_with_a_template(write, examine, notify, found):
    write({"r": f"- debug:\n  notify: {notify}\n", "r/defaults/main.yml": "names: [Restart it]\n"})
    write({"r/handlers/main.yml": "- name: Restart it\n  debug:\n"})
    assert len(examine("r").problems) == int(not found)


def test_a_notification_of_a_file_that_may_not_be_included_says_so(write, examine):
    write({"r": "- include_tasks: '{{ nowhere }}.yml'\n", "r/x.yml": "- debug:\n  notify: nobody\n"})
    assert "it cannot be known before the build whether this is included" in only(examine("r"))


# --- several recipes


def mixed(examine, **recipes):
    return examination.mixed_up({name: examine(*roles) for name, roles in recipes.items()})


def test_handlers_of_one_name_in_different_roles_are_mixed_up(write, examine):
    write({"a": "- debug:\n  notify: Restart it\n", "b": DEBUG, "c": DEBUG})
    write({f"{role}/handlers/main.yml": "- name: Restart it\n  debug:\n" for role in "ab"})
    problems = mixed(examine, design=["a"], office=["b"], other=["c"])
    assert problems["other"] == ()
    assert problems["design"] == problems["office"]
    assert problems["design"] == (
        "handler 'Restart it': the image design notifies that of role a (roles/a/handlers/main.yml:1), but the image "
        "office has one in role b (roles/b/handlers/main.yml:1), and images of one run share their handlers: build "
        "them in separate runs (with --limit, or as separate job templates), or give the handlers different names",
    )


def test_handlers_of_one_topic_in_different_roles_are_mixed_up(write, examine):
    write({"a": "- debug:\n  notify: changed\n", "b": DEBUG})
    write({"a/handlers/main.yml": "- name: x\n  debug:\n  listen: changed\n"})
    write({"b/handlers/main.yml": "- name: y\n  debug:\n  listen: changed\n"})
    assert len(mixed(examine, design=["a"], office=["b"])["design"]) == 1


def test_the_same_role_in_several_recipes_is_not_mixed_up(write, examine):
    write({"a": "- debug:\n  notify: Restart it\n", "b": DEBUG})
    write({f"{role}/handlers/main.yml": f"- name: Restart {role}\n  debug:\n  listen: Restart it\n" for role in "ab"})
    assert mixed(examine, design=["a", "b"], office=["a", "b"]) == {"design": (), "office": ()}
    assert mixed(examine, design=["b"], office=["b"]) == {"design": (), "office": ()}
    assert mixed(examine) == {}


# --- whole roles


def test_a_realistic_role_has_no_problem(write, examine):
    write(
        {
            "corp.agent": """\
                - name: Load what differs
                  ansible.builtin.include_vars: "{{ item }}"
                  with_first_found:
                    - "{{ ansible_facts.os_family }}-{{ ansible_facts.distribution_version }}.yml"
                    - "{{ ansible_facts.os_family }}.yml"

                - name: Install
                  ansible.builtin.include_tasks: "install-{{ ansible_facts.os_family | lower }}.yml"

                - name: Configure
                  when: agent_configure | bool
                  block:
                    - name: Write the configuration
                      ansible.windows.win_template: {src: a.j2, dest: 'C:\\a'}
                      notify: Restart the agent
                      register: agent_written
                    - name: Restart now
                      ansible.builtin.meta: flush_handlers
                      when: agent_written is changed
                  rescue:
                    - ansible.builtin.fail: {msg: "{{ ansible_failed_result.msg }}"}
                  always:
                    - ansible.windows.win_file: {path: 'C:\\t', state: absent}

                - name: Registered?
                  ansible.builtin.include_role:
                    name: corp.register
                  vars: {register_name: "{{ inventory_hostname }}"}
                  loop: "{{ agent_servers }}"
                  loop_control: {loop_var: register_server}
                  when: register_server.active | default(true)
                """,
            "corp.agent/install-windows.yml": """\
                - name: Install {{ agent_package.name }}
                  ansible.windows.win_package: {path: "{{ agent_package.path }}", state: present}
                  register: agent_installed
                  until: agent_installed is success
                - name: Reboot
                  ansible.windows.win_reboot:
                  when: agent_installed.reboot_required
                """,
            "corp.agent/install-debian.yml": "- corp.linux.apt_repo: {name: x}\n",
            "corp.agent/handlers/main.yml": "- name: Restart the agent\n  ansible.windows.win_service: {name: a}\n",
            "corp.agent/defaults/main.yml": "agent_configure: true\nagent_servers: [{name: a}, {name: b}]\n",
            "corp.agent/vars/Windows.yml": "agent_package: {name: a, path: a.msi}\n",
            "corp.agent/meta/main.yml": "dependencies: [{role: corp.base, vars: {base_level: 2}}]\n",
            "corp.agent/meta/argument_specs.yml": """\
                argument_specs:
                  main:
                    short_description: The agent
                    options:
                      agent_servers: {type: list, elements: dict, required: true}
                """,
            "corp.base": "- ansible.windows.win_regedit: {path: 'HKLM:\\\\X'}\n  when: base_level > 1\n",
            "corp.register": "- ansible.windows.win_uri: {url: https://example.com}\n  delegate_to: localhost\n",
        }
    )
    use = RoleUse("corp.agent", variables={"agent_configure": trusted("{{ yes_of_recipe }}")})
    content = clean(examine(use, yes_of_recipe=True))
    assert [one.role for one in content.handlers] == ["corp.agent"]


def test_the_roles_of_the_end_to_end_tests_have_no_problem():
    loader = DataLoader()
    loader.set_basedir(str(REPOSITORY / "tests" / "end_to_end"))
    uses = [RoleUse("acme.windows_baseline"), RoleUse("acme.java_runtime", where="roles[2]")]
    uses.append(RoleUse("acme.windows_baseline", tasks_from="record", where="roles[3]"))
    content = clean(examination.examine(uses, examination.Surroundings(loader)))
    assert list(content.paths) == ["roles[1]", "roles[2]", "roles[3]"]
    assert {Path(one.role_path).name for one in content.handlers} == {"acme.windows_baseline", "acme.java_runtime"}


def test_what_is_found_is_plain_data(write, examine):
    write(TEMPLATED)
    content = examine(RoleUse("f", variables={"feature": "IIS"}))
    data = [vars(one) for one in (*content.handlers, *content.notified)]
    assert json.loads(json.dumps(data)) == [
        {key: list(value) if isinstance(value, tuple) else value for key, value in one.items()} for one in data
    ]
    assert {type(value) for one in data for value in one.values()} == {str, tuple}
