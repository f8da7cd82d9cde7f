"""Behaviours that can be switched, and their defaults: the harsh side where facts are open."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


def _transitions() -> dict[str, list[str]]:
    return {"1": ["2", "4"], "2": ["3", "4"], "3": ["2", "4"], "4": ["2"]}


@dataclass
class Switches:
    """One tenant's behaviour.

    Attributes:
        order: `shuffled` (anew for each request) or `stable`, where `$orderby` leaves it open.
        page_size: Rows per page.
        expand_page_size: Rows per page of a read with `$expand`.
        max_top: Rows given at most for `$top`; such an answer has no next link.
        orderby: `$orderby` is `honoured`, `refused` (501), or `ignored` without a word.
        short_pages: Pages hold fewer rows than asked for, first ones now and then none; a next
            link leads on, beside `$top` too.
        next_link_host: Host and port put into `__next` instead of the ones asked.
        gt_lt: `gt` and `lt` are understood.
        substringof: `substringof('x',Prop)` is understood.
        case_sensitive: Text comparison in filters.
        unstable_or: An `or` of two or more values now and then answers 200 without rows.
        max_or_terms: More terms are refused.
        inlinecount: `$inlinecount=allpages` is understood.
        refuse_unfiltered_children: Link and address sets need a filter at the root.
        expand_shape: Expanded to-many navigation as bare `array` or as `results` object.
        blank_padding: Fixed-length texts come padded with blanks.
        leading_zeros: Contact, account and customer ids are shown with ten digits.
        overlength: `reject` or `truncate`.
        null_strings: null is accepted for texts.
        date_input: `iso` only, or `both` (also `/Date(ms)/`).
        check_codes: Codes outside the code list are refused.
        state_lists: The value help of states is `served`, or `refused` (403).
        external_numbers: `reject` or `accept` ids chosen by the caller on create.
        status_transitions: Status -> statuses that may follow.
        obsolete_read_only: An obsolete record refuses edits other than of its status.
        require_if_match: PATCH, PUT and DELETE without If-Match answer 428.
        delete_status: HTTP status of a refused deletion of master data.
        contact_needs_account: A contact without account is refused.
        account_change: A new `Contact.AccountID` `add`s a link or `replace`s the main one.
        links_touch_account: Writing a link also changes the account's business object.
        children_touch_root: Writing a child moves the root's `EntityLastChangedOn`.
        business_address: `own`, or `account_when_blank` (a contact without address shows its
            account's).
        format_phones: Phone numbers are reformatted.
        csrf: `basic` (needed with Basic authentication) or `none`.
        csrf_fetch: A GET that asks for a token is `served`, `refused` (500), or answered with
            success and `empty`-handed.
        csrf_lifetime_seconds: Age at which token and cookie stop working.
        stale_reads: Number of reads after a write that still see the world before it.
        stale_scope: `collections` or `all` reads.
        max_parallel: Requests in work at once; more answer 503.
        max_url_length: Longer request lines answer 414.
        batch_errors: After a part that failed a batch may `go_on`, or `stop`: no later part is
            carried out or answered.
        error_body: Form of refusals where JSON was asked for: `json` as documented; `text` (the
            message is no object); `details` (a generic message; the property stands in the
            details alone); `xml`; `html`; `empty`.
    """

    order: str = "shuffled"
    page_size: int = 1000
    expand_page_size: int = 100
    max_top: int = 1000
    orderby: str = "honoured"
    short_pages: bool = False
    next_link_host: str = ""
    gt_lt: bool = False
    substringof: bool = False
    case_sensitive: bool = True
    unstable_or: bool = True
    max_or_terms: int = 30
    inlinecount: bool = True
    refuse_unfiltered_children: bool = True
    expand_shape: str = "array"
    blank_padding: bool = False
    leading_zeros: bool = False
    overlength: str = "reject"
    null_strings: bool = False
    date_input: str = "iso"
    check_codes: bool = True
    state_lists: str = "served"
    external_numbers: str = "reject"
    status_transitions: dict[str, list[str]] = field(default_factory=_transitions)
    obsolete_read_only: bool = False
    require_if_match: bool = False
    delete_status: int = 403
    contact_needs_account: bool = False
    account_change: str = "add"
    links_touch_account: bool = True
    children_touch_root: bool = False
    business_address: str = "own"
    format_phones: bool = True
    csrf: str = "basic"
    csrf_fetch: str = "served"
    csrf_lifetime_seconds: int = 1800
    stale_reads: int = 0
    stale_scope: str = "collections"
    max_parallel: int = 10
    max_url_length: int = 8192
    batch_errors: str = "go_on"
    error_body: str = "json"

    def set(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value, checked here
        """Turn one switch.

        Raises:
            ValueError: No such switch, value of another type, or not one of its choices.
        """
        known = {item.name for item in fields(self)}
        if name not in known:
            raise ValueError(f"unknown switch {name!r}; known: {sorted(known)}")
        if type(value) is not type(getattr(self, name)):
            raise ValueError(f"switch {name!r} wants {type(getattr(self, name)).__name__}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"switch {name!r} is one of {CHOICES[name]}")
        setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Return all switches by name."""
        return asdict(self)


CHOICES = {
    "orderby": ("honoured", "refused", "ignored"),
    "order": ("shuffled", "stable"),
    "expand_shape": ("array", "results"),
    "state_lists": ("served", "refused"),
    "overlength": ("reject", "truncate"),
    "date_input": ("iso", "both"),
    "external_numbers": ("reject", "accept"),
    "account_change": ("add", "replace"),
    "business_address": ("own", "account_when_blank"),
    "csrf": ("basic", "none"),
    "csrf_fetch": ("served", "refused", "empty"),
    "batch_errors": ("go_on", "stop"),
    "error_body": ("json", "text", "details", "xml", "html", "empty"),
    "stale_scope": ("collections", "all"),
}
