// What was typed into lessons that are not open now, and has not arrived: in this browser's store,
// where the lesson's page keeps it (lesson/browser_store.js).
import { same } from "../lesson/comparing.js";

const read = (storage, name) => {
  try {
    return JSON.parse(storage.getItem(name) || "null");
  } catch {
    return null;
  }
};

/** Lessons of ``who`` with answers that wait, each with the ``name`` it is kept under. */
export function typedOf(storage, who) {
  const names = Array.from({ length: storage.length }, (_one, place) => storage.key(place));
  return names
    .filter((name) => name.startsWith(`motcham:${who}:`) && name.split(":").length === 4)
    .map((name) => ({ name, ...read(storage, name) }))
    .filter((one) => one.of && Object.keys(one.mine ?? {}).length > 0);
}

/** What is still to be kept of ``kept`` once ``sent`` has arrived; null where it is nothing. */
export function withoutSent(kept, sent) {
  const left = Object.keys(kept.mine).filter((id) => !(id in sent && same(sent[id], kept.mine[id])));
  if (!left.length) return null;
  const part = (of) => Object.fromEntries(left.map((id) => [id, of[id]]));
  return { ...kept, mine: part(kept.mine), base: part(kept.base) };
}

/** ``sent`` has arrived: forget it. */
export function forgetSent(storage, name, sent) {
  const kept = read(storage, name);
  if (!kept?.mine) return;
  const left = withoutSent(kept, sent);
  if (left) storage.setItem(name, JSON.stringify(left));
  else storage.removeItem(name);
}

/** Send what waits of one lesson. Was there a line? What is refused or was changed elsewhere stays
 * where it is: the lesson's page shows both versions. */
export async function sendTyped(one, { call, storage }) {
  if (!Number.isInteger(one.revision)) return true;
  const answers = one.mine;
  const { status } = await call("PUT", `${one.of.api}/answers`,
    { revision: one.revision, answers, language: one.of.language });
  if (status === 200) forgetSent(storage, one.name, answers);
  return status === 200 || (status >= 400 && status < 429 && status !== 401 && status !== 403);
}
