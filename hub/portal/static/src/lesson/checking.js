// *Kiểm tra*: save, have one exercise marked now, and show what was said.
import { putParts } from "./verdict.js";

/** ``page``: where it is asked, with its step; ``post(address, fields)`` sends a form. */
export async function check(button, { answering, say, page, post }) {
  const said = button.closest("p").querySelector("[data-check-said]");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  said.textContent = say.check_running;
  said.textContent = await told(button.value, { answering, say, page, post }).catch(() => say.check_failed);
  button.removeAttribute("aria-disabled");
}

async function told(action, { answering, say, page, post }) {
  answering.cells.forEach((cell) => answering.changed(cell));
  await answering.save();
  const [bad] = answering.unread();
  if (bad) {
    bad.focus();
    return say.unread;
  }
  if (answering.draft.hasUnsent) return answering.told || say.check_failed;
  const { status, data } = await post(page, { action, cell: "", revision: answering.draft.revision });
  if (status !== 200) return data.errors?.join(" ") || say.check_failed;
  putParts(data);
  return "";
}
