// How the server read a field, said to whoever sees and to whoever hears.
import assert from "node:assert/strict";
import test from "node:test";
import { fieldOf, isStill, sayAt, unread, wordsFor } from "../../../../../hub/portal/static/src/lesson/fields.js";
import { SAY, cellOf, openLesson } from "../lesson_page.mjs";

test("figures are seen and words are heard, each once", () => {
  const { form } = openLesson();
  sayAt(cellOf(form, "so").querySelector("input"), "= 1 500", { words: "Hiểu là 1500" });
  const said = document.getElementById("so-said");
  assert.equal(said.querySelector("[aria-hidden=true]").textContent, "= 1 500");
  assert.equal(said.querySelector(".sr").textContent, "Hiểu là 1500");
  sayAt(cellOf(form, "so").querySelector("input"), "như nhau", { words: "như nhau" });
  assert.equal(said.innerHTML, "như nhau");
});

test("what the server says is text, whatever was typed", () => {
  const { form } = openLesson();
  sayAt(cellOf(form, "so").querySelector("input"), "<img src=x>", { words: "<b>x</b>" });
  assert.equal(document.getElementById("so-said").querySelector("img, b"), null);
});

test("a field that cannot be read is marked, and found again to be mended", () => {
  const { form } = openLesson();
  const field = cellOf(form, "so").querySelector("input");
  sayAt(field, "Chỉ nhập số", { bad: true });
  assert.deepEqual(unread(form), [field]);
  assert.ok(document.getElementById("so-said").classList.contains("bad"));
  sayAt(field, "");
  assert.deepEqual(unread(form), []);
});

test("a field without a place for words is marked all the same", () => {
  const { form } = openLesson();
  const field = cellOf(form, "nhieu").querySelector("input");
  sayAt(field, "x", { bad: true });
  assert.deepEqual(unread(form), [field]);
});

test("the server's row and column find the field", () => {
  const { form } = openLesson();
  assert.equal(fieldOf(cellOf(form, "bang"), { row: 0, column: "n" }).dataset.key, "n");
  assert.equal(fieldOf(cellOf(form, "so"), { row: null, column: "" }).id, "so-o");
  assert.equal(fieldOf(cellOf(form, "bang"), { row: 4, column: 'n"]' }), null);
});

test("an answer about what is no longer there is not said", () => {
  const { form } = openLesson();
  const field = cellOf(form, "so").querySelector("input");
  field.value = " 12 ";
  assert.deepEqual([isStill(field, "12"), isStill(field, "1")], [true, false]);
});

test("a refused file names the one that is kept", () => {
  assert.deepEqual(wordsFor({ error: "Không mở được." }, "cũ.xlsx", SAY),
    { text: "Không mở được. Tệp gửi trước (cũ.xlsx) vẫn được giữ.", bad: true, words: "" });
  assert.deepEqual(wordsFor({ error: "Không mở được." }, undefined, SAY).text, "Không mở được.");
  assert.deepEqual(wordsFor({ error: null, said: "1 500", words: "1500" }, "cũ.xlsx", SAY),
    { text: "1 500", bad: false, words: "1500" });
});
