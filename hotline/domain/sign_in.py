"""How long whoever fails to sign in must wait: a little longer each time, and never for ever."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Sharing = Literal["name", "source", "device"]


@dataclass(frozen=True, slots=True)
class Patience:
    """So many failures are free; then each wait is twice the one before, up to `longest_s`. After
    `forgotten_after` without a failure all is as new."""

    free: int
    longest_s: int
    forgotten_after: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long the next attempt waits after so many failures."""
        over = failures - self.free
        return timedelta(seconds=min(self.longest_s, 2 ** min(over, 20))) if over >= 0 else timedelta(0)


# Whoever guesses at one name is slowed; so is who guesses at many from one address, which a whole office may
# share. On a device where the person signed in before, only what that device did counts: so nobody can keep
# them out from elsewhere.
PATIENCE: Final[dict[Sharing, Patience]] = {
    "name": Patience(free=5, longest_s=60, forgotten_after=timedelta(hours=1)),
    "source": Patience(free=30, longest_s=120, forgotten_after=timedelta(hours=1)),
    "device": Patience(free=5, longest_s=60, forgotten_after=timedelta(hours=1)),
}

CODE_TRIES: Final = 5  # wrong codes after one right password; then the password is asked for again
