// The page of a phone that may not work: what it still holds is handed over, and if it was taken back it forgets everything. A phone
// that nobody knows keeps its scans until it is connected again.
import { Contact } from "./_door_contact.js";
import { GuestList } from "./_door_list.js";
import { forgetEverything } from "./_door_leave.js";
import { Records } from "./_door_records.js";
import { storeExists } from "./_door_store.js";
import { Outbox } from "./_door_sync.js";

const AGAIN_MS = 5000;

async function leave() {
  const records = new Records(new GuestList(String), () => {});
  await records.open();
  const facts = () => ({ list_at: null, queue: outbox.size, battery: null, charging: null });
  const outbox = new Outbox(new Contact(() => {}), { facts, take: ({ answers }) => settle(answers), onRefused: refused });
  outbox.restore(records.outbox);
  await outbox.flush();

  async function settle(answers) {
    const done = answers.filter((answer) => answer.done).map(({ id }) => id);
    for (const id of done) outbox.remove(id);
    if (done.length) await records.keep({ outbox: Object.fromEntries(done.map((id) => [id, undefined])) });
  }

  function refused(status) {
    if (status === 410) forgetEverything(records, outbox).catch(() => setTimeout(() => refused(status), AGAIN_MS));
  }
}

if ("indexedDB" in self && (await storeExists())) await leave();
