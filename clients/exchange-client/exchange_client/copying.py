"""Copying a contact into another folder: the first half of a move, which Graph does not have.

Everything the API can see is carried: writable properties, extended properties that hold what
v1.0 has no name for (`carried.py`), and the photo. What it cannot see is lost: docs/mapping.md
has the list.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from exchange_client.api import query_of
from exchange_client.batch import read_batches
from exchange_client.carried import CONDITIONS
from exchange_client.contact_fields import (
    COPIED_EXTRAS,
    LINK_PROPERTY,
    SENSITIVITY_PROPERTY,
    WRITABLE,
    birthday_of,
    canonical,
    contact_of,
    expand_of,
    extended_of,
    extended_value,
    is_private_value,
)
from exchange_client.errors import (
    ExchangeError,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    TransientError,
)
from exchange_client.lookup import get_contacts
from exchange_client.model import Outcome
from exchange_client.reads import contact_path
from exchange_client.trouble import sorted_out
from exchange_client.writes import create_part, outcome_of, run_creates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from exchange_client.api import GraphApi
    from exchange_client.batch import Part, PartAnswer
    from exchange_client.model import Contact, ContactCopy, Found

_PHOTO = ("photo", "$value")


class _Place(NamedTuple):
    """A contact and the folder it sits in, if that is known."""

    id: str
    folder_id: str | None


def _place_of(contact: Contact) -> _Place:
    return _Place(contact.id, contact.folder_id)


def copy_contacts(api: GraphApi, mailbox: str, copies: Sequence[ContactCopy]) -> list[Outcome]:
    """Read the sources, create the copies, carry the photos over."""
    sources = _sources(api, mailbox, copies)
    parts = [
        _part(mailbox, copy, source)
        for copy, source in zip(copies, sources, strict=True)
        if not isinstance(source, ExchangeError)
    ]
    answers = iter(run_creates(api, mailbox, parts))
    outcomes = [
        Outcome(error=source)
        if isinstance(source, ExchangeError)
        else _outcome(copy, source, next(answers))
        for copy, source in zip(copies, sources, strict=True)
    ]
    return _with_photos(api, mailbox, copies, outcomes)


def _sources(api: GraphApi, mailbox: str, copies: Sequence[ContactCopy]) -> list[PartAnswer]:
    """Read each source, a few extended properties at a time, and put its answers together."""
    queries = [
        query_of({"$expand": expand_of(COPIED_EXTRAS[first : first + CONDITIONS])})
        for first in range(0, len(COPIED_EXTRAS), CONDITIONS)
    ]
    paths = [
        contact_path(mailbox, copy.source_id, folder_id=copy.source_folder_id) + query
        for copy in copies
        for query in queries
    ]
    answered = sorted_out(api, mailbox, read_batches(api, mailbox, paths))
    answers = [_checked(answer) for answer in answered]
    count = len(queries)
    return [_whole(answers[first : first + count]) for first in range(0, len(answers), count)]


def _whole(answers: Sequence[PartAnswer]) -> PartAnswer:
    """Give one source out of the answers to its reads, or why there is none."""
    values: list[dict[str, Any]] = []
    whole: dict[str, Any] = {}
    for answer in answers:
        if isinstance(answer, ExchangeError):
            return answer
        if whole and whole["changeKey"] != answer["changeKey"]:
            # Half of the one version and half of the other would be neither.
            return PreconditionFailedError(
                "the contact changed while it was read", code="changed_while_read"
            )
        whole = dict(answer)
        values += answer.get("singleValueExtendedProperties") or []
    return {**whole, "singleValueExtendedProperties": values}


def _checked(source: PartAnswer) -> PartAnswer:
    """Give the source, or why it cannot be copied."""
    try:
        if not isinstance(source, ExchangeError):
            contact_of(source, is_expanded=True)
    except ProtocolError as error:
        return error
    return source


def carry_photo(api: GraphApi, mailbox: str, source: Contact, target: Contact) -> None:
    """Give the target the source's photo, unless it has one.

    Raises:
        ExchangeError: It could not be read or written.
    """
    if _photo_of(api, mailbox, _place_of(target)) is None:
        outcome = _copy_photo(api, mailbox, _place_of(source), _place_of(target))
        if isinstance(outcome, ExchangeError):
            raise outcome


def _part(mailbox: str, copy: ContactCopy, source: Mapping[str, Any]) -> Part:
    carried = {name: source[name] for name in WRITABLE if source.get(name)}
    if "birthday" in carried:
        carried["birthday"] = birthday_of(carried["birthday"])
    extras = extended_of(source)
    extended = [
        extended_value(extended_id, extras[canonical(extended_id)])
        for extended_id in COPIED_EXTRAS
        if canonical(extended_id) in extras
    ]
    if copy.link is not None:
        extended.append(extended_value(LINK_PROPERTY, copy.link))
    part = create_part(mailbox, copy.folder_id, {**carried, **copy.properties}, extended)
    return replace(part, is_alone=copy.is_alone)


def _outcome(copy: ContactCopy, source: Mapping[str, Any], answer: PartAnswer) -> Outcome:
    outcome = outcome_of(answer, link=copy.link, is_expanded=True)
    if outcome.contact is None:
        return outcome
    sensitivity = extended_of(source).get(canonical(SENSITIVITY_PROPERTY))
    return Outcome(contact=replace(outcome.contact, is_private=is_private_value(sensitivity)))


def _with_photos(
    api: GraphApi, mailbox: str, copies: Sequence[ContactCopy], outcomes: list[Outcome]
) -> list[Outcome]:
    """A photo that fails is reported next to the contact: the new id must not get lost."""
    results = list(outcomes)
    changed: list[Contact] = []
    for number, (copy, outcome) in enumerate(zip(copies, outcomes, strict=True)):
        if outcome.contact is None:
            continue
        source = _Place(copy.source_id, copy.source_folder_id)
        photo = _copy_photo(api, mailbox, source, _place_of(outcome.contact))
        if isinstance(photo, ExchangeError):
            results[number] = Outcome(contact=outcome.contact, error=photo)
        elif photo:
            changed.append(outcome.contact)
    return _reread(api, mailbox, changed, results)


def _copy_photo(
    api: GraphApi, mailbox: str, source: _Place, target: _Place
) -> bool | ExchangeError:
    """Tell whether a photo was carried over, or why it was not."""
    try:
        photo = _photo_of(api, mailbox, source)
        if photo is None:
            return False
        api.request(
            mailbox,
            "PUT",
            contact_path(mailbox, target.id, *_PHOTO, folder_id=target.folder_id),
            content=photo.content,
            content_type=photo.headers.get("Content-Type", "image/jpeg"),
        )
    except ExchangeError as error:
        return error
    return True


def _photo_of(api: GraphApi, mailbox: str, place: _Place) -> requests.Response | None:
    path = contact_path(mailbox, place.id, *_PHOTO, folder_id=place.folder_id)
    try:
        photo = api.request(mailbox, "GET", path)
    except NotFoundError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        # Any other status is no word about photos, and none about the item.
        raise TransientError(
            "a photo cannot be read", code=error.code, status=error.status
        ) from None
    return photo if photo.content else None


def _reread(
    api: GraphApi, mailbox: str, changed: Sequence[Contact], outcomes: list[Outcome]
) -> list[Outcome]:
    """A photo gives the item a new version; the one of the create would be stale already."""
    try:
        fresh = get_contacts(api, mailbox, {item.id: item.folder_id for item in changed})
    except ExchangeError:
        # The copies exist, which is what counts; an old version only costs a re-read later.
        return outcomes
    return [
        replace(outcome, contact=_read_or(fresh.get(outcome.contact.id), outcome.contact))
        if outcome.contact
        else outcome
        for outcome in outcomes
    ]


def _read_or(found: Found, known: Contact) -> Contact:
    return known if found is None or isinstance(found, ExchangeError) else found
