"""The map of the curriculum and the competences' own pages."""

from __future__ import annotations

import re
from typing import Any

from school.programme.curriculum import load_curriculum
from skills_framework.framework import load_framework


def visible_text(page: str) -> str:
    """The words of a page, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def test_the_map_shows_every_cell_and_says_which_are_empty(site: Any) -> None:
    page = (await site.as_("an").get("curriculum")).text
    with site.records.read() as session:
        found = load_curriculum(session, None, pass_share=None)
    assert 0 < found.filled < found.cells
    assert len(re.findall(r'href="[^"]*competences/[0-9.]+#bac-[1-8]"', page)) == found.filled
    assert page.count(": trống</span>") == found.cells - found.filled
    due = sum(len(levels) for _row, levels in found.empty_below)
    assert page.count('<td class="due">') == due > 0
    for lesson in ("muc-tieu-2025-2030", "bai-mau"):
        assert f"lessons/{lesson}" in page
    assert "Chưa có khóa học nào." in page  # 4.2 has none here


async def test_the_map_leads_to_the_exercise_and_the_catalogue_to_the_map(site: Any) -> None:
    an = site.as_("an")
    assert 'href="/services/portal/curriculum"' in (await an.get("catalogue")).text
    page = (await an.get("curriculum")).text
    links = re.findall(r'href="/services/portal/(courses/[^"]+\?bai=\d+)"', page)
    assert links
    assert (await an.get(links[0])).status == 200


async def test_every_competence_has_a_page_that_the_profile_links_to(site: Any) -> None:
    an, codes = site.as_("an"), [one.code for one in load_framework().competences]
    profile = (await an.get("profile")).text
    assert re.findall(r'href="/services/portal/competences/([0-9.]+)"', profile) == codes
    for code in codes:
        page = await an.get(f"competences/{code}")
        assert page.status == 200
        assert all(f'id="bac-{level}"' in page.text for level in range(1, 9))
    for wrong in ("competences/9.9", "competences/1.11", "competences/1"):
        assert (await an.get(wrong)).status == 404


async def test_a_competence_says_what_it_means_whose_words_and_where_one_stands(site: Any) -> None:
    said = visible_text((await site.as_("an").get("competences/1.2")).text)
    assert "Xem thông tin, con số có đáng tin không" in said
    assert "không phải lời của Thông tư 02/2025/TT-BGDĐT" in said
    assert "Anh/chị chưa làm câu nào của năng lực này" in said
    english = visible_text((await site.as_("bo", "en").get("competences/1.2")).text)
    assert "Judge whether information and figures can be trusted" in english
    assert "not the wording of Circular" in english
