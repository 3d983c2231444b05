// The learner's answers on a real page: typing, choosing, drafts of an earlier visit, conflicts.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { Answering } from "../../../../../hub/portal/static/src/lesson/answering.js";
import { WorkedTime } from "../../../../../labs/extension/worked_time.js";
import { SAY, cellOf, openLesson } from "../lesson_page.mjs";
import { line, settled, type } from "../page.mjs";

const KEY = "motcham:hocvien:7:b";
const saved = (_method, _address, body) => ({ status: 200, data: { revision: body.revision + 1, fields: [] } });

function open({ kept = null, before = () => {}, answers = [saved], ...how } = {}) {
  const { window, form, state } = openLesson(how);
  if (kept) localStorage.setItem(KEY, JSON.stringify(kept));
  before(form);
  const { call, asked } = line(...answers);
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: KEY });
  const told = () => form.querySelector("[data-save-state]").textContent;
  return { window, form, answering, asked, told };
}

const kept = () => JSON.parse(localStorage.getItem(KEY));
const numberOf = (form) => cellOf(form, "so").querySelector("input");

function choose(input, file) {
  Object.defineProperty(input, "files", { value: [file], configurable: true });
}

test("a number is read soon after the last key, prose a little later", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { form, answering, asked, told } = open();
  numberOf(form).value = "12";
  answering.changed(cellOf(form, "so"));
  assert.equal(told(), SAY.saving);
  mock.timers.tick(350);
  await settled();
  assert.deepEqual(asked.map(({ body }) => body.answers), [{ so: "12" }]);
  assert.equal(told(), SAY.saved);
  cellOf(form, "viet").querySelector("textarea").value = "a";
  answering.changed(cellOf(form, "viet"));
  mock.timers.tick(899);
  await settled();
  assert.equal(asked.length, 1);
  mock.timers.tick(1);
  await settled();
  assert.equal(asked.length, 2);
  assert.equal(form.elements.revision.value, "5", "a form sent without script carries it too");
  mock.timers.reset();
});

test("what has not arrived is in the browser, and leaves it on arrival", async () => {
  const { form, answering } = open();
  numberOf(form).value = "12";
  answering.changed(cellOf(form, "so"));
  const { mine, revision, of } = kept();
  assert.deepEqual([mine, revision, of.api], [{ so: "12" }, 3, "/api/v1/courses/a/lessons/b"]);
  await answering.save();
  assert.equal(kept(), null);
});

test("how a number was read stands beside it, unless it was typed on", async () => {
  const read = { cell: "so", row: null, column: "", typed: "12", said: "= 12", words: "Hiểu là 12" };
  const { form, answering } = open({ answers: [{ status: 200, data: { revision: 4, fields: [read] } }] });
  numberOf(form).value = "12";
  answering.changed(cellOf(form, "so"));
  await answering.save();
  assert.equal(document.querySelector("#so-said .sr").textContent, "Hiểu là 12");
  numberOf(form).value = "123";
  answering.showFields([{ ...read, error: "Chỉ nhập số" }]);
  assert.equal(numberOf(form).getAttribute("aria-invalid"), "false");
});

test("a draft of an earlier visit comes back and is sent", async () => {
  const { form, answering, asked } = open({ kept: { mine: { so: "99", mat: "x" }, base: { so: null } } });
  answering.restoreUnsent();
  await settled();
  assert.equal(numberOf(form).value, "99");
  assert.deepEqual(asked.map(({ body }) => body.answers), [{ so: "99" }]);
});

test("a draft that is no draft does not stop the page", () => {
  for (const text of ["{", "null", "{}", "[1]"]) {
    const { answering } = open({ before: () => localStorage.setItem(KEY, text) });
    answering.restoreUnsent();
    assert.equal(answering.draft.isDirty, false, text);
  }
});

test("what was typed before the script arrived is saved like the rest", async () => {
  const { answering, asked } = open({ before: (form) => { numberOf(form).value = "7"; } });
  answering.restoreUnsent();
  await settled();
  assert.deepEqual(asked.map(({ body }) => body.answers), [{ so: "7" }]);
});

test("two versions are shown as text and heard of; the one that is taken is saved", async () => {
  const theirs = { status: 409, data: { answers: { viet: "<b>họ</b>" }, revision: 8 } };
  const { form, answering, asked } = open({ answers: [theirs, saved] });
  const cell = cellOf(form, "viet"), box = cell.querySelector(".conflict");
  cell.querySelector("textarea").value = "tôi";
  answering.changed(cell);
  await answering.save();
  assert.deepEqual([box.hidden, box.getAttribute("role"), box.querySelector("b")], [false, "alert", null]);
  assert.deepEqual([...box.querySelectorAll("pre")].map((one) => one.textContent), ["tôi", "<b>họ</b>"]);
  assert.equal(cell.querySelector("textarea").value, "tôi", "nothing is overwritten unasked");
  assert.deepEqual(kept().mine, { viet: "tôi" }, "nor lost when the page is closed now");
  box.querySelectorAll("button")[0].click();
  await answering.save();
  assert.equal(box.hidden, true);
  assert.deepEqual(asked.at(-1).body, { revision: 8, answers: { viet: "tôi" }, worked: {}, language: "vi" });
});

