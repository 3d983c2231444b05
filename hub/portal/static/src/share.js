import { offerSharing } from "./page/sharing.js";

document.querySelectorAll("[data-share]").forEach((box) => offerSharing(box, navigator));
