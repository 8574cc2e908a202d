// Walks the console in a real browser as a director does on the worst day, at 320 and 1280 pixels,
// in French and in English, and fails on what axe finds, on anything wider than the screen, on a
// target smaller than 44 px, on text under 16 px, and on a request to another host.
//
//   cargo run -p beffroi-web --example console     prints an address and codes
//   node crates/web/tests/browser/console.mjs ADDRESS CODES... [--first CODE] [--answer CODE] [--out DIR]
//
// Needs eight codes of one director: each of four walks uses two; and, to see the set-up, the
// first code of a new person. The policy of the pages is lifted for axe alone.

import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const require = createRequire(new URL("../../../../tests/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const args = process.argv.slice(2);
const at = args.indexOf("--out");
const out = at >= 0 ? args.splice(at, 2)[1] : "target/shots/console";
const firstAt = args.indexOf("--first");
const first = firstAt >= 0 ? args.splice(firstAt, 2)[1] : "";
const answerAt = args.indexOf("--answer");
const answer = answerAt >= 0 ? args.splice(answerAt, 2)[1] : "";
const [base, ...codes] = args;
await mkdir(out, { recursive: true });

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const faults = [];

/** Looks at the page that is open, writes its picture, notes its faults. */
async function look(page, name) {
  const width = page.viewportSize().width;
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
  // The page's own policy forbids scripts; the inspector's world stands beside it.
  const found = await page.evaluate(`(async () => { ${axe}
    const results = await axe.run(document, { resultTypes: ["violations"] });
    const small = [];
    for (const one of document.querySelectorAll("a, button, summary, input, select, textarea")) {
      const box = (one.closest("label.choice") ?? one).getBoundingClientRect();
      const inText = one.matches("a") && one.closest("p, dd, li") && !one.matches(".button, .main")
        && getComputedStyle(one).display === "inline";
      if (box.height > 0 && box.height < 43.5 && !inText && !one.matches(".skip, [type=hidden]")) {
        small.push(one.outerHTML.slice(0, 90) + " " + box.height);
      }
    }
    return {
      violations: results.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")),
      overflow: document.documentElement.scrollWidth - innerWidth,
      missing: document.body.innerText.includes("⟦"),
      small,
    };
  })()`);
  for (const one of found.violations) faults.push(`${name}: ${one}`);
  for (const one of found.small) faults.push(`${name}: small target ${one}`);
  if (found.overflow > 0) faults.push(`${name}: ${found.overflow} px wider than ${width}`);
  if (found.missing) faults.push(`${name}: a sentence is missing`);
}

const open = (page, path) => page.goto(base + path);
const press = (page, action) =>
  Promise.all([page.waitForLoadState(), page.locator(`form[action="${action}"] button`).last().click()]);

/** Who is on call, the calls, and the screen that rings. */
async function onCall(page, shot) {
  await open(page, "/console/oncall");
  await shot("60-oncall");
  await page.locator("main details").first().evaluate((one) => { one.open = true; });
  await shot("61-oncall-add");
  await open(page, await page.locator('main a[href^="/console/oncall/"]').first().getAttribute("href"));
  await page.locator("main details").first().evaluate((one) => { one.open = true; });
  await shot("62-contact");
  await open(page, "/console/oncall");
  await open(page, await page.locator('main a[href^="/console/calls/"]').first().getAttribute("href"));
  await shot("63-call");
  await open(page, "/console/watch");
  await page.locator("#watch-sound").click();
  await page.waitForTimeout(2500);
  if (await page.locator("#watch").getAttribute("data-struck") === null) faults.push("the watch screen made no sound");
  await shot("64-watch");
}

/** The page of a message, as somebody who was rung opens it on a telephone. */
async function answering() {
  for (const [lang, width] of [["fr", 320], ["en", 320], ["fr", 1280]]) {
    const context = await browser.newContext({ viewport: { width, height: 640 }, bypassCSP: true });
    const page = await context.newPage();
    await open(page, `/a/${answer}?lang=${lang}`);
    await look(page, `65-answer-${lang}-${width}`);
    await open(page, `/a/?lang=${lang}`);
    await page.fill("#code", "ABC");
    await page.locator("form button").click();
    await look(page, `66-answer-code-${lang}-${width}`);
    await context.close();
  }
}

/** Getting ready: what must be there on paper. */
async function prepare(page, shot) {
  await open(page, "/console/prepare");
  await shot("40-prepare");
  await open(page, "/console/phones?number=0328000011");
  await shot("41-phones");
  await open(page, await page.locator('main .list a[href^="/console/phones/"]').first().getAttribute("href"));
  await shot("42-phone");
  await open(page, "/console/emergency");
  await shot("43-emergency");
  await open(page, "/console/roster");
  await page.locator("summary").last().click();
  await page.fill("#table", "nom;telephone\n;12 34\nA;x\n");
  await press(page, "/console/roster/import");
  await shot("44-roster-wrong");
  await open(page, "/console/roster");
  await shot("45-roster");
  await open(page, "/console/roster/r-2");
  await shot("46-person");
  await open(page, "/console/sheets");
  await shot("47-sheets");
  for (const kind of ["poster", "answering", "social", "orders", "roll-call"]) {
    await open(page, `/console/sheets/${kind}`);
    await shot(`48-${kind}`);
  }
  await open(page, "/console/kit");
  await shot("49-kit");
  // A second factor was given a moment ago: the envelope itself is the answer. As a PDF it would be
  // the browser's own viewer that is looked at.
  await page.check('input[name=as][value="page"]');
  await press(page, "/console/kit");
  await shot("50-envelope");
  await open(page, "/console/kit");
  await shot("51-kit-printed");
  await open(page, "/console/assets/59273-file_server?open=means");
  await page.check("input[name=by][value=hook]");
  await press(page, "/console/assets/59273-file_server/means");
  await open(page, "/console/rule");
  await shot("52-rule");
  await page.check('input[name=asset][value="59273-file_server"]');
  await press(page, "/console/rule");
  await shot("53-rule-signed");
}

/** A service point with an agenda that is pulled; print posts, one that waits, one that has printed. */
async function printers(page, shot) {
  await open(page, "/console/agendas/cartes?open=pull");
  await page.fill("#from", "https://agenda.example/cartes.ics");
  await press(page, "/console/agendas/cartes/pull");
  for (const one of await page.locator("main details").all()) await one.evaluate((it) => { it.open = true; });
  await shot("69-agenda");
  await open(page, "/console/printers");
  await shot("70-printers");
  const posts = await page.locator('main .list a[href^="/console/printers/"]').evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  await press(page, "/console/printers");
  await shot("71-printers-wrong");
  for (const [number, post] of posts.entries()) {
    await open(page, post);
    for (const one of await page.locator("main details").all()) await one.evaluate((it) => { it.open = true; });
    await shot(`72-printer-${number}`);
  }
}

async function walk(lang, width, [enter, second]) {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 640 : 900 }, javaScriptEnabled: true, bypassCSP: true });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) faults.push(`request to ${request.url()}`);
  });
  const shot = (name) => look(page, `${name}-${lang}-${width}`);
  await open(page, `/console/lang/${lang}?back=/console/login`);
  await shot("01-login");
  await page.fill("#one_time_code", "ABC");
  await press(page, "/console/login/code");
  await shot("02-login-wrong");
  await page.fill("#one_time_code", enter);
  await press(page, "/console/login/code");
  await shot("03-today");
  await open(page, "/console/alarms");
  await shot("04-alarms");
  const alarm = "/console/alarms/alarm-1";
  await open(page, alarm);
  await shot("05-alarm");
  await onCall(page, shot);
  const id = alarm.split("/").pop();
  await open(page, `/console/declare?alarm=${id}`);
  await page.check('input[name=nature][value=cyberattack]');
  for (const asset of ["network", "mail"]) await page.check(`input[name=down][value="59273-${asset}"]`);
  await shot("06-declare");
  await press(page, "/console/declare/check");
  await shot("07-declare-check");
  if (lang === "fr" && width === 320) {
    await press(page, "/console/declare");
    await shot("08-card");
  }
  await open(page, "/console/card");
  await shot("08-card");
  await open(page, "/console/");
  await shot("09-today-incident");
  await open(page, "/console/incidents");
  await shot("10-incidents");
  const incident = await page.locator('main a[href^="/console/incidents/"]').first().getAttribute("href");
  await open(page, incident);
  await shot("11-incident");
  await open(page, "/console/assets");
  await shot("12-assets");
  await open(page, "/console/assets/59273-network?open=cut");
  await shot("13-asset");
  await open(page, "/console/assets/59273-file_server?open=state");
  await page.fill("#reason", "Contrôlé par la technique");
  await page.check('input[name=state][value=degraded]');
  await press(page, "/console/assets/59273-file_server/state");
  await shot("14-asset-check");
  await open(page, "/console/services");
  await shot("15-services");
  await open(page, "/console/services/canteen?open=details");
  await shot("16-service");
  await open(page, "/console/services/canteen?open=needs");
  await shot("17-service-needs");
  await open(page, "/console/notices/new");
  await shot("18-notice-new");
  await press(page, "/console/notices/new");
  await shot("19-notice");
  const notice = page.url().slice(base.length).split("?")[0];
  await press(page, `${notice}/publish`);
  await shot("20-second-factor");
  await page.fill("#second_factor", second);
  await press(page, `${notice}/publish`);
  await shot("21-notice-published");
  await open(page, `${notice}/preview`);
  await page.screenshot({ path: join(out, `22-preview-${lang}-${width}.png`) });
  await open(page, "/console/journal");
  await shot("23-journal");
  await open(page, "/console/people");
  await shot("24-people");
  await open(page, "/console/guards");
  await shot("25-guards");
  await open(page, await page.locator('main a[href^="/console/guards/"]').first().getAttribute("href"));
  await shot("26-guard");
  await open(page, "/console/vault");
  await shot("27-vault");
  await open(page, await page.locator('main a[href$="/back"]').first().getAttribute("href"));
  await shot("27-vault-back");
  await open(page, "/console/vault/thinning");
  await shot("27-vault-thinning");
  await printers(page, shot);
  await prepare(page, shot);
  await open(page, "/console/alarms/nowhere");
  await shot("27-not-found");
  await open(page, "/console/setup/totp");
  await shot("28-setup-totp");
  await context.close();
}

if (answer) await answering();
const walks = [["fr", 320], ["en", 320], ["fr", 1280], ["en", 1280]];
for (const [index, [lang, width]] of walks.entries()) {
  await walk(lang, width, codes.slice(2 * index, 2 * index + 2));
}
if (first) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, bypassCSP: true });
  const page = await context.newPage();
  await open(page, "/console/login");
  await page.fill("#one_time_code", first);
  await press(page, "/console/login/code");
  await look(page, "29-first-time");
  await open(page, "/console/setup");
  await look(page, "30-setup-phrase");
  await page.fill("#typed", await page.locator("#the-phrase").innerText());
  await press(page, "/console/setup");
  await press(page, "/console/setup/codes");
  await look(page, "31-setup-codes");
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.screenshot({ path: join(out, "32-setup-codes-print.png"), fullPage: true });
  await context.close();
}
await browser.close();
for (const one of new Set(faults)) console.log(one);
console.log(faults.length === 0 ? `nothing found; pictures in ${out}` : `${faults.length} faults; pictures in ${out}`);
process.exit(faults.length === 0 ? 0 : 1);
