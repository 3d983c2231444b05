// What the server and a security key say to each other.
import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, readQuestion, sentenceOf, textOf, writeAnswer } from "../../../../../hub/portal/static/src/page/key_words.js";

const bytes = (...values) => Uint8Array.from(values).buffer;
const ANSWER = {
  id: "-_8",
  rawId: bytes(251, 255),
  type: "public-key",
  response: { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: null },
};

test("bytes go to words and back, also those that other alphabets write with + and /", () => {
  assert.equal(textOf(bytes(251, 255)), "-_8");
  assert.deepEqual([...bytesOf("-_8")], [251, 255]);
});

test("a question for a known key and one for a new key become what the browser takes", () => {
  const known = readQuestion('{"challenge":"AQI","rpId":"a.vn","allowCredentials":[{"id":"Aw","type":"public-key"}]}');
  assert.deepEqual([...known.challenge, ...known.allowCredentials[0].id], [1, 2, 3]);
  assert.equal(known.rpId, "a.vn");
  const fresh = readQuestion('{"challenge":"AQI","user":{"id":"Aw","name":"an"}}');
  assert.deepEqual([[...fresh.user.id], fresh.excludeCredentials], [[3], []]);
});

test("an answer is words; what the key does not say is not there", () => {
  const said = JSON.parse(writeAnswer(ANSWER));
  assert.deepEqual(said.response, { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw" });
  assert.equal(said.rawId, "-_8");
});

test("each error has its sentence", () => {
  const named = (name) => sentenceOf(Object.assign(new Error("x"), { name }));
  assert.deepEqual(
    ["NotAllowedError", "AbortError", "InvalidStateError", "SecurityError"].map(named),
    ["cancelled", "cancelled", "known", "unable"],
  );
});
