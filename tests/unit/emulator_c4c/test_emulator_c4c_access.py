from __future__ import annotations

import base64
from typing import Any

import pytest

CREDENTIALS = {"LastName": "Byron"}


def test_wrong_password_is_401_with_a_challenge(c4c: Any) -> None:
    c4c.login = (c4c.login[0], "wrong")
    answer = c4c.call("GET", "ContactCollection")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_write_without_token_is_refused_in_plain_text(c4c: Any) -> None:
    answer = c4c.call("POST", "ContactCollection", body=CREDENTIALS, token="none")
    assert (answer.status_code, answer.get_data(as_text=True)) == (
        403,
        "CSRF token validation failed",
    )
    assert answer.headers["x-csrf-token"] == "Required"


def test_a_token_without_its_cookies_is_refused(c4c: Any) -> None:
    for cookie in list(c4c.http._cookies.values()):
        c4c.http.delete_cookie(cookie.key)
    assert c4c.call("POST", "ContactCollection", body=CREDENTIALS).status_code == 403


def test_a_token_expires(c4c: Any) -> None:
    c4c.admin.advance_clock(1801)
    assert c4c.call("POST", "ContactCollection", body=CREDENTIALS).status_code == 403
    c4c.token = c4c.fetch_token()
    c4c.post("ContactCollection", LastName="Byron")


def test_a_restart_forgets_sessions(c4c: Any) -> None:
    c4c.admin.drop_sessions()
    assert c4c.call("POST", "ContactCollection", body=CREDENTIALS).status_code == 403


def test_batches_need_a_token_too(c4c: Any) -> None:
    c4c.token = "stale"
    assert c4c.batch(c4c.part("GET", "ContactCollection")).status_code == 403


def test_a_token_is_handed_out_on_get_only(c4c: Any) -> None:
    answer = c4c.call("POST", "ContactCollection", body=CREDENTIALS, token="fetch")
    assert answer.headers["x-csrf-token"] == "Required"


def test_head_is_500(c4c: Any) -> None:
    assert c4c.call("HEAD", "ContactCollection", token="fetch").status_code == 500


def test_csrf_can_be_switched_off(c4c: Any) -> None:
    c4c.switch(csrf="none")
    answer = c4c.call("POST", "ContactCollection", body=CREDENTIALS, token="none")
    assert answer.status_code == 201


def _token_form(c4c: Any, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "client_id": c4c.credentials["c4c_client_id"],
        "scope": "UIWC:CC_HOME",
        "assertion": base64.urlsafe_b64encode(b"<Assertion/>").decode(),
        **changes,
    }


def _request_bearer(c4c: Any, form: dict[str, str], secret: str = "") -> Any:
    client = (c4c.credentials["c4c_client_id"], secret or c4c.credentials["c4c_client_secret"])
    url = "/sap/bc/sec/oauth2/token"
    return c4c.http.post(url, data=form, auth=client, base_url="https://localhost")


def test_a_saml_assertion_buys_a_bearer_that_needs_no_csrf_token(c4c: Any) -> None:
    answer = _request_bearer(c4c, _token_form(c4c))
    assert answer.status_code == 200
    headers = {"Authorization": "Bearer " + answer.get_json()["access_token"]}
    url = "/sap/c4c/odata/v1/c4codataapi/ContactCollection"
    created = c4c.http.post(url, json=CREDENTIALS, headers=headers, base_url="https://localhost")
    assert created.status_code == 201
    c4c.admin.advance_clock(3601)
    assert c4c.http.get(url, headers=headers, base_url="https://localhost").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [{"grant_type": "client_credentials"}, {"scope": "x"}, {"assertion": "!"}, {"client_id": "x"}],
)
def test_a_bad_token_request_is_400(c4c: Any, changes: dict[str, str]) -> None:
    assert _request_bearer(c4c, _token_form(c4c, **changes)).status_code == 400


def test_a_wrong_client_secret_is_401(c4c: Any) -> None:
    assert _request_bearer(c4c, _token_form(c4c), secret="wrong").status_code == 401


def test_addresses_outside_the_service(c4c: Any) -> None:
    root = "/sap/c4c/odata/v1/c4codataapi"
    redirect = c4c.call("GET", root)
    assert (redirect.status_code, redirect.headers["Location"]) == (307, root + "/")
    assert c4c.call("GET", "/elsewhere").status_code == 404
    assert c4c.call("GET", "x" * 9000).status_code == 414


def test_more_requests_at_once_than_allowed_are_503(c4c: Any) -> None:
    c4c.switch(max_parallel=0)
    assert c4c.call("GET", "ContactCollection").status_code == 503


def test_errors_are_xml_unless_json_was_asked_for(c4c: Any) -> None:
    answer = c4c.call("GET", "Nonsense", headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert answer.get_data(as_text=True).startswith("<?xml")
    by_option = c4c.call("GET", "Nonsense", {"$format": "json"}, headers={"Accept": "*/*"})
    assert by_option.get_json()["error"]["message"]["lang"] == "en"


def test_another_login_shows_another_name(c4c: Any) -> None:
    c4c.admin.add_login("MILLER", "pw", "Max Miller")
    c4c.login = ("MILLER", "pw")
    created = c4c.post("ContactCollection", LastName="Byron")
    assert created["CreatedBy"] == "Max Miller"


def test_created_by_is_not_the_login_name(c4c: Any) -> None:
    created = c4c.post("ContactCollection", LastName="Byron")
    assert created["CreatedBy"] == created["ChangedBy"] == "Contact Sync Integration"
    assert created["CreatedBy"] != c4c.login[0]
