"""What is collected here depends on what the machine has."""

import pytest

from tests.channels.document import DOCUMENT

collect_ignore = [] if DOCUMENT.exists() else ["test_openapi.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if collect_ignore:
        terminalreporter.write_line("channels/test_openapi.py: not collected, Twilio's OpenAPI is not here")
