import { askKeys } from "./page/key_form.js";

askKeys(document, navigator.credentials);
