"""Procedures of the national catalogue as people read them: what was read, and what was not."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import fields

from motcua import cases
from motcua.cases.actions.catalogue import load_catalogue
from motcua.cases.pages import procedures
from motcua.db import City
from motcua.web.render import fields_used
from tests.cases import shelf
from tests.cases.catalogue import PAPERS, TABLE, encoded, raw
from tests.cases.visit import Enter, visitors

CODE = "9.930001"


@pytest.fixture
async def enter(big: City, database_url: str) -> AsyncIterator[Enter]:
    async with visitors(big, procedures.routes) as found:
        yield found
    await shelf.empty(database_url)


async def page_of(big: City, enter: Enter, language: str = "en", **cells: str) -> str:
    await cases.import_catalogue(big, encoded(raw(CODE, **cells)))
    await load_catalogue(big)
    head = {"accept-language": language}
    page = await enter(None).get(f"/procedures/{CODE}", headers=head)
    assert page.status_code == 200, page.text
    return page.text


def plain(page: str) -> str:
    """As it is read aloud: what is quoted stands in quotation marks."""
    said = re.sub(r"<q[^>]*>", "“", page).replace("</q>", "”")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", said))


def test_a_page_has_exactly_what_its_template_uses() -> None:
    for page in (procedures.ShowProcedure, procedures.ShowPublished):
        assert fields_used(page.template) == {field.name for field in fields(page)}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("5 Ngày làm việcMiễn phí", "5 working days · No fee"),
        ("3 GiờMiễn phí", "3 hours · No fee"),
        ("2 ThángMiễn phí", "2 months · No fee"),
        ("7Miễn phí", "7; the published text gives no unit · No fee"),
        ("5 Ngày làm việc10 USD", "5 working days · 10 USD"),
        ("5 Ngày làm việc50,000 Việt Nam Đồng", "5 working days · 50,000"),
    ],
)
async def test_times_and_fees_read_as_they_are_known(
    big: City, enter: Enter, row: str, said: str
) -> None:
    page = await page_of(big, enter, cach_thuc_thuc_hien=f"{TABLE}Trực tuyến{row}")
    assert said.replace(" ", "") in plain(page).replace("\xa0", "").replace(" ", "")


async def test_a_fee_that_a_law_sets_is_not_free(big: City, enter: Enter) -> None:
    law = "Mức lệ phí (nếu có) theo quyết định của Hội đồng nhân dân cấp tỉnh."
    table = f"{TABLE}Trực tuyến5 Ngày làm việcMiễn phí({law})"
    page = plain(await page_of(big, enter, cach_thuc_thuc_hien=table))
    assert "As the law sets it" in page
    assert law in page
    assert "An officer states it, with the law" in page


async def test_without_a_readable_time_the_officer_says_one(big: City, enter: Enter) -> None:
    page = await page_of(big, enter, cach_thuc_thuc_hien=f"{TABLE}Trực tuyến7Miễn phí")
    assert "The officer who accepts it says by when." in page
    assert f'href="/procedures/{CODE}/apply"' in page


async def test_the_note_names_the_catalogue_and_vietnamese_is_marked(
    big: City, enter: Enter
) -> None:
    english = await page_of(big, enter)
    assert "tháng 7/2026" in english
    assert "The text exists in Vietnamese only." in english
    assert re.search(r'<h1[^>]* lang="vi">Cấp giấy phép thử</h1>', english)
    vietnamese = await page_of(big, enter, language="vi")
    assert re.search(r"<h1>Cấp giấy phép thử</h1>", vietnamese)
    assert "Chỉ có bản tiếng Việt" not in vietnamese


async def test_documents_stand_under_their_case_with_how_many(big: City, enter: Enter) -> None:
    papers = f"--{PAPERS}Đơn đề nghịMẫu số 1.docx1 bản chính,2 bản sao"
    page = plain(await page_of(big, enter, thanh_phan_ho_so=papers))
    assert "Đơn đề nghị" in page
    assert "1 original, 2 copies · form: Mẫu số 1.docx" in page


async def elsewhere(big: City, **cells: Any) -> None:
    given = {"cap_thuc_hien": "Cấp bộ", "co_quan_thuc_hien": "Cục Thử nghiệm"} | cells
    await cases.import_catalogue(big, encoded(raw("9.930002", **given)))
    await load_catalogue(big)


async def test_what_is_filed_elsewhere_says_where_and_offers_no_form(
    big: City, enter: Enter
) -> None:
    await elsewhere(big, detail_url="https://dichvucong.gov.vn/x", dia_chi_tiep_nhan="Số 1 phố Mẫu")
    page = (await enter(None).get("/procedures/9.930002")).text
    assert "This is not filed here" in page
    assert "Cục Thử nghiệm" in page
    assert "Số 1 phố Mẫu" in page
    assert 'href="https://dichvucong.gov.vn/x"' in page
    assert "/apply" not in page


async def test_an_address_that_is_no_web_page_is_no_link(big: City, enter: Enter) -> None:
    await elsewhere(big, detail_url="javascript:alert(1)", ten_thu_tuc="Việc khác <b>")
    page = (await enter(None).get("/procedures/9.930002")).text
    assert "javascript:" not in page
    assert "Việc khác &lt;b&gt;" in page
