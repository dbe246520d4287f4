// A welcome offers the guest's badge where the organiser has set badges up; the print station prints it. Without a network there is
// nobody to ask, and the station prints arrivals by itself if the organiser wants that.

/** Answers {offer(shown)}, to be called when a verdict is on the screen. */
export function installBadges(session, { say, failed }) {
  async function ask(button, shown) {
    button.disabled = true;
    const answer = await fetch("/door/badges", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ id: shown.id, registration_id: shown.card.registration_id }), // the scan's id: pressed twice is asked once
    }).catch(() => null);
    if (answer?.ok) button.lastChild.textContent = button.dataset.badgeAsked;
    else {
      button.disabled = false;
      say(failed);
    }
  }

  return {
    offer(shown) {
      const button = document.querySelector("[data-verdicts] [data-badge]");
      if (!button || !session.rules()?.prints_badges || !session.facts().online || !shown.card?.registration_id) return;
      button.hidden = false;
      button.addEventListener("click", () => ask(button, shown));
    },
  };
}
