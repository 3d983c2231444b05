// The browser's current token against forged requests: a page that was kept has an old one.

/** "" where there is none. Of two the first counts: that of the longer path, ours. */
export const token = () => /(?:^|; )_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
