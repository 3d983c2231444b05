import { keepFresh } from "./page/fresh_parts.js";

keepFresh();
