// One script tag: <script src="https://assistant.example/widget.js" defer></script> adds the launcher to a page.
// data-mode="panel" (default), "inline" with data-target="#place"; data-lang, data-theme are passed on.
import { Assistant, NAME } from "./element";

const script = document.currentScript as HTMLScriptElement | null;

function mount(): void {
  if (document.querySelector(NAME)) return;
  const element = document.createElement(NAME);
  const { mode = "panel", target, lang, theme } = script?.dataset ?? {};
  element.setAttribute("mode", mode);
  if (lang) element.setAttribute("lang", lang);
  if (theme) element.setAttribute("theme", theme);
  ((target && document.querySelector(target)) || document.body).append(element);
}

if (!customElements.get(NAME)) customElements.define(NAME, Assistant);
if (document.readyState === "loading") addEventListener("DOMContentLoaded", mount);
else mount();
