// Plays the rehearsal to its end in a real browser, as a director alone does, on a screen of
// 320 x 640 pixels, and fails on a screen or page that does not say EXERCISE, on anything wider
// than the screen, and on a step that the verdict calls undone.
//
//   beffroi tenant rehearse 59273 > FILE
//   node crates/web/tests/browser/rehearsal.mjs FILE LANG DIR

import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const require = createRequire(new URL("../../../../tests/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const [file, lang, out] = process.argv.slice(2);
const printed = await readFile(file, "utf8");
const base = printed.match(/http:\/\/127\.0\.0\.1:\d+/)[0];
const codes = printed.match(/[0-9A-Z]{3}(?:-[0-9A-Z]{3}){6}/g);
const town = printed.match(/\/c\/([^/]+)\//)[1];
const word = { fr: "EXERCICE", en: "EXERCISE" }[lang];
await mkdir(out, { recursive: true });

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true });
const page = await context.newPage();
const faults = [];
let pictures = 0;

async function look(name) {
  pictures += 1;
  await page.screenshot({ path: join(out, `${String(pictures).padStart(2, "0")}-${name}.png`), fullPage: true });
  if (!(await page.locator("body").innerText()).includes(word)) faults.push(`${name}: does not say ${word}`);
  const wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (wider > 0) faults.push(`${name}: ${wider} px wider than the screen`);
}
const open = async (path, name) => {
  await page.goto(path.startsWith("/") ? base + path : path);
  if (name) await look(name);
};
const tap = (one) => Promise.all([page.waitForNavigation(), one.tap()]);
const press = async (end, name) => {
  await tap(page.locator(`form[action$="${end}"] button`).last());
  if (name) await look(name);
};

/** Reloads the first page until it holds something. */
async function until(selector, seconds) {
  for (const end = Date.now() + seconds * 1000; ;) {
    await open("/console/");
    if (await page.locator(selector).count()) return;
    if (Date.now() > end) throw new Error(`no ${selector} within ${seconds} s`);
    await page.waitForTimeout(500);
  }
}

try {
  await open(`/console/lang/${lang}?back=/console/login`, "login");
  await page.fill("#one_time_code", codes.shift());
  await press("/login/code", "quiet");
  await until(".phone a", 60);
  await look("rung");
  await tap(page.locator(".phone a"));
  await page.goto(`${page.url().split("?")[0]}?lang=${lang}`);
  await look("message");
  await tap(page.locator("form button").last());
  await look("answered");
  await open("/console/", "alarmed");
  await open(await page.locator('main a[href^="/console/alarms/"]').first().getAttribute("href"), "alarm");
  await tap(page.locator('main a[href^="/console/declare"]').first());
  await page.check("input[name=nature][value=cyberattack]");
  await page.check(`input[name=down][value="${town}-mail"]`);
  await look("declare");
  await press("/declare/check", "check");
  await press("/declare", "card");
  await open("/console/", "incident");
  await open(`/console/assets/${town}-file_server?open=means`);
  await page.check("input[name=by][value=hand]");
  for (const [field, text] of [["room", "104"], ["rack", "2"], ["label", "FICHIERS"]]) {
    if (await page.locator(`[name=${field}]`).count()) await page.fill(`[name=${field}]`, text);
  }
  await press("/means", "means");
  await open(`/console/assets/${town}-file_server?open=cut`, "asset");
  await press("/cut", "second-factor");
  if (await page.locator("#second_factor").count()) {
    await page.fill("#second_factor", codes.shift());
    await press("/cut", "cut");
  }
  await open(`/console/assets/${town}-file_server`);
  await press("/confirm", "confirmed");
  await open("/console/notices/new");
  await press("/notices/new", "notice");
  await press("/publish", "publish");
  if (await page.locator("#second_factor").count()) {
    await page.fill("#second_factor", codes.shift());
    await press("/publish", "published");
  }
  await open(`/c/${town}/${lang === "fr" ? "" : "en/"}`, "public");
  await open("/console/sheets", "sheets");
  await open("/console/sheets/poster", "poster");
  await open("/console/rehearsal", "steps");
  await press("/rehearsal/end", "verdict");
  const lists = await page.locator("main ul").allInnerTexts();
  console.log(lists[0]);
  const undone = (lists[1] ?? "").split("\n").filter((line) => /: (pas fait|not done)/.test(line));
  faults.push(...undone);
} catch (error) {
  await page.screenshot({ path: join(out, "fault.png"), fullPage: true });
  faults.push(`${page.url()}: ${error.message.split("\n")[0]}`);
}
await browser.close();
for (const one of faults) console.log(one);
console.log(`rehearsal, ${lang}: ${faults.length} faults; ${pictures} pictures in ${out}`);
process.exit(faults.length === 0 ? 0 : 1);
