// Moments in this device's own time zone, named, and the zone handed over with Start. Without this file the server's
// own words stand.
(() => {
  let zone = "";
  try {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  } catch {
    return;
  }
  if (!zone) return;
  const shape = { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "long", timeZone: zone };
  for (const node of document.querySelectorAll("time[data-moment]")) {
    const at = new Date(node.dateTime);
    if (!Number.isNaN(at.getTime())) (node.querySelector("strong") ?? node).textContent = new Intl.DateTimeFormat(document.documentElement.lang, shape).format(at);
  }
  for (const field of document.querySelectorAll("input[name=zone]")) field.value = zone;
})();
