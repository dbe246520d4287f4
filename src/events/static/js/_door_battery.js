// How much longer this phone lasts, where the browser tells (not on iPhones).
export class Battery {
  facts = { battery: null, charging: null };

  async start() {
    const battery = await navigator.getBattery?.().catch(() => null);
    if (!battery) return;
    const read = () => (this.facts = { battery: Math.round(battery.level * 100), charging: battery.charging });
    for (const change of ["levelchange", "chargingchange"]) battery.addEventListener(change, read);
    read();
  }
}
