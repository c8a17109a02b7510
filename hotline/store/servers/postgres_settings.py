"""PostgreSQL's settings: a small server on a private socket whose log holds no data."""

from pathlib import Path
from typing import Final

from hotline.store.servers.sockets import POSTGRES_PORT

DATABASE: Final = "hotline"
ROLE: Final = "hotline"  # owns the database; no superuser, so that no query reaches files or programs
KEEPER: Final = "hotline_keeper"  # the superuser of initdb, used by the supervisor only

SETTINGS: Final[dict[str, str]] = {
    "port": str(POSTGRES_PORT),
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "superuser_reserved_connections": "3",
    # a small machine shared with the web server and the workers
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    # what was answered to a caller is on the disk
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "min_wal_size": "64MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "10min",
    "timezone": "UTC",
    "lc_messages": "C",
    # to stderr, which the supervisor keeps; log level `log` leaves out errors, whose text repeats what
    # people wrote ("invalid input syntax ...", "Key (phone)=(...)"), and terse leaves out DETAIL and QUERY
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_connections": "off",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "log_temp_files": "-1",
    "log_lock_waits": "off",
    "log_line_prefix": "%m %b ",
}

HBA: Final = """\
# Written at every start. Nobody is trusted: the kernel says who connects (peer), and the map below who may.
local  all          hotline         peer map=hotline
local  all          hotline_keeper  peer map=hotline
local  replication  hotline_keeper  peer map=hotline
local  all          all             reject
"""


def ident(users: set[str]) -> str:
    """The map of users of this machine to the two roles, as pg_ident.conf."""
    lines = (f"hotline  {_quoted(user)}  {role}" for user in sorted(users) for role in (ROLE, KEEPER))
    return "".join(f"{line}\n" for line in lines)


def arguments(settings: dict[str, str], sockets: Path, hba: Path, identity: Path) -> list[str]:
    """On the command line, where ALTER SYSTEM cannot override them."""
    chosen = {
        **settings,
        "unix_socket_directories": _quoted(str(sockets)),
        "hba_file": str(hba),
        "ident_file": str(identity),
    }
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
