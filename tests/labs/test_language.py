"""The Vietnamese language pack is found by JupyterLab, whole, and made of what people edit."""

import json
import re

from jupyterlab_server.translation_utils import (
    get_language_pack,
    get_language_packs,
    translator,
)

from labs.language import CATALOGUES, as_text, read_catalogue, schemas

GAP = re.compile(r"%\d")


def test_jupyterlab_finds_the_pack_by_its_entry_point():
    packs, said = get_language_packs()
    assert not said
    assert "vi_VN" in packs
    data, said = get_language_pack("vi_VN")
    assert not said
    assert data["jupyterlab"]["Save"] == ["Lưu"]
    assert data["notebook"]["Trusted"] == ["Tin cậy"]


def test_what_jupyterlab_reads_was_made_from_what_people_edit():
    catalogues = sorted(CATALOGUES.glob("*.po"))
    assert len(catalogues) >= 3
    for po in catalogues:
        made = po.with_suffix(".json").read_text(encoding="utf-8")
        assert made == as_text(read_catalogue(po)), "run: python -m labs.language"


def test_no_translation_is_empty_or_has_other_gaps_than_the_english():
    looked = 0
    for path in CATALOGUES.glob("*.json"):
        for english, said in json.loads(path.read_text(encoding="utf-8")).items():
            if not english:
                continue
            looked += 1
            for text in said:
                assert text.strip() or not english.strip(), english
                if len(said) == 1:
                    assert set(GAP.findall(text)) == set(GAP.findall(english)), english
    assert looked > 1000


def test_keyboard_marks_and_dots_are_kept():
    """An ellipsis says that a question follows; it must not get lost."""
    for path in CATALOGUES.glob("*.json"):
        for english, said in json.loads(path.read_text(encoding="utf-8")).items():
            if english.endswith("…"):
                assert said[0].endswith("…"), english


def test_what_the_server_translates_itself_is_said_with_the_same_words():
    schema = {
        "title": "Settings",
        "description": "",
        "jupyter.lab.menus": {"context": [{"label": "Open With"}, {"label": "Quux"}]},
    }
    bundle = schemas.Bundle("jupyterlab", "en")
    assert bundle.pgettext("menu", "Open With") == "Open With"
    bundle.update_locale("vi_VN")
    translator._translate_schema_strings(bundle, schema)
    assert schema["title"] == "Thiết lập"
    assert schema["description"] == ""
    menu = schema["jupyter.lab.menus"]["context"]
    assert [one["label"] for one in menu] == ["Mở bằng", "Quux"]
