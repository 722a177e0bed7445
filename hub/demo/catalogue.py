"""Units, fields and procedures of the example: the registry's rows, and what each desk receives.

The reports print neither codes nor procedures. Names of communes are real; unit codes of Phú Hồ
and Bỉm Sơn, procedures, days allowed and weights are made up in the manner of the national
catalogues.
"""

from typing import NamedTuple


class UnitRow(NamedTuple):
    """A unit for the registry."""

    code: str
    name: str
    level: str
    parent: str | None


class FieldRow(NamedTuple):
    """A field (lĩnh vực) for the registry."""

    code: str
    name: str
    parent: str | None = None


class Procedure(NamedTuple):
    """A procedure (thủ tục) as a desk offers it."""

    code: str
    field: str
    days: int  # working days allowed; 0: the same day
    weight: int  # how common it is at this desk
    name: str


CU_CHI, PHU_HO, BIM_SON = "H29.17", "H57.24.14", "H56.31"

UNITS = (
    UnitRow("H29", "Thành phố Hồ Chí Minh", "province", None),
    UnitRow(CU_CHI, "Huyện Củ Chi", "district", "H29"),
    UnitRow("H56", "Tỉnh Thanh Hóa", "province", None),
    UnitRow(BIM_SON, "Thị xã Bỉm Sơn", "district", "H56"),
    UnitRow("H57", "Tỉnh Thừa Thiên Huế", "province", None),
    UnitRow("H57.24", "Huyện Phú Vang", "district", "H57"),
    UnitRow(PHU_HO, "Xã Phú Hồ", "commune", "H57.24"),
)

# Củ Chi's town and 20 communes, with the share of the dossiers that each receives.
CU_CHI_COMMUNES = (
    ("Thị trấn Củ Chi", 58),
    ("Xã An Nhơn Tây", 38),
    ("Xã An Phú", 22),
    ("Xã Bình Mỹ", 45),
    ("Xã Hòa Phú", 31),
    ("Xã Nhuận Đức", 27),
    ("Xã Phạm Văn Cội", 17),
    ("Xã Phú Hòa Đông", 47),
    ("Xã Phú Mỹ Hưng", 15),
    ("Xã Phước Hiệp", 25),
    ("Xã Phước Thạnh", 40),
    ("Xã Phước Vĩnh An", 34),
    ("Xã Tân An Hội", 55),
    ("Xã Tân Phú Trung", 66),
    ("Xã Tân Thạnh Đông", 72),
    ("Xã Tân Thạnh Tây", 30),
    ("Xã Tân Thông Hội", 70),
    ("Xã Thái Mỹ", 26),
    ("Xã Trung An", 35),
    ("Xã Trung Lập Hạ", 29),
    ("Xã Trung Lập Thượng", 28),
)

FIELDS = (
    FieldRow("tu-phap-ho-tich", "Tư pháp - Hộ tịch"),
    FieldRow("tu-phap", "Tư pháp (chứng thực)", "tu-phap-ho-tich"),
    FieldRow("ho-tich", "Hộ tịch", "tu-phap-ho-tich"),
    FieldRow("ho-kinh-doanh", "Thành lập và hoạt động của hộ kinh doanh"),
    FieldRow("luu-thong-hang-hoa", "Lưu thông hàng hóa trong nước"),
    FieldRow("lao-dong", "Lao động - Tiền lương"),
    FieldRow("dat-dai", "Đất đai"),
    FieldRow("xay-dung", "Quy hoạch - Xây dựng"),
    FieldRow("moi-truong", "Môi trường"),
    FieldRow("giao-duc", "Giáo dục và Đào tạo"),
    FieldRow("bao-tro-xa-hoi", "Bảo trợ xã hội"),
    FieldRow("van-hoa", "Văn hóa - Thể thao"),
    FieldRow("noi-vu", "Nội vụ"),
    FieldRow("nong-nghiep", "Nông nghiệp"),
    FieldRow("van-hoa-xa-hoi", "Văn hóa - Xã hội"),
    FieldRow("dia-chinh", "Địa chính - NN - XD & MT"),
    FieldRow("van-phong-thong-ke", "Văn phòng - Thống kê"),
)

# Offered online at level 3, by the level of the desk.
ONLINE_FIELDS = {
    "district": ("ho-kinh-doanh", "luu-thong-hang-hoa", "lao-dong"),
    "commune": ("ho-tich",),
}

