import pytest

from hotline.store.servers.errors import ServerDied


@pytest.mark.parametrize(
    ("line", "helps"),
    [
        ('PANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device', "disk is full"),
        ("FATAL:  could not open file: Permission denied", "chown"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "out of memory"),
        ("FATAL:  database files are incompatible with server", "another version"),
    ],
)
def test_a_servers_last_words_come_with_what_helps(line: str, helps: str) -> None:
    message = str(ServerDied("PostgreSQL", 1, [line]))

    assert "PostgreSQL ended with code 1." in message
    assert line in message
    assert helps in message


def test_a_server_that_was_killed_is_said_to_have_been() -> None:
    assert str(ServerDied("Redis", -9, [])) == "Redis was ended by signal 9."
