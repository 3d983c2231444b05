// Elements of the page. What comes from the portal is put in as text, never as markup.

export function make(tag, properties, ...children) {
  const { data, ...plain } = properties || {};
  const node = Object.assign(document.createElement(tag), plain);
  Object.assign(node.dataset, data);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
