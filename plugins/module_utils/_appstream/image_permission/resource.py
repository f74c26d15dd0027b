# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""With whom an image is shared as a managed resource: the image, with its permissions by account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core import states
from ..core.calls import LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan, Step
from ..core.waits import History, Resource
from ..image.api import describe_image, is_own
from . import api
from .api import Permission, as_list
from .rules import MOST_ACCOUNTS, image_permission_problems

Permissions = Mapping[str, Permission]


class ImagePermission(ManagedResource):
    """The sharing of an image that module ``image_permission`` describes."""

    result_key = "permissions"

    @property
    def about(self) -> str:
        """What messages call the image."""
        return f"Image {self.name}"

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return image_permission_problems(self.params)

    def read(self) -> Resource:
        """Return the image with its permissions, by the ids of the accounts; those of others have none to be seen."""
        client = self.connect("appstream")
        image = describe_image(client, self.name)
        own = image is not None and is_own(image)
        return image and {**image, "permissions": api.describe_image_permissions(client, self.name) if own else {}}

    def plan(self, before: Resource) -> Plan:
        """Return what is to become of the image's permissions."""
        current: Permissions = before["permissions"] if before else {}
        after = permissions_after(current, self.params)
        self._require_possible(before, current, after)
        accounts = order(current, after)
        losing = losing_fleets(current, after)
        return Plan(
            current,
            after,
            warnings=[_revocation_warning(self.name, losing)] if losing else [],
            steps=[self._change(account, after, accounts[:done]) for done, account in enumerate(accounts)],
            predicted=before and {**before, "permissions": after},
        )

    def result(self, values: dict[str, Any], plan: Plan | None, history: History) -> dict[str, Any]:
        """Return the module's return values, with the permissions alone of the image."""
        image = values[self.result_key] or {}
        return {**values, self.result_key: as_list(image.get("permissions", {}))}

    def _require_possible(self, image: Resource, before: Permissions, after: Permissions) -> None:
        """Raise AppStreamError for what the service would refuse."""
        if image is None:
            if self.params["state"] == "absent":
                return
            raise AppStreamError(f"{self.about} does not exist")
        if not is_own(image):
            raise AppStreamError(f"{self.about} is {image.get('visibility')} and not this account's to share")
        if before != after and not states.image_is(states.READY, image.get("state")):
            raise AppStreamError(
                f"{self.about} is {image.get('state')}, only an AVAILABLE image can be shared",
                remedy="Wait for the image with module euc.appstream.image first.",
            )
        if len(after) > MOST_ACCOUNTS and len(after) > len(before):
            raise AppStreamError(
                f"{self.about} would be shared with {len(after)} accounts, the service allows {MOST_ACCOUNTS}",
                remedy=f"It is shared with {len(before)} now: stop sharing it with accounts that no longer need it "
                "(state: absent), or let only the listed ones keep it (purge: true).",
            )

    def _change(self, account: str, after: Permissions, done: Sequence[str]) -> Step:
        """Return the step that gives, changes or takes away the permissions of an account; ``done`` come before it."""

        def change(image: dict[str, Any]) -> dict[str, Any]:
            client, permissions = self.connect("appstream"), dict(image["permissions"])
            try:
                if account in after:
                    api.update_image_permissions(client, self.name, account, after[account])
                    permissions[account] = after[account]
                else:
                    api.delete_image_permissions(client, self.name, account)
                    del permissions[account]
            except AppStreamError as error:
                raise _refused(image, account, done, error) from error
            return {**image, "permissions": permissions}

        return Step("share" if account in after else "unshare", change)


def permissions_after(before: Permissions, params: Mapping[str, Any]) -> dict[str, Permission]:
    """Return what the image will be shared for, by account."""
    listed = {one["account_id"]: one for one in params["accounts"]}
    if params["state"] == "absent":
        return {account: permission for account, permission in before.items() if account not in listed}
    desired = {
        account: {key: bool(one[key]) for key in ("allow_fleet", "allow_image_builder")}
        for account, one in listed.items()
    }
    return dict(sorted({**({} if params["purge"] else before), **desired}.items()))


def losing_fleets(before: Permissions, after: Permissions) -> list[str]:
    """Return the accounts that may use the image for fleets, and then no longer."""
    return [
        account
        for account, permission in before.items()
        if permission["allow_fleet"] and not after.get(account, {}).get("allow_fleet")
    ]


def _revocation_warning(name: str, accounts: Sequence[str]) -> str:
    """Say what it does to other accounts when fleets may no longer use an image."""
    return (
        f"Fleets may no longer use image {name} in account {', '.join(accounts)}: AWS sets the desired capacity of the "
        "fleets there that use it to 0. They get no new instances until they are given another image; sessions in "
        "progress go on until they end. Image builders, and images made on them, are not affected."
    )


def order(before: Permissions, after: Permissions) -> list[str]:
    """Return the accounts to be changed in the order to do so.

    What is taken away comes last, so that nobody loses anything when something else is refused, unless that would
    need more accounts for a while than the service allows.
    """
    given = [account for account, permission in after.items() if before.get(account) != permission]
    taken = [account for account in before if account not in after]
    return taken + given if len({*before, *after}) > MOST_ACCOUNTS else given + taken


def _refused(image: Mapping[str, Any], account: str, done: Sequence[str], error: AppStreamError) -> AppStreamError:
    """Return the error that names the account whose permissions were refused, and those done before."""
    before = f" (done before: account {', '.join(done)})" if done else ""
    remedy = error.remedy
    if error.code == LIMIT_EXCEEDED:
        remedy = f"An image can be shared with {MOST_ACCOUNTS} accounts: stop sharing it with some first."
    elif error.code == "ResourceNotAvailableException":
        remedy = "An image can be shared only while it is AVAILABLE: see module euc.appstream.image."
    if account == str(image.get("arn")).split(":")[4]:
        remedy = "That account owns the image, and needs no permission to use it: take it out of the list."
    return AppStreamError(
        f"The permissions of account {account} on image {image['name']} could not be changed{before}",
        cause=error.cause,
        remedy=remedy,
    )
