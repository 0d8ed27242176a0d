"""How many nodes a rolling update may take at once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.update_strategy import budget, rolls, surge_enabled
from tests.clusters import a_daemonset, model


def rolling(max_unavailable: Any = None, max_surge: Any = None) -> Any:
    given = {"maxUnavailable": max_unavailable, "maxSurge": max_surge}
    return {"type": "RollingUpdate", "rollingUpdate": {k: v for k, v in given.items() if v is not None}}


@pytest.mark.parametrize(
    ("strategy", "nodes", "unavailable", "surge"),
    [
        pytest.param(rolling(3), 10, 3, 0, id="a number is a number of nodes"),
        pytest.param(rolling("25%"), 10, 3, 0, id="percentages are rounded up"),
        pytest.param(rolling("1%"), 3, 1, 0, id="and never to nothing"),
        pytest.param(rolling(0, "10%"), 11, 0, 2, id="of a surge as well"),
        pytest.param(rolling(0, 0), 5, 1, 0, id="neither falls back to one"),
        pytest.param(rolling(0, 0), 0, 0, 0, id="but not without nodes"),
        pytest.param({"type": "OnDelete"}, 5, 1, 0, id="OnDelete too, though nobody asks"),
        pytest.param({}, 5, 1, 0, id="no strategy is the API's default"),
    ],
)
def test_budgets(strategy: Any, nodes: int, unavailable: int, surge: int):
    allowed = budget(model(a_daemonset("cni", strategy=strategy or {"type": ""})), nodes)
    assert (allowed.max_unavailable, allowed.max_surge) == (unavailable, surge)


@pytest.mark.parametrize("text", ["half", "%", "1.5%", "10"])
def test_a_text_that_is_no_percentage_is_refused(text: str):
    owner = model(a_daemonset("cni", strategy=rolling(0, text)))
    with pytest.raises(ValueError, match="neither a number nor a percentage"):
        budget(owner, 5)
    assert not surge_enabled(owner)


@pytest.mark.parametrize(
    ("strategy", "enabled"),
    [
        pytest.param(rolling(0, "1%"), True, id="any percentage but none"),
        pytest.param(rolling(1, "0%"), False, id="no percent"),
        pytest.param(rolling(1), False, id="no surge"),
        pytest.param({"type": "OnDelete", "rollingUpdate": {"maxSurge": 1}}, False, id="OnDelete"),
    ],
)
def test_whether_a_node_may_hold_two_pods(strategy: Any, enabled: bool):
    assert surge_enabled(model(a_daemonset("cni", strategy=strategy))) is enabled


def test_only_on_delete_does_not_roll():
    assert rolls(model(a_daemonset("cni")))
    assert not rolls(model(a_daemonset("cni", strategy={"type": "OnDelete"})))


@given(st.integers(1, 100), st.integers(1, 5000))
def test_a_percentage_allows_at_least_one_and_at_most_all(percent: int, nodes: int):
    assert (
        1 <= budget(model(a_daemonset("cni", max_unavailable=f"{percent}%")), nodes).max_unavailable <= nodes
    )
