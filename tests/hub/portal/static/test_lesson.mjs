// The whole script on a whole page, with only the portal's answers put in its place.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { SAY, cellOf, openLesson } from "./lesson_page.mjs";
import { set, settled, type } from "./page.mjs";

const LESSON = "../../../../hub/portal/static/src/lesson.js";
let opened = 0;

async function open(how) {
  const { window, form } = openLesson(how);
  const asked = [];
  set("fetch", async (address, { method, body }) => {
    asked.push({ method, address, body: body && JSON.parse(body) });
    const html = address.includes("?part=");
    const data = address.includes("part=asks") ? "" : html ? "<p></p>" : JSON.stringify({ revision: 4, fields: [], id: 11, state: "marked", ok: true, html: "<pre>1</pre>" });
    return new Response(data, {
      status: method === "POST" && address.endsWith("submissions") ? 202 : 200,
      headers: { "Content-Type": html ? "text/html" : "application/json" },
    });
  });
  opened += 1;
  await import(`${LESSON}?${opened}`);
  return { window, form, asked };
}

const press = (element) => element.dispatchEvent(new window.MouseEvent("click", { bubbles: true, cancelable: true }));

test("typing a number clears what was said of the last one and sends it as typed", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { form, asked } = await open();
  document.getElementById("so-said").textContent = "= 7";
  type(cellOf(form, "so").querySelector("input"), "1.500 người");
  assert.equal(document.getElementById("so-said").textContent, "");
  mock.timers.tick(350);
  await settled();
  assert.deepEqual(asked.map(({ body }) => body.answers), [{ so: "1.500 người" }]);
  mock.timers.reset();
});

test("leaving a field saves without waiting", async () => {
  const { form, asked } = await open();
  const field = cellOf(form, "viet").querySelector("textarea");
  type(field, "a");
  field.dispatchEvent(new Event("change", { bubbles: true }));
  await settled();
  assert.equal(asked.length, 1);
});

test("Enter in a field does not hand the lesson in, in prose it makes a line", async () => {
  const { form } = await open();
  const enter = (element) => element.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  assert.equal(enter(cellOf(form, "so").querySelector("input")), false);
  assert.equal(enter(cellOf(form, "viet").querySelector("textarea")), true);
});

test("the buttons run, hand in and save by script, never by a form post as well", async () => {
  const { form, asked } = await open();
  press(cellOf(form, "ma").querySelector("[data-run]"));
  await settled();
  assert.match(asked.at(-1).address, /\/run$/);
  assert.equal(press(form.querySelector("[data-submit]")), false);
  for (let turn = 0; turn < 20; turn += 1) await settled();
  assert.ok(asked.some(({ method, address }) => method === "POST" && address.endsWith("submissions")));
  assert.equal(form.querySelector("[data-save-state]").textContent, SAY.marked);
});

test("the page is made ready: its own bar, no second save button, lists opened where there is room", async () => {
  const { window, form } = await open();
  assert.equal(form.querySelector(".bar-bottom").hidden, false);
  assert.equal(form.querySelector("[data-save]").hidden, true);
  assert.deepEqual(window.watched.map((one) => one.dataset.cell), ["ma"], "its editor comes when it is near");
});

test("a submission that was being marked is waited for", async () => {
  const { asked } = await open({ state: { waiting: 5 } });
  await settled();
  assert.ok(asked.some(({ address }) => address === "/api/v1/submissions/5?wait=20"));
});

test("who only reads has no bar, saves nothing and breaks nothing", async () => {
  const { window, form } = openLesson({ answers: false });
  form.querySelector(".bar-bottom").remove();
  set("fetch", () => assert.fail("asked"));
  opened += 1;
  await import(`${LESSON}?${opened}`);
  window.dispatchEvent(new Event("online"));
  assert.equal(form.querySelector("[data-save]").hidden, false);
});
