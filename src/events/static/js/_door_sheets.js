// The sheets over the camera: one open at a time, its field ready to type in; Escape and the cross close it.
const FIRST = "[data-first], input:not([type=hidden])";

export class Sheets {
  #sheets = [...document.querySelectorAll("[data-sheet]")];
  #opener = null;
  #onClosed;

  constructor({ onClosed = () => {} } = {}) {
    this.#onClosed = onClosed;
    for (const sheet of this.#sheets) {
      sheet.hidden = true;
      const close = sheet.querySelector("[data-close]");
      close.hidden = false;
      close.addEventListener("click", () => this.close());
    }
    for (const button of document.querySelectorAll("[data-open]")) {
      button.addEventListener("click", () => this.open(button.dataset.open));
    }
    addEventListener("keydown", ({ key, isComposing }) => key === "Escape" && !isComposing && this.close());
  }

  get isOpen() {
    return this.#sheets.some(({ hidden }) => !hidden);
  }

  /** Some sheets are opened from another one, and have no button of their own. */
  open(name) {
    this.close();
    const sheet = this.#sheets.find(({ dataset }) => dataset.sheet === name);
    sheet.hidden = false;
    this.#opener = document.querySelector(`[data-open=${name}]`);
    this.#opener?.setAttribute("aria-expanded", "true");
    const first = sheet.querySelector(FIRST);
    first.focus();
    first.select?.();
  }

  close() {
    if (!this.isOpen) return;
    for (const sheet of this.#sheets) sheet.hidden = true;
    this.#opener?.setAttribute("aria-expanded", "false");
    this.#opener?.focus();
    this.#onClosed();
  }
}
