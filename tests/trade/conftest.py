"""Small tables of trade, written as the sites write them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from trade_rows import PLAIN

from detente import TradeTable, read_trade


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write(line, line, ...)``: a file of these lines."""

    def put(*lines: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return put


@pytest.fixture
def plain(write) -> Callable[..., TradeTable]:
    """``plain(row, ...)``: a table in plain columns."""
    return lambda *rows, head=PLAIN: read_trade(write(head, *rows))
