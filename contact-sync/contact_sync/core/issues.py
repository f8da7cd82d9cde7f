"""The list of issue codes: what each means and what a person can do.

Responsible for the one table that README, CLI and plugins share.
"""

from __future__ import annotations

from dataclasses import dataclass

from contact_sync.core.model import Severity, Side


@dataclass(frozen=True)
class IssueCode:
    """One code: its severity, its meaning and its remedy, both one sentence.

    Attributes:
        is_event: It tells of something that happened once. It has no cause that could go away:
            it stays on record for a set time, whatever becomes of the item and the record.
    """

    code: str
    severity: Severity
    meaning: str
    remedy: str
    is_event: bool = False


_A = Severity.ACTION
_I = Severity.INFO

CODES: dict[str, IssueCode] = {
    entry.code: entry
    for entry in (
        IssueCode(
            "ambiguous_category",
            _A,
            "The item bears routing categories of two or more record types; it is not synced.",
            "Leave one routing category on the item, or drag it into a managed folder.",
        ),
        IssueCode(
            "unreadable_item",
            _A,
            "Exchange cannot give out this item; nothing is said or done about it.",
            "Open the item in Outlook; if it is damaged there too, delete it.",
        ),
        IssueCode(
            "unreadable_record",
            _A,
            "C4C cannot give out this record; nothing is said or done about it.",
            "Open the record in C4C; if it is damaged there too, have SAP's support look at it.",
        ),
        IssueCode(
            "view_refused",
            _A,
            "C4C does not serve these views of a record type, or not whole (`incomplete`: its "
            "pages repeat rows or fall short of its count); nothing that rests on them is done.",
            "Correct the `filter` in `views`, or tick the service in the user's arrangement; while "
            "`incomplete` stays, narrow the filter to fewer than 1,000 records.",
        ),
        IssueCode(
            "mailbox_unlicensed",
            _A,
            "The user has no Exchange Online mailbox; nothing of it is synced or removed.",
            "Assign a licence, or take the mailbox out of `mailboxes` and `forget` it.",
        ),
        IssueCode(
            "mailbox_unknown",
            _A,
            "There is no such user in the tenant; nothing is synced or removed.",
            "Correct the address in `mailboxes` (Graph takes the user principal name).",
        ),
        IssueCode(
            "mailbox_denied",
            _A,
            "The app may not open this mailbox; nothing of it is synced or removed.",
            "Include the mailbox in the app's Exchange RBAC scope; new rights take up to 2 hours.",
        ),
        IssueCode(
            "mailbox_unavailable",
            _A,
            "Exchange does not serve this mailbox for now; nothing of it is synced or removed.",
            "Nothing, unless it stays; then look at the mailbox in the Exchange admin centre.",
        ),
        IssueCode(
            "mailbox_replaced",
            _A,
            "Another mailbox has taken the place of the known one; its pairs are held.",
            "Approve the hold: pairs are forgotten and matched anew. Rejected: it is left alone.",
        ),
        IssueCode(
            "mailbox_full",
            _A,
            "The mailbox is full: what C4C changed cannot be written to it, and waits.",
            "Make room in the mailbox, or raise its quota.",
        ),
        IssueCode(
            "mailbox_named_properties",
            _A,
            "The mailbox takes no more named properties: new items cannot be linked, and wait.",
            "Move the mailbox to another database, or have Microsoft's support raise that quota.",
        ),
        IssueCode(
            "mailbox_not_writable",
            _A,
            "The app may read this mailbox and not write to it: what C4C changed waits.",
            "Grant Contacts.ReadWrite, not Contacts.Read, in the app's Exchange RBAC scope.",
        ),
        IssueCode(
            "ambiguous_match",
            _A,
            "Several match, or the e-mail address and one name do; nothing was created or linked.",
            "Make the names or addresses of the two agree or differ, or merge the duplicates.",
        ),
        IssueCode(
            "duplicate_of_linked",
            _A,
            "The item is a copy of a synced item; the copy is not synced.",
            "Delete the copy in Outlook.",
        ),
        IssueCode(
            "missing_last_name",
            _A,
            "A contact or individual customer has no last name; nothing was sent.",
            "Fill in the last name in Outlook.",
        ),
        IssueCode(
            "missing_name",
            _A,
            "An account has no company name; nothing was sent.",
            "Fill in the company in Outlook.",
        ),
        IssueCode(
            "value_too_long",
            _A,
            "A value is longer than the C4C field allows; Exchange keeps it, C4C is not touched.",
            "Shorten the value in Outlook.",
        ),
        IssueCode(
            "unmapped_country",
            _I,
            "A country could not be mapped to a code; the field was left alone.",
            "Use the country's usual name or its ISO code.",
        ),
        IssueCode(
            "unmapped_state",
            _I,
            "A state is none of C4C's list for its country, or that list cannot be read; the field "
            "was left alone.",
            "Use the name that C4C lists; see that the user of tap-c4c may read the list.",
        ),
        IssueCode(
            "read_only_new_item",
            _I,
            "A new item of a read-only type was moved to Deleted Items.",
            "Create the record in C4C, or switch read_only off for the type.",
            is_event=True,
        ),
        IssueCode(
            "read_only_edit",
            _I,
            "An edit of a read-only or one-way field was replaced by the other side's value.",
            "Edit the field on the side that it travels from, or change its direction.",
            is_event=True,
        ),
        IssueCode(
            "moved_back",
            _I,
            "An item was dragged between managed folders that may not be converted; moved back.",
            "Switch read_only off for both types, or change the record in C4C.",
            is_event=True,
        ),
        IssueCode(
            "company_restored",
            _I,
            "The company of a linked contact was edited; the C4C account name was written back.",
            "Change the account in C4C, or set company_change to relink.",
            is_event=True,
        ),
        IssueCode(
            "conflict",
            _I,
            "Both sides gave a field different values; on_conflict decided.",
            "Look at the named fields; edit again if the wrong side won.",
            is_event=True,
        ),
        IssueCode(
            "delete_vs_edit",
            _I,
            "The item was deleted in Exchange, the record edited in C4C: the item was re-created.",
            "Delete it again if that was meant.",
            is_event=True,
        ),
        IssueCode(
            "deletion_dropped_edit",
            _I,
            "The record was deleted in C4C although Exchange had edited the named fields.",
            "Set the record to Active in C4C if the deletion was wrong.",
            is_event=True,
        ),
        IssueCode(
            "linked_record_gone",
            _A,
            "An item names a C4C record that is gone or obsolete, and no link is known for it.",
            "Delete the item in Outlook, or set the record to Active in C4C.",
        ),
        IssueCode(
            "unresolved_intent",
            _A,
            "A write was cut off and several records may be its result; nothing more is written.",
            "Remove the surplus record; the next session links the other one.",
        ),
        IssueCode(
            "account_not_found",
            _A,
            "No account matches the company, and account_no_match is issue; or too many hold it to "
            "tell.",
            "Create the account, or correct the company in Outlook.",
        ),
        IssueCode(
            "rejected",
            _A,
            "The service refused the record; the detail has its code.",
            "Correct the named fields; the record is retried by itself.",
        ),
        IssueCode(
            "unknown_outcome",
            _A,
            "The reply to a write was lost; the next session finds out what happened.",
            "Nothing, unless it stays open over several sessions.",
        ),
        IssueCode(
            "unavailable",
            _A,
            "The service did not accept the record for now (locked, busy, throttled).",
            "Nothing, unless it stays open over several sessions.",
        ),
        IssueCode(
            "invalid_record",
            _A,
            "A record on the input could not be read; it was skipped.",
            "Check the tap or the file that the record came from.",
        ),
    )
}

EVENTS = frozenset(code for code, entry in CODES.items() if entry.is_event)

#: Issues of a whole mailbox that a read to its end closes, and those that a write closes.
MAILBOX_READ_CODES = (
    "mailbox_unlicensed",
    "mailbox_unknown",
    "mailbox_denied",
    "mailbox_unavailable",
    "mailbox_replaced",
)
MAILBOX_WRITE_CODES = ("mailbox_full", "mailbox_named_properties", "mailbox_not_writable")
#: What can be wrong with a write of one link: one of these is open, the last one that was seen.
WRITE_CODES = ("rejected", "unavailable", "unknown_outcome")
#: What the detail of such an issue begins with: the side that did not take the write.
WRITTEN_TO = {Side.C4C: "C4C:", Side.EXCHANGE: "Exchange:"}
MAILBOX_CODES = frozenset((*MAILBOX_READ_CODES, *MAILBOX_WRITE_CODES))


def mailbox_code(problem: str) -> str:
    """Return the code of a mailbox that cannot be read, by the word of the client for it."""
    code = f"mailbox_{problem}"
    return code if code in CODES else "mailbox_unavailable"
