// Shows that a form is on its way and keeps a second press from sending it again. The server would recognise it anyway.
document.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
  if (defaultPrevented || target.method !== "post") return;
  if (target.dataset.sent) return;
  target.dataset.sent = "yes";
  submitter?.setAttribute("aria-busy", "true");
  target.addEventListener("submit", (event) => event.preventDefault());
});

// A page brought back from the browser's memory may be sent again.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
