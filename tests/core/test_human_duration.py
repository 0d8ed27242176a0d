"""Ages as kubectl writes them: apimachinery's duration.HumanDuration."""

from datetime import timedelta

import pytest

from kubectl_ds.core.human_duration import human_duration


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-2, "<invalid>"), (-1, "0s"), (-0.5, "0s"), (0, "0s"), (1.9, "1s"), (119, "119s"), (120, "2m"),
        (121, "2m1s"), (599, "9m59s"), (600, "10m"), (601, "10m"), (3 * 3600 - 1, "179m"), (3 * 3600, "3h"),
        (3 * 3600 + 60, "3h1m"), (8 * 3600 - 1, "7h59m"), (8 * 3600, "8h"), (48 * 3600 - 1, "47h"), (48 * 3600, "2d"),
        (49 * 3600, "2d1h"), (8 * 86400 - 1, "7d23h"), (8 * 86400, "8d"), (730 * 86400 - 1, "729d"),
        (730 * 86400, "2y"), (731 * 86400, "2y1d"), (8 * 365 * 86400 - 1, "7y364d"), (8 * 365 * 86400, "8y"),
        (10000 * 86400, "27y"),
    ],
)  # fmt: skip
def test_an_age_has_kubectls_two_figures(seconds: float, written: str) -> None:
    assert human_duration(timedelta(seconds=seconds)) == written
