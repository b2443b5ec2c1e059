"""The residents' pages over HTTP, in process, on the sample city: procedure, application, case."""

import asyncio
import base64
import html
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient
from msgspec import structs
from msgspec.structs import fields

from motcua import identity
from motcua.base.errors import Unavailable
from motcua.base.settings import Settings
from motcua.cases.actions import LOOKUPS, drafting
from motcua.cases.model.procedure import Name
from motcua.cases.pages import applying, asking, checking, mine, papers, procedures, receiver, whom
from motcua.db import City
from motcua.web.render import Page, fields_used
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER, SAMPLE
from tests.cases.visit import Enter, visitors
from tests.exchange.build import simulator

ROUTES = [
    *procedures.routes, *applying.routes, *whom.routes, *receiver.routes, *checking.routes,
    *mine.routes, *papers.routes,
]  # fmt: skip
APPLY = f"/procedures/{SAMPLE}/apply"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PURPOSE = {"purpose": "school", "copies": "3"}


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, ROUTES) as found:
        yield found


@pytest.fixture(scope="module")
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"):
        yield


async def new_draft(browser: AsyncClient) -> None:
    await browser.post(APPLY)


async def answer_all(browser: AsyncClient, fee_class: str = "ordinary") -> None:
    """Every page up to the last one, with answers that the procedure accepts."""
    await new_draft(browser)
    for page, form in (
        ("for-whom", {"whom": "self"}), ("where-to", {"agency": AGENCY}), ("purpose", PURPOSE),
        ("fee", {"fee_class": fee_class}),
        ("get-result", {"delivery": "electronic"}),
    ):  # fmt: skip
        answer = await browser.post(f"{APPLY}/{page}", data=form)
        assert answer.status_code == 303, answer.text


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1].replace("&#43;", "+")


async def send(browser: AsyncClient) -> Any:
    page = await browser.get(f"{APPLY}/check-answers")
    form = {"key": key_of(page.text), "declaration": "true"}
    return await browser.post(f"{APPLY}/check-answers", data=form)


@pytest.mark.parametrize(
    "page",
    [procedures.ShowProcedure, applying.Begin, asking.Ask, checking.Check, mine.ShowCase,
     mine.Withdraw, mine.Supplement],
)  # fmt: skip
def test_a_page_has_exactly_what_its_template_uses(page: type[Page]) -> None:
    assert fields_used(page.template) == {field.name for field in fields(page)}


async def test_a_procedure_says_what_it_costs_and_has_one_red_act(enter: Enter) -> None:
    page = await enter(None).get(f"/procedures/{SAMPLE}")
    assert page.status_code == 200
    assert "5.00" in page.text
    assert "5 working days" in page.text
    assert "Student card" in page.text
    assert page.text.count('class="govuk-button"') == 1
    assert f'href="{APPLY}"' in page.text
    assert (await enter(None).get("/procedures/9.999999")).status_code == 404


async def test_a_stranger_is_asked_to_sign_in_and_comes_back(enter: Enter) -> None:
    answer = await enter(None).get(APPLY)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={APPLY.replace('/', '%2F')}"


async def test_what_was_typed_is_kept_and_shown_again_right_or_wrong(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.an)
    await new_draft(browser)
    wrong = await browser.post(f"{APPLY}/purpose", data={"copies": "many"})
    assert wrong.status_code == 422
    assert 'href="#copies"' in wrong.text
    assert "How many copies do you need?" in wrong.text
    assert 'value="many"' in wrong.text
    again = await browser.get(f"{APPLY}/purpose")
    assert 'value="many"' in again.text
    assert "govuk-error-summary" not in again.text


async def test_a_half_draft_leads_back_to_the_page_that_is_wrong(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.an)
    await new_draft(browser)
    await browser.post(f"{APPLY}/purpose", data=PURPOSE)
    answer = await browser.get(f"{APPLY}/check-answers")
    assert answer.headers["location"].startswith(f"{APPLY}/where-to")
    await browser.post(f"{APPLY}/where-to", data={"agency": AGENCY})
    answer = await browser.get(f"{APPLY}/check-answers")
    assert answer.headers["location"].startswith(f"{APPLY}/fee")
    told = await browser.get(answer.headers["location"])
    assert "Which fee applies to you?" in told.text
    assert "govuk-error-summary" in told.text


async def test_the_quarter_where_one_lives_is_offered_first(
    city: City, staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.lan)
    home = cast.sample(city, "lan").commune
    await new_draft(browser)
    led = await browser.post(f"{APPLY}/for-whom", data={"whom": "self"})
    assert led.headers["location"] == f"{APPLY}/where-to"
    page = (await browser.get(f"{APPLY}/where-to")).text
    offered = re.findall(r'type="radio" value="([^"]+)"( checked)?', page) or re.findall(
        r'value="(SM[^"]+)"( checked)?', page
    )
    assert offered[0] == (f"SM.{home}", " checked")
    assert sorted(code for code, _ in offered) == ["SM.1", "SM.E", "SM.N", "SM.S", "SM.W"]


