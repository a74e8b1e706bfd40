"""A table of trade of ten million rows: seconds to load it and to make one year's matrix of flows, and the memory that takes.

The file is laid out as CEPII BACI's downloads (`t,i,j,k,v,q`), of ten years, 248 countries and 5,000 commodities, with made-up values, in a
temporary folder. A process of its own loads it; peak resident memory is what the system says of that process. Takes about a minute on two cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from page import Watch, figure, machine, table

from detente.trade.countries import GROUPS

ROWS, YEARS, COMMODITIES = 10_000_000, 10, 5_000
MOST_MEMORY = 4.0
"""GB that it may take."""
LIMIT = 900.0

STEPS = """
import json, resource, sys, time
from detente import read_trade
started = time.perf_counter()
table = read_trade(sys.argv[1])
loaded = time.perf_counter()
flows = table.flows("2015", countries=["CHN", "USA", "RUS", "KOR", "JPN", "DEU", "IND", "BRA", "GBR", "FRA"])
done = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"rows": len(table.rows), "load": loaded - started, "flows": done - loaded, "peak": peak / 1e9, "shape": flows.value.shape}))
"""


def write(path: Path) -> None:
    """The file, a year at a time: distinct flows, in the order of BACI."""
    import polars as pl
    import pycountry

    numbers = {int(country.numeric) for country in pycountry.countries}
    codes = np.array(sorted(numbers - set(GROUPS)), dtype=np.int64)  # one is a group of countries in trade statistics
    pairs = len(codes) * (len(codes) - 1)
    heads = np.sort(np.random.default_rng(0).choice(970_000, COMMODITIES, replace=False) + 10_000)
    with path.open("wb") as file:
        for year in range(YEARS):
            draw = np.random.default_rng(year + 1)
            flow = np.unique(draw.integers(0, pairs * COMMODITIES, int(ROWS / YEARS * 1.01)))[: ROWS // YEARS]
            i, rest = np.divmod(flow, (len(codes) - 1) * COMMODITIES)
            j, k = np.divmod(rest, COMMODITIES)
            j += j >= i
            value = np.round(draw.lognormal(3, 3, len(flow)), 3)
            frame = pl.DataFrame(
                {
                    "t": np.full(len(flow), 2010 + year),
                    "i": codes[i],
                    "j": codes[j],
                    "k": heads[k],
                    "v": value,
                    "q": value,
                }
            )
            frame = frame.with_columns(pl.col("k").cast(pl.String).str.zfill(6))
            frame.write_csv(file, include_header=year == 0)


def main() -> int:
    """Measure and print; returns 1 if it takes more memory than it may."""
    watch = Watch()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "BACI_HS12_made_up.csv"
        write(path)
        done = subprocess.run(
            [sys.executable, "-c", STEPS, str(path)],
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            text=True,
            timeout=LIMIT,
            check=True,
        )
        size = path.stat().st_size
    found = json.loads(done.stdout)
    head = ("rows", "file (MB)", "load (s)", "flows of a year (s)", "peak memory (GB)")
    countries, _, commodities = found["shape"]
    note = f"Flows: {countries} countries and {commodities:,} commodities. {machine(watch)}"
    row = [
        f"{found['rows']:,}",
        figure(size / 1e6),
        figure(found["load"]),
        figure(found["flows"]),
        figure(found["peak"]),
    ]
    table("trade", head, [row], note)
    return int(found["peak"] > MOST_MEMORY or found["rows"] != ROWS)


if __name__ == "__main__":
    sys.exit(main())
