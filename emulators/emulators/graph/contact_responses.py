"""Contacts over the API: lists, items, photos, deltas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions, extended, fields, paging, query
from emulators.graph.delta import DELTA, SKIP, Position, View
from emulators.graph.messages import Reply

if TYPE_CHECKING:
    from datetime import datetime

    from emulators.clock import Clock
    from emulators.graph.access import Access
    from emulators.graph.delta import DeltaService
    from emulators.graph.mailbox import MailboxEditor
    from emulators.graph.messages import GraphRequest
    from emulators.graph.models import Contact, Folder, Mailbox
    from emulators.graph.query import Options
    from emulators.graph.switches import Switches
    from emulators.graph.urls import Route

_LIST = frozenset({"$top", "$skip", "$filter", "$count", "$orderby", "$select", "$expand"})
_ITEM = frozenset({"$select", "$expand"})
_NONE: frozenset[str] = frozenset()
_ALWAYS_CHANGED = frozenset({"changeKey", "lastModifiedDateTime"})
_LARGEST_PHOTO = 4 * 1024 * 1024


class ContactResponses:
    """One method per operation; callers hold the service's lock."""

    def __init__(
        self,
        access: Access,
        editor: MailboxEditor,
        deltas: DeltaService,
        clock: Clock,
        switches: Switches,
    ) -> None:
        self._access = access
        self._editor = editor
        self._deltas = deltas
        self._clock = clock
        self._switches = switches

    def list_contacts(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `GET …/contacts`: one folder, not its children."""
        options = query.parse_options(request.query, _LIST)
        wants = query.parse_preferences(request.headers)
        rows = self._rows(mailbox, self._access.folder(mailbox, route), options)
        body = paging.list_body(
            request,
            options,
            rows,
            lambda item: contact_json(item, options, is_immutable=wants.is_immutable),
            repeats_row=self._switches.list_repeats_row,
        )
        return Reply(200, body, _applied(wants))

    def count(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `GET …/contacts/$count`."""
        options = query.parse_options(request.query, frozenset({"$filter"}))
        rows = self._rows(mailbox, self._access.folder(mailbox, route), options)
        return Reply(200, str(len(rows)), content_type="text/plain")

    def get(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer a GET by id."""
        options = query.parse_options(request.query, _ITEM)
        return self._item(request, self._access.contact(mailbox, route), options, 200)

    def create(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `POST …/contacts`."""
        options = query.parse_options(request.query, _NONE)
        folder = self._access.folder(mailbox, route)
        if mailbox.is_full:
            raise exceptions.quota_exceeded()
        write = fields.parse_write(request.json(), fields.empty_properties(), self._switches)
        _check_named(mailbox, write)
        contact = self._editor.create(mailbox, folder.id, write)
        return self._item(request, contact, options, 201)

    def update(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `PATCH …/contacts/{id}`."""
        options = query.parse_options(request.query, _NONE)
        contact = self._access.contact(mailbox, route)
        self._access.check_version(contact, request.headers.get("If-Match"))
        if mailbox.is_full:
            raise exceptions.quota_exceeded()
        write = fields.parse_write(request.json(), contact.properties, self._switches)
        _check_named(mailbox, write)
        if write.parent_folder_id is not None:
            self._patch_parent(mailbox, contact, write.parent_folder_id)
        self._editor.update(mailbox, contact, write)
        return self._item(request, contact, options, 200)

    def delete(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `DELETE …/contacts/{id}`: to Deleted Items."""
        query.refuse_others(request.query, _NONE)
        contact = self._access.contact(mailbox, route)
        self._access.check_version(contact, request.headers.get("If-Match"))
        is_deleted = mailbox.is_deleted_folder(contact.folder_id)
        is_immutable = query.parse_preferences(request.headers).is_immutable
        if is_deleted and is_immutable and self._switches.delete_again == "refused":
            raise exceptions.cannot_delete()
        self._editor.delete(mailbox, contact)
        return Reply(204)

    def permanent_delete(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `POST …/contacts/{id}/permanentDelete`."""
        query.refuse_others(request.query, _NONE)
        self._editor.purge(mailbox, self._access.contact(mailbox, route))
        return Reply(204)

    def get_photo(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `GET …/photo/$value`."""
        query.refuse_others(request.query, _NONE)
        contact = self._access.contact(mailbox, route)
        if contact.photo is None:
            text = "Exception of type 'ImageNotFoundException' was thrown."
            raise exceptions.GraphError(404, "ImageNotFound", text)
        return Reply(200, contact.photo, content_type="image/jpeg")

    def put_photo(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `PUT …/photo/$value`; an empty body clears the photo, as Evolution does."""
        query.refuse_others(request.query, _NONE)
        contact = self._access.contact(mailbox, route)
        kind = request.headers.get("Content-Type", "")
        if not kind.startswith(("image/", "application/octet-stream")):
            text = "The content type is not supported."
            raise exceptions.GraphError(415, "RequestBodyTypeNotSupported", text)
        if len(request.body) > _LARGEST_PHOTO:
            raise exceptions.GraphError(413, "ErrorRequestTooLarge", "The photo is too large.")
        self._editor.set_photo(contact, request.body)
        return Reply(200)

    def delta(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `GET …/contacts/delta`."""
        if self._switches.contact_delta == "absent":
            raise exceptions.malformed_id()
        try:
            folder = self._access.folder(mailbox, route)
        except exceptions.GraphError as error:
            raise exceptions.sync_folder_not_found() if error.status == 404 else error from None  # noqa: PLR2004 - a status
        if mailbox.is_full:
            raise exceptions.quota_exceeded()
        position = self._position(request, mailbox, folder)
        wants = query.parse_preferences(request.headers)

        def render(item: Contact, since: int | None) -> dict[str, Any]:
            options = _only(position.select)
            entry = contact_json(item, options, is_immutable=wants.is_immutable, since=since)
            return {"@odata.type": "#microsoft.graph.contact", **entry}

        view = View(wants.page_size, wants.is_immutable, render)
        page = self._deltas.page(mailbox, position, view)
        name = "@odata.deltaLink" if page.link_kind == DELTA else "@odata.nextLink"
        body = {
            "@odata.context": f"{request.base_url}/v1.0/$metadata#Collection(contact)",
            name: paging.key_link(request, {page.link_kind: page.link_token}),
            "value": page.entries,
        }
        return Reply(200, body, _applied(wants))

    def _position(self, request: GraphRequest, mailbox: Mailbox, folder: Folder) -> Position:
        tokens = [name for name in (SKIP, DELTA) if name in request.query]
        if not tokens:
            query.refuse_others(request.query, frozenset({"$select"}))
            select = query.parse_select(request.query.get("$select"))
            return self._deltas.first(mailbox, folder.id, select)
        # Options belong to the first request; links are followed as they are.
        query.refuse_others(request.query, frozenset(tokens[:1]))
        try:
            return self._deltas.resume(mailbox, folder.id, tokens[0], request.query[tokens[0]])
        except exceptions.GraphError as error:
            if error.status == 410:  # noqa: PLR2004 - a status
                error.headers["Location"] = paging.key_link(request, {DELTA: ""})
            raise

    def _rows(self, mailbox: Mailbox, folder: Folder, options: Options) -> list[Contact]:
        newest = self._clock.now() - timedelta(seconds=self._switches.list_lag_seconds)
        rows = [
            item
            for item in mailbox.contacts_in(folder.id)
            if item.created <= newest and (options.matches is None or options.matches(item))
        ]
        if options.order_by is not None:
            name, is_descending = options.order_by
            rows.sort(key=lambda item: (item.properties[name] or "").lower(), reverse=is_descending)
        return rows

    def _patch_parent(self, mailbox: Mailbox, contact: Contact, folder_id: str) -> None:
        # Unconfirmed: the update page lists the property, no text says that it moves the item.
        if self._switches.patch_parent_folder == "refused":
            raise exceptions.invalid_property("parentFolderId")
        if self._switches.patch_parent_folder == "moves" and folder_id in mailbox.folders:
            self._editor.move(mailbox, contact, folder_id)

    def _item(
        self, request: GraphRequest, contact: Contact, options: Options, status: int
    ) -> Reply:
        wants = query.parse_preferences(request.headers)
        entry = contact_json(contact, options, is_immutable=wants.is_immutable)
        body = {"@odata.context": f"{paging.context(request)}/$entity", **entry}
        return Reply(status, body, {"ETag": entry["@odata.etag"], **_applied(wants)})


def _check_named(mailbox: Mailbox, write: fields.Write) -> None:
    if mailbox.is_named_full and any("{" in name for name in write.extended):
        raise exceptions.named_properties_exceeded()


def contact_json(
    contact: Contact, options: Options, *, is_immutable: bool, since: int | None = None
) -> dict[str, Any]:
    """Return an item as the API shows it.

    Args:
        contact: The item.
        options: `$select` and `$expand`.
        is_immutable: Form of `id`.
        since: Show only what changed after this sequence number; None = all.
    """
    values = fields.visible_properties(contact.properties) | {
        "changeKey": contact.change_key,
        "createdDateTime": _instant(contact.created),
        "lastModifiedDateTime": _instant(contact.modified),
        "parentFolderId": contact.folder_id,
    }
    if since is not None:
        changed = {name for name, number in contact.property_changed_at.items() if number > since}
        values = {name: values[name] for name in values if name in changed | _ALWAYS_CHANGED}
    if options.select is not None:
        values = {name: values[name] for name in values if name in options.select}
    shown = [(key, extended.stored_value(contact.extended, key)) for key in options.expand]
    found = [{"id": key, "value": value} for key, value in shown if value is not None]
    return {
        "@odata.etag": f'W/"{contact.change_key}"',
        "id": contact.immutable_id if is_immutable else contact.classic_id,
        **values,
        # Without a match the service leaves the whole property out.
        **({"singleValueExtendedProperties": found} if found else {}),
    }


def _only(select: frozenset[str] | None) -> Options:
    return query.Options(
        0, 0, is_counted=False, select=select, expand=(), order_by=None, matches=None
    )


def _applied(wants: query.Preferences) -> dict[str, str]:
    return {"Preference-Applied": 'IdType="ImmutableId"'} if wants.is_immutable else {}


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
