// An author's preview follows what is typed, and stays where the line is lost.
import assert from "node:assert/strict";
import test from "node:test";
import { keepLive } from "../../../../../hub/portal/static/src/page/live_preview.js";
import { openPage, settled } from "../page.mjs";

const PAGE = `<form data-live action="/write/piece?new=number"><input name="title"><input type="file" name="upload">
  <button name="action" value="save"></button></form><div id="live">cũ</div>`;

const open = (answer) => {
  openPage(PAGE);
  const asked = [];
  const page = {
    document,
    FormData: document.defaultView.FormData,
    DOMParser: document.defaultView.DOMParser,
    setTimeout: (work) => work(),
    clearTimeout: () => {},
    fetch: async (address, options) => {
      asked.push([address, options.body.get("action"), options.body.get("title")]);
      return answer();
    },
  };
  const form = document.querySelector("form");
  keepLive(form, page);
  const type = async (name, text) => {
    const field = form.querySelector(`[name=${name}]`);
    if (text) field.value = text;
    field.dispatchEvent(new document.defaultView.Event("input", { bubbles: true }));
    await settled();
    await settled();
  };
  return { asked, type, live: () => document.getElementById("live").textContent };
};

test("what is typed is asked for by the form's own address and shown", async () => {
  const { asked, type, live } = open(() => ({ text: async () => `<p id="live">mới</p>` }));
  await type("title", "Tính");
  assert.deepEqual(asked, [["/write/piece?new=number", "preview", "Tính"]]);
  assert.equal(live(), "mới");
});

test("a file that is chosen asks for nothing", async () => {
  const { asked, type } = open(() => ({ text: async () => "" }));
  await type("upload");
  assert.deepEqual(asked, []);
});

test("without a line the preview stays as it was", async () => {
  const { type, live } = open(() => { throw new TypeError("no line"); });
  await type("title", "Tính");
  assert.equal(live(), "cũ");
});
