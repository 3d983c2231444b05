// The portal's API, asked by a lab's page.
import { spoken } from "./words.js";

/**
 * ``page`` is what Jupyter's server says of its own page. The portal's cookie does not count for a
 * lab's page, and rightly so: the token of this page may speak to the portal for the learner it was
 * made for, and for nobody else.
 */
export class Portal {
  constructor(page) {
    this.page = page;
    this.address = page.motchamPortal
      || `${(page.hubPrefix || "/hub/").replace(/hub\/$/, "")}services/portal/`;
  }

  /** In which language it is to answer. */
  get language() {
    return spoken();
  }

  async ask(method, path, body) {
    const answer = await fetch(`${this.address}api/v1/${path}`, {
      method,
      credentials: "omit",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": this.language,
        Authorization: `token ${this.page.token}`,
      },
      body: body && JSON.stringify(body),
    });
    let said = {};
    try { said = await answer.json(); } catch { /* a page of the proxy's own */ }
    return { status: answer.status, said };
  }

  /** The page of a lesson, or the portal's first where there is none. */
  pageOf(lesson) {
    return lesson ? `${this.address}${pathOf(lesson)}` : this.address;
  }

  /** An address that the portal says, as one that leads there from a lab's own host. */
  addressOf(path) {
    return new URL(path, new URL(this.address, location.href)).href;
  }
}

export const pathOf = ({ course, lesson }) => `courses/${course}/lessons/${lesson}`;

/** Why the portal did not do it, in its own words or in ``other``. */
export const reasonOf = (said, other) => (said.errors || []).join(" ") || said.message || other;
