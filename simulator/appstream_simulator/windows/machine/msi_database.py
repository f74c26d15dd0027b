# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real MSI files: the tables and the files in an OLE compound file, read with pymsi."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Any

from pymsi import Msi
from pymsi.package import Package

Row = Mapping[str, Any]


class MsiError(ValueError):
    """The content is no Windows Installer database."""


class Database:
    """An opened MSI.

    Raises:
        MsiError: it cannot be opened.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._package = Package(io.BytesIO(content), strict=False)
            self.properties = {str(row["Property"]): str(row["Value"]) for row in self.rows("Property")}
            self.architecture = self._architecture()
        except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error, UnicodeDecodeError) as error:
            raise MsiError(str(error)) from error
        if not self.properties.get("ProductCode"):
            raise MsiError("the database has no ProductCode")

    def rows(self, table: str) -> list[Row]:
        """The rows of a table, none when the database does not have it."""
        found = self._package.get(table)
        return [dict(row) for row in found.iter(True)] if found is not None else []

    def tables(self) -> list[str]:
        """The names of the tables that have rows."""
        return sorted(name for name in self._package.tables if self.rows(name))

    def contents(self) -> dict[str, bytes]:
        """The content of the files in embedded cabinets, by the key of the File table.

        Raises:
            MsiError: a cabinet is missing or broken.
        """
        try:
            msi = Msi(self._package, load_data=True, strict=False)
            return {
                key: bytes(file.resolve().decompress())
                for key, file in msi.files.items()
                if file.media.cabinet is not None
            }
        except (OSError, ValueError, KeyError, AttributeError, struct.error) as error:
            raise MsiError(str(error)) from error

    def _architecture(self) -> str:
        """x64 or x86, by the platform in the summary information's template; an empty one means Intel."""
        summary = self._package.summary
        platform = str(summary.arch() or "") if summary else ""
        return "x64" if platform.lower() in ("x64", "intel64", "arm64") else "x86"
