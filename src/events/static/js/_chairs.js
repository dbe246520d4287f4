// Moves a drawn house diagram to new figures. Imported by whatever receives them; the server draws the same states.
const states = { chair: ["chair-expected", "chair-taken"], seat: ["seat-expected", "seat-taken"] };

/** Shows `taken` places of a `[data-chairs]` element as occupied, the first `arrived` of them as arrived (all, if not given). */
export function showChairs(diagram, { taken, arrived = taken, label }) {
  const step = Number(diagram.dataset.per) || 1;
  const kind = diagram.dataset.chairs;
  const [expected, full] = states[kind];
  const places = diagram.querySelectorAll(`.${kind}`);
  const filled = Math.floor(taken / step);
  const inside = Math.floor(arrived / step);
  places.forEach((place, index) => {
    place.classList.toggle(full, index < inside);
    place.classList.toggle(expected, index >= inside && index < filled);
  });
  if (label) diagram.setAttribute("aria-label", label);
}
