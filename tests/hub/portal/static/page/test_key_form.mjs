// A form that goes off with a security key's answer, and stays with a sentence without one.
import assert from "node:assert/strict";
import test from "node:test";
import { askKeys } from "../../../../../hub/portal/static/src/page/key_form.js";
import { openPage, settled } from "../page.mjs";

const bytes = (...values) => Uint8Array.from(values).buffer;
const ANSWER = {
  id: "-_8",
  rawId: bytes(251, 255),
  type: "public-key",
  response: { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: null },
};

async function send(credentials) {
  openPage(`<form data-key="get" data-options='{"challenge":"AQI"}'><input name="answer" value="">
    <p data-said="cancelled" hidden>Đã hủy</p><p data-said="unable" hidden>Không được</p>
    <p data-said="asking" hidden>Hãy chạm</p><button data-ask>Dùng khóa</button></form>`);
  const form = document.querySelector("form");
  let sent = 0;
  form.submit = () => { sent += 1; };
  askKeys(document, credentials);
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  await settled();
  const said = [...form.querySelectorAll("[data-said]")].filter((one) => !one.hidden);
  return { form, sent: () => sent, said: said.map((one) => one.textContent) };
}

test("what the key answers is sent", async () => {
  const { form, sent } = await send({ get: async () => ANSWER });
  assert.equal(sent(), 1);
  assert.equal(JSON.parse(form.elements.answer.value).id, "-_8");
});

test("a cancelled question stays, with a sentence and a button to ask again", async () => {
  const refuse = async () => { throw Object.assign(new Error("x"), { name: "NotAllowedError" }); };
  const { form, sent, said } = await send({ get: refuse });
  assert.deepEqual([sent(), said, form.querySelector("button").disabled], [0, ["Đã hủy"], false]);
  assert.equal((await send(undefined)).said[0], "Không được");
});
