"""``python -m labs.language``: make of every ``.po`` file what JupyterLab reads."""

from labs.language import CATALOGUES, as_text, read_catalogue

for po in sorted(CATALOGUES.glob("*.po")):
    po.with_suffix(".json").write_text(as_text(read_catalogue(po)), encoding="utf-8")
