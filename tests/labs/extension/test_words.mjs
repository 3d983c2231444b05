// What the extension says, in both languages, and how it writes numbers and times.
import assert from "node:assert/strict";
import test from "node:test";
import { _, number, speak, spoken, time } from "../../../labs/extension/words.js";

const NIGHT = "2026-12-14T18:30:00Z";

test("Vietnamese comes first, also where the language is none of ours", () => {
  for (const code of ["vi-VN", "fr", "", undefined, null]) {
    speak(code);
    assert.deepEqual([spoken(), _("Nộp bài")], ["vi", "Nộp bài"]);
  }
});

test("English comes from the catalogue, and a sentence that it lacks is said in Vietnamese", () => {
  speak("en-GB");
  assert.equal(_("Nộp bài"), "Hand in");
  assert.equal(_("Câu không có trong danh mục"), "Câu không có trong danh mục");
});

test("English counts", () => {
  speak("en");
  assert.equal(_("{n} điểm", { n: number(1) }), "1 point");
  assert.equal(_("{n} điểm", { n: number(1.5) }), "1.5 points");
  speak("vi");
  assert.equal(_("{n} điểm", { n: number(1.5) }), "1,5 điểm");
});

test("a gap that nothing fills stays to be seen, and what fills one is not read again", () => {
  speak("vi");
  assert.equal(_("“{label}”: {why}", { label: "{why}" }), "“{why}”: {why}");
});

test("times are Việt Nam's wherever the machine is, written as on the pages", () => {
  speak("vi");
  assert.equal(time(NIGHT), "01:30, 15/12/2026");
  assert.equal(time("2026-11-30T16:59:00+00:00"), "23:59, 30/11/2026");
  assert.equal(time("2026-11-30T17:00:00+00:00"), "00:00, 01/12/2026");
  speak("en");
  assert.equal(time(NIGHT), "15 Dec 2026, 01:30");
  assert.equal(time("2026-09-04T16:59:00+00:00"), "4 Sep 2026, 23:59");
});

test("numbers are written as on the pages", () => {
  speak("vi");
  assert.deepEqual([number(6800), number(1234.567)], ["6.800", "1.234,57"]);
  speak("en");
  assert.deepEqual([number(6800), number(0.5)], ["6,800", "0.5"]);
});
