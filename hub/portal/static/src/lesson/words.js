// Sentences with gaps, as the page brings them in its reader's language.

export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_gap, name) => values[name]);
