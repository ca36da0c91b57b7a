"""The hand-set figures of the demo data set: places, likelihoods, and the results a screen should show."""

TYPES = (
    "hotel",
    "guesthouse",
    "boarding_house",
    "rental_apartment",
    "karaoke",
    "bar_pub",
    "massage",
    "sauna",
    "spa_beauty",
    "barber_relax",
    "cafe",
    "restaurant",
    "beer_house",
)

# Establishments of each commune by type, in the order of TYPES.
ESTABLISHMENTS = {
    "c11629_v1": [2, 7, 4, 1, 4, 1, 2, 0, 1, 1, 2, 1, 1],
    "c11656_v1": [2, 6, 5, 1, 3, 1, 2, 1, 1, 1, 2, 1, 1],
    "c11641_v1": [1, 4, 3, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0],
    "c11650_v1": [0, 3, 2, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11647_v1": [0, 3, 2, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0],
    "c11638_v1": [0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11635_v1": [0, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    "c11632_v1": [0, 2, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11644_v1": [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11653_v1": [0, 2, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
    "c11659_v1": [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "c11662_v1": [0, 2, 2, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11665_v1": [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "c11668_v1": [0, 2, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11671_v1": [0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    "c11674_v1": [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    "c11677_v1": [0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0],
}

ADDRESS_WORDS = (
    ["Lam", "Vân", "Tú", "Bích", "Thu", "Ngân", "Trúc", "Thạch", "Mộc", "Diên"],
    ["Khê", "Sa", "Diệp", "Trì", "Uyên", "Lãm", "Quế", "Sương", "Tùng", "Phong"],
)
KIND_LABELS = {
    "hotel": "Khách sạn",
    "guesthouse": "Nhà nghỉ",
    "boarding_house": "Nhà trọ",
    "rental_apartment": "Homestay",
    "karaoke": "Karaoke",
    "bar_pub": "Bar",
    "massage": "Massage",
    "sauna": "Xông hơi",
    "spa_beauty": "Spa",
    "barber_relax": "Cắt tóc gội đầu",
    "cafe": "Cà phê",
    "restaurant": "Nhà hàng",
    "beer_house": "Quán bia",
}

# Least and most workers, and the share of women.
WORKERS = {
    "hotel": (5, 12),
    "guesthouse": (1, 3),
    "boarding_house": (0, 1),
    "rental_apartment": (1, 2),
    "karaoke": (3, 7),
    "bar_pub": (5, 9),
    "massage": (4, 9),
    "sauna": (4, 7),
    "spa_beauty": (2, 5),
    "barber_relax": (1, 3),
    "cafe": (1, 4),
    "restaurant": (6, 14),
    "beer_house": (3, 6),
}
FEMALE_SHARE = {
    "hotel": 0.6,
    "guesthouse": 0.55,
    "boarding_house": 0.5,
    "rental_apartment": 0.5,
    "karaoke": 0.6,
    "bar_pub": 0.5,
    "massage": 0.85,
    "sauna": 0.8,
    "spa_beauty": 0.95,
    "barber_relax": 0.7,
    "cafe": 0.75,
    "restaurant": 0.6,
    "beer_house": 0.5,
}

# Shares of workers with a contract and with a health check where they differ from the rest.
CONTRACT_SHARE = {"hotel": 0.9, "restaurant": 0.9}
CHECKED_SHARE = {"hotel": 0.8, "massage": 0.8, "restaurant": 0.8}

VISIT_LIKELIHOOD: dict[str, float] = {
    "karaoke": 0.9,
    "massage": 0.95,
    "sauna": 0.9,
    "bar_pub": 1,
    "hotel": 0.8,
    "guesthouse": 0.55,
}
VIOLATIONS_FOUND = {
    "karaoke": ["kd_door_latch", "kd_outside_hours", "fire_exit_obstructed", "lb_no_contract_1_10"],
    "massage": ["he_no_check", "lb_no_contract_1_10", "antt_conditions_not_kept"],
    "guesthouse": ["lodging_no_notice_1_3", "lodging_register_incomplete", "fire_exit_obstructed"],
    "hotel": ["lodging_no_notice_1_3", "fire_signs_missing"],
}
VIOLATIONS_FOUND_ELSEWHERE = ["lb_no_contract_1_10", "cu_signboard_bad"]

# Visits without access, in addition to the visits of the establishments.
ATTEMPTS = 14
REASONS_FOR_NO_ACCESS = (
    "closed_on_arrival",
    "no_representative",
    "closed_on_arrival",
    "refused",
    "not_found",
)

SESSIONS_BY_QUARTER = {
    "c11629_v1": [4, 3, 4, 3],
    "c11656_v1": [3, 3, 3, 3],
    "c11641_v1": [2, 2, 1, 2],
    "c11650_v1": [2, 1, 1, 2],
    "c11647_v1": [1, 2, 1, 1],
    "c11638_v1": [1, 1, 1, 2],
    "c11635_v1": [1, 1, 2, 1],
    "c11632_v1": [1, 1, 1, 1],
    "c11644_v1": [1, 1, 1, 1],
    "c11653_v1": [1, 2, 1, 1],
    "c11659_v1": [1, 1, 1, 1],
    "c11662_v1": [1, 1, 1, 1],
    "c11665_v1": [0, 1, 0, 1],
    "c11668_v1": [1, 1, 1, 2],
    "c11671_v1": [1, 0, 1, 1],
    "c11674_v1": [1, 1, 1, 1],
    "c11677_v1": [1, 1, 0, 1],
}

# Positions in the area of the communes whose station was silent in some months.
COMMUNES_WITH_SILENT_MONTHS = (6, 8, 10, 12, 14, 16)
DISTRICT_MEDIA = {
    "district_portal": [1, 1, 2, 2, 3, 4, 2, 2, 1, 2, 3, 3],
    "district_radio": [2, 2, 2, 3, 3, 4, 3, 2, 2, 3, 3, 4],
}

PLAN_NOT_ISSUED = "c11665_v1"
PLAN_NOT_INTEGRATED = ("c11665_v1", "c11674_v1", "c11644_v1", "c11659_v1")

ZONES: list[dict[str, object]] = [
    {
        "id": "iz_gl_a",
        "name": "Khu công nghiệp GL-A",
        "unit": "c11656_v1",
        "workers_total": 4200,
        "first_time": 1980,
    },
    {
        "id": "iz_gl_b",
        "name": "Cụm công nghiệp GL-B",
        "unit": "c11641_v1",
        "workers_total": 1350,
        "first_time": 675,
    },
]
SCHOOLS: list[dict[str, object]] = [
    {"id": "thpt_gl_1", "name": "THPT GL-1", "unit": "c11629_v1", "students": 1480, "first_time": 1120},
    {"id": "thpt_gl_2", "name": "THPT GL-2", "unit": "c11650_v1", "students": 1320, "first_time": 900},
    {"id": "thpt_gl_3", "name": "THPT GL-3", "unit": "c11671_v1", "students": 1040, "first_time": 610},
    {"id": "thpt_gl_4", "name": "THPT GL-4", "unit": "c11656_v1", "students": 980, "first_time": 560},
    {
        "id": "gdnn_gl_1",
        "name": "Trung tâm GDNN-GDTX GL-1",
        "unit": "c11629_v1",
        "students": 640,
        "first_time": 402,
    },
]

AGENCY_RETURNS = {
    "dist_police": {"tipoffs_received": 9, "tipoffs_processed": 9, "cases_uncovered": 2, "complex_spots": 0},
    "procuracy": {"cases_prosecuted": 2},
    "court": {"cases_tried": 1},
}
HARM_REDUCTION = {
    "info_contacts": 184,
    "condoms_distributed": 2600,
    "hiv_test_referrals": 37,
    "sti_referrals": 21,
    "legal_aid": 6,
    "psychosocial": 12,
    "vocational_support": 3,
    "job_support": 4,
}

# Role and agency of each officer of the office; every commune has a reporter in addition.
OFFICE = [
    ("team_lead", "dist_labour_office"),
    ("inspector", "dist_labour_office"),
    ("inspector", "dist_police"),
    ("inspector", "dist_health_office"),
    ("inspector", "dist_culture_office"),
    ("inspector", "dist_economy_office"),
    ("reviewer", "dist_labour_office"),
    ("leader_viewer", "dist_people_committee"),
    ("agency_reporter", "dist_police"),
    ("agency_reporter", "procuracy"),
    ("agency_reporter", "court"),
    ("agency_reporter", "dist_education_office"),
    ("city_viewer", "prov_labour_department"),
    ("privacy_officer", "dist_people_committee"),
    ("admin", "dist_people_committee"),
]
# After the officers of the communes.
FURTHER = [
    ("agency_reporter", "dist_health_office"),
    ("agency_reporter", "dist_finance_office"),
    ("agency_reporter", "dist_culture_office"),
    ("agency_reporter", "fatherland_front"),
]

YEAR = 2024
CALIBRATION: dict[str, object] = {
    "note": (
        'WHOLLY FICTIONAL. No real establishment, officer or person. "GL" = giả lập. Screens show '
        'the banner "DỮ LIỆU GIẢ LẬP". Order of size calibrated on national statistics: 99,859 '
        "establishments for ~100 M people (press_molisa_2024) and 146,712 inhabitants of An Lão in "
        "2019 give about 146 establishments; 65% lodging, 15% karaoke and massage, 0.2% "
        "discotheque/bar, 20% other; 1.37 workers per establishment nationally (the demo uses more "
        "so that counts are visible)."
    ),
    "rng": "random.Random(178), Python 3; see scripts/make_demo_dataset.py",
    "year": YEAR,
    "period": ["2024-01-01", "2025-01-01"],
}
NAMING = {
    "establishment": "{label} {A} {B} (GL-nnn)",
    "officer": "Cán bộ GL-nn",
    "address": "Thôn GL-n, {commune}",
    "school": "THPT GL-n",
    "zone": "Khu công nghiệp GL-x",
    "forbidden": "no phone, no registration number that could exist: use GL-0000000nnn",
}
# Edge cases of figures and rules; tests/server/demo/test_edge_cases.py expands each into records.
EDGE_CASES = [
    {"id": "family_boarding_house", "case": "establishment with 0 workers (family-run boarding house)"},
    {"id": "closed_on_arrival", "case": "visit with access_result=closed_on_arrival"},
    {"id": "two_tablets", "case": "two tablets filing a visit to one establishment"},
    {
        "id": "around_the_reform",
        "case": "visit dated 2025-06-30 and 2025-07-01 at the same establishment (unit version changes)",
    },
    {
        "id": "unallocated_remainder",
        "case": "session for three establishments with an unallocated remainder",
    },
    {"id": "under_18", "case": "workers_under18 = 1 (suppressed, protocol opened)"},
    {"id": "phone_number", "case": "free text containing a phone number (marked by the linter)"},
    {"id": "outlet_of_may", "case": "media outlet created in May (den = months since creation)"},
    {"id": "new_frame", "case": "violation dated 2025-12-14 and 2025-12-15 (frame changes)"},
    {"id": "plan_replaced", "case": "commune plan issued then replaced"},
    {
        "id": "reporting_year",
        "case": "report of the period 15/12/2023-14/12/2024 differs from calendar 2024",
    },
]
