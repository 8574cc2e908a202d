// Takes, moves and cancels an appointment in a real browser with JavaScript switched off, at 320 and
// 1280 pixels, in French and in English, and fails on what axe finds, on anything wider than the
// screen, on a target smaller than 44 px and on a sentence that is missing.
//
//   cargo run -p beffroi-web --example console     prints an address
//   node crates/web/tests/browser/appointments.mjs ADDRESS [--out DIR]

import { join } from "node:path";

import { inspector, words } from "./inspect.mjs";

const { out, rest } = words("target/shots/appointments");
const [base] = rest;
const { browser, faults, look, end } = await inspector(out);

const press = (page, step) =>
  Promise.all([page.waitForLoadState(), page.locator(`button[value="${step}"]`).click()]);

for (const [folder, lang] of [["", "fr"], ["en/", "en"]]) {
  for (const width of [320, 1280]) {
    const context = await browser.newContext({
      viewport: { width, height: 800 }, javaScriptEnabled: false, acceptDownloads: true,
    });
    const page = await context.newPage();
    const shot = (name) => look(page, `${lang}-${width}-${name}`);
    const root = `${base}/c/59273/${folder}`;
    await page.goto(root);
    await page.locator('a[href$="rendez-vous/"]').click();
    await shot("1-points");
    await page.locator('a[href*="/lieu/"]').first().click();
    await shot("2-days");
    await page.locator(".hours a").nth(3).click();
    await shot("3-who");
    await press(page, "check");
    await shot("4-faults");
    await page.locator("#name").fill("Camille Durand 👩‍👧");
    await page.locator("#phone").fill("06 11 22 33 55");
    await press(page, "check");
    await shot("5-check");
    await press(page, "send");
    await shot("6-done");
    await page.emulateMedia({ media: "print" });
    await page.pdf({ path: join(out, `${lang}-${width}-6-done.pdf`), format: "A4" });
    await page.emulateMedia({ media: "screen" });
    const code = await page.locator(".code").innerText();
    const [file] = await Promise.all([
      page.waitForEvent("download"), page.locator('form[action$="agenda.ics"] button').click(),
    ]);
    if (file.suggestedFilename() !== "rendez-vous.ics") faults.push(`${lang}: ${file.suggestedFilename()}`);
    await page.goto(`${root}rendez-vous/gerer/`);
    await shot("7-code");
    await page.locator("#code").fill("ABC");
    await press(page, "find");
    await shot("8-code-wrong");
    await page.locator("#code").fill(code);
    await press(page, "find");
    await shot("9-mine");
    await press(page, "move");
    await shot("10-move");
    await page.locator('input[name="slot"]').nth(5).check();
    await press(page, "moved");
    await shot("11-moved");
    await page.goto(`${root}rendez-vous/gerer/`);
    await page.locator("#code").fill(code);
    await press(page, "find");
    await press(page, "sure");
    await shot("12-sure");
    await press(page, "cancel");
    await shot("13-cancelled");
    await context.close();
  }
}
await end();
