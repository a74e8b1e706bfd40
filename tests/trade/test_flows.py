"""The matrix of flows: who reports what of whom, sums over others, commodities above others, and what nobody knows."""

import math

import numpy as np
import pytest
from trade_rows import PLAIN

from detente import TableError, read_trade
from detente.trade import mirror

HS = f"{PLAIN},classification"


def cell(flows, exporter, importer, commodity=None) -> tuple[float, float]:
    k = flows.commodities.index(commodity) if commodity else 0
    i, j = flows.countries.index(exporter), flows.countries.index(importer)
    return float(flows.value[i, j, k]), float(flows.error[i, j, k])


def test_known_figures_of_china_and_north_korea(shared_data) -> None:
    """UN Comtrade: China's imports of HS 27 from North Korea, 1,192.9 million USD in 2016 and 421.3 in 2017, with carriage and insurance."""
    table = read_trade(shared_data("korea/comtrade_hs27_dprk.csv"))
    for year, imports in ((2016, 1192.9), (2017, 421.3)):
        flows = table.flows(year, countries=["CHN", "PRK"])
        assert flows.countries == ("CHN", "PRK", "REST")
        value, error = cell(flows, "PRK", "CHN")
        assert value * mirror.MARGIN == pytest.approx(imports, abs=0.05)
        assert error == mirror.SPREAD
    assert cell(table.flows(2016, margin=1.0), "PRK", "CHN")[0] == pytest.approx(1192.9, abs=0.05)


def test_what_nobody_reports_is_unknown_and_what_a_side_would_have_is_nought(shared_data) -> None:
    flows = read_trade(shared_data("korea/comtrade_hs27_dprk.csv")).flows(2016, countries=["CHN", "PRK", "RUS"])
    assert math.isnan(cell(flows, "CHN", "RUS")[0])  # the table has trade with North Korea only
    assert cell(flows, "PRK", "RUS") == (0.0, 0.0)  # Russia reports on North Korea in 2016, and no such imports
    assert np.isnan(np.diagonal(flows.value[:, :, 0])).all()


def test_both_sides_are_reconciled(plain) -> None:
    flows = plain("CHN,PRK,import,27,2016,212e6", "PRK,CHN,export,27,2016,100e6").flows(2016)
    value, error = cell(flows, "PRK", "CHN")
    assert value == pytest.approx(math.sqrt(100 * 212 / 1.06))
    assert error == pytest.approx(math.log(2) / 2)


def test_valuation_of_plain_columns_is_heard(plain) -> None:
    table = plain(
        "CHN,PRK,import,27,2016,106,fob",
        "RUS,PRK,import,27,2016,106,",
        "PRK,USA,export,27,2016,106,cif",
        head=f"{PLAIN},valuation",
    )
    values = [cell(table.flows(2016), "PRK", who)[0] * 1e6 for who in ("CHN", "RUS", "USA")]
    assert values == pytest.approx([106, 100, 100])


def test_rest_is_the_sum_of_the_others(plain) -> None:
    rows = [
        "CHN,PRK,import,27,2016,1060",
        "RUS,PRK,import,27,2016,106",
        "IND,PRK,import,27,2016,212",
        "IND,RUS,import,27,2016,9",
    ]
    table = plain(*rows)
    flows = table.flows(2016, countries=["PRK", "CHN"])
    value, error = cell(flows, "PRK", "REST")
    assert value * 1e6 == pytest.approx(300)
    assert error == pytest.approx(mirror.SPREAD * math.sqrt(100**2 + 200**2) / 300)
    assert table.flows(2016, countries=["PRK", "CHN"], rest=False).countries == ("PRK", "CHN")
    assert table.flows(2016).countries == ("CHN", "IND", "PRK", "RUS")
    whole = table.flows(2016).value
    assert np.nansum(whole[2]) == pytest.approx(np.nansum(flows.value[0]))


def test_baci_is_taken_as_it_is(write) -> None:
    table = read_trade(
        write("t,i,j,k,v,q", "2016,156,408,270112,1500.5,1", "2016,842,156,270112,10,1", "2015,842,408,270112,1,1")
    )
    flows = table.flows(2016)
    assert cell(flows, "CHN", "PRK") == (pytest.approx(1.5005), mirror.SPREAD)
    assert cell(flows, "PRK", "CHN") == (0.0, 0.0)
    assert cell(flows, "USA", "PRK") == (0.0, 0.0)  # both are there in 2016, and have traded