# 55 procedures at the district (report 001, line 52).
CU_CHI_DISTRICT_PROCEDURES = (
    Procedure("1.001612", "ho-kinh-doanh", 3, 620, "Đăng ký thành lập hộ kinh doanh"),
    Procedure(
        "2.000720", "ho-kinh-doanh", 3, 290, "Đăng ký thay đổi nội dung đăng ký hộ kinh doanh"
    ),
    Procedure("1.001570", "ho-kinh-doanh", 3, 70, "Tạm ngừng hoạt động hộ kinh doanh"),
    Procedure("1.001266", "ho-kinh-doanh", 3, 210, "Chấm dứt hoạt động hộ kinh doanh"),
    Procedure("2.000575", "ho-kinh-doanh", 3, 25, "Cấp lại giấy chứng nhận đăng ký hộ kinh doanh"),
    Procedure("2.000620", "luu-thong-hang-hoa", 10, 48, "Cấp giấy phép bán lẻ rượu"),
    Procedure(
        "2.000615", "luu-thong-hang-hoa", 7, 14, "Cấp sửa đổi, bổ sung giấy phép bán lẻ rượu"
    ),
    Procedure("2.001240", "luu-thong-hang-hoa", 7, 8, "Cấp lại giấy phép bán lẻ rượu"),
    Procedure("2.000181", "luu-thong-hang-hoa", 10, 56, "Cấp giấy phép bán lẻ sản phẩm thuốc lá"),
    Procedure(
        "2.000162",
        "luu-thong-hang-hoa",
        7,
        16,
        "Cấp sửa đổi, bổ sung giấy phép bán lẻ sản phẩm thuốc lá",
    ),
    Procedure("2.000150", "luu-thong-hang-hoa", 7, 9, "Cấp lại giấy phép bán lẻ sản phẩm thuốc lá"),
    Procedure("1.004959", "lao-dong", 5, 90, "Tiếp nhận thang lương, bảng lương của doanh nghiệp"),
    Procedure("2.001955", "lao-dong", 7, 52, "Đăng ký nội quy lao động của doanh nghiệp"),
    Procedure("2.002103", "lao-dong", 5, 33, "Gửi thỏa ước lao động tập thể cấp doanh nghiệp"),
    Procedure("2.000134", "lao-dong", 5, 24, "Khai báo tình hình sử dụng lao động"),
    Procedure(
        "2.000843",
        "tu-phap",
        0,
        520,
        "Chứng thực bản sao từ bản chính giấy tờ nước ngoài, song ngữ",
    ),
    Procedure("2.001008", "tu-phap", 0, 60, "Chứng thực chữ ký người dịch"),
    Procedure("2.000992", "tu-phap", 0, 95, "Chứng thực chữ ký người dịch là cộng tác viên"),
    Procedure(
        "2.001044", "tu-phap", 2, 22, "Chứng thực hợp đồng, giao dịch liên quan đến động sản"
    ),
    Procedure(
        "2.001050", "tu-phap", 2, 12, "Chứng thực văn bản thỏa thuận phân chia di sản là động sản"
    ),
    Procedure("2.001052", "tu-phap", 2, 9, "Chứng thực văn bản khai nhận di sản là động sản"),
    Procedure("2.000528", "ho-tich", 2, 38, "Đăng ký khai sinh có yếu tố nước ngoài"),
    Procedure("2.000806", "ho-tich", 10, 64, "Đăng ký kết hôn có yếu tố nước ngoài"),
    Procedure("1.001766", "ho-tich", 1, 7, "Đăng ký khai tử có yếu tố nước ngoài"),
    Procedure("2.000779", "ho-tich", 10, 12, "Đăng ký nhận cha, mẹ, con có yếu tố nước ngoài"),
    Procedure(
        "2.000748", "ho-tich", 3, 150, "Thay đổi, cải chính, bổ sung hộ tịch, xác định lại dân tộc"
    ),
    Procedure("2.002189", "ho-tich", 5, 18, "Ghi vào sổ việc kết hôn đã giải quyết ở nước ngoài"),
    Procedure("2.000554", "ho-tich", 5, 21, "Ghi vào sổ việc ly hôn, hủy kết hôn ở nước ngoài"),
    Procedure(
        "1.001695", "ho-tich", 10, 5, "Đăng ký giám hộ, chấm dứt giám hộ có yếu tố nước ngoài"
    ),
    Procedure(
        "1.004227",
        "dat-dai",
        15,
        190,
        "Đăng ký biến động quyền sử dụng đất, tài sản gắn liền với đất",
    ),
    Procedure("1.004193", "dat-dai", 10, 85, "Đính chính giấy chứng nhận đã cấp"),
    Procedure(
        "1.004238", "dat-dai", 10, 70, "Xác nhận tiếp tục sử dụng đất nông nghiệp khi hết hạn"
    ),
    Procedure("1.004203", "dat-dai", 15, 160, "Tách thửa hoặc hợp thửa đất"),
    Procedure("1.003003", "dat-dai", 20, 140, "Đăng ký và cấp giấy chứng nhận lần đầu"),
    Procedure(
        "1.000798", "dat-dai", 15, 175, "Chuyển mục đích sử dụng đất của hộ gia đình, cá nhân"
    ),
    Procedure("2.000381", "dat-dai", 20, 35, "Giao đất, cho thuê đất cho hộ gia đình, cá nhân"),
    Procedure("1.007262", "xay-dung", 15, 330, "Cấp giấy phép xây dựng nhà ở riêng lẻ"),
    Procedure("1.007266", "xay-dung", 10, 60, "Điều chỉnh giấy phép xây dựng"),
    Procedure("1.007285", "xay-dung", 5, 20, "Gia hạn giấy phép xây dựng"),
    Procedure("1.007287", "xay-dung", 5, 8, "Cấp lại giấy phép xây dựng"),
    Procedure("1.003141", "xay-dung", 15, 44, "Cung cấp thông tin quy hoạch xây dựng"),
    Procedure("1.007255", "xay-dung", 15, 10, "Cấp giấy phép quy hoạch"),
    Procedure("1.004138", "moi-truong", 10, 58, "Xác nhận đăng ký kế hoạch bảo vệ môi trường"),
    Procedure("1.004481", "giao-duc", 5, 24, "Chuyển trường đối với học sinh trung học cơ sở"),
    Procedure(
        "1.006390", "giao-duc", 20, 5, "Cho phép trường mẫu giáo, nhà trẻ hoạt động giáo dục"
    ),
    Procedure("2.001842", "giao-duc", 20, 4, "Cho phép trường tiểu học hoạt động giáo dục"),
    Procedure("1.005092", "giao-duc", 0, 46, "Cấp bản sao văn bằng, chứng chỉ từ sổ gốc"),
    Procedure(
        "2.002307",
        "bao-tro-xa-hoi",
        10,
        40,
        "Giải quyết chế độ mai táng phí đối với cựu chiến binh",
    ),
    Procedure("2.000294", "bao-tro-xa-hoi", 10, 6, "Cấp giấy phép hoạt động cơ sở trợ giúp xã hội"),
    Procedure("1.000903", "van-hoa", 7, 13, "Cấp giấy phép kinh doanh karaoke"),
    Procedure("1.003645", "van-hoa", 10, 4, "Công nhận gia đình văn hóa, ấp văn hóa tiêu biểu"),
    Procedure("2.000402", "noi-vu", 15, 34, "Tặng giấy khen của Chủ tịch Ủy ban nhân dân huyện"),
    Procedure("1.003841", "noi-vu", 20, 6, "Thành lập hội có phạm vi hoạt động trong xã"),
    Procedure("2.000267", "noi-vu", 15, 9, "Đăng ký hoạt động tôn giáo tập trung nhiều xã"),
    Procedure(
        "1.003434", "nong-nghiep", 15, 11, "Hỗ trợ dự án liên kết sản xuất, tiêu thụ nông sản"
    ),
)

