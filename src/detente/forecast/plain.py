"""Results as data for machines."""

from __future__ import annotations

from typing import Any

import numpy as np


def plain_data(value: Any) -> Any:
    """``value`` made of what JSON has: numbers that do not exist become None, and NumPy's become Python's."""
    if isinstance(value, dict):
        return {str(k): plain_data(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
