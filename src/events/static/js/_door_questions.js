// The door's questions before a welcome: one at a time, two big answers. A required one that is answered with no ends the asking.
const dialog = document.querySelector("[data-asking]");
const part = (name) => dialog.querySelector(`[data-${name}]`);
const answer = (word) => dialog.querySelector(`[data-answer=${word}]`);

/** Answers {question: true | false}, or null when the steward stops. `others` rest meanwhile. */
export async function askQuestions(entry, questions, others = document.querySelector(".scanner")) {
  const wasInert = others.inert;
  others.inert = true;
  dialog.hidden = false;
  part("asking-guest").textContent = [entry?.card?.spoken, entry?.card?.name].filter(Boolean).join(" · ");
  try {
    return await askEach(questions);
  } finally {
    dialog.hidden = true;
    others.inert = wasInert;
  }
}

async function askEach(questions) {
  const answers = {};
  for (const [place, question] of questions.entries()) {
    part("asking-step").textContent = questions.length > 1 ? `${place + 1} / ${questions.length}` : "";
    const answered = await askOne(question);
    if (answered === null) return null;
    answers[question.id] = answered;
    if (question.required && !answered) break;
  }
  return answers;
}

function askOne({ label, required }) {
  part("asking-label").textContent = label;
  part("asking-required").hidden = !required;
  answer("yes").focus({ focusVisible: false });
  return new Promise((resolve) => {
    const done = new AbortController();
    const listen = (element, type, answerOf) =>
      element.addEventListener(type, (event) => {
        const answered = answerOf(event);
        if (answered === undefined) return;
        done.abort();
        resolve(answered);
      }, { signal: done.signal });
    listen(answer("yes"), "click", () => true);
    listen(answer("no"), "click", () => false);
    listen(part("asking-stop"), "click", () => null);
    listen(dialog, "keydown", ({ key }) => (key === "Escape" ? null : undefined));
  });
}
