// One exercise checked at once: saved first, said in its place, and nothing else of the page changes.
import assert from "node:assert/strict";
import test from "node:test";
import { Answering } from "../../../../../hub/portal/static/src/lesson/answering.js";
import { check } from "../../../../../hub/portal/static/src/lesson/checking.js";
import { WorkedTime } from "../../../../../labs/extension/worked_time.js";
import { SAY, cellOf, openLesson } from "../lesson_page.mjs";
import { line } from "../page.mjs";

const SAID = '<div data-for="bai-1"><div class="note"><p data-verdict>Chưa đúng</p><p data-changed="Đã đổi" hidden></p></div></div>';

function open(post, saved = { status: 200, data: { revision: 4, fields: [] } }) {
  const { form, state } = openLesson();
  const { call } = line(() => { if (saved instanceof Error) throw saved; return saved; });
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: "k" });
  const holder = document.createElement("p");
  const button = document.createElement("button"), said = document.createElement("span");
  button.value = "check-bai-1";
  said.dataset.checkSaid = "";
  holder.append(button, said);
  form.append(holder);
  const sent = [];
  const page = { answering, say: SAY, page: "/b?part=results", post: async (...one) => { sent.push(one); return post; } };
  return { form, button, said, sent, answering, check: () => check(button, page) };
}

test("what was typed is saved, then this exercise is marked and the answer stands in its place", async () => {
  const { form, button, said, sent, check: press } = open({ status: 200, data: SAID });
  cellOf(form, "so").querySelector("input").value = "12";
  await press();
  assert.deepEqual(sent, [["/b?part=results", { action: "check-bai-1", cell: "", revision: 4 }]]);
  assert.match(form.querySelector("[data-result=bai-1]").textContent, /Chưa đúng/);
  assert.deepEqual([said.textContent, button.hasAttribute("aria-disabled")], ["", false]);
});

test("why there is no answer is said in the portal's words", async () => {
  const refused = open({ status: 422, data: { errors: ["Bài tập này chưa được trả lời."] } });
  await refused.check();
  assert.equal(refused.said.textContent, "Bài tập này chưa được trả lời.");
  const broken = open({ status: 502, data: "<html>" });
  await broken.check();
  assert.equal(broken.said.textContent, SAY.check_failed);
});

test("what is not saved, or cannot be read, is not checked", async () => {
  const offline = open({ status: 200, data: SAID }, new Error("no line"));
  cellOf(offline.form, "so").querySelector("input").value = "12";
  await offline.check();
  offline.answering.saving.wait();
  assert.deepEqual([offline.sent, offline.said.textContent], [[], SAY.offline]);
  const unread = open({ status: 200, data: SAID });
  const field = cellOf(unread.form, "so").querySelector("input");
  field.setAttribute("aria-invalid", "true");
  await unread.check();
  assert.deepEqual([unread.sent, unread.said.textContent], [[], SAY.unread]);
  assert.equal(document.activeElement, field);
});
