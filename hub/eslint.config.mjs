// The rules for JavaScript, run from the repository's root (tests/test_javascript.py):
//
//     node hub/node_modules/eslint/bin/eslint.js --config hub/eslint.config.mjs .
//
// Formatting is left to whoever writes; what is refused here is what hides faults.
import js from "@eslint/js";

// What each place may use without importing it: short lists, so that they say what we rely on.
const named = (names) => Object.fromEntries(names.split(/\s+/).map((name) => [name, "readonly"]));
const EVERYWHERE = named(`AbortSignal URL URLSearchParams atob btoa clearTimeout fetch setInterval
  setTimeout`);
const PAGE = named(`Blob BroadcastChannel CSS DOMParser FileReader IntersectionObserver MutationObserver WebSocket addEventListener
  caches confirm crypto document history indexedDB localStorage location navigator performance scrollTo scrollY
  sessionStorage Response globalThis self window`);
const NODE = named("Buffer global globalThis process");

const TRIED = named("Event File KeyboardEvent setImmediate structuredClone");

const WHOLE_PAGE = [
  "error",
  { property: "innerHTML", message: "Markup comes from the server alone, cleaned: say where, and disable this line." },
  { property: "outerHTML", message: "Put nodes on the page, or text." },
  { property: "insertAdjacentHTML", message: "Put nodes on the page, or text." },
  { object: "document", property: "write", message: "Put nodes on the page, or text." },
];

export default [
  {
    ignores: [
      ".venv/", ".data/", "artefacts/", "**/node_modules/", "**/built/", "**/.*/",
      "labs/share/", // made of labs/extension
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { ecmaVersion: 2025, sourceType: "module", globals: EVERYWHERE },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "complexity": ["error", 12],
      "consistent-return": "error",
      "default-param-last": "error",
      "eqeqeq": "error",
      "max-depth": ["error", 3],
      "max-lines": ["error", 450],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 4],
      "no-alert": "off", // the last attempt is asked about
      "no-await-in-loop": "off", // one after another is what is meant
      "no-console": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-param-reassign": "error",
      "no-restricted-properties": WHOLE_PAGE,
      "no-return-assign": ["error", "always"],
      "no-script-url": "error",
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-unused-expressions": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "radix": "error",
      "require-await": "error",
    },
  },
  { files: ["hub/portal/static/src/**", "labs/extension/**"], languageOptions: { globals: PAGE } },
  { files: ["hub/proxy/**", "hub/*.mjs"], languageOptions: { globals: NODE } },
  {
    files: ["tests/**"],
    languageOptions: { globals: { ...PAGE, ...NODE, ...TRIED } },
    rules: {
      "no-restricted-properties": "off", // pages are written down to be tried
      "no-script-url": "off", // and so are attacks
      "require-await": "off", // what stands for a portal or a browser promises as they do
    },
  },
];
