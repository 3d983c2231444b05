"""A course's pictures and videos over HTTP: whole, in pieces, kept for ever, for learners."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.portal.pages.courses.media import wanted_part

ROOT = Path(__file__).parents[5]
COURSE = ROOT / "courses" / "content" / "xa-hoi-so-an-toan"
LESSON = "courses/xa-hoi-so-an-toan/lessons/nhan-ra-lua-dao"


@pytest.fixture
async def media_site(make_site: Any) -> AsyncIterator[Any]:
    made, server = await make_site(COURSE)
    yield made
    server.stop()
    await server.close_all_connections()
    made.portal.threads.shutdown()
    made.portal.close()


async def addresses(site: Any) -> dict[str, str]:
    """Addresses on the lesson page, by the kind of file, below the portal."""
    page = (await site.as_("an").get(f"{LESSON}?xem=ca-bai")).text
    found = re.findall(r'"/services/portal/(courses/[^"]+/media/[^"]+\.(\w+))"', page)
    assert {"png", "mp4", "vtt"} <= {kind for _, kind in found}
    return {kind: path for path, kind in found}


async def test_a_lesson_shows_its_video_with_captions_and_text(media_site: Any) -> None:
    page = (await media_site.as_("an").get(f"{LESSON}?xem=ca-bai")).text
    assert re.search(
        r'<track kind="captions" src="[^"]+\.vi\.vtt" srclang="vi"[^>]* default>', page
    )
    assert 'preload="none"' in page
    assert '<img loading="lazy"' in page
    assert "Bước một: bỏ phần" in page, "the transcript"
    english = (await media_site.as_("an", "en").get(f"{LESSON}?xem=ca-bai")).text
    assert re.search(r'srclang="en"[^>]* default>', english)


async def test_a_lab_is_told_of_the_video_by_its_files_beside_the_notebook(media_site: Any) -> None:
    guide = (await media_site.as_("an").get(f"api/v1/{LESSON}/guide")).json
    [video] = guide["videos"]
    assert video["path"] == "media/doc-dia-chi.mp4"
    assert [(one, path) for one, _, path in video["captions"]] == [
        ("vi", "media/doc-dia-chi.vi.vtt"),
        ("en", "media/doc-dia-chi.en.vtt"),
    ]
    assert any("Bước một" in said for _, said in video["lines"])
    assert guide["exercise_of"]


async def test_a_file_is_sent_whole_and_may_be_kept_for_ever(media_site: Any) -> None:
    an, found = media_site.as_("an"), await addresses(media_site)
    kinds = {"png": "image/png", "mp4": "video/mp4", "vtt": "text/vtt"}
    for kind, path in found.items():
        answer = await an.get(path)
        assert answer.status == 200, path
        assert answer.headers["Content-Type"].startswith(kinds[kind])
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        again = await an.ask("GET", path, headers={"If-None-Match": answer.headers["Etag"]})
        assert again.status == 304


async def test_a_video_is_sent_in_the_pieces_a_player_asks_for(media_site: Any) -> None:
    an, path = media_site.as_("an"), (await addresses(media_site))["mp4"]
    whole = (COURSE / "media" / "doc-dia-chi.mp4").read_bytes()
    size = len(whole)
    for asked, begin, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size * 2}", 5, size),
    ):
        answer = await an.ask("GET", path, headers={"Range": asked})
        assert answer.status == 206
        assert answer.body == whole[begin:end]
        assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
    beyond = await an.ask("GET", path, headers={"Range": f"bytes={size}-"})
    assert beyond.status == 416
    assert beyond.headers["Content-Range"] == f"bytes */{size}"
    head = await an.ask("HEAD", path)
    assert (head.status, head.body, head.headers["Accept-Ranges"]) == (200, b"", "bytes")


@pytest.mark.parametrize(
    "asked", ["", "bytes=", "bytes=-", "items=0-1", "bytes=0-1,4-5", "bytes=a-b"]
)
def test_a_range_that_says_nothing_gets_the_whole(asked: str) -> None:
    assert wanted_part(asked, 10) is None


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=7-3", "bytes=-0", "bytes=99-100"])
def test_a_range_of_what_is_not_there_is_an_error(asked: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        wanted_part(asked, 10)


async def test_files_are_for_people_of_the_list_and_only_under_their_own_address(
    media_site: Any,
) -> None:
    an, path = media_site.as_("an"), (await addresses(media_site))["png"]
    assert (await media_site.as_(None).get(path)).status == 302, "to the login"
    assert (await media_site.as_("stranger").get(path)).status == 403
    digest = re.search("[0-9a-f]{16}", path)
    assert digest
    for wrong in (
        path.replace(digest[0], "0" * 16),
        path.replace("xa-hoi-so-an-toan", "nhan-thuc-chung"),
        path.replace(".png", ".svg"),
        path.rpartition("/")[0] + "/..%2f..%2fsource%2fmanifest.json",
    ):
        assert (await an.get(wrong)).status == 404, wrong
