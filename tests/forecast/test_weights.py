"""What weights say of the draws, at the ends of the number line."""

import numpy as np
import pytest

from detente.forecast.weights import effective_draws


@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e-308, 1e300])
def test_effective_draws_do_not_hang_on_how_likely_the_record_is(scale):
    likelihood = scale * np.array([1.0, 1.0, 0.5, 0.0])
    assert effective_draws(likelihood) == pytest.approx(2.5**2 / 2.25)


def test_where_nothing_fits_no_draw_counts():
    assert effective_draws(np.zeros(3)) == 0
    assert effective_draws(np.zeros(0)) == 0
