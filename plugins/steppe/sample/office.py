"""The offices of one sender: everything that is known of his people, and what each source is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.sample.identity import Ints
from steppe.sample.insurance import Insurance
from steppe.sample.people import Households, People
from steppe.sample.region import Sender, Villages
from steppe.sample.solar import Solar
from steppe.sample.work import Labour


@dataclass
class Office:
    """One sender's records. People and labour stand at the month that is being made; ``advance`` moves them on."""

    sender: Sender
    villages: Villages
    homes: Households
    people: People
    labour: Labour
    insurance: Insurance
    solar: Solar

    def banner_of(self, persons: Ints) -> Ints:
        """Codes of the banners where persons are registered."""
        return np.array(self.sender.banners)[self.villages.banner[self.people.village[persons]]]
