"""The catalogue of row-level defects, resource by resource, under the rules of expectations/."""

from __future__ import annotations

from functools import partial

from steppe.sample.defects import (
    FORMULA,
    Act,
    Kind,
    Place,
    as_float,
    both,
    break_line,
    change,
    name_control,
    next_month,
    of_another_sender,
    plus,
    rebuilt_id,
    repeated,
    row_kind,
    wrong_check_digit,
    wrong_uscc,
)

# One kind's share of a resource's rows over all files.
RATES = {
    "household": 2e-4, "person": 1e-4, "employment": 3e-4, "employer_unit": 4e-3, "enrollment": 2e-4, "contribution": 6e-4,
    "station": 4e-3, "settlement": 4e-3, "allocation": 4e-3, "post": 3e-3,
}  # fmt: skip


def _birth_elsewhere(place: Place) -> list[int]:
    year = int(place.get("birth_date")[:4])
    return place.set(birth_date=f"{year - 1}{place.get('birth_date')[4:6]}15")


def _aged(place: Place) -> list[int]:
    return place.set(birth_date="18810203", id_number=rebuilt_id(place, birth="18810203"))


def _other_sex(place: Place) -> list[int]:
    return place.set(sex="2" if place.get("sex") == "1" else "1")


def _second_holder(place: Place) -> list[int]:
    """Another person, born on another day, entered under this one's ID."""
    return place.both(person_id=place.get("person_id") + "9", name="王" + place.get("name")[-1], birth_date="19660606")


def _id_short(place: Place) -> list[int]:
    return place.set(id_number=place.get("id_number")[:17])


def _village_elsewhere(place: Place) -> list[int]:
    return place.set(village_code=place.other_region + place.get("village_code")[6:])


def _village_short(place: Place) -> list[int]:
    return place.set(village_code=place.get("village_code")[:9])


def _letter_for_digit(place: Place) -> list[int]:
    return place.set(id_number=place.get("id_number").replace("0", "O", 1))


def _ends_first(place: Place) -> list[int]:
    return place.set(ended_on=f"{int(place.get('started_on')[:4]) - 1}1130")


def _overlapping(place: Place) -> list[int]:
    return place.both(spell_id=place.get("spell_id") + "B", started_on=f"{place.period}02", ended_on="")


def _other_spell(place: Place) -> list[int]:
    return place.both(monthly_wage_fen="1234.00", channel="99")


def _works_anyway(place: Place) -> list[int]:
    return place.set(labour_ability="03", work_place_class="03", months_worked="5")


def _works_when_dead(place: Place) -> list[int]:
    return place.set(life_status="2", work_place_class="02", months_worked="4")


def _works_at_home(place: Place) -> list[int]:
    return place.set(work_region_code=place.get("region_code"))


def _not_begun(place: Place) -> list[int]:
    return place.set(started_on=f"{place.next_period}05", ended_on="")


def _died(place: Place) -> list[int]:
    return place.set(died_on=f"{place.period}01")


def _as_it_is(place: Place) -> list[int]:
    """The row was added for this defect."""
    return [place.at]


def _paid_again(place: Place) -> list[int]:
    return place.both(received_on=f"{place.period}28")


def _paid_beyond(place: Place) -> list[int]:
    return plus("person_paid_fen", 5_000)(place)


def _unbalanced(place: Place) -> list[int]:
    return plus("carried_over_fen", 12_345)(place)


def _beyond_physics(place: Place) -> list[int]:
    """A reading in watt hours taken for kilowatt hours."""
    return place.set(generation_kwh=f"{float(place.get('generation_kwh')) * 1000:.2f}")


def _more_received(column: str) -> Act:
    def act(place: Place) -> list[int]:
        return place.set(**{f"{column}_received_fen": place.get(f"{column}_accrued_fen")}) and plus(
            f"{column}_received_fen", 10_000
        )(place)

    return act


def _paid_above_wage(place: Place) -> list[int]:
    return place.set(paid_fen=place.get("wage_fen")) and plus("paid_fen", 3_000)(place)


def _second_post(place: Place) -> list[int]:
    villages = place.table.columns["village_code"]
    own = place.get("village_code")
    other = next(
        (code for code in villages if code != own and code[:6] == own[:6]), own[:11] + str((int(own[11]) + 1) % 10)
    )
    return place.both(village_code=other)


household = partial(row_kind, "household")
person = partial(row_kind, "person")
employment = partial(row_kind, "employment")
employer_unit = partial(row_kind, "employer_unit")
enrollment = partial(row_kind, "enrollment")
contribution = partial(row_kind, "contribution")
station = partial(row_kind, "station")
settlement = partial(row_kind, "settlement")
allocation = partial(row_kind, "allocation")
post = partial(row_kind, "post")

