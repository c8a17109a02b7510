"""The whole hotline: real processes from end to end."""

import pytest

pytest.register_assert_rewrite(
    "tests.whole.texts", "tests.whole.calls", "tests.whole.alerts", "tests.whole.faults"
)
