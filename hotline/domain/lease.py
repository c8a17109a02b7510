"""What is taken and looked up at once, and when a text that nobody lists is called absent."""

from datetime import timedelta
from typing import Final

MISSES_TO_BE_ABSENT: Final = 2

# The carrier's clock and ours may differ by so much.
CLOCK_SLACK: Final = timedelta(seconds=5)

# Deliveries taken in one statement: what a killed worker leaves to be looked up.
BATCH: Final = 100