PERSON = (
    person("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    person("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    person("id_missing", "id_present", change(id_number=""), "无证件号"),
    person("id_short", "id_format", _id_short, "证件号少一位"),
    person("id_letter_for_digit", "id_format", _letter_for_digit, "字母 O 代替 0"),
    person("duplicate", "id_unique", both(phone="13900000000"), "同一人两行，内容不同", pair=True),
    person("two_under_one_id", "id_unique", _second_holder, "两人一证", pair=True),
    person("region_unknown", "region_known", change(region_code="159999"), "区划代码不存在"),
    person("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    person("village_elsewhere", "village_in_region", _village_elsewhere, "嘎查村不在本旗县"),
    person("birth_impossible", "birth_date_valid", change(birth_date="19850230"), "日期不存在"),
    person("birth_as_written", "birth_date_valid", change(birth_date="1985/2/3"), "日期格式"),
    person("birth_not_of_id", "birth_matches_id", _birth_elsewhere, "出生日期与证件号不符"),
    person("sex_not_of_id", "sex_matches_id", _other_sex, "性别与证件号不符"),
    person("aged_beyond_reason", "age_plausible", _aged, "年龄过大"),
    person("name_missing", "name_present", change(name=""), "无姓名"),
    person("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    person("name_control", "name_safe", name_control, "姓名含控制字符"),
    person("ability_of_other_list", "labour_ability_code", change(labour_ability="1"), "劳动技能用了另一版本代码"),
    person("ethnicity_of_register", "ethnicity_code", change(ethnicity="56"), "民族用了登记系统自己的编号"),
    person("sex_label", "sex_code", change(sex="男"), "写了名称而非代码"),
    person("education_unknown", "education_code", change(education="09"), "文化程度代码不存在"),
    person("relation_unpadded", "relation_code", change(relation="3"), "前导零丢失"),
    person("place_unpadded", "work_place_class_code", change(work_place_class="3"), "前导零丢失", pool="able"),
    person("flag_as_word", "flags_code", change(has_illness_insurance="是"), "是否项未用 0/1"),
    person(
        "months_beyond_year",
        "months_worked_range",
        change(months_worked="13", work_place_class="01"),
        "务工月数超过 12",
        pool="able",
    ),
    person(
        "works_without_ability",
        "no_work_without_ability",
        change(labour_ability="03", work_place_class="03", months_worked="5"),
        "丧失劳动力而务工",
    ),
    person(
        "dead_at_work",
        "no_work_when_dead",
        change(life_status="2", work_place_class="02", months_worked="4"),
        "已死亡而务工",
        pool="able",
    ),
    person("ragged_few", "format.ragged", break_line("few"), "少列"),
    person("ragged_many", "format.ragged", break_line("many"), "多列"),
    person("nul_byte", "format.nul_byte", break_line("nul"), "含 NUL 字节"),
    person("undecodable", "format.encoding", break_line("bytes"), "无法解码的字节"),
    person("open_quote", "format.unbalanced_quote", break_line("quote"), "引号未闭合"),
    repeated("person"),
    person("phone_short", "phone_format", change(phone="1384"), "电话位数不对", is_warning=True),
    person(
        "months_without_place",
        "months_need_place",
        change(months_worked="3"),
        "有务工月数而无务工地域",
        is_warning=True,
        pool="able",
    ),
    person(
        "household_unknown", "household_known", change(household_id="1500000000000"), "户编号不在本批", is_warning=True
    ),
)

HOUSEHOLD = (
    household("duplicate", "id_unique", both(income_per_head_fen="4321.00"), "户编号重复", pair=True),
    household("region_unknown", "region_known", change(region_code="150000"), "区划代码不是旗县"),
    household("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    household("village_short", "village_format", _village_short, "村代码位数不对"),
    household("no_members", "member_count_range", change(member_count="0"), "家庭人口数为 0"),
    household("head_formula", "head_name_safe", change(head_name="@SUM(1)"), "户主姓名是公式"),
    household("head_missing", "head_name_present", change(head_name=""), "无户主姓名"),
    household("type_unpadded", "household_type_code", change(household_type="1"), "前导零丢失"),
    household("cause_unknown", "poverty_cause_code", change(poverty_cause="12"), "致贫原因代码不存在"),
    household("year_before_register", "register_year_valid", change(register_year="1914"), "年度不可能"),
    household("income_words", "income_format", change(income_per_head_fen="约五千"), "收入不是数字"),
    household("ragged", "format.ragged", break_line("many"), "多列"),
    repeated("household"),
    household("phone_short", "phone_format", change(phone="8-2031"), "电话位数不对", is_warning=True),
    household(
        "income_in_fen", "income_range", change(income_per_head_fen="655000.00"), "收入以分填报", is_warning=True
    ),
)

EMPLOYMENT = (
    employment("overlapping", "no_overlap", _overlapping, "同一人两段务工重叠", pool="running", pair=True),
    employment("number_twice", "spell_unique", _other_spell, "务工编号重复", pair=True),
    employment("ends_before_start", "ends_after_start", _ends_first, "结束早于开始"),
    employment("in_future", "not_in_future", _not_begun, "尚未开始"),
    employment("end_unreadable", "ended_on_valid", change(ended_on="20200431"), "结束日期不存在"),
    employment("start_missing", "started_on_valid", change(started_on=""), "无开始日期"),
    employment("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    employment("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    employment("region_unknown", "region_known", change(region_code="150499"), "区划代码不存在"),
    employment("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    employment("place_too_coarse", "work_region_known", change(work_region_code="110000"), "务工地点未到县"),
    employment("uscc_wrong", "uscc_check_digit", wrong_uscc("employer_uscc"), "信用代码校验错误", pool="coded"),
    employment("industry_unknown", "industry_code", change(industry="Z"), "行业代码不存在"),
    employment("channel_unknown", "channel_code", change(channel="12"), "就业渠道代码不存在"),
    employment("verification_unknown", "verification_code", change(verification="9"), "核实方式代码不存在"),
    employment("organised_as_word", "organised_code", change(is_organised="T"), "是否项未用 0/1"),
    employment("wage_words", "wage_format", change(monthly_wage_fen="三千五"), "工资不是数字"),
    employment("employer_formula", "employer_name_safe", change(employer_name="+cmd"), "单位名称是公式"),
    repeated("employment"),
    employment(
        "place_not_of_class",
        "place_matches_region",
        _works_at_home,
        "省外务工而地点在本旗县",
        is_warning=True,
        pool="out",
    ),
    employment(
        "employer_missing",
        "employer_present_for_out",
        change(employer_name=""),
        "外出务工无单位",
        is_warning=True,
        pool="out",
    ),
    employment("wage_in_fen", "wage_range", change(monthly_wage_fen="350000.00"), "工资以分填报", is_warning=True),
)

EMPLOYER_UNIT = (
    employer_unit("uscc_wrong", "uscc_check_digit", wrong_uscc("uscc"), "信用代码校验错误"),
    employer_unit("uscc_missing", "uscc_present", change(uscc=""), "无信用代码"),
    employer_unit("duplicate", "uscc_unique", both(employee_count="7777"), "信用代码重复", pair=True),
    employer_unit("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    employer_unit("name_formula", "name_safe", change(unit_name="-2+3"), "单位名称是公式"),
    employer_unit("industry_unknown", "industry_code", change(industry="X"), "行业代码不存在"),
    employer_unit("status_of_other_system", "status_code", change(payment_status="9"), "另一系统的缴费状态代码"),
    employer_unit("staff_negative", "staff_range", change(employee_count="-3"), "职工人数为负"),
    employer_unit("registered_unreadable", "registered_on_valid", change(registered_on="20191301"), "登记日期不存在"),
    repeated("employer_unit"),
)

ENROLLMENT = (
    enrollment("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    enrollment("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    enrollment("duplicate", "unique", both(started_on="20190101"), "同人同险种两行", pair=True),
    enrollment("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    enrollment("region_unknown", "region_known", change(region_code="999999"), "区划代码不存在"),
    enrollment("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    enrollment("scheme_unknown", "scheme_code", change(scheme="120"), "险种代码不存在"),
    enrollment("status_of_other_system", "person_status_code", change(person_status="0"), "另一系统的状态代码"),
    enrollment("without_employer", "employee_scheme_needs_employer", change(scheme="410", uscc=""), "职工险种无单位"),
    enrollment(
        "first_month_unreadable", "first_month_valid", change(first_enrolled_month="201813"), "首次参保年月不存在"
    ),
    enrollment("ends_before_start", "ends_after_start", change(ended_on="20000101"), "终止早于开始"),
    enrollment("active_though_dead", "active_when_dead", _died, "已死亡仍在保"),
    enrollment("undecodable", "format.encoding", break_line("bytes"), "无法解码的字节"),
    repeated("enrollment"),
)

CONTRIBUTION = (
    contribution("after_death", "after_death", _as_it_is, "死亡后仍缴费", pool="dead"),
    contribution("duplicate", "unique", _paid_again, "同人同险种同月两行", pair=True),
    contribution("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    contribution("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    contribution("scheme_unknown", "scheme_code", change(scheme="910"), "险种代码不存在"),
    contribution("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    contribution("due_in_future", "not_in_future", next_month("due_month"), "应缴年月未到"),
    contribution("due_unreadable", "due_month_valid", change(due_month="2020年5月"), "应缴年月格式"),
    contribution("paid_beyond_due", "paid_within_due", _paid_beyond, "实缴大于应缴"),
    contribution("received_without_date", "received_needs_date", change(received_on=""), "到账无日期"),
    contribution("base_negative", "non_negative", change(base_fen="-3600.00"), "缴费基数为负"),
    contribution("base_in_fen", "base_range", change(base_fen="360000.00"), "缴费基数以分填报"),
    contribution("amount_with_unit", "amounts_format", change(person_due_fen="1 234.00元"), "金额格式"),
    contribution("without_employer", "employee_scheme_needs_employer", change(uscc=""), "职工险种无单位", pool="staff"),
)

STATION = (
    station("duplicate", "unique", both(capacity_kw="33"), "电站与村重复", pair=True),
    station("beyond_limit", "capacity_limit", change(capacity_kw="5000"), "容量超过 500 千瓦"),
    station("capacity_words", "capacity_format", change(capacity_kw="三百"), "容量不是数字"),
    station("share_beyond", "share_range", change(share_percent="120.00"), "份额大于 100"),
    station("shares_short", "shares_sum", change(share_percent="90.00"), "份额合计不是 100"),
    station("type_unknown", "type_code", change(station_type="3"), "电站类型代码不存在"),
    station("tariff_in_fen", "tariff_range", change(tariff_fen_per_kwh="75.00"), "电价以分填报"),
    station("connected_unreadable", "connected_on_valid", change(grid_connected_on="2018年6月"), "并网日期格式"),
    station("village_elsewhere", "village_in_region", _village_elsewhere, "村不在本旗县"),
    station("code_missing", "code_present", change(station_code=""), "无电站编号"),
    station("name_formula", "name_safe", change(station_name="=1+1"), "电站名称是公式"),
)

SETTLEMENT = (
    settlement("duplicate", "unique", both(generation_kwh="1.00"), "电站与月份重复", pair=True),
    settlement("beyond_physics", "generation_physical", _beyond_physics, "电量超过物理上限"),
    settlement("generation_words", "generation_format", change(generation_kwh="NaN"), "电量不是数字"),
    settlement("station_unknown", "station_known", change(station_code="PV0000000000"), "电站不在本批"),
    settlement("coal_beyond_accrued", "coal_received_within_accrued", _more_received("coal"), "脱硫煤实收大于应收"),
    settlement(
        "subsidy_beyond_accrued", "subsidy_received_within_accrued", _more_received("subsidy"), "补贴实收大于应收"
    ),
    settlement("received_without_date", "received_needs_date", change(received_on=""), "实收无日期"),
    settlement("other_month", "month_is_period", next_month("month"), "不是本期"),
    settlement("amount_words", "amounts_format", change(coal_received_fen="无"), "金额不是数字", pool="unsettled"),
    settlement("accrued_negative", "non_negative", change(coal_accrued_fen="-1.00"), "应收为负"),
)

ALLOCATION = (
    allocation("unbalanced", "balanced", _unbalanced, "收支不平"),
    allocation("duplicate", "unique", both(carried_in_fen="1.00"), "村与月份重复", pair=True),
    allocation("village_short", "village_format", _village_short, "村代码位数不对"),
    allocation("sender_not_responsible", "sender_responsible", of_another_sender, "不属本报送单位"),
    allocation("other_month", "month_is_period", next_month("month"), "不是本期"),
    allocation("month_unreadable", "month_valid", change(month="五月"), "月份格式"),
    allocation("negative", "non_negative", change(land_rent_fen="-88.00"), "金额为负"),
    allocation("amount_words", "amounts_format", change(other_fen="无"), "金额不是数字", pool="idle"),
)

POST = (
    post("two_posts", "one_post_per_person", _second_post, "一人两岗", pair=True),
    post("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    post("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    post("paid_above_wage", "paid_within_wage", _paid_above_wage, "实发大于应发"),
    post("paid_without_date", "paid_needs_date", change(paid_on=""), "发放无日期"),
    post("days_beyond_month", "days_range", change(days_worked="41"), "出勤天数超过一个月"),
    post("type_unpadded", "post_type_code", change(post_type="1"), "前导零丢失"),
    post("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    post("wage_negative", "non_negative", change(wage_fen="-600.00"), "工资为负"),
)

ROW_KINDS: tuple[Kind, ...] = (
    *HOUSEHOLD, *PERSON, *EMPLOYMENT, *EMPLOYER_UNIT, *ENROLLMENT, *CONTRIBUTION, *STATION, *SETTLEMENT, *ALLOCATION, *POST,
)  # fmt: skip
