// *Nộp bài*, with or without a line. A module of its own: the lesson's page is there before it.
import { HandingIn } from "./lesson/handing_in.js";
import { Waiting } from "./lesson/waiting.js";

const makeKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

// A kept page is the whole lesson: whoever asked for a step finds it there.
function goToStep({ form, state }) {
  const wanted = Number(new URLSearchParams(location.search).get("buoc"));
  const [cell] = Object.entries(state.step_of).find(([, step]) => step === wanted) ?? [];
  if (cell) form.querySelector(`[data-cell="${CSS.escape(cell)}"]`)?.scrollIntoView({ block: "center" });
}

/** What hands this lesson in. ``parts``: form, state, call, answering, stepping; ``outbox``: the
 * address of the script that every page has. */
export async function makeHandingIn(parts, outbox) {
  const shared = await import(outbox).catch(() => ({}));
  if (!shared.outbox) return new HandingIn({ ...parts, makeKey });
  const waiting = new Waiting({ ...parts, ...shared, makeKey });
  shared.listen((items) => waiting.show(items));
  waiting.show(await shared.outbox.all());
  if (document.documentElement.dataset.kept) goToStep(parts);
  return new HandingIn({ ...parts, makeKey, waiting });
}
