"""Who somebody is to the city: met once, known again by account and number, whoever met them."""

import secrets
from datetime import date

import pytest
from msgspec.structs import replace

from motcua import identity
from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.identity.actions.meeting import known
from motcua.identity.model import Account, Assurance

BORN = date(1990, 3, 4)


def number() -> str:
    return f"999{secrets.randbelow(10**9):09}"


def account(
    city: City, number: str | None, email: str | None = None, phone: str | None = None
) -> Account:
    return Account(
        realm="residents",
        provider=identity.provider(city, "residents").id,
        subject=secrets.token_hex(8),
        name="Người Thử",
        number=number,
        birth_date=BORN,
        assurance=Assurance(proofing=1, authentication=1),
        email=email,
        phone=phone,
    )


async def statements(city: City, account: Account) -> int:
    before = city.database.round_trips
    await known(city, account, ask_again=True)
    return city.database.round_trips - before


async def test_who_is_known_is_met_by_fewer_statements(city: City) -> None:
    one = account(city, number())
    first, second = [await statements(city, one) for _ in range(2)]
    assert second < first


async def test_what_the_provider_says_now_is_kept_of_who_is_known(city: City) -> None:
    first = account(city, number(), email="cu@example.com", phone="0900000001")
    met = (await known(city, first, ask_again=True)).person
    later = replace(
        first, name="Tên Mới", email="moi@example.com", phone=None,
        assurance=Assurance(proofing=2, authentication=2),
    )  # fmt: skip
    assert (await known(city, later, ask_again=True)).person == met
    async with city.database.read(SYSTEM) as db:
        kept = await identity.person(db, met)
    assert (kept.name, kept.email, kept.level) == ("Tên Mới", "moi@example.com", 2)
    assert kept.phone == "0900000001"  # what it does not say this time, it has not taken back


async def test_another_number_of_the_same_account_is_the_same_person(city: City) -> None:
    first = account(city, number())
    met = (await known(city, first, ask_again=True)).person
    changed = replace(first, number=number())
    assert (await known(city, changed, ask_again=True)).person == met
    assert changed.number
    assert await identity.person_with(city, changed.number) == met


@pytest.mark.parametrize("signs_in_before", [False, True])
async def test_a_counter_and_a_sign_in_meet_one_person(city: City, signs_in_before: bool) -> None:
    one = account(city, number())
    assert one.number
    if signs_in_before:
        met = (await known(city, one, ask_again=True)).person
        assert await identity.meet_at_counter(city, one.number, one.name, BORN) == met
    else:
        met = await identity.meet_at_counter(city, one.number, one.name, BORN)
    for _ in range(2):
        assert (await known(city, one, ask_again=True)).person == met


async def test_an_account_without_a_number_is_known_by_itself(city: City) -> None:
    one = account(city, None)
    met = (await known(city, one, ask_again=True)).person
    assert (await known(city, one, ask_again=True)).person == met
