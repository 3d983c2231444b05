// What is said at a field that is not filled in, in the page's language.
import assert from "node:assert/strict";
import test from "node:test";
import { speakBubbles, wordFor } from "../../../../../hub/portal/static/src/page/bubbles.js";
import { openPage, type } from "../page.mjs";

const WORDS = { sayFill: "Hãy điền", sayChoose: "Hãy chọn", sayEmail: "Địa chỉ", sayRange: "Từ [min] đến [max]", sayWrong: "Chưa đúng" };

test("each fault has its sentence", () => {
  assert.equal(wordFor({ valueMissing: true }, { type: "text" }, WORDS), "Hãy điền");
  assert.equal(wordFor({ valueMissing: true }, { type: "radio" }, WORDS), "Hãy chọn");
  assert.equal(wordFor({ typeMismatch: true }, { type: "email" }, WORDS), "Địa chỉ");
  assert.equal(wordFor({ rangeOverflow: true }, { type: "number", min: "1", max: "100" }, WORDS), "Từ 1 đến 100");
  assert.equal(wordFor({ patternMismatch: true }, { type: "text" }, WORDS), "Chưa đúng");
});

test("a field says the page's words while it is wrong, and nothing once it is filled in", () => {
  openPage('<form><input name="a" required><input type="radio" name="b" value="1" required><input type="radio" name="b" value="2" required></form>');
  speakBubbles(document, WORDS);
  const form = document.querySelector("form"), field = form.elements.a, [one, other] = form.elements.b;
  assert.equal(form.checkValidity(), false);
  assert.deepEqual([field.validationMessage, one.validationMessage, other.validationMessage], ["Hãy điền", "Hãy chọn", "Hãy chọn"]);
  type(field, "x");
  other.checked = true;
  other.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(form.checkValidity(), true);
});