LEVELS = [
    "CHN,PRK,import,27,2016,100,H4", "CHN,PRK,import,2701,2016,60,H4", "CHN,PRK,import,270112,2016,50,H4", "CHN,PRK,import,TOTAL,2016,500,H4",
    "RUS,PRK,import,2701,2016,7,H4", "RUS,PRK,import,2709,2016,3,H4", "RUS,PRK,import,270112,2016,7,H4", "IND,PRK,import,72,2016,5,H4",
]  # fmt: skip


def levels(plain, commodities):
    return plain(*LEVELS, head=HS).flows(2016, commodities, margin=1.0)


def test_totals_are_never_summed_with_their_parts(plain) -> None:
    flows = levels(plain, None)
    assert flows.commodities == ("27", "72")
    assert cell(flows, "PRK", "CHN", "27")[0] * 1e6 == pytest.approx(100)
    assert cell(flows, "PRK", "RUS", "27")[0] * 1e6 == pytest.approx(
        10
    )  # not reported: the sum of its parts, each once
    assert cell(flows, "PRK", "CHN", "72") == (0.0, 0.0)


def test_a_lower_level_may_be_asked_for(plain) -> None:
    flows = levels(plain, ["2701"])
    assert [cell(flows, "PRK", who)[0] * 1e6 for who in ("CHN", "RUS", "IND")] == pytest.approx([60, 7, 0])


def test_the_levels_are_told(plain) -> None:
    assert any(
        "totals beside their parts, never summed with them: 27, 2701, TOTAL" in str(r)
        for r in plain(*LEVELS, head=HS).repairs
    )


def test_names_of_a_table_by_hand_have_no_levels(plain) -> None:
    flows = plain("CHN,PRK,import,coal,2016,1", "CHN,PRK,import,coal and iron,2016,3").flows(2016)
    assert flows.commodities == ("coal", "coal and iron")
    assert flows.classification == "own"


@pytest.mark.parametrize(
    ("asked", "where", "words"),
    [
        ({"period": 2018}, "period", "a period of the table: 2016"),
        ({"commodities": ["28"]}, "commodities", "`28`"),
        ({"commodities": ["27", "2701"]}, "commodities", "`2701` beside `27`, which includes it"),
        ({"countries": ["Chna"]}, "country", "did you mean `China`?"),
        ({"spread": 0.0}, "spread", "a number above 0"),
        ({"margin": -1.0}, "margin", "a number above 0"),
        ({"countries": ["Japan"]}, "country", "a country of the table: CHN, IND, PRK, RUS"),
    ],
)
def test_what_the_table_does_not_have(plain, asked, where, words) -> None:
    with pytest.raises(TableError) as caught:
        plain(*LEVELS, head=HS).flows(**({"period": 2016} | asked))
    assert caught.value.problems[0].where == where
    assert words in str(caught.value)


def test_a_matrix_too_large_for_memory_is_refused(write) -> None:
    import pycountry

    codes = [c.numeric for c in pycountry.countries if c.numeric != "492"][:240]
    rows = [f"2016,{codes[k % 240]},{codes[(k + 1) % 240]},{100000 + k},1,1" for k in range(1000)]
    with pytest.raises(TableError, match="240 countries and 1,000 commodities"):
        read_trade(write("t,i,j,k,v,q", *rows)).flows(2016)


def test_spread_is_taken_from_the_table_where_it_can_be(plain) -> None:
    random = np.random.default_rng(4)
    rows = []
    for k in range(400):
        true = random.lognormal(10, 2)
        rows.append(f"CHN,PRK,import,c{k},2016,{true * 1.06 * math.exp(random.normal(0, 0.5))}")
        rows.append(f"PRK,CHN,export,c{k},2016,{true * math.exp(random.normal(0, 0.5))}")
    rows.append("RUS,PRK,import,c0,2016,5")
    table = plain(*rows)
    assert cell(table.flows(2016), "PRK", "RUS", "c0")[1] == pytest.approx(0.5, rel=0.15)
    assert cell(table.flows(2016, spread=0.2), "PRK", "RUS", "c0")[1] == 0.2
