// What this phone has scanned, newest first; each entry or exit can be taken back, with or without a connection.
import { fill } from "./_door_verdict.js";

const MOST_LINES = 60; // an hour of a busy gate
const TAKES_BACK = ["admitted", "left"];

/** The word of a kind of verdict, as the page says it. */
export function wordOfKind(kind) {
  return document.getElementById("kind-words").content.querySelector(`[data-kind="${kind}"]`)?.textContent ?? "";
}

export function installHistory(session) {
  const sheet = document.querySelector("[data-sheet=history]");
  const list = sheet.querySelector("[data-history]");
  const status = sheet.querySelector("[data-history-status]");

  function show() {
    const lines = session.history().filter(({ act }) => act !== "undo").slice(0, MOST_LINES);
    sheet.querySelector("[data-history-none]").hidden = lines.length > 0;
    list.replaceChildren(...lines.map(line));
  }

  function line(shown) {
    const element = document.getElementById("history-line").content.firstElementChild.cloneNode(true);
    fill(element, {
      name: shown.card?.name || shown.event_title || "–",
      name_lang: shown.card?.name_lang,
      time: session.clock(shown.at),
      word: wordOfKind(shown.kind),
      note: shown.note,
      by_phone: shown.by === "phone",
      undone: shown.undone,
      undoable: TAKES_BACK.includes(shown.verdict) && !shown.undone,
    });
    element.querySelector("[data-take-back]").addEventListener("click", () => takeBack(shown));
    return element;
  }

  async function takeBack(shown) {
    const { kind } = await session.undo(shown.id);
    status.textContent = kind === "undone" ? `${sheet.dataset.takenBack}: ${shown.card?.name ?? ""}` : sheet.dataset.failed;
    show();
  }

  const showIfOpen = () => sheet.hidden || show();
  session.on("movements", showIfOpen);
  new MutationObserver(() => (sheet.hidden ? (status.textContent = "") : show())).observe(sheet, { attributeFilter: ["hidden"] });
}
