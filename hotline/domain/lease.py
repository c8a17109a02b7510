"""How long a worker owns what it sends, and when a lost answer may be looked for."""

from datetime import timedelta
from typing import Final

# A request takes at most 35 s (connect 5, read 30: twilio.md 4) and is not begun later than
# BEGIN_WITHIN after its rows were taken, so nothing is still on its way when a lease ends.
BEGIN_WITHIN: Final = timedelta(seconds=30)
LEASE: Final = timedelta(seconds=120)

# How long the carrier may need to show a message in its list is not documented; twice a minute is
# what we wait before we call a message absent.
SHOWN_AFTER: Final = timedelta(seconds=60)
LOOK_AGAIN_AFTER: Final = timedelta(seconds=60)
MISSES_TO_BE_ABSENT: Final = 2

# The carrier's clock and ours may differ by so much.
CLOCK_SLACK: Final = timedelta(seconds=5)

# Deliveries taken in one statement: what a killed worker leaves to be looked up.
BATCH: Final = 100
