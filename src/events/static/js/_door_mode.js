// Whether a scan means that somebody comes in or goes out. Only where the event counts people out is there anything to switch.

/** Wires the switch in the head of `page`; `say(text)` tells the steward what holds now. */
export function installMode(session, { page, say }) {
  const choice = page.querySelector("[data-mode-switch]");
  const buttons = [...choice.querySelectorAll("[data-set-mode]")];

  function show() {
    const counted = (session.rules().exits ?? "off") !== "off";
    choice.hidden = !counted;
    if (!counted && session.mode === "exit") return void (session.mode = "entry");
    page.dataset.mode = session.mode;
    page.querySelector("[data-exit-word]").hidden = session.mode !== "exit";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.setMode === session.mode));
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      session.mode = button.dataset.setMode;
      say(session.mode === "exit" ? page.dataset.nowExit : page.dataset.nowEntry);
    });
  }
  session.on("mode", show);
  session.on("list", show);
  show();
}
