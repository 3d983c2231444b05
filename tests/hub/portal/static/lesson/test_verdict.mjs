// A verdict holds for the answer it was said of.
import assert from "node:assert/strict";
import test from "node:test";
import { dropVerdict, putParts } from "../../../../../hub/portal/static/src/lesson/verdict.js";
import { openLesson } from "../lesson_page.mjs";

const SAID = '<div data-for="bai-1"><div class="note good"><p data-verdict>Đúng</p><p data-changed="Đã đổi" hidden></p>'
  + '<p>Vì sao</p></div></div><div data-for="mark-bai-1"><span>✓</span></div>';

test("once the answer changes the tick goes and the words stay", () => {
  const { form } = openLesson();
  putParts(SAID);
  const place = form.querySelector("[data-result=bai-1]"), mark = form.querySelector("[data-result=mark-bai-1]");
  assert.equal(mark.textContent, "✓");
  dropVerdict("bai-1");
  assert.deepEqual([place.querySelector("[data-verdict]").hidden, place.querySelector("[data-changed]").hidden], [true, false]);
  assert.equal(place.querySelector("[data-changed]").textContent, "Đã đổi");
  assert.equal(place.querySelector(".note").className, "note");
  assert.match(place.textContent, /Vì sao/);
  assert.equal(mark.textContent, "");
});

test("where nothing was said nothing is taken back", () => {
  const { form } = openLesson();
  dropVerdict("bai-1");
  dropVerdict(undefined);
  assert.equal(form.querySelector("[data-result=bai-1]").textContent, "");
});
