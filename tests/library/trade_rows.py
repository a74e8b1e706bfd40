"""Rows of tables of trade, as the sites write them."""

PLAIN = "reporter,partner,flow,commodity,period,value"

NEW = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,partnerDesc,"
    "partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,"
    "customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,"
    "isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate"
)
"""The first line of UN Comtrade's downloads since 2022; their rows end in a comma that it does not have."""


def new_row(**given: object) -> str:
    """A row below it: China's imports of coal from North Korea in 2016, but for what is given."""
    usual = {
        "typeCode": "C", "freqCode": "A", "refPeriodId": 20160101, "refYear": 2016, "refMonth": 52, "period": 2016, "reporterCode": 156,
        "reporterISO": "CHN", "flowCode": "M", "partnerCode": 408, "partnerISO": "PRK", "partner2Code": 0, "partner2ISO": "W00",
        "classificationCode": "H4", "cmdCode": "2701", "customsCode": "C00", "mosCode": 0, "motCode": 0, "netWgt": 22480000000,
        "cifvalue": 1180000000, "primaryValue": 1180000000,
    }  # fmt: skip
    cells = usual | given
    return ",".join(str(cells.get(name, "")) for name in NEW.split(",")) + ","
