"""What Airflow's plugin loader finds in this folder; the page itself is in ``steppe``."""

from steppe.orchestration.page import SteppePage

__all__ = ["SteppePage"]