async def test_what_the_register_knows_is_shown_with_its_source_and_not_asked(
    city: City, staff: cast.Cast, enter: Enter, population: None
) -> None:
    page = await enter(staff.an).get(f"{APPLY}/purpose")
    address = cast.sample(city, "an").address
    assert address
    assert address in page.text
    assert "Source: Population register of Sample Land" in page.text
    assert f'value="{address}"' not in page.text


async def test_a_register_that_is_down_is_told_and_one_goes_on(
    staff: cast.Cast, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any, **__: Any) -> None:
        raise Unavailable("register.down", register="population")

    monkeypatch.setattr("motcua.exchange.ask", down)
    browser = enter(staff.an)
    page = await browser.get(f"{APPLY}/purpose")
    assert page.status_code == 200
    assert "does not answer just now" in page.text
    assert (await browser.post(f"{APPLY}/purpose", data=PURPOSE)).status_code == 303


async def test_only_the_documents_that_the_answers_call_for_are_asked(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.binh)
    await answer_all(browser)
    skipped = await browser.get(f"{APPLY}/documents")
    assert skipped.headers["location"] == f"{APPLY}/get-result"
    await browser.post(f"{APPLY}/fee", data={"fee_class": "student"})
    page = await browser.get(f"{APPLY}/documents")
    assert "Student card" in page.text
    assert "Authorisation" not in page.text
    lacking = await browser.post(f"{APPLY}/documents", data={})
    assert lacking.status_code == 422
    assert 'href="#file-student_card"' in lacking.text


async def test_a_file_is_looked_at_kept_and_can_be_taken_back(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.binh)
    await answer_all(browser, "student")
    address = f"{APPLY}/documents"
    bad = await browser.post(address, files={"file-student_card": ("a.exe", b"MZ nothing")})
    assert bad.status_code == 422
    assert 'href="#file-student_card"' in bad.text
    good = await browser.post(address, files={"file-student_card": ("thẻ.png", PNG)})
    assert good.headers["location"] == f"{APPLY}/get-result"
    page = (await browser.get(address)).text
    assert "thẻ.png" in page
    drop = re.search(r'name="drop" value="([^"]+)"', page)
    assert drop
    await browser.post(address, data={"drop": drop[1]})
    assert "thẻ.png" not in (await browser.get(address)).text


async def test_the_last_page_tells_the_fee_and_without_the_oath_nothing_is_sent(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.an)
    await answer_all(browser)
    page = await browser.get(f"{APPLY}/check-answers")
    assert "5.50" in page.text  # 500, and 50 for the third copy
    refused = await browser.post(f"{APPLY}/check-answers", data={"key": key_of(page.text)})
    assert refused.status_code == 422
    assert 'href="#declaration"' in refused.text


async def test_a_draft_sent_twice_at_once_is_one_case(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.an)
    await answer_all(browser)
    page = await browser.get(f"{APPLY}/check-answers")
    form = {"key": key_of(page.text), "declaration": "true"}
    both = await asyncio.gather(
        *(browser.post(f"{APPLY}/check-answers", data=form) for _ in range(4))
    )
    assert {answer.status_code for answer in both} == {303}
    assert len({answer.headers["location"] for answer in both}) == 1
    begun = await browser.get(APPLY)
    assert begun.headers["location"].endswith("/for-whom"), "the draft is gone"


async def test_a_draft_changed_in_another_window_is_looked_at_again(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.an)
    await answer_all(browser)
    page = await browser.get(f"{APPLY}/check-answers")
    await browser.post(f"{APPLY}/purpose", data={**PURPOSE, "copies": "1"})
    form = {"key": key_of(page.text), "declaration": "true"}
    answer = await browser.post(f"{APPLY}/check-answers", data=form)
    assert answer.status_code == 409
    assert "changed in another window" in answer.text


async def test_a_level_too_low_may_prepare_and_not_send(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.cuong)
    begun = await browser.get(APPLY)
    assert "level 2" in begun.text
    await answer_all(browser)
    page = await browser.get(f"{APPLY}/check-answers")
    assert "To get level 2" in page.text
    form = {"key": key_of(page.text) if 'name="key"' in page.text else "", "declaration": "true"}
    refused = await browser.post(f"{APPLY}/check-answers", data=form)
    assert refused.status_code in (403, 409)
    assert 'value="3"' in (await browser.get(f"{APPLY}/purpose")).text


