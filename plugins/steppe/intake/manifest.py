"""The manifest of a delivery: what the sender says it holds, judged against the contract.

Reasons name fields, resources and columns of the contract; what the sender wrote is never repeated, because anything can be in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from steppe import contracts
from steppe.contracts import Contract
from steppe.errors import Rejected
from steppe.intake.package import MANIFEST

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Amount = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$")]


class File(BaseModel):
    """One file of a delivery."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    resource: Name
    path: Name
    format: Literal["csv", "xlsx"]
    encoding: Literal["GB18030", "UTF-8"] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
    rows: Annotated[int, Field(ge=0, strict=True)]
    control_totals: dict[str, Amount] = {}


class Manifest(BaseModel):
    """A delivery's manifest; ``period`` is ``YYYY-MM``, control totals are yuan as text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: Name
    contract_version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    sender: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    period: Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
    created_at: AwareDatetime
    files: Annotated[tuple[File, ...], Field(min_length=1, max_length=50)]

    @property
    def month(self) -> date:
        """First day of the delivered month."""
        return date.fromisoformat(f"{self.period}-01")

    def file(self, resource: str) -> File:
        return next(file for file in self.files if file.resource == resource)


@dataclass(frozen=True)
class Told:
    """What could be told of a delivery although its manifest may be wrong; for the record and the alert."""

    source: str | None = None
    sender_code: str | None = None
    period: date | None = None
    contract_version: str | None = None
    made_at: datetime | None = None


_FAULTS = {
    "missing": ("缺少该项", "is missing"),
    "string_pattern_mismatch": ("格式不对", "has the wrong form"),
    "literal_error": ("取值不在许可范围内", "is not one of the allowed values"),
    "greater_than_equal": ("不得为负", "must not be negative"),
    "timezone_aware": ("缺少时区", "needs a time zone"),
}


def told(text: bytes) -> Told:
    """Best effort on a manifest of any kind; never raises."""
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Told()
    if not isinstance(document, dict):
        return Told()
    source, sender, period = (document.get(name) for name in ("source", "sender", "period"))
    if source not in contracts.sources():
        return Told()
    contract = contracts.load(str(source))
    month = None
    if isinstance(period, str) and len(period) == 7:
        try:
            month = date.fromisoformat(f"{period}-01")
        except ValueError:
            month = None
    version = document.get("contract_version")
    return Told(
        contract.source,
        str(sender) if sender in contract.senders else None,
        month,
        version if isinstance(version, str) and len(version) < 20 else None,
    )


def parse(text: bytes) -> Manifest:
    """Read a manifest and judge it against its contract.

    Raises:
        Rejected: ``delivery.manifest``, ``delivery.sender_unknown`` or ``delivery.file_missing``.
    """
    try:
        document: Any = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _rejected("不是有效的 JSON（UTF-8）", "is not valid JSON in UTF-8") from error
    try:
        manifest = Manifest.model_validate(document)
    except ValidationError as error:
        raise _fault(error) from None
    if manifest.source not in contracts.sources():
        known = "、".join(contracts.sources())
        raise _rejected(f"source 不在合同之列（{known}）", f"source has no contract ({known.replace('、', ', ')})")
    _judge(manifest, contracts.load(manifest.source))
    return manifest


def _judge(manifest: Manifest, contract: Contract) -> None:
    if manifest.contract_version.split(".")[0] != contract.version.split(".")[0]:
        raise _rejected(
            f"contract_version 与现行合同 {contract.version} 不兼容",
            f"contract_version does not go with the contract in force, {contract.version}",
        )
    if manifest.sender not in contract.senders:
        raise Rejected(
            "delivery.sender_unknown",
            f"报送单位 {manifest.sender} 不在《{contract.title_zh}》报送单位之列；请核对 sender 后重报",
            f"sender {manifest.sender} does not deliver {contract.source}; correct `sender` and send it again",
        )
    if manifest.period > f"{manifest.created_at:%Y-%m}":
        raise _rejected("period 晚于 created_at 所在月份", "period is later than the month of created_at")
    names = [resource.name for resource in contract.resources]
    for index, file in enumerate(manifest.files):
        if file.resource not in names:
            raise _rejected(
                f"files[{index}].resource 不在合同之列（{'、'.join(names)}）",
                f"files[{index}].resource is not in the contract ({', '.join(names)})",
            )
        if any(file.resource == earlier.resource for earlier in manifest.files[:index]):
            raise _rejected(f"{file.resource} 列了两次", f"{file.resource} is listed twice")
        _judge_file(file, contract)
    for resource in contract.resources:
        if all(file.resource != resource.name for file in manifest.files):
            raise Rejected(
                "delivery.file_missing",
                f"清单缺少{resource.title}（{resource.name}）；请补齐后重报",
                f"the manifest lacks {resource.name}; add it and send the delivery again",
            )


def _judge_file(file: File, contract: Contract) -> None:
    if file.format == "csv" and (file.encoding is None or file.encoding not in contract.encodings):
        allowed = "、".join(contract.encodings)
        raise _rejected(
            f"{file.resource} 的 encoding 须为 {allowed} 之一",
            f"encoding of {file.resource} must be one of {allowed.replace('、', ', ')}",
        )
    missing = [name for name in contract.resource(file.resource).control_totals if name not in file.control_totals]
    if missing:
        raise _rejected(
            f"{file.resource} 缺少控制总额：{'、'.join(missing)}",
            f"{file.resource} lacks control totals: {', '.join(missing)}",
        )


def _fault(error: ValidationError) -> Rejected:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ""
    # Beyond the third step a location holds a key that the sender chose.
    for step in first["loc"][:3]:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
    zh, en = _FAULTS.get(first["type"], ("不合要求", "is not as the delivery format asks"))
    return _rejected(f"{place or '全文'} {zh}", f"{place or 'the document'} {en}")


def _rejected(zh: str, en: str) -> Rejected:
    return Rejected(
        "delivery.manifest",
        f"清单 {MANIFEST}：{zh}；请更正后重报",
        f"{MANIFEST}: {en}; correct it and send it again",
    )
