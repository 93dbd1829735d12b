// Keeps the relative words of <time datetime title> current; without a title the element is left as the server wrote it.
function distance(seconds) {
  const [minutes, hours, days] = [60, 3600, 86400].map((unit) => Math.round(seconds / unit));
  if (minutes < 60) return `${minutes} min`;
  if (hours < 24) return `${hours} h`;
  return days === 1 ? "1 day" : `${days} days`;
}

function words(moment) {
  const seconds = (Date.now() - moment) / 1000;
  if (Math.abs(seconds) < 45) return seconds >= 0 ? "just now" : "in a moment";
  return seconds > 0 ? `${distance(seconds)} ago` : `in ${distance(-seconds)}`;
}

function refresh() {
  for (const element of document.querySelectorAll("time[datetime][title]")) {
    const moment = Date.parse(element.dateTime);
    if (Number.isNaN(moment)) continue;
    const text = words(moment);
    if (element.textContent !== text) element.textContent = text;
  }
}

refresh();
setInterval(refresh, 30_000);