async def test_a_sign_in_that_is_too_weak_is_raised_and_the_draft_is_there_afterwards(
    city: City, staff: cast.Cast, enter: Enter, population: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for in the middle of the form, by an address that leads back to the same page."""
    needs = identity.Assurance(proofing=2, authentication=3)
    for place in ("actions.filing", "pages.asking"):
        monkeypatch.setattr(f"motcua.cases.{place}.needed_of", lambda _: needs)
    browser = enter(staff.an)
    await answer_all(browser)
    page = await browser.get(f"{APPLY}/check-answers")
    again = re.search(r'href="(/sign-in/start[^"]*)"', page.text)
    assert again
    asked = parse_qs(urlsplit(html.unescape(again[1])).query)
    assert asked == {"next": [f"{APPLY}/check-answers"], "level": ["2"], "authentication": ["3"]}
    form = {"key": key_of(page.text) if 'name="key"' in page.text else "", "declaration": "true"}
    refused = await browser.post(f"{APPLY}/check-answers", data=form)
    assert refused.status_code in (403, 409)
    raised = enter(structs.replace(staff.an, assurance=needs))
    page = await raised.get(f"{APPLY}/check-answers")
    assert "/sign-in/start" not in page.text
    form = {"key": key_of(page.text), "declaration": "true"}
    sent = await raised.post(f"{APPLY}/check-answers", data=form)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/cases/")


async def test_a_stranger_by_number_is_not_shown_to_whoever_types_it(
    city: City, staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser, other = enter(staff.an), cast.sample(city, "giang")
    await new_draft(browser)
    form = {"whom": "other", "number": str(other.number)}
    refused = await browser.post(f"{APPLY}/for-whom", data=form)
    assert refused.status_code == 422  # by what paper is still to be said
    assert "Number of that document" in refused.text
    form |= {
        "authority_kind": "authorised", "authority_number": "12/2026",
        "authority_issuer": "Phòng công chứng Mẫu", "authority_signed-day": "5",
        "authority_signed-month": "1", "authority_signed-year": "2026", "authority_scope": "any",
    }  # fmt: skip
    assert (await browser.post(f"{APPLY}/for-whom", data=form)).status_code == 303
    page = await browser.get(f"{APPLY}/purpose")
    assert str(other.number) in page.text
    assert other.name not in page.text
    assert str(other.address) not in page.text


@pytest.mark.parametrize(
    ("scope", "typed", "kept"),
    [
        ("any", "", []),
        ("this", "", [SAMPLE]),
        ("named", f"1.004873, {SAMPLE}", ["1.004873", SAMPLE]),
        ("named", "1.004873", "This document lets you do other things, but not this."),
        ("named", "all of them", "authority_procedures"),
        ("named", "", "authority_procedures"),
        ("", "", "authority_scope"),
    ],
)
async def test_it_is_asked_which_procedures_an_authorisation_names(
    city: City, staff: cast.Cast, enter: Enter, population: None,
    scope: str, typed: str, kept: list[str] | str,
) -> None:  # fmt: skip
    who = staff.hung
    browser, other = enter(who), cast.sample(city, "giang")
    await new_draft(browser)
    form = {
        "whom": "other", "number": str(other.number), "authority_kind": "authorised",
        "authority_number": "12/2026", "authority_issuer": "Phòng công chứng Mẫu",
        "authority_signed-day": "5", "authority_signed-month": "1",
        "authority_signed-year": "2026", "authority_scope": scope, "authority_procedures": typed,
    }  # fmt: skip
    answer = await browser.post(f"{APPLY}/for-whom", data=form)
    if isinstance(kept, str):
        assert answer.status_code == 422
        assert kept in answer.text.split("govuk-error-summary__list")[1].split("</ul>")[0]
        return
    assert answer.status_code == 303
    async with city.database.read(who.person) as db:
        draft = await drafting.draft_of(db, SAMPLE)
    assert draft
    assert draft.authority
    assert draft.authority.get("procedures", []) == kept
    page = (await browser.get(f"{APPLY}/for-whom")).text
    assert f'value="{scope}" checked' in page
    assert ", ".join(kept) in page


async def test_nobody_finds_out_numbers_by_trying(
    staff: cast.Cast, enter: Enter, population: None
) -> None:
    browser = enter(staff.lan)
    tried = [
        await browser.post(f"{APPLY}/for-whom", data={"whom": "other", "number": f"99900000{n:04}"})
        for n in range(LOOKUPS.limit + 1)
    ]
    assert [answer.status_code for answer in tried] == [422] * LOOKUPS.limit + [429]
    # Nor by a number in the place of the choice, as only the list of one's family sends it.
    direct = await browser.post(f"{APPLY}/for-whom", data={"whom": "999000009999"})
    assert direct.status_code == 429
    assert (await browser.post(f"{APPLY}/for-whom", data={"whom": "self"})).status_code == 303


async def test_more_files_than_a_draft_holds_are_refused_and_the_rest_is_kept(
    staff: cast.Cast, enter: Enter, population: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "FILES_PER_DRAFT_MAX", 1)
    browser = enter(staff.binh)
    await answer_all(browser, "student")
    card = {"file-student_card": ("thẻ.png", PNG)}
    assert (await browser.post(f"{APPLY}/documents", files=card)).status_code == 303
    refused = await browser.post(f"{APPLY}/documents", files=card)
    assert refused.status_code == 422
    assert refused.text.count("thẻ.png") == 2  # its name, and the name of the button beside it


async def test_another_persons_case_does_not_exist(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.an)
    for path in ("", "/withdrawal", "/supplement", "/receipt.pdf"):
        assert (await enter(staff.binh).get(f"/cases/{case.code}{path}")).status_code == 404
    answer = await enter(staff.binh).post(f"/cases/{case.code}/messages", data={"text": "hm"})
    assert answer.status_code == 404


async def test_a_new_case_asks_for_the_fee_and_then_for_nothing(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.an)
    page = (await enter(staff.an).get(f"/cases/{case.code}")).text
    assert "Now the fee is due" in page
    assert page.count('class="govuk-button"') == 1
    assert f"/api/v1/cases/{case.code}/events?after=" in page
    await build.pay(city, case)
    page = (await enter(staff.an).get(f"/cases/{case.code}")).text
    assert "is checking whether everything is there" in page
    assert 'class="govuk-button"' not in page


async def test_the_receipt_is_a_signed_paper(city: City, staff: cast.Cast, enter: Enter) -> None:
    case = await build.file(city, staff.an)
    build.keys(city, case.agency_code)
    answer = await enter(staff.an).get(f"/cases/{case.code}/receipt.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert b"/ByteRange" in answer.content
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_supplement_names_what_is_asked_and_an_empty_one_is_refused(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.an)
    browser = enter(staff.an)
    early = await browser.get(f"/cases/{case.code}/supplement")
    assert early.headers["location"] == f"/cases/{case.code}"
    asked = {"text": "Which school?", "fields": ["copies"], "documents": ["student_card"]}
    await build.act(city, staff.reception, case, "request_supplement", **asked)
    page = (await browser.get(f"/cases/{case.code}/supplement")).text
    assert "Which school?" in page
    assert 'name="copies"' in page
    assert 'name="file-student_card"' in page
    assert 'name="purpose"' not in page
    same = {"copies": str(case.answers["copies"])}
    refused = await browser.post(f"/cases/{case.code}/supplement", data=same)
    assert refused.status_code == 422
    assert "You have changed nothing" in refused.text
    files = {"file-student_card": ("thẻ.png", PNG)}
    sent = await browser.post(f"/cases/{case.code}/supplement", data=same, files=files)
    assert sent.status_code == 303
    shown = await build.show(city, staff.an, case.code, "en")
    assert [one.name for one in shown.documents] == ["Student card"]


async def test_a_message_is_said_once_and_an_empty_one_not_at_all(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.an)
    browser = enter(staff.an)
    empty = await browser.post(f"/cases/{case.code}/messages", data={"text": "  "})
    assert empty.status_code == 422
    await browser.post(f"/cases/{case.code}/messages", data={"text": "<b>Chào</b> cô"})
    page = (await browser.get(f"/cases/{case.code}")).text
    assert page.count("&lt;b&gt;Chào&lt;/b&gt; cô") == 1


async def test_a_withdrawn_case_is_over(city: City, staff: cast.Cast, enter: Enter) -> None:
    case = await build.file(city, staff.an)
    browser = enter(staff.an)
    assert "withdraw" in (await browser.get(f"/cases/{case.code}/withdrawal")).text.lower()
    await browser.post(f"/cases/{case.code}/withdrawal", data={"reason": "Không cần nữa"})
    page = (await browser.get(f"/cases/{case.code}")).text
    assert "You withdrew this request." in page
    assert f"/cases/{case.code}/withdrawal" not in page


async def test_an_officer_does_not_apply(staff: cast.Cast, enter: Enter) -> None:
    assert (await enter(staff.reception).get(APPLY)).status_code == 403


def test_the_names_of_our_own_pages_can_be_no_page_of_a_pack() -> None:
    pattern = Name.__metadata__[0].pattern  # type: ignore[attr-defined]
    for name in (asking.WHOM, asking.DELIVERY, asking.CHECK):
        assert not re.match(pattern, name)
