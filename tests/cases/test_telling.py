"""What the city tells about a case goes out in the language in which it was filed."""

import re
from uuid import uuid4

import pytest

from motcua import notices
from motcua.base.ids import SYSTEM
from motcua.cases import jobs, queries
from motcua.cases.model.case import Case
from motcua.cases.pages import routes
from motcua.db import City
from motcua.identity import Viewer
from motcua.notices import Message
from motcua.web.language import Language
from tests import cast
from tests.cases import build
from tests.cases.machine import Api
from tests.cases.visit import visitors

APPLY = f"/procedures/{build.SAMPLE}/apply"


async def told(city: City, who: Viewer, case: Case) -> Message:
    """The receipt of the case, by the job that follows its filing."""
    await jobs.tell_received(city, {"subject": str(case.id), "event": str(uuid4())})
    async with city.database.read(who.person, who.on_behalf_of) as db:
        return next(m for m in await notices.messages_of_me(db) if m.about_id == case.id)


async def case_of(city: City, code: str) -> Case:
    async with city.database.read(SYSTEM) as db:
        found = await queries.case_by_code(db, code)
    assert found
    return found


@pytest.mark.parametrize(
    ("language", "subject"),
    [("vi", "Đã nhận hồ sơ"), ("en", "We have received your request")],
)
async def test_a_case_filed_through_the_api_is_told_of_in_the_language_of_the_request(
    city: City, staff: cast.Cast, api: Api, language: Language, subject: str
) -> None:
    body = {"procedure": build.SAMPLE, "answers": build.example(city), "agency": build.AGENCY}
    client = api("hung", language)
    filed = await client.post("/api/v1/cases", json=body, headers={"idempotency-key": uuid4().hex})
    case = await case_of(city, filed.json()["code"])
    assert case.language == language
    message = await told(city, staff.hung, case)
    assert message.language == language
    assert message.subject.startswith(subject)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_case_filed_from_the_pages_keeps_the_language_of_its_pages(
    city: City, staff: cast.Cast, language: Language
) -> None:
    async with visitors(city, routes) as enter:
        browser = enter(staff.hung)
        browser.headers["accept-language"] = language
        await browser.post(APPLY)
        await browser.post(f"{APPLY}/where-to", data={"agency": build.AGENCY})
        await browser.post(f"{APPLY}/purpose", data={"purpose": "school", "copies": "1"})
        await browser.post(f"{APPLY}/fee", data={"fee_class": "ordinary"})
        await browser.post(f"{APPLY}/delivery", data={"delivery": "electronic"})
        page = (await browser.get(f"{APPLY}/check-answers")).text
        [key] = re.findall(r'name="key" value="([^"]*)"', page)
        said = {"key": key, "declaration": "true"}
        sent = await browser.post(f"{APPLY}/check-answers", data=said)
    case = await case_of(city, sent.headers["location"].rpartition("/")[2])
    assert (await told(city, staff.hung, case)).language == language
