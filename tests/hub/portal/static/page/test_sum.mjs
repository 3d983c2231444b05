// What was shared out, kept true while shares are typed.
import assert from "node:assert/strict";
import test from "node:test";
import { keepSum, readShare } from "../../../../../hub/portal/static/src/page/sum.js";
import { openPage, type } from "../page.mjs";

const PAGE = `<form><p data-sum data-amount="1500" data-language="vi" data-says="Đang phân bổ [sum] trên 1.500."
  data-left="Còn [left] chưa chia." data-over="Vượt [left]."></p>
  <input name="name" value="QĐ 12"><input name="unit-1" value="1.000"><input name="unit-2" value=""></form>`;

test("a share is read with or without dots, and anything else is none yet", () => {
  assert.deepEqual(["1.000", "1 000", "25", "", "-3", "1,5", "x"].map(readShare), [1000, 1000, 25, 0, 0, 0, 0]);
});

test("the sum says what is left, what is over, and nothing more where it fits", () => {
  openPage(PAGE);
  const said = document.querySelector("[data-sum]"), share = document.querySelector("[name=unit-2]");
  keepSum(said);
  assert.equal(said.textContent, "Đang phân bổ 1.000 trên 1.500. Còn 500 chưa chia.");
  type(share, "500");
  assert.equal(said.textContent, "Đang phân bổ 1.500 trên 1.500.");
  type(share, "501");
  assert.equal(said.textContent, "Đang phân bổ 1.501 trên 1.500. Vượt 1.");
});
