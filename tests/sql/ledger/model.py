"""A banner's subsidies worked out a second time, plainly: facts, orders, approvals and answers in, balances out (fen)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

WEAKEST_TIER = 3


@dataclass(eq=False)
class Line:
    """A line of an order; its money is new, or that of a line that came back."""

    order: Order
    number: int
    person: int
    amount: int
    reissues: Line | None = None


@dataclass(eq=False)
class Order:
    number: int
    lines: list[Line] = field(default_factory=list)
    verdicts: dict[str, bool] = field(default_factory=dict)
    is_stale: bool = False

    @property
    def state(self) -> str:
        """The second approval releases, a refusal before it ends."""
        first_two = list(self.verdicts.values())[:2]
        if False in first_two or (self.is_stale and len(first_two) < 2):
            return "refused"
        return "released" if len(first_two) == 2 else "open"


@dataclass
class Model:
    """One banner and one fund; each person has at most one claim."""

    amount: int = 50_000
    budget: int = 200_000
    facts: dict[int, tuple[int, int]] = field(default_factory=dict)  # person → month and evidence tier
    orders: list[Order] = field(default_factory=list)
    bank: dict[Line, str] = field(default_factory=dict)
    recovered: Counter[Line] = field(default_factory=Counter)

    def live(self) -> list[Line]:
        return [line for order in self.orders if order.state != "refused" for line in order.lines]

    def again(self, line: Line) -> bool:
        return any(other.reissues is line for other in self.live())

    def status(self, line: Line) -> str | None:
        if self.again(line) or self.recovered[line]:
            return "returned"
        return self.bank.get(line) if line.order.state == "released" else None

    def due(self, person: int) -> int:
        return self.amount if self.facts.get(person, (0, 9))[1] <= WEAKEST_TIER else 0

    def lined(self, person: int) -> int:
        lines = [line for line in self.live() if line.person == person]
        return sum(line.amount for line in lines if line.reissues is None) - sum(self.recovered[line] for line in lines)

    def end_stale_orders(self) -> None:
        stale = [
            order
            for order in self.orders
            if order.state == "open"
            and any(
                self.lined(line.person) > self.due(line.person)
                or (line.reissues is not None and self.bank.get(line.reissues) != "returned")
                for line in order.lines
            )
        ]
        for order in stale:
            order.is_stale = True

    def used(self) -> int:
        return sum(line.amount for line in self.live() if line.reissues is None) - sum(
            self.recovered[line] for line in self.live()
        )

    def wanting(self) -> Iterator[tuple[int, int]]:
        """(person, fen) of what is due, not lined up, and covered by the fund, the earliest month first."""
        left = self.budget - self.used()
        for person in sorted(self.facts, key=lambda person: (self.facts[person][0], person)):
            wanted = max(self.due(person) - self.lined(person), 0)
            left -= wanted
            if wanted and left >= 0:
                yield person, wanted

    def give_back(self) -> Counter[int]:
        """What was sent and is no longer due: what came back is the fund's again, the rest is owed; returns that by person."""
        owed: Counter[int] = Counter()
        for person in {line.person for line in self.live()}:
            surplus = self.lined(person) - self.due(person)
            holders = [
                line for line in self.live() if line.person == person and self.status(line) and not self.again(line)
            ]
            holders.sort(key=lambda line: (self.status(line), line.order.number, line.number), reverse=True)
            for line in holders:
                back = max(min(surplus, line.amount - self.recovered[line]), 0)
                surplus -= line.amount - self.recovered[line]
                if self.status(line) == "returned":
                    self.recovered[line] += back
                else:
                    owed[person] += back
        return owed

    def post(self) -> dict[str, int]:
        """The balances after a posting, without those at zero."""
        self.end_stale_orders()
        owed = self.give_back()
        balance: Counter[str] = Counter(budget=self.budget, committed=sum(fen for _, fen in self.wanting()))
        balance["available"] = self.budget - self.used() - balance["committed"]
        for line in self.live():
            where = self.status(line) or {"open": "payable", "released": "bank"}[line.order.state]
            if not self.again(line):
                balance[f"paid:{line.person}" if where == "paid" else where] += line.amount - self.recovered[line]
        for person, fen in owed.items():
            balance[f"paid:{person}"] -= fen
            balance[f"clawback:{person}"] += fen
        assert min(balance.values()) >= 0, balance
        return {account: fen for account, fen in balance.items() if fen}

    def propose(self) -> None:
        """An order of what is committed and of what came back and is still due; none where there is nothing."""
        self.post()
        order = Order(len(self.orders) + 1)
        wanted: list[tuple[int, int, Line | None]] = [(person, fen, None) for person, fen in self.wanting()]
        wanted += [
            (line.person, line.amount - self.recovered[line], line)
            for line in self.live()
            if self.status(line) == "returned" and not self.again(line) and line.amount > self.recovered[line]
        ]
        # By person; what is sent again first, as it was numbered before.
        wanted.sort(
            key=lambda each: (each[0], each[2] is None, (each[2].order.number, each[2].number) if each[2] else ())
        )
        order.lines = [Line(order, number, *each) for number, each in enumerate(wanted, start=1)]
        if order.lines:
            self.orders.append(order)
