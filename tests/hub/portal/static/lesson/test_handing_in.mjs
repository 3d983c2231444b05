// Handing in: what stops it, what is said, and where the focus goes.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { Answering } from "../../../../../hub/portal/static/src/lesson/answering.js";
import { HandingIn } from "../../../../../hub/portal/static/src/lesson/handing_in.js";
import { Stepping } from "../../../../../hub/portal/static/src/lesson/stepping.js";
import { WorkedTime } from "../../../../../labs/extension/worked_time.js";
import { SAY, cellOf, openLesson } from "../lesson_page.mjs";
import { line, settled } from "../page.mjs";

const RESULTS = '<div data-for="summary"><p data-attempts-left="0"></p>8 / 10</div><div data-for="bai-1">Đúng</div>';
const portal = (told = {}) => (method, address, body) => {
  const name = address.includes("/answers") ? "answers" : address.includes("part=asks") ? "asks" : address.includes("part=results") ? "results"
    : method === "POST" ? "submissions" : "wait";
  const answer = told[name] ?? {
    answers: { status: 200, data: { revision: 4, fields: [] } },
    asks: { status: 200, data: "\n" },
    results: { status: 200, data: RESULTS },
    submissions: { status: 202, data: { id: 11 } },
    wait: { status: 200, data: { state: "marked" } },
  }[name];
  if (answer instanceof Error) throw answer;
  return typeof answer === "function" ? answer(body) : answer;
};

function open({ told, ...how } = {}) {
  const { window, form, state } = openLesson(how);
  const { call, asked } = line(portal(told));
  const answering = new Answering({ form, state, call, workedTime: new WorkedTime(), key: "k" });
  const errors = document.getElementById("submit-errors");
  const stepping = new Stepping({ form, state, answering });
  const handingIn = new HandingIn({ form, state, call, answering, stepping, makeKey: () => "khoa" });
  return { window, form, answering, asked, errors, handingIn };
}

const said = (form) => form.querySelector("[data-save-state]").textContent;

test("what was typed is saved first, then handed in, and the focus goes to the result", async () => {
  const { window, form, asked, handingIn } = open();
  cellOf(form, "so").querySelector("input").value = "12";
  await handingIn.submit();
  assert.deepEqual(asked.map(({ method, address }) => `${method} ${address}`), [
    "PUT /api/v1/courses/a/lessons/b/answers",
    "GET /courses/a/lessons/b?part=asks&xem=ca-bai",
    "POST /api/v1/submissions",
    "GET /courses/a/lessons/b?part=results&xem=ca-bai",
    "GET /api/v1/submissions/11?wait=20",
    "GET /courses/a/lessons/b?part=results&xem=ca-bai",
  ]);
  assert.deepEqual(asked[2].body, { key: "khoa", course: "a", lesson: "b", release: 7, language: "vi", revision: 4, answers: {} });
  assert.equal(document.activeElement.id, "ket-qua");
  assert.equal(window.scrolledTo.id, "ket-qua");
  assert.equal(said(form), SAY.marked);
  assert.equal(form.querySelector("[data-result=bai-1]").textContent, "Đúng");
  assert.equal(form.querySelector("[data-submit]").hidden, true, "no attempt is left");
});

test("a field that could not be read stops it and gets the focus", async () => {
  const { form, asked, errors, handingIn } = open();
  const field = cellOf(form, "so").querySelector("input");
  field.setAttribute("aria-invalid", "true");
  await handingIn.submit();
  assert.equal(asked.some(({ method }) => method === "POST"), false);
  assert.deepEqual([errors.hidden, errors.textContent, said(form)], [false, SAY.mend, SAY.mend]);
  assert.equal(document.activeElement, field);
});

test("a field that the server cannot read when handing in gets the focus too", async () => {
  const fields = [{ cell: "so", row: null, column: "", typed: "", error: "Chỉ nhập số" }];
  const { form, errors, handingIn } = open({ told: { submissions: { status: 422, data: { fields, errors: ["Còn ô."] } } } });
  await handingIn.submit();
  assert.equal(errors.textContent, "Còn ô.");
  assert.equal(document.activeElement, cellOf(form, "so").querySelector("input"));
});

test("two versions must be chosen from before", async () => {
  const { form, errors, handingIn } = open({
    told: { answers: { status: 409, data: { answers: { so: "9" }, revision: 8 } } },
  });
  cellOf(form, "so").querySelector("input").value = "12";
  await handingIn.submit();
  assert.equal(errors.textContent, SAY.choose_first);
  assert.equal(document.activeElement, cellOf(form, "so").querySelector(".conflict button"));
});

test("without a line nothing is promised but that the work is kept", async () => {
  for (const told of [{ answers: new Error("no line") }, { submissions: new Error("no line") }]) {
    const { form, errors, answering, handingIn } = open({ told });
    cellOf(form, "so").querySelector("input").value = "12";
    await handingIn.submit();
    answering.saving.wait();
    assert.equal(errors.textContent, SAY.submit_offline);
    assert.equal(document.activeElement, errors, "it is heard");
  }
});

