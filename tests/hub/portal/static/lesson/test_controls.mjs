// What the controls of each kind of cell say, and how they are made to say it again.
import assert from "node:assert/strict";
import test from "node:test";
import { Controls, holdsNumbers, typed, wasTouched } from "../../../../../hub/portal/static/src/lesson/controls.js";
import { SAY, cellOf, openLesson } from "../lesson_page.mjs";

const VALUES = {
  chon: "b",
  nhieu: ["a", "b"],
  so: "1.500 người",
  viet: "hai\ndòng",
  ghep: { x: "1", y: null },
  xep: ["b", "a"],
  bang: [{ tinh: "Lào Cai", n: "50%" }],
  tep: { name: "a.xlsx", base64: "AAAA" },
  ma: "x = 1",
};

for (const [id, value] of Object.entries(VALUES)) {
  test(`${id}: what is written is what is read`, () => {
    const cell = cellOf(openLesson().form, id);
    const controls = new Controls({ language: "vi", say: SAY });
    controls.write(cell, value);
    assert.deepEqual(controls.read(cell), value);
  });
}

test("what is untouched is no answer, but an order and code always say something", () => {
  const { form } = openLesson();
  const controls = new Controls({ language: "vi", say: SAY });
  const read = Object.fromEntries(Object.keys(VALUES).map((id) => [id, controls.read(cellOf(form, id))]));
  assert.deepEqual(read, {
    chon: null, nhieu: null, so: null, viet: null, ghep: null, xep: ["a", "b"], bang: null, tep: null, ma: "print(1)",
  });
});

test("a number is sent as it was typed, and blanks around it are not part of it", () => {
  const cell = cellOf(openLesson().form, "so");
  for (const text of ["0,125", "–5", "½", "1'000", "50%", "mười hai"]) {
    cell.querySelector("input").value = ` ${text} `;
    assert.equal(new Controls({ language: "vi", say: SAY }).read(cell), text);
  }
});

test("a stored number stands in its field as the language writes it", () => {
  assert.equal(typed(12.5, "vi"), "12,5");
  assert.equal(typed(12.5, "en"), "12.5");
  assert.equal(typed("12.5 người", "vi"), "12.5 người", "what was typed stays as it was typed");
  assert.equal(typed(undefined, "vi"), null);
});

test("numbers of a table stand as they are typed, the given ones as they were given", () => {
  const cell = cellOf(openLesson().form, "bang");
  const controls = new Controls({ language: "vi", say: SAY });
  assert.deepEqual(controls.asTyped(cell, [{ tinh: "Lào Cai", n: 1.5 }]), [{ tinh: "Lào Cai", n: "1,5" }]);
  assert.equal(controls.asTyped(undefined, 1.5), "1,5", "a cell that the page does not show");
});

test("a written code cell tells its editor too", () => {
  const cell = cellOf(openLesson().form, "ma");
  const written = [];
  cell.editor = { write: (text) => written.push(text) };
  new Controls({ language: "vi", say: SAY }).write(cell, "y = 2");
  assert.deepEqual([written, cell.querySelector("textarea").value], [["y = 2"], "y = 2"]);
});

test("only cells that hold numbers are read while they are typed", () => {
  const { form } = openLesson();
  const held = Object.keys(VALUES).filter((id) => holdsNumbers(cellOf(form, id)));
  assert.deepEqual(held, ["so", "bang"]);
});

test("what was typed before the script arrived is noticed", () => {
  const { form } = openLesson();
  assert.equal(Object.keys(VALUES).some((id) => wasTouched(cellOf(form, id))), false);
  cellOf(form, "so").querySelector("input").value = "7";
  cellOf(form, "chon").querySelector("[value=b]").checked = true;
  cellOf(form, "ghep").querySelector("select").value = "1";
  assert.deepEqual(Object.keys(VALUES).filter((id) => wasTouched(cellOf(form, id))), ["chon", "so", "ghep"]);
});

test("an answer is described in the words of the page", () => {
  const { form } = openLesson();
  const controls = new Controls({ language: "vi", say: SAY });
  assert.equal(controls.describe(cellOf(form, "so"), null), "(trống)");
  assert.equal(controls.describe(cellOf(form, "nhieu"), ["a", "b"]), "Một\nHai");
  assert.equal(controls.describe(cellOf(form, "chon"), "b"), "Một");
  assert.equal(controls.describe(cellOf(form, "bang"), [{ tinh: "Lào Cai", n: null }]), "Lào Cai | –");
  assert.equal(controls.describe(cellOf(form, "tep"), { name: "a.xlsx", size: 4 }), "a.xlsx");
  assert.equal(controls.describe(cellOf(form, "ghep"), { x: "1", y: null }), "x: 1\ny: –");
});
