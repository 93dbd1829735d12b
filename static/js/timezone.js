// Suggests the reader's own time zone in [data-timezone]. What somebody chose stays.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const input of document.querySelectorAll("[data-timezone]")) {
  if (zone && input.value === input.defaultValue && input.value === "UTC") input.value = zone;
}
