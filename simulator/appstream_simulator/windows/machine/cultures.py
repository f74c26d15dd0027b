# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Some of Windows' cultures with what the registry has of them (MS-LCID; "Table of Geographical Locations").

Windows knows several hundred; of others nothing can be said here but that their name looks right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Culture:
    """A language in a country.

    Attributes:
        locale: locale identifier (LCID).
        geography: GeoID of the country.
    """

    name: str
    locale: int
    geography: int
    country: str
    short_date: str
    short_time: str
    decimal: str
    thousand: str
    currency: str

    def settings(self) -> dict[str, str]:
        """What the user's `Control Panel\\\\International` has, as far as anything here looks at it."""
        return {
            "LocaleName": self.name,
            "Locale": f"{self.locale:08X}",
            "sCountry": self.country,
            "sShortDate": self.short_date,
            "sShortTime": self.short_time,
            "sDecimal": self.decimal,
            "sThousand": self.thousand,
            "sCurrency": self.currency,
        }


_KNOWN = (
    Culture("en-US", 0x0409, 244, "United States", "M/d/yyyy", "h:mm tt", ".", ",", "$"),
    Culture("en-GB", 0x0809, 242, "United Kingdom", "dd/MM/yyyy", "HH:mm", ".", ",", "£"),
    Culture("en-AU", 0x0C09, 12, "Australia", "d/MM/yyyy", "h:mm tt", ".", ",", "$"),
    Culture("en-CA", 0x1009, 39, "Canada", "yyyy-MM-dd", "h:mm tt", ".", ",", "$"),
    Culture("en-IE", 0x1809, 68, "Ireland", "dd/MM/yyyy", "HH:mm", ".", ",", "€"),
    Culture("en-IN", 0x4009, 113, "India", "dd-MM-yyyy", "HH:mm", ".", ",", "₹"),
    Culture("de-DE", 0x0407, 94, "Germany", "dd.MM.yyyy", "HH:mm", ",", ".", "€"),
    Culture("de-AT", 0x0C07, 14, "Austria", "dd.MM.yyyy", "HH:mm", ",", ".", "€"),
    Culture("de-CH", 0x0807, 223, "Switzerland", "dd.MM.yyyy", "HH:mm", ".", "\u2019", "CHF"),
    Culture("fr-FR", 0x040C, 84, "France", "dd/MM/yyyy", "HH:mm", ",", "\u202f", "€"),
    Culture("fr-CA", 0x0C0C, 39, "Canada", "yyyy-MM-dd", "HH:mm", ",", "\u00a0", "$"),
    Culture("nl-NL", 0x0413, 176, "Netherlands", "d-M-yyyy", "HH:mm", ",", ".", "€"),
    Culture("es-ES", 0x0C0A, 217, "Spain", "dd/MM/yyyy", "H:mm", ",", ".", "€"),
    Culture("es-MX", 0x080A, 166, "Mexico", "dd/MM/yyyy", "hh:mm tt", ".", ",", "$"),
    Culture("it-IT", 0x0410, 118, "Italy", "dd/MM/yyyy", "HH:mm", ",", ".", "€"),
    Culture("pt-BR", 0x0416, 32, "Brazil", "dd/MM/yyyy", "HH:mm", ",", ".", "R$"),
    Culture("pt-PT", 0x0816, 193, "Portugal", "dd/MM/yyyy", "HH:mm", ",", "\u00a0", "€"),
    Culture("sv-SE", 0x041D, 221, "Sweden", "yyyy-MM-dd", "HH:mm", ",", "\u00a0", "kr"),
    Culture("da-DK", 0x0406, 61, "Denmark", "dd-MM-yyyy", "HH:mm", ",", ".", "kr."),
    Culture("nb-NO", 0x0414, 177, "Norway", "dd.MM.yyyy", "HH:mm", ",", "\u00a0", "kr"),
    Culture("fi-FI", 0x040B, 77, "Finland", "d.M.yyyy", "H.mm", ",", "\u00a0", "€"),
    Culture("pl-PL", 0x0415, 191, "Poland", "dd.MM.yyyy", "HH:mm", ",", "\u00a0", "zł"),
    Culture("ja-JP", 0x0411, 122, "Japan", "yyyy/MM/dd", "H:mm", ".", ",", "¥"),
)
BY_NAME = {culture.name.lower(): culture for culture in _KNOWN}
DEFAULT = BY_NAME["en-us"]


def is_plausible(name: str) -> bool:
    """Whether this could be the name of a culture that is not known here."""
    return re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-[A-Za-z]{2}|-\d{3})?", name) is not None
