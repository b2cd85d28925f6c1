// The few drawn signs. They are decoration: the control around them has the name.
import { s } from "../dom";

const PATHS = {
  up: "M7 10v10H3V10zm0 0 4-8c1.7 0 2.6 1 2.4 2.6L13 9h6c1.4 0 2.2 1.1 1.9 2.4l-1.7 7c-.3 1-1 1.6-2 1.6H7",
  down: "M7 14V4H3v10zm0 0 4 8c1.7 0 2.6-1 2.4-2.6L13 15h6c1.4 0 2.2-1.1 1.9-2.4l-1.7-7c-.3-1-1-1.6-2-1.6H7",
  close: "M6 6l12 12M18 6 6 18",
};

export const icon = (name: keyof typeof PATHS): SVGElement =>
  s("svg", { class: "icon-sign", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, s("path", { d: PATHS[name] }));
