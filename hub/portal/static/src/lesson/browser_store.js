// What has not arrived yet, kept in this browser until it has; and where on the page one was.

/** ``BrowserStore(key)``; ``of``: what is to be known of the lesson where it is not open. A full or forbidden store is no store, and the page goes on. */
export class BrowserStore {
  /** ``has(id)``: is this cell on the page? What is kept of others stays until their page comes. */
  constructor(key, has = () => true, of = {}) {
    Object.assign(this, { key, has, of });
    this.works = true;
  }

  /** Ids of cells on other pages of the lesson that still wait to be sent. */
  elsewhere() {
    return Object.keys(this.kept()?.mine || {}).filter((id) => !this.has(id));
  }

  #withOthers(unsent) {
    const kept = this.kept(), others = this.elsewhere();
    if (!others.length) return unsent;
    const part = (of) => Object.fromEntries(others.map((id) => [id, of[id]]));
    return { mine: { ...part(kept.mine), ...unsent?.mine }, base: { ...part(kept.base), ...unsent?.base } };
  }

  /** ``revision``: the draft's; where cells of other pages wait they may be older. */
  keep(own, revision) {
    try {
      this.works = true;
      const unsent = this.#withOthers(own), older = this.elsewhere().length > 0;
      if (unsent) localStorage.setItem(this.key, JSON.stringify({ ...unsent, revision: older ? null : revision, of: this.of }));
      else localStorage.removeItem(this.key);
    } catch {
      this.works = false; // the server still has all that arrived
    }
  }

  kept() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) || "null");
      return kept && { mine: kept.mine || {}, base: kept.base || {} };
    } catch {
      return null;
    }
  }
}

/** What the server had last, by ``key``: a page that was kept is older than that. */
export function know(key, known) {
  try {
    localStorage.setItem(`${key}:known`, JSON.stringify(known));
  } catch { /* no store: such a page stays as it is */ }
}

export function knownOf(key) {
  try {
    return JSON.parse(localStorage.getItem(`${key}:known`));
  } catch {
    return null;
  }
}

/** Resume where one left: the browser keeps the place of a reload; a new visit gets this. */
export function resumePlace(key) {
  try {
    const left = sessionStorage.getItem(key) ?? localStorage.getItem(key);
    if (left && !location.hash && scrollY === 0) scrollTo({ top: Number(left), behavior: "instant" });
    addEventListener("scrollend", () => localStorage.setItem(key, String(Math.round(scrollY))));
  } catch { /* no store: begin at the top */ }
}
