"""Small notebooks in nbgrader's format, written in the test that uses them."""

import json


def text(source, **marking):
    return _cell("markdown", source, marking)


def code(source, **marking):
    return _cell("code", source, marking)


def locked(grade_id, source):
    return code(source, grade=False, solution=False, locked=True, grade_id=grade_id)


def solution(grade_id, source):
    return code(source, grade=False, solution=True, locked=False, grade_id=grade_id)


def test(grade_id, source, points=1):
    return code(source, grade=True, solution=False, locked=True, grade_id=grade_id, points=points)


def manual(grade_id, source, points=1, kind="markdown"):
    marking = {"grade": True, "solution": True, "grade_id": grade_id, "points": points}
    return _cell(kind, source, marking)


test.__test__ = False


def _cell(kind, source, marking):
    metadata = {"nbgrader": {"schema_version": 3, "task": False, **marking}} if marking else {}
    cell = {"cell_type": kind, "metadata": metadata, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def notebook(*cells):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def as_bytes(found):
    return json.dumps(found, ensure_ascii=False).encode()


def answered(source, **answers):
    """The source as a learner hands it in: ``answers`` by grade_id replace the solution cells."""
    cells = []
    for cell in source["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell = json.loads(json.dumps(cell))
        if grade_id in answers:
            cell["source"] = answers[grade_id]
        cells.append(cell)
    return source | {"cells": cells}
