"""The traps of the emulator, each with a switch.

A field's default is what a careful client must survive. What is merely one of two possible
readings of the documentation is switchable too, so that both can be tested.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Switches:
    """Behaviour that can be switched; the names are those of `Admin.set_switch`.

    Attributes:
        if_match: `honoured` (412 on PATCH and DELETE) or `ignored`. Unconfirmed for PATCH.
        deleted_items_readable: An item in Deleted Items answers 200 to a GET by id.
        delete_again: DELETE of an item that lies in Deleted Items is `refused` (403
            `ErrorCannotDeleteObject`, seen with immutable ids), or `purges` it.
        flat_contact_path: `/contacts/{id}` finds items of the `default_folder` only, as documented,
            or of `all` folders, as clients in use have it.
        foreign_id: Answer to an id of another mailbox, or of the one before under this address:
            code and status; the status is not in the sources.
        contact_delta: `present`, or `absent` as in the China cloud (400 `ErrorInvalidIdMalformed`).
        patch_parent_folder: PATCH of `parentFolderId`: `ignored`, `moves` or `refused`.
        folder_name_category: Whether the service adds the folder's name to `categories` on
            create, move and write of categories: `off`, `some` (every second item) or `all`.
        folder_name_category_late: It does so after the answer was sent, as a change of its own.
        birthday_midnight_shift: A birthday at midnight UTC comes back one day earlier.
        file_as_derived: A missing `fileAs` is made of the names; else it stays empty, unless a user
            wrote in Outlook.
        slot_overflow: A third home phone or fourth IM address is `dropped` or `refused`;
            unconfirmed which of the two.
        email_name_filled: A missing `name` of an e-mail address becomes the address.
        email_name_change_ignored: A new `name` for an unchanged address is not stored.
        folder_name_clash_on_delete: DELETE of a folder fails while an equal name lies in
            Deleted Items.
        master_categories: `present`, or `absent` as in the China cloud.
        raw_control_characters: Control characters in texts are sent unescaped (invalid JSON).
        delta_partial_updates: An updated item carries only what changed since the token.
        delta_immutable_return_hidden: With immutable ids an item moved A -> B -> A is reported
            as removed from A, and as present only after its next change (issue 21752).
        delta_immutable_add_hidden: With immutable ids the target folder's delta lacks an item
            that was moved there, until it changes (seen by one integrator, hence off).
        delta_removed_reason: `deleted` or `changed`.
        delta_first_round_removed: The first round also names items that left the folder before.
        delta_empty_page: A round of several pages contains an empty one.
        delta_repeats: A round of several pages repeats an item.
        delta_replays: Every round repeats the changes of the round before.
        delta_lag_seconds: Younger changes are not shown by delta yet.
        delta_expiry: Answer to an expired token: `SyncStateNotFound` or `ResyncRequired` (410
            with `Location`), `SyncStateInvalid` or `ErrorInvalidIdMalformed` (400).
        delta_extended_changes: A write of extended properties alone raises a delta entry.
        list_lag_seconds: Younger items are not in lists and filters yet; a GET by id finds them.
        list_repeats_row: The last row of a page comes again as the first of the next one.
        batch_shuffled: Parts of a batch run, and are answered, in arbitrary order.
        mailbox_concurrency: Requests served at a time for one mailbox.
        retry_after: Value of that header when throttled; decimals occur.
        token_lifetime_seconds: Life of an access token.
        device_flow: `approved`, `pending` or `declined`.
    """

    if_match: str = "honoured"
    deleted_items_readable: bool = True
    delete_again: str = "refused"
    flat_contact_path: str = "default_folder"
    foreign_id: str = "ErrorInvalidMailboxItemId 404"
    contact_delta: str = "present"
    patch_parent_folder: str = "ignored"
    folder_name_category: str = "some"
    folder_name_category_late: bool = False
    birthday_midnight_shift: bool = True
    file_as_derived: bool = False
    slot_overflow: str = "dropped"
    email_name_filled: bool = True
    email_name_change_ignored: bool = True
    folder_name_clash_on_delete: bool = True
    master_categories: str = "present"
    raw_control_characters: bool = True
    delta_partial_updates: bool = True
    delta_immutable_return_hidden: bool = True
    delta_immutable_add_hidden: bool = False
    delta_removed_reason: str = "deleted"
    delta_first_round_removed: bool = True
    delta_empty_page: bool = True
    delta_repeats: bool = True
    delta_replays: bool = False
    delta_lag_seconds: float = 0.0
    delta_expiry: str = "SyncStateNotFound"
    delta_extended_changes: bool = False
    list_lag_seconds: float = 0.0
    list_repeats_row: bool = False
    batch_shuffled: bool = True
    mailbox_concurrency: int = 4
    retry_after: str = "1.5"
    token_lifetime_seconds: float = 3599.0
    device_flow: str = "approved"

    def set(self, name: str, value: Any) -> None:  # noqa: ANN401 - a value of the named field
        """Set a switch.

        Raises:
            ValueError: No such switch, or a value it does not know.
        """
        known = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        if name not in known:
            raise ValueError(f"unknown switch {name!r}; known: {sorted(known)}")
        allowed = _CHOICES.get(name)
        if allowed is not None and value not in allowed:
            raise ValueError(f"{name} is one of {allowed}")
        if isinstance(known[name], bool) is not isinstance(value, bool):
            raise ValueError(f"{name} is not of that type")
        setattr(self, name, value)


_CHOICES: dict[str, tuple[str, ...]] = {
    "if_match": ("honoured", "ignored"),
    "delete_again": ("refused", "purges"),
    "flat_contact_path": ("default_folder", "all"),
    "foreign_id": (
        "ErrorInvalidMailboxItemId 404",
        "ErrorInvalidMailboxItemId 400",
        "ErrorInvalidIdMalformed 400",
        "ErrorItemNotFound 404",
    ),
    "contact_delta": ("present", "absent"),
    "patch_parent_folder": ("ignored", "moves", "refused"),
    "folder_name_category": ("off", "some", "all"),
    "slot_overflow": ("dropped", "refused"),
    "master_categories": ("present", "absent"),
    "delta_removed_reason": ("deleted", "changed"),
    "delta_expiry": (
        "SyncStateNotFound",
        "ResyncRequired",
        "SyncStateInvalid",
        "ErrorInvalidIdMalformed",
    ),
    "device_flow": ("approved", "pending", "declined"),
}