# 18 procedures at the communes (line 56).
CU_CHI_COMMUNE_PROCEDURES = (
    Procedure("1.001193", "ho-tich", 0, 2900, "Đăng ký khai sinh"),
    Procedure("1.000894", "ho-tich", 2, 1350, "Đăng ký kết hôn"),
    Procedure("1.000656", "ho-tich", 0, 760, "Đăng ký khai tử"),
    Procedure("1.004873", "ho-tich", 3, 2250, "Cấp giấy xác nhận tình trạng hôn nhân"),
    Procedure("1.001022", "ho-tich", 3, 70, "Đăng ký nhận cha, mẹ, con"),
    Procedure("1.004884", "ho-tich", 5, 420, "Đăng ký lại khai sinh"),
    Procedure("1.004859", "ho-tich", 3, 514, "Thay đổi, cải chính, bổ sung thông tin hộ tịch"),
    Procedure("2.000815", "tu-phap", 0, 49000, "Chứng thực bản sao từ bản chính"),
    Procedure("2.000884", "tu-phap", 0, 11200, "Chứng thực chữ ký trong giấy tờ, văn bản"),
    Procedure(
        "2.001035", "tu-phap", 2, 1900, "Chứng thực hợp đồng, giao dịch về tài sản, nhà ở, đất đai"
    ),
    Procedure("2.001019", "tu-phap", 2, 160, "Chứng thực di chúc"),
    Procedure("2.001016", "tu-phap", 2, 140, "Chứng thực văn bản từ chối nhận di sản"),
    Procedure("2.000635", "tu-phap", 0, 4100, "Cấp bản sao trích lục hộ tịch"),
    Procedure("1.003554", "dat-dai", 15, 210, "Hòa giải tranh chấp đất đai"),
    Procedure(
        "1.001776", "bao-tro-xa-hoi", 10, 260, "Thực hiện, điều chỉnh trợ cấp xã hội hàng tháng"
    ),
    Procedure("1.001731", "bao-tro-xa-hoi", 5, 190, "Hỗ trợ chi phí mai táng"),
    Procedure(
        "1.001699",
        "bao-tro-xa-hoi",
        15,
        76,
        "Xác định mức độ khuyết tật, cấp giấy xác nhận khuyết tật",
    ),
    Procedure("2.000355", "bao-tro-xa-hoi", 3, 230, "Xác nhận hộ gia đình hoàn cảnh khó khăn"),
)

