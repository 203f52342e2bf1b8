"""The sample region: deliveries of invented people under real codes, the same bytes for the same seed, and the key to what is wrong.

``generate`` writes ``deliveries/`` for the inbox and, beside it, ``answer_key.csv`` (what the gate must find), ``signs.csv`` (whom the
signals must find) and ``region.json`` (what is
true). Sizes follow the region: 800,000 registered persons, 280,000 households, 2,335 villages with PV at full scale.
"""

from __future__ import annotations

from steppe.sample.making import Sample, generate

__all__ = ["Sample", "generate"]
