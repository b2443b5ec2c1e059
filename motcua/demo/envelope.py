"""DEMONSTRATION e-ID of another shape: sealed bodies, no ID token, no nonce back, a sealed code.

The same people and the same page as `eid`, and some accounts that only such a provider has: a
child's, a foreigner's, and one whose level is none that there is.
"""

import os
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body

from motcua.base.settings import Settings
from motcua.base.text import Text
from motcua.demo import eid
from motcua.demo.people import SamplePerson, personal_number

KEY_BYTES = 16
BLOCK_BITS = 128


def _only_here(id: str, vi: str, en: str, name: str, born: date, serial: str, level: int) -> Any:
    return SamplePerson(
        id=id, kind="resident", role=Text(vi=vi, en=en), name=name, birth_date=born,
        number=personal_number("female", born, serial), level=level,
    )  # fmt: skip


MORE: Sequence[SamplePerson] = (
    _only_here("be", "Trẻ em, mức 1", "Child, level 1", "Phạm Bé Mẫu", date(2018, 5, 2), "0101", 1),
    _only_here(
        "nuoc-ngoai", "Người nước ngoài, mức 1", "Foreigner, level 1", "Sample Foreigner",
        date(1988, 1, 30), "0102", 1,
    ),
    _only_here(
        "muc-la", "Mức không có trong quy định", "A level that does not exist", "Mức Lạ Mẫu",
        date(1992, 9, 9), "0103", 9,
    ),
)  # fmt: skip


class Sealing(eid.Realm):
    """Seals for the city's key, which lies in the data folder that both share."""

    more = MORE
    seals_codes = True

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__(settings, name)
        self.tokens: OrderedDict[str, str] = OrderedDict()

    def returned(self, answer: dict[str, str]) -> dict[str, str]:
        if "code" not in answer or not self.seals_codes:
            return answer
        sealed = self.sealed(answer["code"].encode())
        return {**answer, "code": sealed["data"], "encrypt_key": sealed["key"]}

    def claims(self, account: str, level: int | None = None) -> dict[str, Any]:
        person, firm = eid.person_of(self, account)
        told = super().claims(account, level) | {"sub": person.subject}
        return told if firm else told | {"accountLevel": person.level}

    def sealed(self, content: bytes) -> dict[str, str]:
        """`{data, key}`: the content under a new AES key, and that key under the city's."""
        key = os.urandom(KEY_BYTES)
        padder = block_padding.PKCS7(BLOCK_BITS).padder()
        padded = padder.update(content) + padder.finalize()
        writer = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        data = writer.update(padded) + writer.finalize()
        wrapped = self._city_key().encrypt(key, padding.PKCS1v15())
        return {"data": b64encode(data).decode(), "key": b64encode(wrapped).decode()}

    def _city_key(self) -> rsa.RSAPublicKey:
        written = (self.settings.keys / "identity-envelope.public.pem").read_bytes()
        key = serialization.load_pem_public_key(written)
        assert isinstance(key, rsa.RSAPublicKey)
        return key


@post("/token", status_code=200)
async def token(
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    state: State,
) -> Response[dict[str, Any]]:
    realm: Sealing = state.realm
    grant = eid.granted(realm, data)
    if isinstance(grant, Response):
        return grant
    assert grant.token_id
    realm.tokens[grant.token_id] = grant.account
    while len(realm.tokens) > eid.CODES_MAX:
        realm.tokens.popitem(last=False)
    answer = {
        "access_token": grant.token_id,
        "token_type": "Bearer",
        "expires_in": eid.TOKEN_SECONDS,
    }
    return Response(dict(realm.sealed(msgspec.json.encode(answer))))


@get("/userinfo")
async def userinfo(request: Request[Any, Any, Any], state: State) -> Response[dict[str, Any]]:
    realm: Sealing = state.realm
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if given not in realm.tokens or given in realm.revoked:
        return Response({"error": "invalid_token"}, status_code=401)
    told = realm.claims(realm.tokens[given])
    return Response(dict(realm.sealed(msgspec.json.encode(told))))


def app(settings: Settings, realm: str) -> Litestar:
    return eid.app(Sealing(settings, realm), [eid.ask, eid.choose, token, userinfo])
