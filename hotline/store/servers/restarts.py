"""How often a server that died is started again: at once, then ever later, then not any more."""

from dataclasses import dataclass
from typing import Final

_FIRST_DELAY_S: Final = 0.1
_LONGEST_DELAY_S: Final = 30.0
_WINDOW_S: Final = 600.0
_MOST_DEATHS: Final = 8


@dataclass(frozen=True, slots=True)
class Restarts:
    """The deaths of one server within the last ten minutes, in monotonic seconds, oldest first."""

    deaths: tuple[float, ...] = ()

    def after_death(self, at: float) -> "Restarts":
        """With one more death; those longer ago than the window are forgiven."""
        return Restarts((*(death for death in self.deaths if at - death < _WINDOW_S), at))

    @property
    def delay_s(self) -> float | None:
        """How long to wait before the next start; None when it has died too often."""
        if len(self.deaths) > _MOST_DEATHS:
            return None
        return min(_FIRST_DELAY_S * 2.0 ** (len(self.deaths) - 1), _LONGEST_DELAY_S)
