"""The Microsoft clouds and where their two doors are.

Source: Graph docs, "National cloud deployments". Tokens of one cloud do not work in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """One deployment of Microsoft 365.

    Attributes:
        authority_url: Root of the token service; the tenant follows as path segment.
        graph_url: Root of Microsoft Graph, without version.
        has_master_categories: Whether the category list of a mailbox can be read there
            (Graph docs: "List masterCategories", table of deployments).
        has_contact_delta: Whether the changes of a folder can be read there (Graph docs: "contact:
            delta", table of deployments).
    """

    authority_url: str
    graph_url: str
    has_master_categories: bool = True
    has_contact_delta: bool = True


CLOUDS = {
    "global": Cloud(
        authority_url="https://login.microsoftonline.com",
        graph_url="https://graph.microsoft.com",
    ),
    "us_gov": Cloud(
        authority_url="https://login.microsoftonline.us",
        graph_url="https://graph.microsoft.us",
    ),
    "us_gov_dod": Cloud(
        authority_url="https://login.microsoftonline.us",
        graph_url="https://dod-graph.microsoft.us",
    ),
    "china": Cloud(
        authority_url="https://login.partner.microsoftonline.cn",
        graph_url="https://microsoftgraph.chinacloudapi.cn",
        has_master_categories=False,
        has_contact_delta=False,
    ),
}


def https_root(setting: str, url: str) -> str:
    """Give `url` without trailing slash.

    Raises:
        ValueError: It is not an https URL with a host, or carries user, query or fragment.
            The text names the setting, not the value.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError(f"{setting}: must be an https:// URL")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{setting}: must be host and path only")
    return url.rstrip("/")
