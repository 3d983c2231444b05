// Parts of a page that stay fresh while the rest stays as it was read or typed.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { keepFresh, putIn } from "../../../../../hub/portal/static/src/page/fresh_parts.js";
import { openPage, set, settled } from "../page.mjs";

const PAGE = '<input id="typed"><p id="one" data-fresh="dấu">3 người</p><p id="two" data-fresh="dấu">cũ</p>';

test("marked parts are replaced, what is typed beside them stays", () => {
  openPage(PAGE);
  document.getElementById("typed").value = "đang gõ";
  putIn('<p id="one" data-fresh="dấu">4 người</p><p id="three">khác</p>');
  assert.equal(document.getElementById("one").textContent, "4 người");
  assert.equal(document.getElementById("two").textContent, "cũ", "a part that is missing stays");
  assert.equal(document.getElementById("typed").value, "đang gõ");
  assert.equal(document.getElementById("three"), null);
});

test("it asks every ten seconds, over broken lines too, and ends when no part is marked any more", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  openPage(PAGE);
  const asked = [];
  const answers = [
    () => { throw new Error("no line"); },
    () => new Response("<html>", { status: 502 }),
    () => new Response('<p id="one">xong</p><p id="two">xong</p>'),
  ];
  set("fetch", async (_address, { headers }) => { asked.push(headers); return answers[asked.length - 1](); });
  keepFresh();
  for (let turn = 0; turn < 6; turn += 1) { mock.timers.tick(10_000); await settled(); }
  assert.deepEqual(asked, Array(3).fill({ "X-Xsrftoken": "dấu" }));
  assert.equal(document.getElementById("two").textContent, "xong");
  mock.timers.reset();
});

test("a page without such parts asks nothing", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  openPage("<p>x</p>");
  set("fetch", () => assert.fail("asked"));
  keepFresh();
  mock.timers.tick(20_000);
  mock.timers.reset();
});
