// The panel beside the notebook: what it shows, and that nothing of it is markup but a task's words.
import assert from "node:assert/strict";
import test from "node:test";
import { makeGuide } from "../../../labs/extension/guide.js";
import { openLab, openNotebook, portalOf } from "./lab_page.mjs";

const SAID = {
  course_title: "Khóa <b>x</b>", title: "Bài <img src=x onerror=1>", minutes: 40, max_points: 10, revision: 3, closed: false,
  closes_at: "2026-11-30T16:59:00Z", attempts: null, result: null, page: "/services/portal/courses/a/lessons/b", exercise_of: { c1: "bai-1" }, videos: [],
  tasks: [
    { title: "Tính <i>y</i>", points: 1, max_points: 2, feedback: "<u>Sai</u>", html: "<p>Tính</p><script>1</script>", cell_id: "c1", grade_id: "bai-1" },
    { title: "Viết", points: 2, max_points: 2, feedback: "Tốt", html: "", cell_id: "c2", grade_id: "bai-2" },
  ],
};

async function open(answer, { notebook: how = {}, parted = false } = {}) {
  const page = openLab(), notebook = openNotebook(how), learned = [], chosen = [], gone = [];
  const portal = portalOf({ "GET courses/a/lessons/b/guide": answer });
  page.lab.lessons.set(notebook.panel, {
    notebook: {
      lesson: notebook.context.model.getMetadata("motcham"), parted, submit: () => chosen.push("submit"),
      chooseVersion: (revision) => chosen.push(revision), goTo: (...where) => gone.push(where),
    },
    learn: (guide) => learned.push(guide),
  });
  const guide = makeGuide({ lab: page.lab, portal, icons: { LabIcon: class {} } });
  await guide.follow(notebook.panel);
  const { node } = guide.widget;
  return { ...page, ...notebook, guide, node, portal, learned, chosen, gone, text: (selector) => node.querySelector(selector)?.textContent };
}

test("facts, marks and tasks are shown, and the deadline says whose time it is", async () => {
  const { node, text, learned } = await open({ status: 200, said: SAID });
  assert.equal(node.getAttribute("aria-label"), "Bài học");
  assert.equal(node.dataset.lesson, "b");
  assert.match(text(".motcham-facts"), /Hạn nộp: 23:59, 30\/11\/2026 \(giờ Việt Nam\)/);
  assert.equal(text(".motcham-result"), "Chưa nộp lần nào.");
  assert.deepEqual([...node.querySelectorAll("ol > li")].map((one) => one.dataset.state), ["part", "full"]);
  assert.equal(node.querySelectorAll(".motcham-feedback").length, 1, "a task with all its points needs none");
  assert.deepEqual(learned, [SAID]);
  assert.equal(node.querySelector("a").href, "http://localhost/services/portal/courses/a/lessons/b");
});

test("what the portal says is text, a task's words are sanitised", async () => {
  const { node, text } = await open({ status: 200, said: SAID });
  assert.equal(text("h2"), SAID.title);
  assert.equal(node.querySelector("img, b, i, u, script"), null);
  assert.equal(node.querySelector(".motcham-text").innerHTML, "<p>Tính</p>");
});

test("a task leads to its cell, the button hands in", async () => {
  const { node, gone, chosen, activated } = await open({ status: 200, said: SAID });
  node.querySelector(".motcham-task").click();
  assert.deepEqual([gone, activated], [[["c1", { place: "start", edit: false }]], ["p1"]]);
  node.querySelector("button.jp-mod-accept").click();
  assert.deepEqual(chosen, ["submit"]);
});

test("two versions are told and can be chosen from", async () => {
  const same = await open({ status: 200, said: SAID });
  assert.equal(same.text(".motcham-newer"), undefined);
  const newer = await open({ status: 200, said: { ...SAID, revision: 9 } });
  newer.node.querySelector(".motcham-newer button").click();
  assert.deepEqual([newer.node.querySelector(".motcham-newer").getAttribute("role"), newer.chosen], ["alert", [9]]);
});

test("a task that was unfolded stays so when marks arrive", async () => {
  const { node, guide, panel } = await open({ status: 200, said: SAID });
  node.querySelector("details").open = true;
  await guide.follow(panel);
  assert.equal(node.querySelector("details").open, true);
});

test("without the portal it says so, and the notebook is not in the way", async () => {
  for (const answer of [new Error("no line"), { status: 503, said: {} }]) {
    const { node, learned } = await open(answer);
    assert.match(node.textContent, /^Chưa tải được yêu cầu của bài/);
    assert.deepEqual(learned, []);
  }
});

test("an answer that something newer has overtaken is not shown", async () => {
  const { guide, node, panel, portal } = await open({ status: 200, said: SAID });
  const late = { status: 200, said: { ...SAID, title: "Cũ" } };
  let answerNow;
  portal.ask = () => new Promise((done) => { answerNow = done; });
  const first = guide.follow(panel), answerFirst = answerNow;
  const second = guide.follow(panel);
  answerNow({ status: 200, said: { ...SAID, title: "Mới" } });
  await second;
  answerFirst(late);
  await first;
  assert.equal(node.querySelector("h2").textContent, "Mới");
});
