// Trying out code: what is sent, and what is said to whoever does not see the output.
import assert from "node:assert/strict";
import test from "node:test";
import { run } from "../../../../../hub/portal/static/src/lesson/running.js";
import { SAY, STATE, cellOf, openLesson } from "../lesson_page.mjs";
import { line } from "../page.mjs";

async function tried(answer, how = {}) {
  const cell = cellOf(openLesson().form, "ma"), { call, asked } = line(answer);
  const running = run(cell, { call, state: STATE, answers: { so: "12" }, ...how });
  const during = cell.querySelector("[data-run-said]").textContent;
  await running;
  return {
    asked, during, output: cell.querySelector("[data-output]"), button: cell.querySelector("[data-run]"),
    said: cell.querySelector("[data-run-said]"),
  };
}

test("the cell goes with what is not saved yet", async () => {
  const { asked, during } = await tried({ status: 200, data: { ok: true, html: "<pre>1</pre>" } });
  assert.deepEqual(asked, [{
    method: "POST", address: "/api/v1/courses/a/lessons/b/run",
    body: { cell: "ma", answers: { so: "12" }, language: "vi" },
  }]);
  assert.equal(during, SAY.running);
});

test("what came of it is announced with its beginning, and shown whole", async () => {
  const { output, said } = await tried({ status: 200, data: { ok: true, html: `<pre>${"x".repeat(500)}</pre>` } });
  assert.equal(output.hidden, false);
  assert.equal(output.querySelector("pre").textContent.length, 500);
  assert.equal(said.firstChild.textContent, SAY.ran);
  assert.equal(said.querySelector(".sr").textContent, ` ${"x".repeat(200)}`);
});

test("from the button one goes on to the result, from the editor one stays", async () => {
  const answer = { status: 200, data: { ok: true, html: "<pre>1</pre>" } };
  const { output } = await tried(answer, { leave: true });
  assert.equal(document.activeElement, output);
  await tried(answer);
  assert.equal(document.activeElement, document.body);
});

test("an error of the learner's is told apart from a run that failed", async () => {
  const wrong = await tried({ status: 200, data: { ok: false, html: "<pre>NameError</pre>" } });
  assert.equal(wrong.said.firstChild.textContent, SAY.ran_badly);
  for (const answer of [new Error("no line"), { status: 502, data: "<b>x</b>" }]) {
    const { output, said, button } = await tried(answer);
    assert.deepEqual([output.textContent, said.firstChild.textContent], [SAY.run_failed, SAY.run_failed]);
    assert.equal(button.hasAttribute("aria-disabled"), false, "it can be tried again");
  }
  const busy = await tried({ status: 429, data: { errors: ["<i>Chờ lượt.</i>"] } });
  assert.equal(busy.output.textContent, "<i>Chờ lượt.</i>");
  assert.equal(busy.output.querySelector("i"), null);
});

test("a second press while it runs does nothing", async () => {
  const cell = cellOf(openLesson().form, "ma"), { call, asked } = line({ status: 200, data: { ok: true, html: "" } });
  const how = { call, state: STATE, answers: {} };
  await Promise.all([run(cell, how), run(cell, how)]);
  assert.equal(asked.length, 1);
});
