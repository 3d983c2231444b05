// On the pages of who is not logged in: what was kept of the last person's pages goes.
import { leave } from "./outbox/kept_pages.js";

leave(localStorage).catch(() => { /* a browser that keeps nothing */ });
