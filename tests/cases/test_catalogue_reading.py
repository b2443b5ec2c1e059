"""What a person reads in rows of the national catalogue is what the importer reads.

The texts are cells of the catalogue of July 2026, some shortened; beside each stands what a person
understood, written down from the text alone.
"""

import pytest

from motcua.cases.model.catalogue import ReadChannel, Reading
from tests.cases.catalogue import LAWS, PAPERS, TABLE, lines, procedure, reading

NOTHING = "Không có thông tin"


def told(line: ReadChannel) -> tuple[object, ...]:
    return (
        line.channel, line.limit.value, line.limit.unit, line.fee.kind, line.fee.amount,
        line.fee.currency,
    )  # fmt: skip


def why(read: Reading, field: str = "cach_thuc_thuc_hien") -> set[str]:
    return {one.why for one in read.unread if one.field == field}


CUT = [
    (
        "Dịch vụ bưu chính5 Ngày làm việcMiễn phíTrực tiếp5 Ngày làm việcMiễn phí",
        [("post", 5, "wd", "free", None, None), ("counter", 5, "wd", "free", None, None)],
    ),
    ("Trực tuyến3 GiờMiễn phí", [("online", 3, "h", "free", None, None)]),
    ("Trực tiếp30 NgàyMiễn phí", [("counter", 30, "d", "free", None, None)]),
    ("Trực tiếp12 ThángKhông có thông tin", [("counter", 12, "m", "unknown", None, None)]),
    ("Trực tiếp2 NămMiễn phí", [("counter", 2, "y", "free", None, None)]),
    (
        "Trực tuyếnKhông có thông tin20,000 VNĐTrực tiếpKhông có thông tin20,000 VNĐ",
        [
            ("online", None, None, "amount", 20_000, "VND"),
            ("counter", None, None, "amount", 20_000, "VND"),
        ],
    ),
    (
        "Trực tuyến2Miễn phíDịch vụ bưu chính2Miễn phí",
        [("online", 2, None, "free", None, None), ("post", 2, None, "free", None, None)],
    ),
    ("Trực tuyến1Miễn phí(Không có)", [("online", 1, None, "free", None, None)]),
    ("Trực tiếp6 Tháng100 USD(100 USD/thẻ.)", [("counter", 6, "m", "amount", 100, "USD")]),
    (
        "Trực tuyến4 Tháng1,500,000 VNĐ(đồng/lần)",
        [("online", 4, "m", "amount", 1_500_000, "VND")],
    ),
    # A number and a sum run into one: sums are printed with commas.
    (
        "Trực tiếp1100,000 VNĐ(- Phí công bố nội dung đăng ký doanh nghiệp: 100.000 đồng/lần"
        " (Thông tư số 47/2019/TT-BTC).)",
        [("counter", 1, None, "amount", 100_000, "VND")],
    ),
    # Typed in thousands, and the note says the whole.
    (
        "Trực tuyến1100 VNĐ(Phí công bố nội dung đăng ký doanh nghiệp: 100.000 đồng/lần)",
        [("online", 1, None, "amount", 100_000, "VND")],
    ),
    ("Trực tuyến120 VNĐ(20.000 vnđ /tờ khai)", [("online", 1, None, "amount", 20_000, "VND")]),
    ("Trực tuyến3 Ngày làm việc20 VNĐ", [("online", 3, "wd", "unknown", None, None)]),
    ("Dịch vụ bưu chính125 VNĐTrực tiếp3 GiờMiễn phí",
        [("post", None, None, "unknown", None, None), ("counter", 3, "h", "free", None, None)]),
    # The cell says dong, the note dollars.
    (
        "Trực tiếp5 Ngày làm việc145 VNĐ(Thẻ tạm trú có thời hạn không quá 02 năm: 145 USD/thẻ.)",
        [("counter", 5, "wd", "unknown", None, None)],
    ),
    (
        "Trực tuyến5 Ngày làm việc1,500,000 Việt Nam Đồng(150.000 đồng/1 giấy.)",
        [("online", 5, "wd", "unknown", None, None)],
    ),
    # A sum for a while does not make the sum wrong.
    (
        "Trực tuyến7 Ngày làm việc20,000,000 Việt Nam Đồng((áp dụng mức phí 10.000.000 đồng/hồ sơ"
        " kể từ ngày 01/7/2025 đến hết ngày 31/12/2026 theo Thông tư số 64/2025/TT-BTC))",
        [("online", 7, "wd", "amount", 20_000_000, "VND")],
    ),
    # A time told in words.
    (
        "Trực tuyếnKhông phải trả kết quả cho người nộp thuếMiễn phíBằng phương thức điện tử qua"
        " Cổng dịch vụ côngTrực tiếpKhôngKhông có thông tinTại Trung tâm phục vụ hành chính công",
        [
            ("online", None, None, "free", None, None),
            ("counter", None, None, "unknown", None, None),
        ],
    ),
    # The ways to file are also words of remarks.
    (
        "Trực tiếp15 Ngày làm việcMiễn phí- Trực tuyến: nộp trực tuyến qua Cổng dịch vụ công Bộ"
        " Công an. - Trực tiếp: tại Cục An ninh mạng. - Bưu chính: qua dịch vụ bưu chính công ích."
        "Trực tuyến15 Ngày làm việcMiễn phí",
        [("counter", 15, "wd", "free", None, None), ("online", 15, "wd", "free", None, None)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "expected"), CUT, ids=[t[:45] for t, _ in CUT])
def test_a_line_is_a_way_a_time_and_a_fee(table: str, expected: list[object]) -> None:
    assert [told(line) for line in lines(table)] == expected


def test_two_limits_of_one_way_keep_their_cases() -> None:
    first, second = lines(
        "Trực tuyến3 NgàyMiễn phí\nThời hạn giải quyết:\n 03 ngày kể từ khi hoàn thành kê khai"
        "Trực tuyến10 NgàyMiễn phíThời hạn giải quyết:\n- 10 ngày làm việc kể từ khi hoàn thành"
    )
    assert (first.limit.value, second.limit.value) == (3, 10)
    assert first.limit.case == "Thời hạn giải quyết: 03 ngày kể từ khi hoàn thành kê khai"
    made = procedure(
        reading(cach_thuc_thuc_hien=TABLE + "Trực tuyến3 NgàyMiễn phíATrực tuyến10 NgàyMiễn phíB")
    )
    assert made.limit == "10d"


UNSTATED = [
    # The steps say so, and nothing else of the kind.
    (
        "2",
        "b) Tiếp nhận hồ sơ;\nc) Trong thời hạn 02 ngày làm việc, kể từ ngày nhận được hồ sơ đầy"
        " đủ, hợp lệ theo quy định, Cơ quan quản lý nhà nước về thủy sản cấp Giấy chứng nhận",
        "wd",
    ),
    # The same number of something else.
    (
        "1",
        "Trả lời tính đầy đủ của hồ sơ trong 01 ngày làm việc đối với trường hợp nộp hồ sơ qua"
        " bưu chính",
        None,
    ),
    (
        "1",
        "Trong thời hạn 01 ngày làm việc kể từ ngày kết thúc việc kiểm tra, cơ quan có thẩm quyền"
        " cấp giấy chứng nhận",
        None,
    ),
    # Two units for one number.
    (
        "5",
        "Trong thời hạn 05 ngày làm việc kể từ ngày nhận đủ hồ sơ, Sở cấp giấy phép. Trong thời"
        " hạn 05 ngày kể từ ngày nhận đủ hồ sơ, Bộ cấp giấy phép.",
        None,
    ),
    # Another number counts from the papers too.
    (
        "5",
        "Trong thời hạn 05 ngày làm việc kể từ ngày nhận đủ hồ sơ, Sở trả lời. Trong thời hạn 20"
        " ngày làm việc kể từ ngày nhận đủ hồ sơ, Ủy ban nhân dân cấp giấy phép.",
        None,
    ),
    # Within the time something is put right, not answered.
    (
        "3",
        "Trong thời hạn 03 ngày làm việc kể từ ngày nhận hồ sơ, Sở thông báo cho người nộp bổ sung",
        None,
    ),
]


@pytest.mark.parametrize(("number", "steps", "unit"), UNSTATED)
def test_a_unit_is_taken_only_from_the_rows_own_words(
    number: str, steps: str, unit: str | None
) -> None:
    read = reading(
        cach_thuc_thuc_hien=f"{TABLE}Trực tuyến{number}Miễn phí", trinh_tu_thuc_hien=steps
    )
    [line] = read.channels
    assert (line.limit.value, line.limit.unit) == (int(number), unit)
    assert ("limit.no_unit" in why(read)) == (unit is None)
    assert (line.limit.quote is None) or line.limit.quote in steps


def test_a_remark_may_be_the_limit() -> None:
    [line] = lines(f"Trực tuyến{NOTHING}Miễn phí15 ngày làm việc kể từ ngày nhận được hồ sơ đầy đủ")
    assert (line.limit.value, line.limit.unit) == (15, "wd")
    assert line.limit.quote == "15 ngày làm việc kể từ ngày nhận được hồ sơ đầy đủ"
    [line] = lines(f"Trực tuyến{NOTHING}Miễn phíThời hạn giải quyết: 02 ngày làm việc và 45 ngày.")
    assert (line.limit.value, line.limit.unit) == (None, None)


def test_a_remark_may_be_a_limit_for_each_case() -> None:
    remark = (
        "28 ngày làm việc (đối với trường hợp cấp mới), 02 ngày làm việc (đối với trường hợp cấp"
        " lại) kể từ ngày nhận được hồ sơ đầy đủ"
    )
    read = reading(cach_thuc_thuc_hien=f"{TABLE}Trực tuyến{NOTHING}Miễn phí{remark}")
    assert [(line.limit.value, line.limit.unit) for line in read.channels] == [
        (28, "wd"), (2, "wd"),
    ]  # fmt: skip
    assert read.channels[0].limit.case == "28 ngày làm việc (đối với trường hợp cấp mới)"
    assert all(line.limit.quote in remark for line in read.channels if line.limit.quote)
    assert procedure(read).limit == "28wd"
    assert read.counts.fees == 1


def test_the_same_day_is_a_limit() -> None:
    [line] = lines(f"Trực tiếp{NOTHING}Miễn phíTrả kết quả ngay trong ngày làm việc")
    assert line.limit.unit == "sd"
    assert line.limit.quote == "Trả kết quả ngay trong ngày làm việc"


FREE = [
    ("", "free"),
    ("(Không có)", "free"),
    ("(Không quy định.)", "free"),
    ("(a)", "free"),
    ("(Không thu lệ phí)", "free"),
    ("(Theo quy định của Luật phí và lệ phí và các văn bản hướng dẫn.)", "by_law"),
    ("(do Ủy ban nhân dân cấp tỉnh quy định.)", "by_law"),
    ("(Mức lệ phí (nếu có) theo quyết định của Hội đồng nhân dân cấp tỉnh.)", "by_law"),
    ("(Miễn lệ phí (Thông tư số 47/2019/TT-BTC).)", "by_law"),
    ("(Cho một loại hình: 8.000.000/lần; thêm một loại hình: 2.000.000/lần.)", "by_law"),
    ("(20.000.000 đồng/lần)", "by_law"),
    ("(* Theo Thông tư 25/2022/TT-BTC: 01 triệu đồng/lần cấp.)", "by_law"),
    ("(Phí hải quan 50USD/chuyến bay)", "by_law"),
    # A label; the sums stand in the remark.
    ("(a)- Cấp lại do thay đổi nội dung: 30.000.000 đồng;", "by_law"),
    # Free for some says nothing of the others.
    ("(Miễn lệ phí cho người thuộc hộ nghèo; người khuyết tật.)", "unknown"),
    ("(Người dự thi phải nộp chi phí dự thi theo thông báo của hội đồng thi.)", "unknown"),
    ("(Phí thẩm định)", "unknown"),
]


@pytest.mark.parametrize(("note", "kind"), FREE)
def test_free_beside_a_law_or_a_sum_is_never_nothing(note: str, kind: str) -> None:
    read = reading(cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Ngày làm việcMiễn phí{note}")
    [line] = read.channels
    assert line.fee.kind == kind
    assert ("fee.unclear_note" in why(read)) == (kind == "unknown")
    made = procedure(read)
    assert made.fee_assessed == (kind != "free")
    assert [fee.amount for fee in made.fee] == (["0"] if kind == "free" else [])


def test_what_is_free_in_one_case_is_not_free_in_all() -> None:
    note = "(Cấp lại giấy chứng nhận đủ điều kiện kinh doanh dịch vụ thẩm định giá.)"
    made = procedure(reading(cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Ngày làm việcMiễn phí{note}"))
    [published] = made.channels[0].fees
    assert (published.kind, published.case and published.case.vi) == ("free", note[1:-1])
    assert (made.fee, made.fee_assessed) == ((), True)


SETTLED = [
    ("20,000 Việt Nam Đồng", True),
    ("100,000 Việt Nam Đồng(100.000 đồng/giấy.)", True),
    ("2,000,000 VNĐ(đồng/lần)", True),
    # So much for each of them, and nobody knows how many.
    ("10,000 Việt Nam Đồng(10.000 đồng/khẩu-chiếc.)", False),
    ("10,000 Việt Nam Đồng(/khẩu-chiếc.)", False),
    ("200,000 Việt Nam Đồng(200.000đ/ hộ chiếu. Cấp lại do bị mất: 400.000đ/hộ chiếu)", False),
    ("100,000 Việt Nam Đồng(Bằng 50% mức thu lệ phí quy định)", False),
    ("5,700,000 VNĐ(5.700.000 đồng/lần (chưa bao gồm chi phí đi lại của đoàn đánh giá))", False),
]


@pytest.mark.parametrize(("fee", "is_settled"), SETTLED)
def test_nobody_is_charged_a_sum_that_may_be_another(fee: str, is_settled: bool) -> None:
    read = reading(cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Ngày làm việc{fee}")
    [line] = read.channels
    assert line.fee.kind == "amount"
    made = procedure(read)
    assert made.fee_assessed != is_settled
    assert [one.amount for one in made.fee] == ([str(line.fee.amount)] if is_settled else [])


def test_several_sums_by_case_are_chosen_in_the_rows_own_words() -> None:
    made = procedure(
        reading(
            cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Ngày làm việc50,000 VNĐ(Cấp mới)"
            "Trực tuyến3 Ngày làm việc20,000 VNĐ(Cấp lại)"
        )
    )
    field = made.form.fields["fee_case"]
    assert [option.label.vi for option in field.options] == ["Cấp lại", "Cấp mới"]
    assert [line.amount for line in made.fee] == ["20000", "50000"]
    assert made.limit == "5wd"


RESULTS = [
    (
        "Phiếu Lý lịch tư pháp số 2 (Cấp tỉnh)Mã: KQ.G01.000199Phiếu Lý lịch tư pháp số 1 (Cấp"
        " tỉnh)Mã: KQ.G01.000200Từ khóaKhông có thông tin",
        [
            ("Phiếu Lý lịch tư pháp số 2 (Cấp tỉnh)", "KQ.G01.000199"),
            ("Phiếu Lý lịch tư pháp số 1 (Cấp tỉnh)", "KQ.G01.000200"),
        ],
    ),
    (
        "Quyết định giải quyết khiếu nạiMã: KQ.G01.00262Từ khóa",
        [("Quyết định giải quyết khiếu nại", "KQ.G01.00262")],
    ),
    (
        "Công văn từ chốiMã: 000.00.00.G12-KQ002223Giấy chứng nhậnMã: KQ.G12.001202Từ khóa",
        [("Công văn từ chối", "000.00.00.G12-KQ002223"), ("Giấy chứng nhận", "KQ.G12.001202")],
    ),
    ("Thông báoMã: KQ.g19.000556Văn bảnMã: KQ.G19.000557Từ khóa",
        [("Thông báo", "KQ.G19.000556"), ("Văn bản", "KQ.G19.000557")]),
    ("Mã số cơ sở chăn nuôi.Mã: Chưa xác địnhTừ khóa", [("Mã số cơ sở chăn nuôi.", None)]),
    ("Giấy chứng nhậnMã: 78Giấy đăng kýMã: KQ.G15.000319Từ khóa",
        [("Giấy chứng nhận", None), ("Giấy đăng ký", "KQ.G15.000319")]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), RESULTS, ids=[c[:30] for c, _ in RESULTS])
def test_a_result_is_a_name_and_a_code(cell: str, expected: list[tuple[str, str | None]]) -> None:
    read = reading(ket_qua_xu_ly=cell)
    assert [(one.name, one.code) for one in read.results] == expected
    missing = sum(code is None for _, code in expected)
    assert len([one for one in read.unread if one.why == "result.not_a_code"]) == missing


def test_a_case_ends_in_what_people_come_for() -> None:
    made = procedure(
        reading(ket_qua_xu_ly="Văn bản từ chốiMã: KQ.G12.000009Giấy phépMã: KQ.G12.000008Từ khóa")
    )
    assert [(r.code, r.outcome) for r in made.results] == [
        ("KQ.G12.000009", "refused"),
        ("KQ.G12.000008", "granted"),
    ]
    made = procedure(reading(ket_qua_xu_ly=""))
    assert [r.outcome for r in made.results] == ["granted"]


PAPERS_READ = [
    (
        f"--{PAPERS}Phương án điều chỉnh ranh giới, diện tích khu rừngMẫu số 06.docx1 bản chính,"
        "1 bản saoTờ trình đề nghị điều chỉnh ranh giới1 bản chính",
        [
            (
                None,
                "Phương án điều chỉnh ranh giới, diện tích khu rừng",
                "Mẫu số 06.docx",
                1,
                1,
            ),
            (None, "Tờ trình đề nghị điều chỉnh ranh giới", None, 1, 0),
        ],
    ),
    # Counts inside a name, and the count behind it.
    (
        f"--{PAPERS}Hợp đồng mua bán hàng hóa: 01 bản chụp;0 bản chính,1 bản saoCông văn: 01 bản"
        " chính1 bản chính",
        [
            (None, "Hợp đồng mua bán hàng hóa: 01 bản chụp;", None, 0, 1),
            (None, "Công văn: 01 bản chính", None, 1, 0),
        ],
    ),
    # A year and a count in one run of digits.
    (
        f"--{PAPERS}Văn bản theo mẫu ban hành kèm Nghị định số 56/2023/NĐ-CP ngày 24/7/20231 bản"
        " chính",
        [
            (
                None,
                "Văn bản theo mẫu ban hành kèm Nghị định số 56/2023/NĐ-CP ngày 24/7/2023",
                None,
                1,
                0,
            )
        ],
    ),
    # Two groups: behind the last paper of one stands the case of the next.
    (
        f"Đối với cá nhân{PAPERS}Đơn đề nghị1 bản chínhĐối với doanh nghiệp{PAPERS}Điều lệ2 bản"
        " chính",
        [
            ("Đối với cá nhân", "Đơn đề nghị", None, 1, 0),
            ("Đối với doanh nghiệp", "Điều lệ", None, 2, 0),
        ],
    ),
]


@pytest.mark.parametrize(("cell", "expected"), PAPERS_READ)
def test_papers_stand_in_groups_with_form_and_count(cell: str, expected: list[object]) -> None:
    read = reading(thanh_phan_ho_so=cell)
    assert [
        (group.case, paper.name, paper.form, paper.original, paper.copies)
        for group in read.groups
        for paper in group.papers
    ] == expected
    assert not why(read, "thanh_phan_ho_so")


def test_a_count_run_into_a_number_is_told_where_two_ways_are_left() -> None:
    read = reading(thanh_phan_ho_so=f"--{PAPERS}Đơn theo Mẫu số 110 bản chính")
    assert [paper.original for group in read.groups for paper in group.papers] == [None]
    assert why(read, "thanh_phan_ho_so") == {"count_run_into_name"}


def test_demanded_is_what_everybody_hands_in() -> None:
    made = procedure(
        reading(
            thanh_phan_ho_so=f"--{PAPERS}Đơn đề nghị1 bản chínhVăn bản ủy quyền (nếu có)1 bản"
            f" chínhSố lượng hồ sơ: 01 bộ0 bản chínhDoanh nghiệp{PAPERS}Điều lệ1 bản chính"
        )
    )
    assert [(need.name.vi, need.required_if) for need in made.documents] == [
        ("Đơn đề nghị", "true"),
        ("Văn bản ủy quyền (nếu có)", "false"),
        ("Số lượng hồ sơ: 01 bộ", "false"),
        ("Điều lệ", "false"),
    ]


LAWS_READ = [
    (
        "Hướng dẫn xử lý khiếu nại68/2013/TT-BCALuật Khiếu nại  năm 201102/2011/QH13Nghị định"
        " 05/2012/NĐ-CP05/2012/NĐ-CP",
        [
            ("Hướng dẫn xử lý khiếu nại", "68/2013/TT-BCA"),
            ("Luật Khiếu nại năm 2011", "02/2011/QH13"),
            ("Nghị định 05/2012/NĐ-CP", "05/2012/NĐ-CP"),
        ],
    ),
    ("Luật 28/2009/QH1228/2009/QH12", [("Luật 28/2009/QH12", "28/2009/QH12")]),
    (
        "Thông tư số 27/2025/TT-BNNMT27/2025/TT-BNNMTquy định phân quyền trong lĩnh vực nông"
        " nghiệpNghị định số 136/2025/NĐ-CPLuật Lâm nghiệp16/2017/QH14",
        [
            ("Thông tư số 27/2025/TT-BNNMT", "27/2025/TT-BNNMT"),
            ("quy định phân quyền trong lĩnh vực nông nghiệpNghị định số", "136/2025/NĐ-CP"),
            ("Luật Lâm nghiệp", "16/2017/QH14"),
        ],
    ),
    (
        "Thông tư 80/2021/TT-BTC80/2021/TT-BTCNghị định số 118/2025/NĐ-CP của Chính phủ: Về thực"
        " hiện thủ tục hành chính118/2025/NĐ-CP",
        [
            ("Thông tư 80/2021/TT-BTC", "80/2021/TT-BTC"),
            (
                "Nghị định số 118/2025/NĐ-CP của Chính phủ: Về thực hiện thủ tục hành chính",
                "118/2025/NĐ-CP",
            ),
        ],
    ),
]


@pytest.mark.parametrize(("cell", "expected"), LAWS_READ)
def test_a_law_is_a_title_and_a_number(cell: str, expected: list[object]) -> None:
    assert [(law.title, law.number) for law in reading(can_cu_phap_ly=LAWS + cell).laws] == expected


def test_who_may_apply_is_read_by_the_classes_of_the_catalogue() -> None:
    read = reading(
        doi_tuong_thuc_hien="Doanh nghiệp, Tổ chức (không bao gồm doanh nghiệp, HTX), Cán bộ, công"
        " chức, viên chức, Người sao Hỏa"
    )
    assert read.applicants == (
        "Doanh nghiệp",
        "Tổ chức (không bao gồm doanh nghiệp, HTX)",
        "Cán bộ, công chức, viên chức",
        "Người sao Hỏa",
    )
    assert why(read, "doi_tuong_thuc_hien") == {"unknown_word"}


LEVELS = [
    ("Cấp xã", "commune", (), "commune"),
    ("Cấp tỉnh", "city", ("H26.05",), None),
    ("Cấp bộ, Cấp tỉnh, Cấp xã", "city", ("H26.05",), "commune"),
    ("Cấp bộ, Cấp xã", "commune", (), "commune"),
]


@pytest.mark.parametrize(("cell", "level", "codes", "kind"), LEVELS)
def test_the_level_says_who_receives(
    cell: str, level: str, codes: tuple[str, ...], kind: str | None
) -> None:
    read = reading(cap_thuc_hien=cell)
    made = procedure(read)
    assert (read.level, made.level) == (level, level)
    assert (made.agencies.codes, made.agencies.kind) == (codes, kind)


def test_an_agency_that_nobody_knows_is_left_to_the_rules_of_competence() -> None:
    made = procedure(reading(co_quan_thuc_hien="Cơ quan chủ quản"))
    assert (made.agencies.codes, made.agencies.kind) == ((), None)
    made = procedure(reading(co_quan_thuc_hien="Cục Thuế, Sở Tư pháp các tỉnh, Sở Tài chính"))
    assert made.agencies.codes == ("H26.04",)


def test_the_steps_are_those_that_are_numbered() -> None:
    read = reading(
        trinh_tu_thuc_hien="- Bước 1: Nộp hồ sơ.\nTại Bộ phận Một cửa.\n- Bước 2: Nhận kết quả."
    )
    assert read.steps == (
        "Bước 1: Nộp hồ sơ.\nTại Bộ phận Một cửa.",
        "Bước 2: Nhận kết quả.",
    )
