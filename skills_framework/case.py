"""A framework as a CASE 1.1 package, and back.

CASE is 1EdTech's *Competencies and Academic Standards Exchange*, version 1.1 (final release of 13
March 2025): a document, a flat list of items, and associations that make a tree of them. Domains
and competences are items, a competence `isChildOf` its domain, a domain of the document; each level
is an item that competences name by `hasSkillLevel`. The crosswalk to other frameworks is
`isRelatedTo` with a `targetType` of our own (``ext:digcomp-2.2``), and the other language of a name
stands in the item's `extensions`, because CASE gives a text one language.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from core.messages import Message, Refused
from skills_framework.explained import Explained
from skills_framework.framework import Competence, Domain, Framework, Level

VERSION = "1.1"
DOMAIN, COMPETENCE, LEVEL = "Domain", "Competence", "Level"
_TYPES = (
    (DOMAIN, "An area of the framework"),
    (COMPETENCE, "What somebody is able to do"),
    (LEVEL, "How well"),
)
# What other frameworks' codes are called, and where they are described.
_DIGCOMP_2 = (
    "ext:digcomp-2.2",
    "https://publications.jrc.ec.europa.eu/repository/handle/JRC128415",
)
_DIGCOMP_3 = (
    "ext:digcomp-3.0",
    "https://publications.jrc.ec.europa.eu/repository/handle/JRC144121",
)
_TT03 = ("ext:tt03-2014", "urn:vn:thong-tu:03-2014-TT-BTTTT")

Json = dict[str, Any]


def as_case(framework: Framework, *, base: str, explained: Explained | None = None) -> Json:
    """The CFPackage of a framework, ready for `json.dumps`.

    ``base``: the address below which its parts are named, such as ``https://hoc.example.vn/``;
    identifiers are made of it and of the codes, so the same framework has the same ones each time.
    ``explained`` becomes the items' notes.
    """
    return _Writing(framework, base.rstrip("/"), explained).package()


class _Writing:
    def __init__(self, framework: Framework, base: str, explained: Explained | None) -> None:
        self.framework, self.explained = framework, explained
        self.root = f"{base}/frameworks/{framework.id}"
        self.changed = f"{framework.changed_on}T00:00:00Z"

    def package(self) -> Json:
        return {
            "CFDocument": self.document(),
            "CFItems": [*self.items()],
            "CFAssociations": [*self.associations()],
            "CFDefinitions": {"CFItemTypes": [self.item_type(*one) for one in _TYPES]},
        }

    def document(self) -> Json:
        return {
            **self.named(""),
            "caseVersion": VERSION,
            "creator": self.framework.issuer,
            "title": self.framework.title["vi"],
            "description": self.framework.source,
            "language": "vi",
            "version": self.framework.id,
            "extensions": {"title_en": self.framework.title["en"]},
        }

    def items(self) -> Iterator[Json]:
        for domain in self.framework.domains:
            yield self.item(domain.code, DOMAIN, domain.name)
            for one in domain.competences:
                about = self.explained and self.explained.competences.get(one.code)
                notes = {"notes": about.about["vi"]} if about else {}
                yield {**self.item(one.code, COMPETENCE, one.name), **notes}
        for level in self.framework.levels:
            yield self.item(_of_level(level), LEVEL, level.stage)

    def item(self, code: str, kind: str, name: Mapping[str, str]) -> Json:
        return {
            **self.named(code),
            "fullStatement": name["vi"],
            "humanCodingScheme": code,
            "CFItemType": kind,
            "language": "vi",
            "extensions": {"fullStatement_en": name["en"]},
        }

    def associations(self) -> Iterator[Json]:
        top = self.link("", self.framework.title["vi"])
        for number, domain in enumerate(self.framework.domains, 1):
            origin = self.link(domain.code, domain.name["vi"])
            yield self.association("isChildOf", origin, top, number)
            for place, one in enumerate(domain.competences, 1):
                node = self.link(one.code, one.name["vi"])
                yield self.association("isChildOf", node, origin, place)
                yield from self.levels_of(node)
                yield from self.crosswalk(one, node)
        for level in self.framework.levels:
            node = self.link(_of_level(level), level.stage["vi"])
            yield self.association("isPartOf", node, top, level.level)

    def levels_of(self, node: Json) -> Iterator[Json]:
        for level in self.framework.levels:
            to = self.link(_of_level(level), level.stage["vi"])
            yield self.association("hasSkillLevel", node, to, level.level)

    def crosswalk(self, one: Competence, node: Json) -> Iterator[Json]:
        for (kind, address), codes in (
            (_DIGCOMP_2, (one.digcomp,)),
            (_DIGCOMP_3, (one.digcomp_3,)),
            (_TT03, one.tt03_2014),
        ):
            for code in filter(None, codes):
                name = kind.removeprefix("ext:")
                to = {"title": code, "identifier": f"{name}:{code}", "uri": f"{address}#{code}"}
                yield self.association("isRelatedTo", node, {**to, "targetType": kind})

    def association(self, kind: str, origin: Json, to: Json, number: int | None = None) -> Json:
        ordered = {} if number is None else {"sequenceNumber": number}
        return {
            **self.named(f"{origin['identifier']} {kind} {to['identifier']}"),
            "associationType": kind,
            "originNodeURI": origin,
            "destinationNodeURI": to,
            **ordered,
        }

    def item_type(self, title: str, description: str) -> Json:
        return {
            **self.named(f"type {title}"),
            "title": title,
            "description": description,
            "hierarchyCode": title,
        }

    def link(self, code: str, title: str) -> Json:
        named = self.named(code)
        return {"title": title, "identifier": named["identifier"], "uri": named["uri"]}

    def named(self, code: str) -> Json:
        identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.root}#{code}"))
        return {
            "identifier": identifier,
            "uri": f"{self.root}/{identifier}",
            "lastChangeDateTime": self.changed,
        }


def _of_level(level: Level) -> str:
    return f"level-{level.level}"


# --- back ---------------------------------------------------------------------------------------


def read_case(package: Any, *, name: str) -> Framework:
    """The framework that a CFPackage describes; ``name``: its id here.

    Reads what `as_case` writes, and any package of two floors whose items have a
    `humanCodingScheme`: what hangs on the document is a domain, what hangs on that a competence. A
    text without another language stands for both. Raises Refused with every fault.
    """
    reading = _Reading(package)
    found = reading.framework(name)
    if reading.faults:
        raise Refused(*reading.faults)
    return found


class _Reading:
    def __init__(self, package: Any) -> None:
        self.faults: list[Message] = []
        whole = package if isinstance(package, dict) else {}
        self.document = self.table(whole, "CFDocument")
        self.items = {
            str(one.get("identifier")): one
            for one in self.tables(whole, "CFItems")
            if self.text(one, "identifier", one.get("uri"))
        }
        self.associations = self.tables(whole, "CFAssociations")

    def framework(self, name: str) -> Framework:
        top = str(self.document.get("identifier"))
        domains = tuple(self.domain(one) for one in self.children(top))
        if not domains:
            self.fault(Message("không có mục nào thuộc CFDocument (associationType isChildOf)"))
        return Framework(
            id=name,
            title=self.names(self.document, "title"),
            issuer=self.text(self.document, "creator", "CFDocument"),
            source=str(self.document.get("description") or self.document.get("uri") or name),
            changed_on=self.text(self.document, "lastChangeDateTime", "CFDocument")[:10],
            levels=self.levels(),
            domains=domains,
        )

    def domain(self, item: Json) -> Domain:
        inside = self.children(str(item["identifier"]))
        code = self.code(item)
        if not inside:
            self.fault(Message("miền {code} không có năng lực nào", {"code": code}))
        return Domain(
            code, self.names(item, "fullStatement"), tuple(self.competence(one) for one in inside)
        )

    def competence(self, item: Json) -> Competence:
        two, three, modules = (
            self.related(item, kind) for kind, _ in (_DIGCOMP_2, _DIGCOMP_3, _TT03)
        )
        return Competence(
            self.code(item),
            self.names(item, "fullStatement"),
            digcomp=next(iter(two), None),
            digcomp_3=next(iter(three), None),
            tt03_2014=modules,
        )

    def levels(self) -> tuple[Level, ...]:
        found = [one for one in self.items.values() if one.get("CFItemType") == LEVEL]
        codes = {self.code(one).removeprefix("level-"): one for one in found}
        numbered = sorted((int(code), code) for code in codes if code.isdecimal())
        if [number for number, _ in numbered] != list(range(1, len(found) + 1)) or not found:
            self.fault(
                Message(
                    "các bậc (CFItemType Level, mã level-1, level-2…) phải đủ và theo thứ tự từ 1"
                )
            )
        return tuple(Level(n, self.names(codes[code], "fullStatement")) for n, code in numbered)

    def children(self, parent: str) -> list[Json]:
        """What hangs on an item or the document, in its order."""
        found = [
            (one.get("sequenceNumber") or 0, place, self.node(one, "originNodeURI"))
            for place, one in enumerate(self.associations)
            if one.get("associationType") == "isChildOf"
            and self.node(one, "destinationNodeURI") == parent
        ]
        return [self.items[item] for *_, item in sorted(found) if item in self.items]

    def related(self, item: Json, kind: str) -> tuple[str, ...]:
        return tuple(
            str(one["destinationNodeURI"].get("title"))
            for one in self.associations
            if self.node(one, "originNodeURI") == item["identifier"]
            and isinstance(one.get("destinationNodeURI"), dict)
            and one["destinationNodeURI"].get("targetType") == kind
        )

    def node(self, association: Json, end: str) -> str:
        found = association.get(end)
        return str(found.get("identifier")) if isinstance(found, dict) else ""

    def code(self, item: Json) -> str:
        return self.text(item, "humanCodingScheme", item.get("identifier"))

    def names(self, item: Json, key: str) -> Mapping[str, str]:
        vi = self.text(item, key, item.get("humanCodingScheme") or item.get("identifier"))
        more = item.get("extensions")
        en = more.get(f"{key}_en") if isinstance(more, dict) else None
        return {"vi": vi, "en": en if isinstance(en, str) and en.strip() else vi}

    def text(self, item: Json, key: str, where: Any) -> str:
        found = item.get(key)
        if not isinstance(found, str) or not found.strip():
            self.fault(Message("{where}: thiếu “{key}”", {"where": str(where), "key": key}))
            return ""
        return found

    def table(self, item: Json, key: str) -> Json:
        found = item.get(key)
        if not isinstance(found, dict):
            self.fault(Message("thiếu “{key}”: đây không phải một gói CASE", {"key": key}))
            return {}
        return found

    def tables(self, item: Json, key: str) -> list[Json]:
        found = item.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.fault(Message("“{key}” phải là một danh sách", {"key": key}))
            return []
        return found

    def fault(self, why: Message) -> None:
        self.faults.append(why)
