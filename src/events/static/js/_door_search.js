// Search as you type. While a word is being composed (kana to kanji) nothing is asked; afterwards only the latest answer counts.
import { highlight } from "./_door_highlight.js";
import { fill } from "./_door_verdict.js";

const PAUSE_MS = 60;
const words = Object.fromEntries(
  Array.from(document.getElementById("state-words").content.children, (word) => [word.dataset.state, word.textContent]),
);

/** Keeps the list below the field current; `onChosen(card)` is called when a guest is to be checked in. */
export function searchAsYouType(sheet, { texts, onChosen }) {
  const field = sheet.querySelector("[name=q]");
  const list = sheet.querySelector("[data-results]");
  const status = sheet.querySelector("[data-found]");
  let timer;
  let running;

  async function search() {
    running?.abort();
    running = new AbortController();
    const query = field.value.trim();
    if (!query) return show([], "");
    try {
      const answer = await fetch(`/door/guests?${new URLSearchParams({ q: query })}`, {
        headers: { accept: "application/json" }, signal: running.signal,
      });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      const lines = await answer.json();
      show(lines, lines.length ? `${texts.found} ${lines.length}` : texts.none);
    } catch (error) {
      if (error.name !== "AbortError") show([], texts.offline);
    }
  }

  function show(lines, said) {
    list.replaceChildren(...lines.map((line) => row(line, field.value, onChosen)));
    status.textContent = said;
  }

  field.addEventListener("input", ({ isComposing }) => {
    clearTimeout(timer);
    if (!isComposing) timer = setTimeout(search, PAUSE_MS);
  });
  field.addEventListener("compositionend", search);
  field.form.addEventListener("submit", (event) => (event.preventDefault(), search()));
}

function row({ card, about, state, inside }, query, onChosen) {
  const line = document.getElementById("guest-line").content.firstElementChild.cloneNode(true);
  const confirmed = state === "confirmed";
  fill(line, {
    ...card,
    about,
    inside,
    state: confirmed || inside ? "" : words[state],
    confirmed: confirmed && !inside,
  });
  for (const name of ["name", "about"]) highlight(line.querySelector(`[data-slot=${name}]`), query);
  line.querySelector("form").addEventListener("submit", (event) => (event.preventDefault(), onChosen(card)));
  return line;
}
