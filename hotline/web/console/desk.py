"""What every page of the console needs, gathered once when the application starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hotline.domain.language import Language
from hotline.flow.clips import Clip
from hotline.operations.line import Line
from hotline.store.queue_state import Queues
from hotline.web.console.live import Live
from hotline.web.console.recent import Recent
from hotline.web.console.templates import Templates

Say = Callable[[Language, str], str]


@dataclass(frozen=True)
class Desk:
    """`line` has a database pool of its own: pages never starve webhooks (decisions 18).

    `map_tiles` is the address of map pictures with {z}, {x}, {y}; empty: areas and incidents alone.
    `clips` are recorded clips by file name, `flow_files` names the file of each node, `queues` looks at
    Redis (None: it is away), `recent` keeps what takes a moment to count. `phones_url` is where a demo's
    pretend phones are; empty on a real line.
    """

    line: Line
    templates: Templates
    live: Live
    say: Say
    public_url: str
    map_tiles: str = ""
    clips: Mapping[str, Clip] = field(default_factory=dict)
    flow_files: Mapping[str, str] = field(default_factory=dict)
    queues: Callable[[], Queues | None] = field(default=lambda: None)
    recent: Recent = field(default_factory=Recent)
    phones_url: str = ""

    @property
    def is_secure(self) -> bool:
        """Is the console reached over TLS? Then its cookies travel no other way."""
        return self.public_url.startswith("https://")
