// What is put around a notebook: a button for lessons alone, saves that are stored, a full folder.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { attach } from "../../../labs/extension/attaching.js";
import { openLab, openNotebook, portalOf } from "./lab_page.mjs";
import { settled } from "../../hub/portal/static/page.mjs";

async function open(how) {
  const page = openLab(), notebook = openNotebook(how);
  const portal = portalOf({ "PUT courses/a/lessons/b/draft": { status: 200, said: { revision: 3 } } });
  const button = attach(notebook.panel, notebook.context, { lab: page.lab, portal });
  await settled();
  return { ...page, ...notebook, portal, button, within: notebook.panel.node.querySelector("button") };
}

test("a lesson can be handed in from the toolbar and within reach of a thumb, other notebooks cannot", async () => {
  const lesson = await open(), other = await open({ lesson: null });
  assert.deepEqual([lesson.button.hidden, lesson.within.hidden, lesson.within.textContent], [false, false, "Nộp bài"]);
  assert.deepEqual([other.button.hidden, other.within.hidden], [true, true]);
});

test("each save is stored at the lesson page and the folder is looked at", async () => {
  const { context, portal, lab } = await open();
  context.saveState.emit("started");
  assert.deepEqual([portal.asked, lab.looked], [[], undefined]);
  context.saveState.emit("completed");
  assert.deepEqual([portal.asked.length, lab.looked], [1, 1]);
  context.saveState.emit("failed");
  assert.deepEqual([portal.asked.length, lab.looked], [1, 2]);
});

test("two versions that were left as they are stay so, save after save", async () => {
  const { context, portal, lab, panel } = await open();
  lab.lessons.get(panel).notebook.parted = true;
  context.saveState.emit("completed");
  assert.deepEqual(portal.asked, []);
});

test("a kernel that was ended is asked about at once, and once the server has looked", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { panel, lab } = await open();
  panel.sessionContext.statusChanged.emit("busy");
  panel.sessionContext.statusChanged.emit("dead");
  assert.equal(lab.looked, 1);
  mock.timers.tick(6_000);
  assert.equal(lab.looked, 2);
  mock.timers.reset();
});

test("a notebook that is closed is forgotten", async () => {
  const { panel, lab } = await open();
  assert.equal(lab.lessons.size, 1);
  panel.disposed.emit();
  assert.equal(lab.lessons.size, 0);
});
