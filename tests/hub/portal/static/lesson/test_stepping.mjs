// From step to step: nothing typed is left behind.
import assert from "node:assert/strict";
import test from "node:test";
import { Answering } from "../../../../../hub/portal/static/src/lesson/answering.js";
import { Stepping } from "../../../../../hub/portal/static/src/lesson/stepping.js";
import { WorkedTime } from "../../../../../labs/extension/worked_time.js";
import { SAY, cellOf, openLesson } from "../lesson_page.mjs";
import { line } from "../page.mjs";

function open(answer = { status: 200, data: { revision: 4, fields: [] } }) {
  const { form, state } = openLesson({ state: { step: 2, step_of: { so: 2, xa: 5 } } });
  const { call, asked } = line(() => { if (answer instanceof Error) throw answer; return answer; });
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: "k" });
  const left = [];
  return { form, answering, asked, left, stepping: new Stepping({ form, state, answering, go: (to) => left.push(to) }) };
}

function control(markup) {
  const holder = document.createElement("p");
  document.body.append(holder);
  const one = document.createElement(markup.href ? "a" : "button");
  if (markup.href) one.setAttribute("href", markup.href);
  if (markup.value) one.value = markup.value;
  one.dataset.go = markup.go;
  holder.append(one);
  return one;
}

test("what was typed has arrived before the step is left", async () => {
  const { form, asked, left, stepping } = open();
  cellOf(form, "so").querySelector("input").value = "12";
  await stepping.follow(control({ value: "go-3", go: "?buoc=3#buoc" }));
  assert.equal(asked[0].body.answers.so, "12");
  assert.deepEqual(left, ["?buoc=3#buoc"]);
});

test("a link leads on as well, and leaves alone what nobody touched", async () => {
  const { asked, left, stepping } = open();
  await stepping.follow(control({ href: "https://x.test/?buoc=5#buoc", go: "" }));
  assert.deepEqual([asked, left], [[], ["https://x.test/?buoc=5#buoc"]]);
});

test("without a line one stays, and is told that it is kept", async () => {
  const { form, answering, left, stepping } = open(new Error("no line"));
  cellOf(form, "so").querySelector("input").value = "12";
  await stepping.follow(control({ value: "go-3", go: "?buoc=3#buoc" }));
  answering.saving.wait();
  assert.deepEqual(left, []);
  assert.equal(form.querySelector("[data-save-state]").textContent, SAY.stay);
  assert.equal(JSON.parse(localStorage.getItem("k")).mine.so, "12");
});

test("two versions are chosen from before one goes on", async () => {
  const { form, left, stepping } = open({ status: 409, data: { answers: { so: "9" }, revision: 8 } });
  cellOf(form, "so").querySelector("input").value = "12";
  await stepping.follow(control({ value: "go-3", go: "?buoc=3#buoc" }));
  assert.deepEqual(left, []);
  assert.equal(document.activeElement, cellOf(form, "so").querySelector(".conflict button"));
});

test("a cell's step is told where it is another one", () => {
  const { stepping } = open();
  assert.deepEqual(["so", "xa", "gone"].map((cell) => stepping.stepOf(cell)), [null, 5, null]);
});
