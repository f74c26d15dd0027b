# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The gate to amazon.aws's base of inventory plugins: nothing else in this collection imports its plugin_utils.

Works with amazon.aws 10.1 to 11.x.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import (
    COLLECTION_NAME,
    COLLECTION_VERSION,
)

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19
    trust_as_template = None

try:
    from botocore.config import Config
except ImportError:
    pass  # AWSInventoryBase reports a missing botocore

# A cached answer written in another form is not read.
_CACHE_FORM = 1
# In whose name AWS is asked, and where.
_ACCOUNT_OPTIONS = ("access_key", "profile", "assume_role_arn", "endpoint_url")

_SECRETS = frozenset({"access_key", "secret_key", "session_token"})

# Text that no template can hide in, and no expression that calls anything.
_PLAIN = re.compile(r"[A-Za-z0-9 _.,:/=+@-]*")


def never_a_template(value: Any) -> Any:
    """Return what AWS tells in a form that Ansible never evaluates, whatever a description or a name may contain.

    Older releases of ansible-core take all variables of hosts for templates unless they are marked, newer ones only
    those that are marked. ``ansible-inventory`` prints what is no template as a dictionary ``__ansible_unsafe``, which
    AWX keeps: so text that cannot be one, such as an address, is plain text for either.
    """
    if isinstance(value, Mapping):
        return {key: never_a_template(one) for key, one in value.items()}
    if isinstance(value, list):
        return [never_a_template(one) for one in value]
    if not isinstance(value, str):
        return value
    is_plain = _PLAIN.fullmatch(value) is not None
    if trust_as_template is None:
        return value if is_plain else wrap_var(value)
    return trust_as_template(value) if is_plain else value


def option_problems(given: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Return sentences about options of an inventory file that Ansible would misunderstand in silence, or show.

    ``definitions`` are the plug-in's options as documented. An option that does not exist may be a typo; what is no
    boolean counts as false; a secret of the wrong type would be part of Ansible's error.
    """
    by_name = {name: (option, one) for option, one in definitions.items() for name in [option, *one.get("aliases", [])]}
    problems = []
    for name, value in given.items():
        option, definition = by_name.get(name, ("", {}))
        if not definition:
            problems.append(f"there is no option {name} in this plugin")
        elif option in _SECRETS and isinstance(value, (Mapping, list)):
            problems.append(f"{name} must be text")
        elif definition.get("type") in ("bool", "boolean") and not _is_boolean(value):
            problems.append(f"{name} must be true or false")
    return problems


def _is_boolean(value: Any) -> bool:
    try:
        boolean(value)
    except TypeError:
        return False
    return True


class AppStreamInventoryBase(AWSInventoryBase):  # type: ignore[misc]  # amazon.aws is untyped
    """AWSInventoryBase with clients of AppStream for certain Regions; every problem is an AnsibleParserError."""

    # What decides about the answer, besides account and Regions: part of the key in the cache.
    cached_by: tuple[str, ...] = ()

    class TemplatedOptions(AWSInventoryBase.TemplatedOptions):  # type: ignore[misc]  # amazon.aws is untyped
        """The options whose values are templated."""

        TEMPLATABLE_OPTIONS = (
            *AWSInventoryBase.TemplatedOptions.TEMPLATABLE_OPTIONS,
            "exclude_filters",
            "states",
        )

    def _do_fail(self, message: str) -> NoReturn:
        raise AnsibleParserError(message)

    def _read_config_data(self, path: str) -> Mapping[str, Any]:
        """Read the inventory file and set the options."""
        try:
            config: Mapping[str, Any] = super()._read_config_data(path)
        except AttributeError as error:
            raise AnsibleParserError(f"{path} is not a dictionary of options") from error
        except AnsibleError as error:
            raise AnsibleParserError(f"{path}: {error}") from error
        return config

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Set the options, and refuse what Ansible lets pass: see ``option_problems``."""
        definitions = constants.config.get_configuration_definitions("inventory", self._load_name)
        problems = option_problems(direct or {}, definitions)
        if problems:
            raise AnsibleParserError("; ".join(problems))
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)

    def _set_frozen_credentials(self) -> None:
        """Leave the role of O(assume_role_arn) until AWS is asked: an answer from the cache needs none."""

    def regions(self) -> list[str]:
        """Return the Regions to read, each once: those of ``regions``, otherwise the one of the environment or profile.

        Raises AnsibleParserError when there is none.
        """
        regions = self.get_option("regions") or [self.region]
        if not all(isinstance(region, str) and region.strip() for region in regions):
            self.fail_aws(
                "There is no Region to read: set regions, or AWS_REGION, or the region of the profile"
                if regions == [None]
                else "regions must be a list of names such as eu-west-1"
            )
        return list(dict.fromkeys(str(region).strip() for region in regions))

    def client(self, service: str, *args: Any, **parameters: Any) -> Any:
        """Return a boto3 client; where no Region is given or set, as for STS, of the first Region to read."""
        if not parameters.get("region"):
            parameters["region"] = self.region or self.regions()[0]
        return super().client(service, *args, **parameters)

    def appstream_client(self, region: str) -> Any:
        """Return a boto3 client of AppStream in a Region, in the role of ``assume_role_arn`` if that is set."""
        if not self._frozen_credentials:
            super()._set_frozen_credentials()
        config = Config(user_agent_extra=f"{COLLECTION_NAME}/{COLLECTION_VERSION}")
        return self.client("appstream", region=region, config=config)

    def get_cache_key(self, path: str) -> str:
        """Return the key of the answer in the cache.

        Unlike amazon.aws's own it depends not only on the path but also on what is asked for and in whose name. So
        a changed file is read anew, and jobs of several accounts that share a cache do not get each other's hosts.
        """
        asked = [_CACHE_FORM, self.regions(), *(self.get_option(name) for name in (*_ACCOUNT_OPTIONS, *self.cached_by))]
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        return f"{super().get_cache_key(path)}_{digest[:16]}"
