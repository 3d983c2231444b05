"""Pictures, videos and captions: read, checked, released and shown."""

import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from core.messages import Refused
from courses import blocks, load_course, make_release
from courses.blocks import safe_html
from courses.checks.check import check_media
from courses.media import LARGEST, Medium, picture_size, read_captions, read_video
from courses.notebooks import source_of

CONTENT = Path(__file__).parents[2] / "courses" / "content"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><path d="M0 0h9"/></svg>'
VTT = "WEBVTT\n\n00:00.000 --> 00:02.500\nCâu một.\n\n00:02.500 --> 00:04.000\nCâu\nhai.\n".encode()
WEBM = b"\x1a\x45\xdf\xa3" + b"\0" * 100
PICTURE = 'Xem hình.\n\n![Ba cột cao dần](../media/cot.svg "Số liệu mẫu")'
VIDEO = """#| video: ../media/cach-lam.webm
#| title: Cách làm
#| poster: ../media/cot.svg
#| captions: ../media/cach-lam.vi.vtt"""


@pytest.fixture
def with_media(course_folder, cells):
    """The little course with a picture and a captioned video."""
    media = course_folder / "media"
    media.mkdir()
    (media / "cot.svg").write_bytes(SVG)
    (media / "cach-lam.webm").write_bytes(WEBM)
    (media / "cach-lam.vi.vtt").write_bytes(VTT)
    path = course_folder / "lessons" / "01.ipynb"
    notebook = nbformat.read(path, as_version=4)
    video = cells.marked("locked", "xem", VIDEO)
    notebook.cells[:0] = [
        nbformat.from_dict(cells.text("hinh", PICTURE)),
        nbformat.from_dict(video),
    ]
    nbformat.write(notebook, path)
    return course_folder


def edit(folder, old, new):
    path = folder / "lessons" / "01.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def said(folder, severity="error"):
    found = check_media(load_course(folder))
    return "\n".join(str(one) for one in found if one.severity == severity)


def test_a_described_picture_and_a_captioned_video_have_no_problems(with_media):
    assert check_media(load_course(with_media)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("![Ba cột cao dần]", "![]", "lời mô tả"),
        ('../media/cot.svg \\"Số', '../media/khac.svg \\"Số', "không có hình ../media/khac.svg"),
        ('../media/cot.svg \\"Số', 'https://noi-khac.example/a.png \\"Số', "không có hình"),
        ("#| captions: ../media/cach-lam.vi.vtt", "#|", "captions"),
        (
            "#| captions: ../media/cach-lam.vi.vtt",
            "#| captions: {en: ../media/a.vtt}",
            "captions.vi",
        ),
        ("#| title: Cách làm", "#|", "title"),
        ("#| poster: ../media/cot.svg", "#|", "poster"),
        ("cach-lam.webm", "mat.webm", "không có tệp media/mat.webm"),
    ],
)
def test_what_is_missing_is_an_error_and_is_named(with_media, old, new, told):
    edit(with_media, old, new)
    assert told in said(with_media)


def test_files_too_large_or_not_what_they_say_are_errors(with_media):
    media = with_media / "media"
    (media / "cach-lam.webm").write_bytes(WEBM + b"\0" * LARGEST[".webm"])
    (media / "cot.svg").write_bytes(b"GIF89a")
    (media / "Tên Lạ.exe").write_bytes(b"MZ")
    told = said(with_media)
    assert "media/cach-lam.webm: tệp lớn hơn 4000 kB" in told
    assert "media/cot.svg: nội dung không phải kiểu" in told
    assert "Tên Lạ.exe: tên tệp không dùng được" in told


def test_a_file_that_no_lesson_shows_is_worth_a_look_and_is_not_published(with_media):
    (with_media / "media" / "thua.svg").write_bytes(SVG)
    assert "media/thua.svg: không bài nào dùng" in said(with_media, "warning")
    assert "media/thua.svg" not in make_release(load_course(with_media)).learner_files


@pytest.mark.parametrize(
    "captions",
    [
        b"",
        b"WEBVTT\n",
        b"00:00.000 --> 00:01.000\nx",
        b"WEBVTT\n\n00:02.000 --> 00:01.000\nx",
        b"WEBVTT\n\n00:00.000 --> 00:05.000\nx\n\n00:04.000 --> 00:06.000\ny",
        b"WEBVTT\n\n0 --> 1\nx",
        "WEBVTT\n\n00:00.000 --> 00:01.000\nà".encode("utf-16"),
    ],
)
def test_captions_that_a_browser_would_not_show_are_refused(captions):
    with pytest.raises(Refused):
        read_captions(captions)


def test_a_release_holds_the_media_once_and_says_what_a_page_needs(with_media):
    release = make_release(load_course(with_media))
    assert release.learner_files["media/cot.svg"] == SVG
    about = {medium.path: medium for medium in release.manifest.media}
    assert (about["media/cot.svg"].width, about["media/cot.svg"].height) == (320, 180)
    assert about["media/cach-lam.vi.vtt"].lines == ((0.0, "Câu một."), (2.5, "Câu hai."))


def test_another_picture_is_another_release(with_media):
    course = load_course(with_media)
    other = replace(course, media={**course.media, "media/cot.svg": SVG + b"\n"})
    assert make_release(course).digest != make_release(other).digest


def test_a_course_without_media_is_released_as_ever(course_folder):
    assert "media" not in make_release(load_course(course_folder)).manifest.as_dict()


