// Hand-ins that wait, in the browser's own database: they outlive the page and the browser.
const NAME = "motcham-outbox", ITEMS = "items";

const done = (request) => new Promise((good, bad) => {
  request.addEventListener("success", () => good(request.result));
  request.addEventListener("error", () => bad(request.error));
});

function open() {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(ITEMS, { keyPath: "key" }));
  return done(request);
}

/** The items of ``who``; the promise fails where the browser keeps nothing. */
export async function openItems(who) {
  const database = await open();
  const change = (work) => new Promise((good, bad) => {
    const act = database.transaction(ITEMS, "readwrite", { durability: "strict" });
    act.addEventListener("complete", () => good());
    act.addEventListener("error", () => bad(act.error));
    act.addEventListener("abort", () => bad(act.error));
    work(act.objectStore(ITEMS));
  });
  return {
    all: async () => (await done(database.transaction(ITEMS).objectStore(ITEMS).getAll())).filter((one) => one.who === who),
    /** Put one in the place of ``others``: all or nothing. */
    put: (item, others = []) => change((items) => {
      others.forEach((one) => items.delete(one.key));
      items.put(item);
    }),
    remove: (key) => change((items) => items.delete(key)),
  };
}
