"""The page of what pages are made of: whole, and only where the platform is a demonstration."""

from __future__ import annotations

from typing import Any

from courses.answers.notation import KINDS
from courses.pictures import MOTIFS
from hub.portal.pages.platform.design import colours


async def test_every_colour_sign_and_picture_is_on_it(bare_site: Any) -> None:
    page = await bare_site.as_(None).get("design")
    assert page.status == 200
    assert len(colours()) > 15
    for name, light, dark in colours():
        assert f"<code>{name}</code>" in page.text
        assert f'fill="{light}"' in page.text
        assert f'fill="{dark}"' in page.text
    assert page.text.count('<span class="kind">') == len(KINDS) + 2
    assert page.text.count('class="drawn"') == len(MOTIFS)


async def test_where_people_are_real_there_is_no_such_page(bare_site: Any) -> None:
    portal = bare_site.portal
    real = portal.settings.model_copy(update={"demo": False})
    object.__setattr__(portal, "settings", real)
    assert (await bare_site.as_("quan").get("design")).status == 404
