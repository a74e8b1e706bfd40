"""Files of measures: what they mean, and what is said of their mistakes."""

from datetime import date

import pytest

from detente.situation.messages import SituationError
from detente.trade import bundled, measures

HEAD = "title: A test\ntarget: TGT\nsources: {unsc: A resolution}\nmeasures:\n"


def problem(line: str) -> str:
    with pytest.raises(SituationError) as caught:
        measures.reads(HEAD + line + "\n", "test.yaml")
    assert len(caught.value.problems) == 1, caught.value
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  a: {kind: bann, by: UNSC, on: exports, goods: all, from: 2017-01-01}", "test.yaml:5:13: measures.a.kind: the text `bann`; accepted: ban, cap, tariff, finance, shipping; did you mean `ban`?"),
        ("  a: {kind: ban, by: UNSC, onn: exports, goods: all, from: 2017-01-01}", "test.yaml:5:28: measures.a.onn: unknown key `onn`; accepted: kind, by, on, goods, from, until, cap, rate, paragraph, source, note, text; did you mean `on`?"),
        ("  a: {kind: ban, by: UNSC, on: exports, goods: [03], from: 2017-01-01}", 'test.yaml:5:48: measures.a.goods: a code that is a number; accepted: codes in quotes, such as ["03", "2701"]: a plain 03 is the number 3'),
        ("  a: {kind: ban, by: UNSC, on: exports, goods: all, from: 2017-13-01}", "test.yaml:5:59: measures.a.from: `2017-13-01`, which is no day of the calendar; accepted: a day of the calendar, such as 2019-01-11"),
        ("  a: {kind: ban, by: UNSC, on: exports, goods: all, from: 2017-01-01, until: 2016-01-01}", "test.yaml:5:78: measures.a.until: `until` 2016-01-01, not after `from` 2017-01-01; accepted: a later day"),
        ("  a: {kind: ban, by: UNSC, on: exports, goods: all, from: 2017-01-01, source: unscc}", "test.yaml:5:79: measures.a.source: unknown source `unscc`; accepted: unsc; did you mean `unsc`?"),
        ("  a: {kind: cap, by: UNSC, on: exports, goods: all, from: 2017-01-01}", "test.yaml:5:13: measures.a.kind: a cap without its `cap`; accepted: `kind: cap` with `cap: {value: ...}` or `{quantity: ...}`"),
        ("  a: {kind: cap, by: UNSC, on: exports, goods: all, from: 2017-01-01, cap: {quantity: 5}}", "test.yaml:5:87: measures.a.cap.quantity: a quantity without its `unit`; accepted: a unit, such as `unit: barrel`"),
        ("  a: {kind: tariff, by: USA, on: exports, goods: all, from: 2017-01-01}", "test.yaml:5:13: measures.a.kind: a tariff without its `rate`; accepted: `rate: 0.25` for 25 %"),
        ("  a: {kind: ban, by: USA, on: exports, goods: all, from: 2017-01-01, rate: 0.2}", "test.yaml:5:76: measures.a.rate: a ban with a `rate`; accepted: a rate of a tariff, or of finance or shipping"),
    ],
)  # fmt: skip
def test_one_clear_message_for_each_mistake(line, told):
    assert problem(line) == told


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(SituationError, match="did you mean `dprk-2019`"):
        measures.read("dprk-2018")


def test_codes_cover_what_lies_below_them():
    regime = measures.reads(HEAD + '  a: {kind: ban, by: UNSC, on: exports, goods: ["27", "0301"], from: 2017-01-01}')
    ban = regime.measures["a"]
    assert [ban.covers(code) for code in ("27", "2701", "03", "030111", "62", "luxury")] == [True, True, None, True, False, False]  # fmt: skip


def test_who_is_bound_and_when():
    regime = measures.reads(
        HEAD + "  a: {kind: tariff, by: [USA], on: exports, goods: all, from: 2018-01-01, until: 2019-01-01, rate: 0.1}"
    )
    tariff = regime.measures["a"]
    assert (tariff.binds("USA"), tariff.binds("CHN")) == (True, False)
    assert [tariff.in_force(date(y, m, d)) for y, m, d in ((2017, 12, 31), (2018, 1, 1), (2018, 12, 31), (2019, 1, 1))] == [False, True, True, False]  # fmt: skip


def test_the_bundled_regime_cites_a_resolution_for_every_measure():
    for name in bundled.names("regimes"):
        regime = measures.read(name)
        for measure in regime.measures.values():
            sources = [regime.sources[source] for source in measure.provenance.sources]
            assert sources
            adopted = sources[0].published
            assert adopted is not None
            assert adopted <= measure.start


def test_coal_is_capped_in_the_first_half_of_2017_and_banned_in_january_2019():
    regime = measures.read("dprk-2019")

    def on(day: date) -> set[str]:
        return {m.id for m in regime.on(day) if m.covers("2701") and m.kind in ("ban", "cap") and m.touches("exports")}

    assert on(date(2016, 6, 1)) == set()
    assert on(date(2017, 6, 1)) == {"un-2321-coal-cap"}
    assert on(date(2019, 1, 11)) == {"un-2371-coal"}
    # Resolution 2397, paragraph 5, and 2321, paragraph 26.
    assert regime.measures["un-2397-refined-cap"].cap.quantity == 500_000
    assert regime.measures["un-2321-coal-cap"].cap.value == pytest.approx(400.870018)
