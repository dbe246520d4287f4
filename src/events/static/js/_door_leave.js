// A phone that was taken back hands over what nobody else has and then forgets everything; its key goes with the database.
import { dropShell } from "./_door_shell.js";
import { deleteStore } from "./_door_store.js";

/** Forgets the list at once, the rest when it is handed over. Throws without contact: then it is to be tried again. */
export async function forgetEverything(records, outbox) {
  await records.forgetList({ wiping: true });
  while (outbox.size) await outbox.handOver();
  records.close();
  await Promise.all([deleteStore(), dropShell()]);
  await fetch("/door/wiped", { method: "POST" }).catch(() => {});
}
