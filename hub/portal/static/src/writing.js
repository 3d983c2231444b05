import { keepLive } from "./page/live_preview.js";

document.querySelectorAll("form[data-live]").forEach((form) => keepLive(form, window));
