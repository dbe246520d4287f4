// One scanner on a phone: of two tabs the second is told, and may take over.
const LOCK = "door-scanner";

/** Holds the phone's one place at the scanner for as long as the page lives; `onLost()` when another tab has taken it. */
export async function takePlace({ force = false, onLost }) {
  return new Promise((resolve) => {
    const held = navigator.locks.request(LOCK, force ? { steal: true } : { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
    held.catch(onLost);
  });
}
