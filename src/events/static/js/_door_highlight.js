// Marks in a name what was typed, as far as both are written alike: accents, width, case and kind of kana do not matter.
const TO_HIRAGANA = 0x60;

function plain(letter) {
  const [base] = letter.normalize("NFKD").toLowerCase();
  return /[ァ-ヶ]/.test(base) ? String.fromCharCode(base.charCodeAt(0) - TO_HIRAGANA) : base;
}

/** Wraps the first place where `query` occurs in the element's text; an element without it stays as it is. */
export function highlight(element, query) {
  const letters = Array.from(element.textContent);
  const shown = letters.map(plain);
  const wanted = Array.from(query.trim(), plain);
  const start = shown.findIndex((_, place) => wanted.every((letter, step) => letter === shown[place + step]));
  if (!wanted.length || start < 0) return;
  const mark = document.createElement("mark");
  mark.textContent = letters.slice(start, start + wanted.length).join("");
  element.replaceChildren(letters.slice(0, start).join(""), mark, letters.slice(start + wanted.length).join(""));
}
