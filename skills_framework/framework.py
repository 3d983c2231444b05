"""The national digital-competence framework as versioned data, and what evidence says of a learner.

A framework is one file ``data/<id>.json``. A result is always stamped with the id it was measured
under, so a newer framework never rewrites an older result. Source of ``vn-tt02-2025``: Thông tư
02/2025/TT-BGDĐT (6 domains, 24 competences, 8 levels); its crosswalk is this project's reading.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.messages import Message, Refused
from core.passing import reaches

DATA = Path(__file__).parent / "data"
LANGUAGES = ("vi", "en")

# Our rule, not the source's: Thông tư 02/2025 describes levels and gives no way to count them.
PASS_SHARE = 0.7
LEAST_EVIDENCE = 2


@dataclass(frozen=True)
class Level:
    """A level (bậc) 1…8 and the stage it belongs to, as ``{"vi": …, "en": …}``."""

    level: int
    stage: Mapping[str, str]


@dataclass(frozen=True)
class Competence:
    """A competence such as ``1.1``, and what it is elsewhere.

    ``digcomp`` and ``digcomp_3``: its code in DigComp 2.2 and 3.0, None where it has none;
    ``tt03_2014``: modules of Thông tư 03/2014/TT-BTTTT.
    """

    code: str
    name: Mapping[str, str]
    digcomp: str | None
    digcomp_3: str | None
    tt03_2014: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    code: str
    name: Mapping[str, str]
    competences: tuple[Competence, ...]


@dataclass(frozen=True)
class Framework:
    id: str
    title: Mapping[str, str]
    issuer: str
    source: str
    changed_on: str  # this data, not its source; an ISO date
    levels: tuple[Level, ...]
    domains: tuple[Domain, ...]

    @property
    def competences(self) -> tuple[Competence, ...]:
        """Every competence, in the framework's own order."""
        return tuple(one for domain in self.domains for one in domain.competences)

    def has_competence(self, code: str) -> bool:
        return self.find_competence(code) is not None

    def find_competence(self, code: str) -> Competence | None:
        return next((one for one in self.competences if one.code == code), None)

    def has_level(self, level: int) -> bool:
        return any(one.level == level for one in self.levels)


@dataclass(frozen=True)
class Evidence:
    """One exercise done: its competence, its level, and the share (0…1) of its points earned."""

    competence: str
    level: int
    share: float


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in one competence. ``level`` 0: nothing shown yet.

    ``seen`` counts the pieces of evidence; ``shares`` gives the mean share per level.
    """

    competence: str
    level: int
    seen: int
    shares: Mapping[int, float]


def profile(
    framework: Framework,
    evidence: Iterable[Evidence],
    *,
    pass_share: float = PASS_SHARE,
    least: int = LEAST_EVIDENCE,
) -> dict[str, Standing]:
    """Give a level for every competence of ``framework``; evidence of other competences is unused.

    The rule is ours and simple enough to say to a learner: a level counts once at least ``least``
    exercises of it were done; it is *shown* when their mean share reaches ``pass_share``, else
    *missed*. The learner stands at the highest shown level below the first missed one. Levels with
    too few exercises neither raise nor stop. Hand in each exercise once, with its best share.
    """
    shares: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in evidence:
        shares[one.competence][one.level].append(one.share)
    return {
        competence.code: _standing(competence.code, shares[competence.code], pass_share, least)
        for competence in framework.competences
    }


def _standing(
    code: str, shares: Mapping[int, Sequence[float]], pass_share: float, least: int
) -> Standing:
    means = {level: sum(found) / len(found) for level, found in sorted(shares.items())}
    reached = 0
    for level, mean in means.items():
        if len(shares[level]) < least:
            continue
        if not reaches(mean, 1.0, pass_share):
            break
        reached = level
    return Standing(code, reached, sum(map(len, shares.values())), means)


@cache
def load_framework(id: str = "vn-tt02-2025") -> Framework:  # noqa: A002 - the data's own name
    """Load the framework ``data/<id>.json``. Raises Refused naming the file and every bad key."""
    path = DATA / f"{id}.json"
    if "/" in id or not path.is_file():
        raise Refused(Message("Không có khung năng lực {id}", {"id": id}))
    return read_framework(path.read_bytes(), path.name)


def read_framework(content: bytes, file: str) -> Framework:
    """Read a framework from JSON bytes. Raises Refused with one message per fault; pure."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(
            Message("{file}: không phải JSON hợp lệ ({error})", {"file": file, "error": str(error)})
        ) from None
    reading = _Reading(file)
    framework = reading.framework(data)
    if reading.faults:
        raise Refused(*reading.faults)
    return framework


def draft_file(name: str) -> str:
    """The text of ``data/drafts/<name>.json``: a framework of which only the outside is known, for
    whoever has the source to complete. Raises Refused where there is none."""
    path = DATA / "drafts" / f"{name}.json"
    if "/" in name or not path.is_file():
        raise Refused(Message("Không có khung còn trống {id}", {"id": name}))
    return path.read_text(encoding="utf-8")


