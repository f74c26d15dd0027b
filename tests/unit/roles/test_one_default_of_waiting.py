# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How long to wait between two readings has one default, and documentation that says the same."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.euc.appstream.plugins.doc_fragments._wait import ModuleDocFragment
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import WAIT_DELAY
from ansible_collections.euc.appstream.plugins.modules import image_capture

_REPOSITORY = Path(__file__).resolve().parents[3]


def test_modules_document_it() -> None:
    fragment = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)
    assert fragment["options"]["wait_delay"]["default"] == WAIT_DELAY
    assert yaml.safe_load(image_capture.DOCUMENTATION)["options"]["wait_delay"]["default"] == WAIT_DELAY


def test_roles_have_none_of_their_own() -> None:
    paths = [*_REPOSITORY.glob("roles/*/defaults/*.yml"), *_REPOSITORY.glob("roles/*/vars/*.yml")]
    options = {name: path for path in paths for name in yaml.safe_load(path.read_text()) or {}}
    assert [name for name in options if name.endswith(("wait_delay", "restart_delay"))] == []
    assert len(options) > 50


def test_roles_document_it() -> None:
    for path in _REPOSITORY.glob("roles/*/meta/argument_specs.yml"):
        for name, option in yaml.safe_load(path.read_text())["argument_specs"]["main"].get("options", {}).items():
            if name.endswith(("wait_delay", "restart_delay")):
                assert "default" not in option
                assert f"The modules' default, {WAIT_DELAY}, when left out" in option["description"]
    assert f"| `build_image_wait_delay` | `{WAIT_DELAY}` |" in (_REPOSITORY / "README.md").read_text()
