import { showNames } from "./page/chosen_names.js";

document.querySelectorAll(".chooser").forEach(showNames);
