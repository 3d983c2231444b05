import { speakBubbles } from "./page/bubbles.js";

speakBubbles(document, document.body.dataset);