test("the other version can be taken instead", async () => {
  const theirs = { status: 409, data: { answers: { so: 1.5 }, revision: 8 } };
  const { form, answering } = open({ answers: [theirs, saved] });
  numberOf(form).value = "7";
  answering.changed(cellOf(form, "so"));
  await answering.save();
  cellOf(form, "so").querySelectorAll(".conflict button")[1].click();
  assert.equal(numberOf(form).value, "1,5", "written as the page's language writes it");
  assert.equal(answering.draft.hasUnsent, false);
});

test("a file that is empty or too large is not sent, and the field says why", async () => {
  const { form, answering, asked } = open({ state: { answers: { tep: { name: "cũ.xlsx", size: 9 } } } });
  const cell = cellOf(form, "tep");
  await answering.chosen(cell, new File([], "a.xlsx"));
  assert.equal(document.getElementById("tep-said").textContent, "Tệp rỗng Tệp gửi trước (cũ.xlsx) vẫn được giữ.");
  await answering.chosen(cell, { name: "b.xlsx", size: 2 * 1024 * 1024 + 1 });
  assert.match(document.getElementById("tep-said").textContent, /^Tệp lớn hơn 2 MB/);
  assert.equal(cell.querySelector("input").getAttribute("aria-invalid"), "true");
  assert.deepEqual([asked, cell.chosen], [[], { name: "cũ.xlsx", size: 9 }]);
});

test("a file that the server refuses gives way to the one before, and is not sent again", async () => {
  const fields = [{ cell: "tep", row: null, error: "Không mở được." }];
  const { form, answering, asked } = open({
    answers: [{ status: 422, data: { fields, errors: ["Có tệp hỏng."] } }, saved],
    state: { answers: { tep: { name: "cũ.xlsx", size: 9 } } },
  });
  const cell = cellOf(form, "tep");
  await answering.chosen(cell, new File(["abc"], "a.xlsx"));
  assert.equal(document.getElementById("tep-said").textContent, "Không mở được. Tệp gửi trước (cũ.xlsx) vẫn được giữ.");
  assert.deepEqual(cell.chosen, { name: "cũ.xlsx", size: 9 });
  answering.changed(cell);
  await answering.save();
  assert.equal(asked.length, 1);
});

test("a chosen file is sent at once, with its content", async () => {
  const { form, answering, asked } = open();
  await answering.chosen(cellOf(form, "tep"), new File(["abc"], "a.txt"));
  assert.deepEqual(asked[0].body.answers, { tep: { name: "a.txt", base64: "YWJj" } });
  assert.equal(document.getElementById("tep-said").textContent, SAY.checking);
});

test("a file chosen before the script arrived is sent too", async () => {
  const { answering, asked } = open({
    before: (form) => choose(cellOf(form, "tep").querySelector("input"), new File(["abc"], "a.txt")),
  });
  answering.restoreUnsent();
  for (let turn = 0; turn < 50 && !asked.length; turn += 1) await settled();
  assert.equal(asked[0].body.answers.tep.name, "a.txt");
});

test("moving says the new place, keeps the focus and changes the answer", () => {
  const { form, answering } = open();
  const cell = cellOf(form, "xep"), down = cell.querySelector("[data-move='1']");
  answering.move(down);
  assert.equal(cell.querySelector("[data-moved]").textContent, "Đã chuyển “A” đến vị trí 2.");
  assert.deepEqual(answering.draft.dirty.xep, ["b", "a"]);
  assert.equal(document.activeElement, down);
  answering.move(down);
  assert.deepEqual(answering.draft.dirty.xep, ["b", "a"], "the last goes no further");
  answering.saving.wait();
});

test("typing in a page that cannot save (an auditor's) tells nothing and breaks nothing", () => {
  const { form, answering } = open({ before: (page) => page.querySelector(".bar-bottom").remove() });
  type(numberOf(form), "1");
  answering.tell("x");
  assert.equal(answering.told, "");
});

test("what another step could not send goes from here, unless it was changed there since", async () => {
  const stored = { mine: { xa: "1,5", sua: "cũ" }, base: { xa: "0,5", sua: "trước" }, revision: 2 };
  const { form, state } = openLesson({ state: { answers: { xa: 0.5, sua: "nơi khác" } } });
  localStorage.setItem(KEY, JSON.stringify(stored));
  const { call, asked } = line({ status: 200, data: { revision: 4, fields: [] } });
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: KEY });
  answering.restoreUnsent();
  await answering.save();
  assert.deepEqual(asked.map(({ body }) => body.answers), [{ xa: "1,5" }]);
  assert.deepEqual(kept().mine, { sua: "cũ" }, "its own step shows both");
  assert.equal(kept().revision, null, "nobody sends it unseen");
});

test("a kept page shows what the server had last, and what was typed on it since", async () => {
  const { form, state } = openLesson();
  document.documentElement.dataset.kept = "2026-11-30T03:00:00Z";
  localStorage.setItem(`${KEY}:known`, JSON.stringify({ revision: 9, base: { viet: "đã lưu", so: "7" } }));
  localStorage.setItem(KEY, JSON.stringify({ mine: { so: "8" }, base: { so: "7" } }));
  const { call } = line(new Error("no line"));
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: KEY });
  answering.restoreUnsent();
  await answering.save();
  answering.saving.wait();
  assert.equal(cellOf(form, "viet").querySelector("textarea").value, "đã lưu");
  assert.equal(numberOf(form).value, "8");
  assert.deepEqual([answering.draft.revision, answering.draft.conflicts], [9, {}]);
});