test("what could not be saved says why it is not handed in", async () => {
  const { form, errors, handingIn } = open({ told: { answers: { status: 413, data: { errors: ["Bài quá lớn."] } } } });
  cellOf(form, "viet").querySelector("textarea").value = "x";
  await handingIn.submit();
  assert.equal(errors.textContent, "Bài quá lớn.");
});

test("what is asked first stands on the page, and only a yes hands in", async () => {
  const data = '<div class="note"><p>Còn 2 bài chưa trả lời</p><script>window.ran = 1</script></div>';
  const { window, asked, errors, handingIn } = open({ told: { asks: { status: 200, data } } });
  await handingIn.submit();
  const asks = document.getElementById("submit-asks");
  assert.match(asks.textContent, /Còn 2 bài/);
  assert.equal(document.activeElement, asks);
  assert.deepEqual([errors.hidden, window.ran], [true, undefined]);
  assert.equal(asked.some(({ method }) => method === "POST"), false);
  await handingIn.submit({ sure: true });
  assert.ok(asked.some(({ method }) => method === "POST"));
  assert.equal(asks.textContent, "", "it was answered");
});

test("what waits to be sent in another step, or cannot be read there, stops it and shows the way", async () => {
  const first = open({ state: { step: 9, step_of: { xa: 4 } } });
  localStorage.setItem("k", JSON.stringify({ mine: { xa: "1" }, base: { xa: null } }));
  await first.handingIn.submit();
  assert.match(first.errors.textContent, /bước 4\..*Đến bước 4/);
  assert.equal(first.errors.querySelector("a").getAttribute("href"), "?buoc=4#buoc");
  const fields = [{ cell: "xa", row: null, column: "", typed: "", error: "Chỉ nhập số" }];
  const told = { submissions: { status: 422, data: { fields, errors: ["Còn ô."] } } };
  const other = open({ state: { step: 9, step_of: { xa: 4 } }, told });
  await other.handingIn.submit();
  assert.match(other.errors.textContent, /Còn ô\. Đến bước 4/);
  assert.equal(document.activeElement, other.errors);
});

test("a second press while it is under way hands in once", async () => {
  const { form, asked, handingIn } = open();
  const first = handingIn.submit();
  assert.equal(form.querySelector("[data-submit]").getAttribute("aria-disabled"), "true");
  assert.equal(form.querySelector("[data-submit]").disabled, false, "the focus stays on it");
  await Promise.all([first, handingIn.submit()]);
  assert.equal(asked.filter(({ method }) => method === "POST").length, 1);
  assert.equal(form.querySelector("[data-submit]").hasAttribute("aria-disabled"), false);
});

test("a refusal is said in the portal's words, a page of somebody else's is not shown", async () => {
  const refused = open({ told: { submissions: { status: 422, data: { errors: ["Đã hết hạn nộp."] } } } });
  await refused.handingIn.submit();
  assert.equal(refused.errors.textContent, "Đã hết hạn nộp.");
  const broken = open({ told: { submissions: { status: 502, data: "<html>" } } });
  await broken.handingIn.submit();
  assert.equal(broken.errors.textContent, SAY.submit_failed);
});

test("what cannot be marked by machine is told as that", async () => {
  const { form, handingIn } = open({ told: { wait: { status: 200, data: { state: "dead" } } } });
  await handingIn.submit();
  assert.equal(said(form), SAY.dead);
});

test("waiting goes on while it is marked, and gives up where nobody answers", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const states = [{ status: 200, data: { state: "queued" } }, { status: 502, data: "" }, { status: 200, data: { state: "claimed" } }];
  const waited = open({ told: { wait: () => states.shift() ?? { status: 200, data: { state: "marked" } } } });
  const done = waited.handingIn.follow(11);
  for (let turn = 0; turn < 5; turn += 1) { await settled(); mock.timers.tick(2000); }
  await done;
  assert.equal(said(waited.form), SAY.marked);
  const alone = open({ told: { wait: new Error("no line") } });
  const given = alone.handingIn.follow(11);
  for (let turn = 0; turn < 6; turn += 1) { await settled(); mock.timers.tick(2000); }
  await given;
  assert.equal(alone.asked.filter(({ address }) => address.includes("wait")).length, 5);
  mock.timers.reset();
});

test("marks are put where they belong, and nothing of the answer runs", async () => {
  const data = '<div data-for="bai-1"><script>window.ran = 1</script><p>Đúng</p></div>';
  const { window, form, handingIn } = open({ told: { results: { status: 200, data } } });
  await handingIn.follow(11);
  assert.equal(form.querySelector("[data-result=bai-1] p").textContent, "Đúng");
  assert.equal(window.ran, undefined);
});
