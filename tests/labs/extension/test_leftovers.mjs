// What other extensions say without asking for a language.
import assert from "node:assert/strict";
import test from "node:test";
import { readFileSync } from "node:fs";
import { keepSaying, sayAgain, sayTitle, watchLeftovers } from "../../../labs/extension/leftovers.js";
import { openPage } from "../../hub/portal/static/page.mjs";

const PACK = new URL("../../../labs/language/locale/vi_VN/LC_MESSAGES/nbgrader.json", import.meta.url);
const pack = JSON.parse(readFileSync(PACK));
const say = (text) => pack[text]?.[0] ?? text;
const settled = () => new Promise((done) => { setTimeout(done, 0); });

test("nbgrader's panel speaks as the page, and keeps what a person wrote", () => {
  openPage(`<div id="panel"><label>Points: <input value="2"></label><select><option>Autograded answer</option></select>
    <p>Total points:</p><p>Validate my own words</p></div>`);
  const panel = document.getElementById("panel");
  sayAgain(panel, say);
  assert.match(panel.textContent, /Điểm: .*Câu trả lời chấm tự động.*Tổng điểm:/s);
  assert.match(panel.textContent, /Validate my own words/);
  assert.equal(panel.querySelector("input").value, "2");
});

test("a button that changes its words, and a notice that comes later, are said again", async () => {
  openPage(`<div id="toolbar"><span title="Validate Assignment">Validate</span></div>`);
  const toolbar = document.getElementById("toolbar"), [button] = toolbar.children;
  keepSaying(toolbar, say);
  assert.equal(button.textContent, "Kiểm thử");
  assert.equal(button.title, "Chạy mọi ô kiểm thử của sổ này");
  button.textContent = "Validating...";
  toolbar.insertAdjacentHTML("beforeend", "<i>notebook is read-only</i>");
  await settled();
  assert.equal(toolbar.textContent, "Đang kiểm thử…Sổ này chỉ đọc");
});

test("tabs, menus and dialogs too; what is no dialog is left alone", async () => {
  openPage(`<div id="side"></div>`);
  const side = { id: "nbgrader-create_assignemnt", title: { label: "Create Assignment", caption: "Nbgrader Create Assignment" }, node: document.getElementById("side") };
  const other = { id: "khac", title: { label: "Validate", caption: "" }, node: document.createElement("div") };
  watchLeftovers({ widgets: () => [side, other] }, say);
  assert.equal(side.title.label, "Đặt ô chấm điểm");
  assert.equal(other.title.label, "Validate");
  document.body.insertAdjacentHTML("beforeend", `<div class="jp-Dialog"><h1>Validation Results</h1></div><p>Validation Results</p>`);
  await settled();
  assert.equal(document.querySelector(".jp-Dialog").textContent, "Kết quả kiểm thử");
  assert.equal(document.querySelector("p").textContent, "Validation Results");
  watchLeftovers({}, say); // Notebook 7 has no such sides
  sayTitle({ label: "" }, say);
});
