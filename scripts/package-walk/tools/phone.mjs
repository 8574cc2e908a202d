// What a director does with a telephone and one printed code, on a screen of 320 x 640 pixels: log
// in, look at the alarm, declare the attack, read the first card.
//
//   node phone.mjs NAME PORT CODE DIR     pictures go to DIR
//
// The address is believed as it is: that the certificate holds, and no other, is the walk's to show.

import { createRequire } from "node:module";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const require = createRequire(new URL("../../../tests/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const [name, port, code, out] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    `--host-resolver-rules=MAP ${name} 127.0.0.1:${port}`],
});
const context = await browser.newContext({ viewport: { width: 320, height: 640 }, isMobile: true,
  hasTouch: true, ignoreHTTPSErrors: true, locale: "fr-FR" });
const page = await context.newPage();
let taps = 0;

const shot = async (what) => {
  await page.screenshot({ path: join(out, `${what}.png`), fullPage: true });
  const wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (wider > 0) throw new Error(`${what}: ${wider} px wider than the screen`);
};
const tap = async (selector) => {
  taps += 1;
  await Promise.all([page.waitForNavigation(), page.locator(selector).first().tap()]);
};

try {
  await page.goto(`https://${name}/console/`);
  await page.fill("#one_time_code", code);
  await shot("1-login");
  await tap('form[action="/console/login/code"] button');
  await shot("2-today");
  await tap('main a[href^="/console/alarms/"]');
  await shot("3-alarm");
  await tap('main a[href^="/console/declare"]');
  for (const one of ["[name=nature][value=cyberattack]", '[name=down][value="59273-mail"]']) {
    taps += 1;
    await page.locator(`input${one}`).check();
  }
  await shot("4-declare");
  await tap('form[action="/console/declare/check"] button');
  await shot("5-check");
  await tap('form[action="/console/declare"] button');
  await shot("6-card");
  console.log(`${taps} taps from the log-in to the first card`);
} catch (error) {
  await page.screenshot({ path: join(out, "fault.png"), fullPage: true });
  console.error(`${page.url()}: ${error.message}`);
  process.exitCode = 1;
}
await browser.close();