PHU_HO_PROCEDURES = (
    Procedure("1.001193", "ho-tich", 1, 130, "Đăng ký khai sinh"),
    Procedure("1.000894", "ho-tich", 2, 60, "Đăng ký kết hôn"),
    Procedure("1.000656", "ho-tich", 1, 45, "Đăng ký khai tử"),
    Procedure("1.004873", "ho-tich", 3, 140, "Cấp giấy xác nhận tình trạng hôn nhân"),
    Procedure("1.004884", "ho-tich", 5, 50, "Đăng ký lại khai sinh"),
    Procedure("1.004859", "ho-tich", 3, 54, "Thay đổi, cải chính, bổ sung thông tin hộ tịch"),
    Procedure("2.000815", "tu-phap", 1, 560, "Chứng thực bản sao từ bản chính"),
    Procedure("2.000884", "tu-phap", 1, 130, "Chứng thực chữ ký trong giấy tờ, văn bản"),
    Procedure(
        "2.001035", "tu-phap", 2, 40, "Chứng thực hợp đồng, giao dịch về tài sản, nhà ở, đất đai"
    ),
    Procedure("2.000635", "tu-phap", 1, 74, "Cấp bản sao trích lục hộ tịch"),
    Procedure("1.001653", "van-hoa-xa-hoi", 5, 12, "Đổi, cấp lại giấy xác nhận khuyết tật"),
    Procedure("2.000751", "van-hoa-xa-hoi", 5, 9, "Trợ giúp xã hội đột xuất về lương thực, nhà ở"),
    Procedure("1.011606", "van-hoa-xa-hoi", 15, 14, "Công nhận hộ nghèo, hộ cận nghèo"),
    Procedure("1.011609", "van-hoa-xa-hoi", 10, 10, "Xác nhận hộ có mức sống trung bình"),
    Procedure("1.004199", "dia-chinh", 10, 70, "Cấp đổi giấy chứng nhận quyền sử dụng đất"),
    Procedure(
        "2.000889", "dia-chinh", 10, 48, "Chuyển nhượng, thừa kế, tặng cho quyền sử dụng đất"
    ),
    Procedure("2.001234", "dia-chinh", 20, 30, "Xác nhận nguồn gốc, thời điểm sử dụng đất"),
    Procedure(
        "2.002163",
        "dia-chinh",
        15,
        22,
        "Đăng ký kê khai số lượng chăn nuôi tập trung, nuôi trồng thủy sản",
    ),
    Procedure("1.008456", "dia-chinh", 10, 15, "Cung cấp thông tin về quy hoạch xây dựng"),
    Procedure(
        "1.000748", "van-phong-thong-ke", 10, 1, "Tặng giấy khen của Chủ tịch Ủy ban nhân dân xã"
    ),
)
