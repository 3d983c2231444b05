// What waits, in words and on the page.
import assert from "node:assert/strict";
import test from "node:test";
import { lineOf, saidOf, sayKept, showCount, showLines, timeIn, typedLine } from "../../../../../hub/portal/static/src/outbox/showing.js";
import { openPage } from "../page.mjs";
import { item } from "./items.mjs";

const words = {
  waiting: "Chưa nộp, sẽ gửi khi có mạng.", sent: "Đã nộp lúc {when}.", stopped: "Chưa nộp: {why} Vẫn giữ.", unsure: "Chưa rõ.",
  again: "Gửi lại", back: "Lấy lại", answers: "Câu trả lời", tried: "Tính một lần.", typed: "Chưa lưu.", choose: "Hãy mở.", kept: "Giữ lúc {when}.",
};
const time = timeIn("vi");

test("each state has its sentence, with the server's time or reasons in it", () => {
  const said = (more) => saidOf(item(more), { words, now: null, time });
  assert.equal(said({}), "Chưa nộp, sẽ gửi khi có mạng.");
  assert.match(said({ state: "sent", sentAt: "2026-11-30T03:05:00Z" }), /^Đã nộp lúc 10:05.*30\/11\/2026\.$/);
  assert.equal(said({ state: "stopped", reasons: ["Đã hết hạn.", "Hai."] }), "Chưa nộp: Đã hết hạn. Hai. Vẫn giữ.");
});

test("the header counts lessons, and says nothing where nothing waits", () => {
  openPage('<a id="waiting" data-said="Chờ gửi: {count}" hidden></a>');
  const link = document.getElementById("waiting");
  showCount(link, [item(), item({ key: "s", state: "sent", page: "/c" })], [{ of: { page: "/a/b" } }, { of: { page: "/d" } }]);
  assert.deepEqual([link.textContent, link.hidden], ["Chờ gửi: 2", false]);
  showCount(link, [item({ state: "sent" })], []);
  assert.equal(link.hidden, true);
});

test("a refused one shows its answers, as text, and can be sent again or put aside", () => {
  openPage("");
  const done = [], acts = { again: () => done.push("again"), back: () => done.push("back") };
  const answers = { a: "<b>x</b>", b: { name: "bang.xlsx", base64: "…" }, c: null, d: ["1", "2"] };
  const line = lineOf(item({ state: "stopped", reasons: [], answers, title: "<i>" }), { words, now: null, time, acts });
  assert.deepEqual([...line.querySelectorAll("li")].map((one) => one.textContent), ["<b>x</b>", "bang.xlsx", '["1","2"]']);
  assert.equal(line.querySelector("h3").textContent, "<i>");
  line.querySelectorAll("button").forEach((one) => one.click());
  assert.deepEqual(done, ["again", "back"]);
});

test("what was sent, or is being sent, offers nothing", () => {
  openPage("");
  const buttons = (one, now) => lineOf(one, { words: { ...words, sending: "…" }, now, time, acts: {} }).querySelectorAll("button").length;
  assert.deepEqual([buttons(item({ state: "sent", sentAt: "2026-11-30T03:05:00Z" }), null), buttons(item(), "k1"), buttons(item(), null)], [0, 0, 2]);
});

test("a list keeps the focus where it was, and an empty one says so", () => {
  openPage('<p id="l-none"></p><ul id="l"></ul>');
  const list = document.getElementById("l"), line = () => typedLine({ of: { page: "/b", title: "Bài" }, revision: 3 }, words);
  showLines(list, [line()]);
  list.querySelector("a").focus();
  showLines(list, [line()]);
  assert.equal(document.activeElement, list.querySelector("a"));
  assert.equal(document.getElementById("l-none").hidden, true);
  showLines(list, []);
  assert.deepEqual([list.hidden, document.getElementById("l-none").hidden], [true, false]);
  assert.equal(typedLine({ of: {}, revision: null }, words).querySelector("p").textContent, "Hãy mở.");
});

test("a kept page says since when, a fresh one nothing", () => {
  openPage('<main id="main"></main>');
  sayKept(words, () => "10:05");
  assert.equal(document.getElementById("main").childElementCount, 0);
  document.documentElement.dataset.kept = "2026-11-30T03:05:00Z";
  sayKept(words, () => "10:05");
  assert.equal(document.querySelector("#main [role=status]").textContent, "Giữ lúc 10:05.");
});
