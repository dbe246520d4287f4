// Shows a verdict over the whole screen, from the page's own templates, and takes it away again.
const LONG = { ".verdict-name": 24, "[data-slot=table]": 4 }; // letters: more take a smaller type

const stage = document.querySelector("[data-verdicts]");

/** Fills the template of the verdict's kind, answers its face. `actions` are called by its buttons: next, find, undo. */
export function showVerdict(kind, announcement, actions) {
  const verdict = templateOf(kind).content.firstElementChild.cloneNode(true);
  if (announcement) fill(verdict, { ...announcement, ...announcement.card });
  for (const [selector, most] of Object.entries(LONG)) {
    for (const part of verdict.querySelectorAll(selector)) part.classList.toggle("is-long", part.textContent.length > most);
  }
  if (announcement?.first) verdict.querySelector("[data-slot=under]").textContent = withAge(announcement);
  listen(verdict, actions);
  stage.replaceChildren(verdict);
  verdict.querySelector("[data-next]").focus({ focusVisible: false });
  return verdict.dataset.verdict;
}

// A server that is newer than this page may have a word that the page does not know.
function templateOf(kind) {
  return document.getElementById(`verdict-${kind}`) ?? document.getElementById("verdict-unreadable");
}

export function closeVerdict() {
  stage.replaceChildren();
}

/** Whether a verdict is on the screen, or one with one of these faces. */
export function verdictIsOpen(...faces) {
  return faces.length ? faces.some((face) => stage.querySelector(`[data-verdict="${face}"]`)) : stage.childElementCount > 0;
}

/** Texts into [data-slot], and [data-with] shown only where there is one; the guest's flags likewise. */
export function fill(element, values) {
  for (const slot of element.querySelectorAll("[data-slot]")) {
    const name = slot.dataset.slot;
    if (!(name in values)) continue;
    slot.textContent = values[name];
    if (values[`${name}_lang`]) slot.lang = values[`${name}_lang`];
  }
  for (const part of element.querySelectorAll("[data-with]")) part.hidden = !values[part.dataset.with];
  for (const flag of element.querySelectorAll("[data-flag]")) flag.hidden = !values.flags?.includes(flag.dataset.flag);
}

function withAge({ first, first_at }) {
  const minutes = Math.round((Date.parse(first_at) - Date.now()) / 60000);
  if (minutes >= 0 || minutes < -600) return first;
  const age = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short", numeric: "always" });
  return `${first} · ${age.format(minutes, "minute")}`;
}

function listen(verdict, { next, find, undo }) {
  const press = (selector, type, action) =>
    verdict.querySelector(selector)?.addEventListener(type, (event) => (event.preventDefault(), action()));
  press("[data-next]", "click", next);
  press("[data-find]", "click", find);
  press("[data-undo]", "submit", undo);
  // A welcome and a goodbye go by themselves, unless somebody touches them to read on.
  const drain = verdict.querySelector(".verdict-drain");
  drain?.addEventListener("animationend", next);
  verdict.addEventListener("pointerdown", () => drain?.remove());
  verdict.addEventListener("keydown", ({ key }) => key === "Tab" && drain?.remove());
}
