// A supervisor lets somebody in against a refusal, and says why. Other phones never see the button.
const form = document.querySelector("[data-overrule-form]");

/** `door`: {check, next, sheets}. Answers {offer(shown, what, options)}, to be called when a refusal is on the screen. */
export function installOverride(session, { check, next, sheets }) {
  let refused = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const note = form.elements.note.value.trim();
    if (note.length < 3) return form.elements.note.focus();
    sheets.close();
    check(refused.what, { ...refused.options, act: "entry", override: { note } });
  });
  for (const reason of form.querySelectorAll("[data-reasons] button")) {
    reason.addEventListener("click", () => (form.elements.note.value = reason.textContent));
  }

  function open() {
    next();
    form.reset();
    document.querySelector("[data-overrule-guest]").textContent = refused.name;
    sheets.open("overrule");
  }

  return {
    offer(shown, what, options) {
      const button = document.querySelector("[data-verdicts] [data-overrule]");
      if (!button || session.phone()?.role !== "supervisor" || shown.act !== "entry") return;
      refused = { what: shown.entry ? { registration_id: shown.entry.id } : what, options, name: shown.card?.name ?? "" };
      button.hidden = false;
      button.addEventListener("click", open);
    },
  };
}