def framework_file(framework: Framework) -> str:
    """The text of ``data/<id>.json`` for this framework: what `read_framework` reads."""
    domains = [
        {
            "code": domain.code,
            "name": dict(domain.name),
            "competences": [
                {
                    "code": one.code,
                    "name": dict(one.name),
                    "digcomp_2_2": one.digcomp,
                    "digcomp_3_0": one.digcomp_3,
                    "tt03_2014": list(one.tt03_2014),
                }
                for one in domain.competences
            ],
        }
        for domain in framework.domains
    ]
    whole = {
        "id": framework.id,
        "title": dict(framework.title),
        "issuer": framework.issuer,
        "source": framework.source,
        "changed_on": framework.changed_on,
        "levels": [{"level": one.level, "stage": dict(one.stage)} for one in framework.levels],
        "domains": domains,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


class _Reading:
    """Collects every fault of one file, so that its author mends them all at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Message] = []

    def framework(self, data: Any) -> Framework:
        domains = tuple(
            self.domain(one, f"domains[{i}]")
            for i, one in enumerate(self.items(data, "", "domains"))
        )
        levels = tuple(
            self.level(one, f"levels[{i}]") for i, one in enumerate(self.items(data, "", "levels"))
        )
        self.in_order([one.level for one in levels], "levels")
        self.once([one.code for one in domains], "domains")
        self.once([c.code for d in domains for c in d.competences], "competences")
        return Framework(
            id=self.text(data, "", "id"),
            title=self.names(data, "", "title"),
            issuer=self.text(data, "", "issuer"),
            source=self.text(data, "", "source"),
            changed_on=self.day(data, "changed_on"),
            levels=levels,
            domains=domains,
        )

    def level(self, data: Any, where: str) -> Level:
        number = data.get("level") if isinstance(data, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            self.fault(f"{where}.level", Message("phải là số nguyên từ 1"))
            number = 1
        return Level(number, self.names(data, where, "stage"))

    def domain(self, data: Any, where: str) -> Domain:
        code = self.text(data, where, "code")
        competences = tuple(
            self.competence(one, f"{where}.competences[{i}]", code)
            for i, one in enumerate(self.items(data, where, "competences"))
        )
        return Domain(code, self.names(data, where, "name"), competences)

    def competence(self, data: Any, where: str, domain: str) -> Competence:
        code = self.text(data, where, "code")
        if code and not code.startswith(f"{domain}."):
            self.fault(
                f"{where}.code",
                Message("mã {code} không thuộc miền {domain}", {"code": code, "domain": domain}),
            )
        digcomp = self.code_elsewhere(data, where, "digcomp_2_2")
        digcomp_3 = self.code_elsewhere(data, where, "digcomp_3_0")
        modules = data.get("tt03_2014", []) if isinstance(data, dict) else []
        if not isinstance(modules, list) or not all(isinstance(one, str) for one in modules):
            self.fault(f"{where}.tt03_2014", Message("phải là danh sách chuỗi ký tự"))
            modules = []
        name = self.names(data, where, "name")
        return Competence(code, name, digcomp, digcomp_3, tuple(modules))

    def code_elsewhere(self, data: Any, where: str, key: str) -> str | None:
        found = data.get(key) if isinstance(data, dict) else None
        if found is None or isinstance(found, str):
            return found
        self.fault(f"{where}.{key}", Message("phải là chuỗi ký tự hoặc null"))
        return None

    def items(self, data: Any, where: str, key: str) -> list[Any]:
        found = data.get(key) if isinstance(data, dict) else None
        if not isinstance(found, list) or not found:
            self.fault(_join(where, key), Message("phải là danh sách không rỗng"))
            return []
        return found

    def text(self, data: Any, where: str, key: str) -> str:
        found = data.get(key) if isinstance(data, dict) else None
        if not isinstance(found, str) or not found.strip():
            self.fault(_join(where, key), Message("phải là chuỗi ký tự không rỗng"))
            return ""
        return found

    def day(self, data: Any, key: str) -> str:
        found = self.text(data, "", key)
        try:
            return dt.date.fromisoformat(found).isoformat() if found else ""
        except ValueError:
            self.fault(key, Message("phải là ngày, dạng 2026-11-30"))
            return ""

    def names(self, data: Any, where: str, key: str) -> Mapping[str, str]:
        found = data.get(key) if isinstance(data, dict) else None
        return {language: self.text(found, _join(where, key), language) for language in LANGUAGES}

    def in_order(self, numbers: Sequence[int], key: str) -> None:
        if list(numbers) != list(range(1, len(numbers) + 1)):
            self.fault(key, Message("các bậc phải đủ và theo thứ tự từ 1"))

    def once(self, codes: Sequence[str], key: str) -> None:
        for code in sorted({code for code in codes if code and codes.count(code) > 1}):
            self.fault(key, Message("mã {code} bị trùng", {"code": code}))

    def fault(self, key: str, why: Message) -> None:
        self.faults.append(
            Message("{file}: khóa “{key}”: {why}", {"file": self.file, "key": key, "why": why})
        )


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
