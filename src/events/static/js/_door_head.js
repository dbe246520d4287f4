// The head of the scanner: whether there is contact, what waits to be handed over, how old the list is, how full the house is.

/** Keeps the head of `page` current; its words stand in the page's data attributes. */
export function showHead(page, session) {
  const part = (name) => page.querySelector(`[data-${name}]`);

  function showNet() {
    const { online, queue, list_at, stored } = session.facts();
    const good = online && !queue && stored;
    part("net").hidden = false;
    part("net").classList.toggle("scanner-net-off", !good);
    part("net-on").hidden = !good;
    part("net-off").hidden = good;
    tell(part("net-word"), wordOf({ online, queue, stored }));
    tell(part("list-at"), list_at ? page.dataset.listAt.replace("{time}", session.clock(list_at)) : "");
  }

  function wordOf({ online, queue, stored }) {
    const { connected, offline, waiting, notStored } = page.dataset;
    const contact = stored ? (online ? connected : offline) : notStored;
    return queue ? `${contact} · ${waiting}: ${queue}` : contact;
  }

  function showFigures() {
    const { as_of, ...figures } = session.attendance();
    for (const element of document.querySelectorAll("[data-figure]")) {
      const figure = figures[element.dataset.figure];
      if (figure !== undefined) tell(element, String(figure ?? ""));
    }
    const asOf = part("count-as-of");
    asOf.hidden = !as_of;
    if (as_of) tell(asOf, page.dataset.countAsOf.replace("{time}", session.clock(as_of)));
    showHouse(figures);
  }

  // How near the fire limit is: guests and crew.
  function showHouse({ inside, crew_inside, fire_limit }) {
    const people = inside + crew_inside;
    part("house").hidden = !fire_limit;
    part("house").classList.toggle("scanner-house-full", people >= fire_limit);
    tell(part("house-people"), String(people));
    tell(part("house-limit"), String(fire_limit ?? ""));
  }

  // A text that stays the same is not written again: screen readers would say it once more.
  function tell(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  session.on("net", showNet);
  session.on("list", showNet);
  session.on("attendance", showFigures);
  session.on("movements", showFigures);
  showNet();
  showFigures();
}
