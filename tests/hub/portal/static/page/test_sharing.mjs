// A link to hand on: only what this browser can do is offered.
import assert from "node:assert/strict";
import test from "node:test";
import { offerSharing } from "../../../../../hub/portal/static/src/page/sharing.js";
import { openPage, settled } from "../page.mjs";

const PAGE = `<div data-share data-done="Đã chép"><input value="https://a/verify/MC">
  <button data-copy hidden></button><button data-send hidden></button><span role="status"></span></div>`;

const open = (device) => {
  openPage(PAGE);
  const box = document.querySelector("[data-share]");
  offerSharing(box, device);
  return { box, copy: box.querySelector("[data-copy]"), send: box.querySelector("[data-send]") };
};

test("a browser that can neither copy nor share offers no button", () => {
  const { copy, send } = open({});
  assert.deepEqual([copy.hidden, send.hidden], [true, true]);
});

test("what was copied is said", async () => {
  const copied = [];
  const { box, copy } = open({ clipboard: { writeText: async (text) => { copied.push(text); } } });
  copy.click();
  await settled();
  assert.deepEqual(copied, ["https://a/verify/MC"]);
  assert.equal(box.querySelector("[role=status]").textContent, "Đã chép");
});

test("where copying is not allowed nothing is claimed, and a share that is called off is no fault", async () => {
  const { box, copy, send } = open({
    clipboard: { writeText: async () => { throw new Error("no"); } },
    share: async () => { throw new Error("called off"); },
  });
  copy.click();
  send.click();
  await settled();
  assert.equal(box.querySelector("[role=status]").textContent, "");
});
