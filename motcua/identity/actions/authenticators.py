"""What an authenticator is asked, and what its answer is worth: WebAuthn (docs/notes/0015)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from msgspec import Struct
from webauthn.helpers import options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from motcua.base.errors import NotAllowed
from motcua.base.settings import Settings
from motcua.db import City
from motcua.identity import rules
from motcua.identity.model import Passkey

ANSWER_LENGTH_MAX = 20_000
CHALLENGE_SECONDS = 300
"""For the browser's window and for ours."""
UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)
"""What the library ends in where an answer is forged, cut off or of other kinds than it says."""


class MadeKey(Struct, frozen=True):
    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool


class Shown(Struct, frozen=True):
    """An answer taken apart just so far that its key can be looked for. Nothing is proved yet."""

    credential_id: bytes
    answer: dict[str, Any]


def origin(settings: Settings) -> str:
    """Where officers work. A key made here answers nowhere else: that is what cannot be phished."""
    parts = urlsplit(settings.desk_origin)
    return f"{parts.scheme}://{parts.netloc}"


def relying_party(settings: Settings) -> str:
    return urlsplit(settings.desk_origin).hostname or ""


def options_to_make(
    city: City, challenge: bytes, officer: UUID, name: str, known: Iterable[Passkey]
) -> bytes:
    """For `navigator.credentials.create`: a key that names its owner, behind a PIN or a finger."""
    options = webauthn.generate_registration_options(
        rp_id=relying_party(city.settings),
        rp_name=city.pack.info.name.vi,
        user_id=officer.bytes,
        user_name=name,
        user_display_name=name,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_named(known),
    )
    return options_to_json(options).encode()


def options_to_show(city: City, challenge: bytes, known: Iterable[Passkey] = ()) -> bytes:
    """For `navigator.credentials.get`. Without keys the authenticator offers those it has."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party(city.settings),
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=_named(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options).encode()


def made(settings: Settings, challenge: bytes, answer: str) -> MadeKey:
    """The new key; NotAllowed for any doubt, always in the same words."""
    told = _read(answer)
    try:
        found = webauthn.verify_registration_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=relying_party(settings),
            expected_origin=origin(settings),
            require_user_verification=True,
        )
        _must_not_be_framed(told)
    except UNREADABLE:
        raise NotAllowed("identity.passkey_refused") from None
    is_synced = found.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    return MadeKey(found.credential_id, found.credential_public_key, found.sign_count, is_synced)


def shown(answer: str) -> Shown:
    told = _read(answer)
    try:
        return Shown(rules.unpacked(told["id"]), told)
    except UNREADABLE:
        raise NotAllowed("identity.passkey_refused") from None


def check(settings: Settings, challenge: bytes, key: Passkey, seen: Shown) -> int:
    """The authenticator's new count; NotAllowed unless this very key signed this very challenge,
    here, with its owner's PIN or finger."""
    try:
        found = webauthn.verify_authentication_response(
            credential=seen.answer,
            expected_challenge=challenge,
            expected_rp_id=relying_party(settings),
            expected_origin=origin(settings),
            credential_public_key=key.public_key,
            credential_current_sign_count=0,  # whoever writes the new count compares it
            require_user_verification=True,
        )
        _must_not_be_framed(seen.answer)
        handle = seen.answer["response"].get("userHandle")
        is_owner = handle is None or rules.unpacked(handle) == key.person_id.bytes
    except UNREADABLE:
        raise NotAllowed("identity.passkey_refused") from None
    if not is_owner:
        raise NotAllowed("identity.passkey_refused")
    return int(found.new_sign_count)


def _read(answer: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer[:ANSWER_LENGTH_MAX], type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise NotAllowed("identity.passkey_refused") from None


def _must_not_be_framed(answer: dict[str, Any]) -> None:
    """The library passes over it. Our pages stand in nobody's frame, so nor does an answer."""
    client = parse_client_data_json(rules.unpacked(answer["response"]["clientDataJSON"]))
    if client.cross_origin:
        raise ValueError("from within another site's page")


def _named(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in known]
