// The only way elements are made here: text goes in as text, so that nothing a user or a table says can become markup.

export type Child = Node | string | null | undefined | false;
type Listener = (event: Event) => void;
export type Attributes = Record<string, string | number | boolean | null | undefined | Listener>;

const SVG = "http://www.w3.org/2000/svg";

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
}

/** An element with attributes (functions become listeners) and children; strings become text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}

/** The same for SVG. */
export function s(name: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  fill(element, attributes, children);
  return element;
}

/** A link that leaves the page: http(s) only, anything else becomes plain text. */
export function link(url: string | null | undefined, text: string): HTMLElement {
  let address: URL | null = null;
  try {
    address = url ? new URL(url) : null;
  } catch {
    address = null;
  }
  if (!address || !/^https?:$/.test(address.protocol)) return h("span", {}, text);
  return h("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, text);
}

/** An id for a message: random, also on pages without https, where crypto.randomUUID does not exist. */
export const messageId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

let counter = 0;
/** An id that is unique in this page. */
export const uid = (prefix: string): string => `${prefix}-${++counter}`;
