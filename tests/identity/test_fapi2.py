"""Sign-in by the FAPI 2.0 profile, against the demonstration's own provider as a process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import yaml
from msgspec.structs import replace

from motcua import identity
from motcua.base.errors import Invalid, NotAllowed
from motcua.base.pack import Pack
from motcua.db.city import City
from motcua.identity import Assurance, Proof, actions
from motcua.identity.outside import Providers, client_key, proofs
from tests.identity import build
from tests.identity.conftest import provider_process

REFUSED = r"identity\.token_refused"


@pytest.fixture
def fapi(wired: City, tmp_path: Path, unused_tcp_port: int) -> Iterator[City]:
    """A city whose pack says that both its providers speak so, and the residents' one."""
    told = yaml.safe_load((wired.settings.pack / "identity.yaml").read_text())
    for realm in ("residents", "officers"):
        told[realm]["wire"] = "fapi2"
    for file in wired.settings.pack.iterdir():
        (tmp_path / file.name).symlink_to(file.absolute())
    (tmp_path / "identity.yaml").unlink()
    (tmp_path / "identity.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
    near = build.elsewhere(wired, unused_tcp_port - 10)
    city = City(replace(near.settings, pack=tmp_path), Pack.read(tmp_path), wired.database.url)
    city.database = wired.database
    city[actions.BusinessRegister].represents = wired[actions.BusinessRegister].represents
    client_key(city.settings)
    build.close_with(wired, city._kept)
    with provider_process(city.settings, "residents", "eid"):
        yield city


async def test_a_resident_signs_in_and_the_browser_carries_no_question(fapi: City) -> None:
    begun = await actions.begin(fapi, "residents", "/me")
    assert set(dict(parse_qsl(urlsplit(begun.address).query))) == {"client_id", "request_uri"}
    signed_in = await build.sign_in(fapi, "an", return_to="/me")
    assert (signed_in.viewer.name, signed_in.viewer.level) == ("Nguyễn Văn An", 2)
    assert signed_in.return_to == "/me"
    firm = (await build.sign_in(fapi, "an@thu-nghiem")).viewer
    assert firm.organisation_name == "Công ty TNHH Thử Nghiệm"


async def test_what_is_asked_for_is_shown_or_nothing_opens(fapi: City) -> None:
    needed = Assurance(proofing=2, authentication=3)
    begun = await actions.begin(fapi, "residents", None, needed)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(fapi, "residents", begun.cookie, answer["state"])
    assert (await actions.finish(fapi, attempt, answer)).viewer.assurance == needed


async def test_a_pushed_question_is_answered_once(fapi: City) -> None:
    begun = await actions.begin(fapi, "residents", None)
    await build.choose(begun.address, "an")
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(begun.address)).status_code == 400


async def test_a_question_that_was_not_pushed_is_not_answered(fapi: City) -> None:
    build.rewire(fapi, wire="oidc")
    begun = await actions.begin(fapi, "residents", None)
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(begun.address)).status_code == 400


async def test_a_code_is_worth_nothing_without_the_key(fapi: City) -> None:
    partner: Any = fapi[Providers].residents
    begun = await actions.begin(fapi, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(fapi, "residents", begun.cookie, answer["state"])
    partner._dpop_key = build.another_key()
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(fapi, attempt, answer)


async def test_its_tokens_open_the_api_with_the_key_and_not_without(fapi: City) -> None:
    partner: Any = fapi[Providers].residents
    begun = await actions.begin(fapi, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(fapi, "residents", begun.cookie, answer["state"])
    token = (await partner._redeem(answer["code"], attempt.verifier)).access_token
    address = "http://localhost:8000/api/v1/cases"
    mine, thiefs = (
        Proof(proofs.proof(key, "GET", address, token), "GET", address)
        for key in (partner._dpop_key, build.another_key())
    )
    assert (await identity.bearer(fapi, token, mine)).name == "Nguyễn Văn An"
    for proof in (None, thiefs):
        with pytest.raises(NotAllowed, match=REFUSED):
            await identity.bearer(fapi, token, proof)
    partner._dpop_key = build.another_key()
    with pytest.raises(NotAllowed, match=REFUSED):
        await partner._user_info(token)