PUBLISHED = {
    "media/cot.svg": Medium("/m/1/cot.svg", 320, 180),
    "media/cach-lam.webm": Medium("/m/2/cach-lam.webm"),
    "media/cach-lam.vi.vtt": Medium("/m/3/cach-lam.vi.vtt", lines=((0.0, "Câu một."),)),
}


def test_a_picture_is_shown_late_in_its_place_and_with_its_caption():
    shown = safe_html(PICTURE, media=PUBLISHED)
    assert "<figure><img" in shown
    assert "<figcaption>Số liệu mẫu</figcaption>" in shown
    for part in (
        'loading="lazy"',
        'width="320" height="180"',
        'src="/m/1/cot.svg"',
        "Ba cột cao dần",
    ):
        assert part in shown


@pytest.mark.parametrize(
    "source", ["../media/khac.svg", "https://x.example/a.png", "../../etc/a.png"]
)
def test_a_picture_that_is_not_the_course_s_is_not_fetched(source):
    assert "src=" not in safe_html(f"![x]({source})", media=PUBLISHED)


def test_a_hostile_caption_stays_text():
    shown = safe_html(
        '![a"onload=x](../media/cot.svg "<script>alert(1)</script>")', media=PUBLISHED
    )
    assert "<script" not in shown
    assert "onload" not in shown.replace("&quot;onload", "")


def test_a_video_cell_is_shown_with_captions_and_transcript(with_media):
    notebook = load_course(with_media).lessons[0].source
    video = next(block for block in blocks(notebook, PUBLISHED) if block.kind == "video")
    assert video.title == "Cách làm"
    assert video.video.tracks == (("vi", "Tiếng Việt", "/m/3/cach-lam.vi.vtt"),)
    assert video.video.lines == ((0.0, "Câu một."),)
    assert video.video.poster.address == "/m/1/cot.svg"


def test_a_cell_without_a_video_is_none(one_exercise):
    assert [read_video(source_of(cell)) for cell in one_exercise["cells"]] == [None] * 3


def test_sizes_are_read_from_every_kind_of_picture(tmp_path):
    from PIL import Image

    for name in ("a.png", "a.jpg", "a.webp"):
        Image.new("RGB", (37, 21), "red").save(tmp_path / name)
        assert picture_size((tmp_path / name).read_bytes()) == (37, 21), name
    Image.new("RGB", (37, 21), "red").save(tmp_path / "b.webp", lossless=True)
    Image.new("RGBA", (37, 21), (1, 2, 3, 4)).save(tmp_path / "c.webp", exif=b"x")
    for name in ("b.webp", "c.webp"):
        assert picture_size((tmp_path / name).read_bytes()) == (37, 21), name
    assert picture_size(b"\xff\xd8\xff\xe0") is None
    assert picture_size(b"nothing") is None


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n", b'<svg viewBox="0 0 . ."/>', b'<svg viewBox="0 0 1.2.3 4"/>', b""],
)
def test_a_picture_cut_short_has_no_size(content):
    assert picture_size(content) is None


def test_the_taught_course_shows_a_picture_and_a_short_captioned_video():
    course = load_course(CONTENT / "xa-hoi-so-an-toan")
    shown = {one.path.rpartition(".")[2] for one in make_release(course).manifest.media}
    assert shown == {"png", "mp4", "vtt"}
    assert sum(map(len, course.media.values())) <= 300_000


def test_media_are_not_followed_out_of_the_folder(with_media, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "a.svg"
    outside.write_bytes(SVG)
    (with_media / "media" / "a.svg").symlink_to(outside)
    assert "media/a.svg" not in load_course(with_media).media
    shutil.rmtree(with_media / "media")
    assert load_course(with_media).media == {}


@pytest.mark.parametrize(
    "alt", ["cot.svg", "Cột", "COT", "hình", "Ảnh 2", "Screenshot 12", "bieu-do.png", "Biểu đồ"]
)
def test_a_description_that_says_nothing_is_an_error(with_media, alt):
    edit(with_media, "![Ba cột cao dần]", f"![{alt}]")
    assert f"lời mô tả hình “{alt}” không nói hình cho thấy gì" in said(with_media)


def test_attached_pictures_html_and_stored_figures_are_looked_at_too(course_folder, cells):
    attached = cells.text(
        "kem", "![Hai đường cắt nhau](attachment:a.png)\n\n![a](attachment:a.png)"
    )
    attached["attachments"] = {"a.png": {"image/png": "iVBORw0KGgo="}}
    html = cells.text("html", '<img src="../media/a.svg"> <img src="../media/a.svg" alt="a.svg">')
    figure = cells.marked("locked", "ve", "1")
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480 with 1 Axes>"}
    figure["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
    lost = cells.text("mat", "![Một con đường](attachment:khong-co.png)")
    path = course_folder / "lessons" / "01.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[:0] = [nbformat.from_dict(one) for one in (attached, html, figure, lost)]
    nbformat.write(notebook, path)
    (course_folder / "media").mkdir()
    (course_folder / "media" / "a.svg").write_bytes(SVG)
    assert said(course_folder).split("\n") == [
        "lessons/01.ipynb, ô số 1 (kem): lời mô tả hình “a” không nói hình cho thấy gì",
        "lessons/01.ipynb, ô số 2 (html): có hình chưa có lời mô tả (alt)",
        "lessons/01.ipynb, ô số 2 (html): lời mô tả hình “a.svg” không nói hình cho thấy gì",
        "lessons/01.ipynb, ô số 4 (mat): không có hình đính kèm attachment:khong-co.png",
    ]
    [warned] = said(course_folder, "warning").split("\n")
    assert "(ve): hình do mã vẽ sẵn chưa có lời mô tả" in warned
