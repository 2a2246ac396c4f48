import { createHmac } from "node:crypto";

/** `Telegram.WebApp.initData` as the bot with this token would sign it; `make run` has 42:TEST. */
export function initData(id: number, botToken = "42:TEST"): string {
  const user = JSON.stringify({ id, first_name: "Anna" });
  const fields = new URLSearchParams({ auth_date: String(Math.floor(Date.now() / 1000)), user });
  const signed = [...fields].sort().map(([name, value]) => `${name}=${value}`).join("\n");
  const key = createHmac("sha256", "WebAppData").update(botToken).digest();
  fields.set("hash", createHmac("sha256", key).update(signed).digest("hex"));
  return fields.toString();
}
