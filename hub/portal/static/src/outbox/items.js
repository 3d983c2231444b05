// Hand-ins that wait for a line: what is decided about them, without page, network, store or clock.
//
// An item is one hand-in of one lesson: its key (the server takes it once for that), whose and
// where it is, the answers that the server has not, and how it stands:
//   waiting   goes by itself; `tried` says that it may have arrived already; `why`: "busy" or none
//   session   goes by itself once its person has logged in again
//   stopped   the server does not take it as it is: `reasons` says why; nothing is thrown away
//   sent      taken: `submission` and `sentAt` are the server's
export const KEEP_SENT_MS = 7 * 24 * 60 * 60 * 1000;
const FIRST_MS = 5_000, AT_MOST_MS = 120_000, GOES = ["waiting", "session"];

/** The lesson that an item is of: the name under which the page keeps what is typed, too. */
export const lessonOf = ({ who, release, lesson }) => `motcham:${who}:${release}:${lesson}`;

export const waits = (item) => GOES.includes(item.state);

/** What of ``items`` a ``fresh`` hand-in of the same lesson takes the place of. */
export const replacedBy = (items, fresh) =>
  items.filter((one) => lessonOf(one) === lessonOf(fresh) && one.key !== fresh.key && !(waits(one) && one.tried));

/** The one that goes next, of those not in ``done``: in the order they were handed in. */
export const nextOf = (items, done) =>
  items.filter((one) => waits(one) && !done.has(one.key)).sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))[0] ?? null;

/** What is sent. */
export const bodyOf = ({ key, course, lesson, release, revision, language, answers }) =>
  ({ key, course, lesson, release, revision, language, answers });

/** How an item stands after ``answer``, {status, data}; null: no line. */
export function after(item, answer) {
  const before = { ...item, tried: true, why: null, reasons: null };
  if (!answer) return { ...before, state: "waiting" };
  const { status, data } = answer;
  if (status === 202) return { ...before, state: "sent", submission: data.id, sentAt: data.submitted_at, answers: {} };
  if (status === 401 || status === 403) return { ...before, state: "session" };
  if (status === 429 || status >= 500) return { ...before, state: "waiting", why: "busy" };
  return { ...before, state: "stopped", tried: false, reasons: data?.errors ?? [] };
}

/** May the next one go? Not past one that could not: order is kept. */
export const goesOn = (item) => item.state === "sent" || item.state === "stopped";

/** Long sent: no longer worth a line. */
export const isOld = (item, now) => item.state === "sent" && now - Date.parse(item.sentAt) > KEEP_SENT_MS;

/** How long to wait before the next try by itself. */
export const pauseAfter = (failures) => Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), AT_MOST_MS);

/** How it stands, by the name of its sentence; ``now``: the key of the one that is being sent. */
export function sentenceOf(item, now) {
  if (item.key === now) return "sending";
  if (item.state !== "waiting") return item.state;
  if (item.why === "busy") return "busy";
  return item.tried ? "unsure" : "waiting";
}
