// The styles as constructable sheets: no style element, so a strict content security policy lets them through.
import base from "./styles/base.css";
import frame from "./styles/frame.css";
import answer from "./styles/answer.css";
import panels from "./styles/panels.css";
import pictures from "./styles/pictures.css";

let made: CSSStyleSheet[] | null = null;

export function sheets(): CSSStyleSheet[] {
  made ??= [base, frame, answer, panels, pictures].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}
