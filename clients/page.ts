// GET /docs in a headless Chromium: node build/js/page.js BASE_URL CHROMIUM
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import puppeteer, { type Page } from "puppeteer-core";

import { LEAD } from "./deals/bodies.js";
import { base, expect } from "./deals/expect.js";
import { initData } from "./deals/init-data.js";

const VITE = 5173;
const NARROW = { width: 400, height: 900 };
const WIDE = { width: 1280, height: 900 };

async function token(): Promise<string> {
  const id = Date.now();
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({
    telegram_id: String(id),
    phone: "+7 916 123-45-67",
    telegram_auth_data: { init_data: initData(id) },
  });
  const answer = await fetch(`${base()}/auth/register`, { method: "POST", headers, body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Notes whatever a developer would see in red, and every host but our own. */
function watched(page: Page): string[] {
  const seen: string[] = [];
  page.on("console", (said) => seen.push(`console: ${said.text()}`));
  page.on("pageerror", (error) => seen.push(`error: ${String(error)}`));
  page.on("requestfailed", (request) => seen.push(`failed: ${request.url()}`));
  page.on("response", (answer) => {
    const ours = answer.url().startsWith(base()) || answer.url().startsWith("data:");
    if (!ours || !answer.ok()) seen.push(`${answer.status()}: ${answer.url()}`);
  });
  return seen;
}

/** Pastes the token once, sends one request from the page, and returns the status it shows. */
async function tried(page: Page, access: string): Promise<string> {
  await page.click(".auth-wrapper .authorize");
  await page.type(".auth-container input", access);
  await page.click(".auth-container .authorize");
  await page.click(".auth-container .btn-done");
  const operation = "#operations-auth-me";
  await page.click(`${operation} .opblock-summary-control`);
  const execute = await page.waitForSelector(`${operation} .execute`);
  await execute?.click();
  const status = await page.waitForSelector(`${operation} .live-responses-table .response .response-col_status`);
  return (await status?.evaluate((cell) => cell.textContent?.trim())) ?? "none";
}

/** Serves an empty page where a Mini App is developed on this machine, or where it would be the next. */
async function miniApp(port = VITE): Promise<Server> {
  const server = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<p>"));
  try {
    await once(server.listen(port, "localhost"), "listening");
    return server;
  } catch (taken) {
    if (port !== VITE) throw taken;
    return miniApp(0);
  }
}

/** Calls the API from there. */
async function fromTheMiniApp(page: Page, origin: string, access: string): Promise<string[]> {
  await page.goto(origin);
  return await page.evaluate(
    async (url, bearer, lead) => {
      const headers = { "Authorization": `Bearer ${bearer}`, "Content-Type": "application/json" };
      const made = await fetch(`${url}/leads`, { method: "POST", headers, body: lead });
      const { lead_id } = (await made.json()) as { lead_id: string };
      const tag = made.headers.get("ETag") ?? "none";
      const [path, put] = [`${url}/leads/${lead_id}`, { method: "PUT", body: lead }];
      const changed = await fetch(path, { ...put, headers: { ...headers, "If-Match": tag } });
      const late = await fetch(path, { ...put, headers: { ...headers, "If-Match": tag } });
      const read = await fetch(path, { headers: { ...headers, "If-None-Match": tag } });
      const told = late.headers.get("X-Request-Id") ? "told" : "untold";
      return [made.status, changed.status, late.status, read.status, told].map(String);
    },
    base(),
    access,
    JSON.stringify(LEAD),
  );
}

const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const served = await miniApp();
const origin = `http://localhost:${(served.address() as AddressInfo).port}`;
const browser = await puppeteer.launch({ executablePath: process.argv[3] ?? "", headless: true, args });
try {
  const access = await token();
  const page = await browser.newPage();
  const seen = watched(page);
  await page.setViewport(WIDE);
  await page.goto(`${base()}/docs`, { waitUntil: "networkidle0" });
  const contract = (await (await fetch(`${base()}/openapi.json`)).json()) as { paths: Record<string, object> };
  const operations = Object.values(contract.paths).flatMap((verbs) => Object.keys(verbs)).length;
  const shown = (await page.$$(".opblock")).length;
  expect(shown === operations, `${shown} of ${operations} operations are shown`);
  await page.screenshot({ path: "build/page-1280.png" });
  await page.setViewport(NARROW);
  await page.screenshot({ path: "build/page-400.png" });
  await page.setViewport(WIDE);
  const status = await tried(page, access);
  await page.screenshot({ path: "build/page-tried.png" });
  expect(status === "200", `GET /me from the page: ${status}`);
  expect(seen.length === 0, seen.join("\n"));
  const answers = await fromTheMiniApp(await browser.newPage(), origin, access);
  expect(answers.join(" ") === "201 200 412 200 told", `from ${origin}: ${answers.join(" ")}`);
  console.log(`GET /docs in Chromium: ${shown} operations, one sent from it, CORS from ${origin}`);
} finally {
  await browser.close();
  served.close();
}
