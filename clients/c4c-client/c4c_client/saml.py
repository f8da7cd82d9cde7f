"""Builds and signs the SAML 2.0 assertion that C4C exchanges for an access token.

Shape: the assertion template of the OAuth sample in the C4C developer guide. The sample
signs with SHA-1; this module signs with RSA-SHA256.
Unconfirmed: that every tenant's token endpoint accepts RSA-SHA256.
"""

from __future__ import annotations

import base64
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

if TYPE_CHECKING:
    from c4c_client.auth import SamlBearer

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

# Room for clocks that differ, and the time an assertion may be used; both as in the sample.
_BACKDATED = timedelta(minutes=5)
_LIFETIME = timedelta(minutes=10)


def signed_assertion(settings: SamlBearer, now: datetime) -> str:
    """Return the base64 text of a fresh signed assertion.

    Args:
        settings: Who speaks (`issuer`), for whom (`username`), to whom (`audience`).
        now: Aware moment of issue.

    Raises:
        OSError: The certificate or key file cannot be read.
        ValueError: One of them is not PEM.
    """
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    assertion = _assertion(settings, f"_{uuid.uuid4()}", now)
    signed = signer.sign(
        assertion,
        key=Path(settings.key_file).read_bytes(),
        cert=Path(settings.cert_file).read_text(encoding="ascii"),
        reference_uri=assertion.get("ID"),
    )
    return base64.b64encode(etree.tostring(signed)).decode("ascii")


def _assertion(settings: SamlBearer, assertion_id: str, now: datetime) -> etree._Element:
    issued, until = _instant(now), _instant(now + _LIFETIME)
    audience = settings.audience or urlsplit(settings.token_url).hostname or ""
    root = etree.Element(
        f"{{{_SAML}}}Assertion",
        {"ID": assertion_id, "IssueInstant": issued, "Version": "2.0"},
        nsmap={"saml2": _SAML},
    )
    _child(root, "Issuer").text = settings.issuer
    # The signer fills this in; the schema wants the signature between issuer and subject.
    etree.SubElement(root, f"{{{_SIGNATURE}}}Signature", {"Id": "placeholder"})

    subject = _child(root, "Subject")
    _child(subject, "NameID", Format=settings.name_id_format).text = settings.username
    confirmation = _child(subject, "SubjectConfirmation", Method=_BEARER)
    _child(
        confirmation,
        "SubjectConfirmationData",
        NotOnOrAfter=until,
        Recipient=settings.token_url,
    )

    conditions = _child(
        root, "Conditions", NotBefore=_instant(now - _BACKDATED), NotOnOrAfter=until
    )
    _child(_child(conditions, "AudienceRestriction"), "Audience").text = audience

    attribute = _child(_child(root, "AttributeStatement"), "Attribute", Name="client_id")
    _child(attribute, "AttributeValue").text = settings.client_id

    statement = _child(root, "AuthnStatement", AuthnInstant=issued, SessionNotOnOrAfter=until)
    _child(_child(statement, "AuthnContext"), "AuthnContextClassRef").text = "urn:none"
    return root


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_SAML}}}{name}", attributes)


def _instant(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
