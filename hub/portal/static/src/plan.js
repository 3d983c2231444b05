import { keepSum } from "./page/sum.js";

document.querySelectorAll("[data-sum]").forEach(keepSum);
