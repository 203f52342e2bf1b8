"""The embedded server tells what it cannot open, and how to go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from steppe import server
from steppe.errors import SettingsError


def test_data_whose_passwords_are_gone_is_told_with_the_way_out(home: Path) -> None:
    """Root's data lies outside the checkout: who deletes that by hand and clones again meets it."""
    secrets = home / "secrets"
    secrets.rename(home / "kept")
    try:
        with pytest.raises(SettingsError, match=r"passwords are gone: `\./steppe reset --yes` deletes it"):
            server.start()
    finally:
        if secrets.exists():
            secrets.rmdir()
        (home / "kept").rename(secrets)
    server.start()
