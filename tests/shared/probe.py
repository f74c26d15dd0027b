# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A module that does whatever a module may do to its process and its result, named by its option ``act``."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.warnings import deprecate, warn

ARGUMENT_SPEC: dict[str, Any] = {
    "act": {"type": "str", "required": True},
    "password": {"type": "str", "no_log": True},
    "number": {"type": "int", "aliases": ["amount"]},
    "fallen": {"type": "str", "removed_in_version": "99.0.0", "removed_from_collection": "euc.appstream"},
    "renamed": {
        "type": "str",
        "aliases": ["former"],
        "deprecated_aliases": [{"name": "former", "version": "99.0.0", "collection_name": "euc.appstream"}],
    },
    "anything": {"type": "raw"},
}


def act_return(module: AnsibleModule) -> dict[str, Any]:
    return {"changed": True, "given": module.params["anything"], "results": [1], "stdout": "one\ntwo"}


def act_warn(module: AnsibleModule) -> dict[str, Any]:
    module.warn("of the module")
    warn("of a helper")
    module.deprecate("of the module", version="99.0.0", collection_name="euc.appstream")
    deprecate("of a helper", date="2099-01-01", collection_name="euc.appstream")
    return {"warnings": ["of the result"]}


def act_show_secrets(module: AnsibleModule) -> dict[str, Any]:
    module.fail_json(msg=f"{module.params['password']} is no password", also=[module.params["password"]])


def act_print(module: AnsibleModule) -> dict[str, Any]:
    print("before the result")
    print("on stderr", file=sys.stderr)
    logging.getLogger("botocore").warning("logged")
    warnings.warn("warned", stacklevel=1)
    return {}


def act_raise(module: AnsibleModule) -> dict[str, Any]:
    raise ValueError("nobody expected this")


def act_surroundings(module: AnsibleModule) -> dict[str, Any]:
    root = logging.getLogger()
    given = {name: value for name, value in os.environ.items() if name.startswith("PROBE_")}
    os.environ["PROBE_LEFT_OVER"] = "x"
    root.addHandler(logging.NullHandler())
    return {"given": given, "handlers": len(root.handlers), "level": root.level, "folder": str(Path.cwd())}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    result = globals()[f"act_{module.params['act']}"](module)
    module.exit_json(check_mode=module.check_mode, verbosity=module._verbosity, **result)


if __name__ == "__main__":
    main()
